"""Where both hearts swing slowly at one time, each more clearly than it usually does.

Slow breathing takes RSA far up, or out of its band, so that two people who do it at one time for
a minute go together beyond chance. One heart alone seldom shows so short a time of it for sure,
but two at once seldom do by chance. So a looser sign than that of `slow_rhythms` is enough, as
nothing is claimed but that what goes together has to be there without these stretches too.
"""

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from vagaband.analysis.slow_rhythm import (
    EDGE_S,
    FROM_HZ,
    LEAST_WINDOWS,
    MOST_HARMONIC,
    STEP_S,
    USUAL_PERCENTILE,
)
from vagaband.analysis.spectra import (
    GRID_HZ,
    PEAK_HALF_WIDTH_HZ,
    POINTS,
    WINDOW_S,
    frequencies_hz,
    power_of,
)
from vagaband.session import Floats
from vagaband.synchrony.chance import LEVEL, p_alone
from vagaband.synchrony.course import REACH_S
from vagaband.synchrony.model import Course, Pacing
from vagaband.synchrony.pacing import bridged, joined

RATES_HZ = np.arange(0.06, 0.151, 0.005)
LEAST_SHARE = 0.4  # of the swing from 0.04 to 0.4 Hz, at one rate
TIMES_USUAL = 10.0  # the odds of that share, over those usual at this rate in this heart
LEAST_LEFT_S = 60  # for a correlation to be of anything


def all_there_is(a: Course, b: Course, most_s: int, rng: np.random.Generator) -> list[Pacing]:
    """These stretches of two who go together beyond chance; none where they do so without too."""
    slow = slow_together(a, b)
    if not slow:
        return []
    left = [_without(course.rsa_ln, slow) for course in (a, b)]
    if np.count_nonzero(np.isfinite(left).all(axis=0)) < LEAST_LEFT_S:
        return slow
    return slow if p_alone(left[0], left[1], most_s, rng) >= LEVEL else []


def _without(line: Floats, slow: Sequence[Pacing]) -> Floats:
    """A line (n,) without the seconds that stand on these stretches."""
    t_s = np.arange(len(line))
    out = [(t_s >= one.begin_s - REACH_S) & (t_s <= one.end_s + REACH_S) for one in slow]
    return np.where(np.any(out, axis=0), np.nan, line)


def slow_together(a: Course, b: Course) -> list[Pacing]:
    """Stretches in which both do, whether at one rate or at two; the rate is A's."""
    (slow_a, hz), (slow_b, _) = _slow(a.rhythm_ms), _slow(b.rhythm_ms)
    both = np.concatenate([[0], (slow_a & slow_b).astype(int), [0]])
    edges = np.flatnonzero(np.diff(both)).tolist()
    return joined(
        [
            Pacing(
                first * STEP_S + EDGE_S,
                (last - 1) * STEP_S + WINDOW_S - EDGE_S,
                60 * float(np.median(hz[first:last])),
                "slow",
            )
            for first, last in zip(edges[::2], edges[1::2], strict=True)
            if last - first >= LEAST_WINDOWS
        ]
    )


def _slow(rhythm_ms: Floats) -> tuple[NDArray[np.bool_], Floats]:
    """Whether the heart swings slowly in each window (w,), and at what rate then (Hz)."""
    line = bridged(rhythm_ms)
    if len(line) < POINTS:
        return np.zeros(0, bool), np.zeros(0)
    windows = sliding_window_view(line, POINTS)[:: int(STEP_S * GRID_HZ)]
    known: NDArray[np.bool_] = np.isfinite(windows.sum(axis=1))
    clear, hz = np.zeros(len(windows), bool), np.zeros(len(windows))
    if not known.any():
        return clear, hz
    share = _shares(power_of(windows[known]))
    odds = np.log(share / (1 - share))
    usual = np.percentile(odds, USUAL_PERCENTILE, axis=0)
    is_slow = (share >= LEAST_SHARE) & (odds >= usual + np.log(TIMES_USUAL))
    clear[known] = is_slow.any(axis=1)
    hz[known] = RATES_HZ[np.argmax(np.where(is_slow, share, 0.0), axis=1)]
    return clear, hz


def _shares(power: Floats) -> Floats:
    """Of power (w, k), how much is of a wave at each rate, with its harmonic: (w, rates)."""
    hz = frequencies_hz()
    breath = hz >= FROM_HZ
    near, twice = (
        (np.abs(hz[:, None] - times * RATES_HZ) <= PEAK_HALF_WIDTH_HZ) & breath[:, None]
        for times in (1, 2)
    )
    fundamental, harmonic = power @ near, power @ (twice & ~near)
    wave = fundamental + np.minimum(harmonic, MOST_HARMONIC * fundamental)
    total = power[:, breath].sum(axis=1, keepdims=True)
    return np.clip(wave / np.maximum(total, 1e-9), 1e-6, 1 - 1e-6)
