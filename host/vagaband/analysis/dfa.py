"""Detrended fluctuation analysis, short scales: alpha-1 (Peng et al. 1995, Chaos 5:82)."""

from functools import cache

import numpy as np

from vagaband.session import Floats

BOXES = tuple(range(4, 17))  # beats
LEAST_BEATS = 300


def alpha1(ibi_ms: Floats) -> float | None:
    """Slope of ln F(n) on ln n for boxes of 4 to 16 beats: about 0.5 for unordered intervals, 1
    for 1/f, 1.5 for a random walk. Of (n,) intervals; None below 300 or without variability."""
    if len(ibi_ms) < LEAST_BEATS or not np.ptp(ibi_ms) > 0:
        return None
    profile = np.cumsum(ibi_ms - ibi_ms.mean())
    sizes = [_fluctuation(profile, n) for n in BOXES]
    if min(sizes) <= 0:
        return None
    lengths = np.log(BOXES) - np.mean(np.log(BOXES))
    return float(lengths @ np.log(sizes) / (lengths @ lengths))


def _fluctuation(profile: Floats, n: int) -> float:
    """Root mean square of the profile about a straight line in each box of n beats."""
    boxes = profile[: len(profile) // n * n].reshape(-1, n)
    return float(np.sqrt(np.mean((boxes @ _without_line(n)) ** 2)))


@cache
def _without_line(n: int) -> Floats:
    """The matrix (n, n) that takes a straight line out of n values."""
    line = np.stack([np.ones(n), np.arange(n, dtype=np.float64)], axis=1)
    return np.eye(n) - line @ np.linalg.pinv(line)
