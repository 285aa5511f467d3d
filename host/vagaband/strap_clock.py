"""Beats of another device on the recording's clock, where only their intervals are known.

The lag is where the two series of intervals correlate best (normalised cross-correlation over
what both have); then beats are matched minute by minute, which also gives the clocks' drift (the
median of pairwise slopes, Theil 1950).
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from vagaband.score import TOLERANCE_S, find_lag, match
from vagaband.session import Floats

GRID_HZ = 4.0  # fine enough to find the minute's lag from
WITHIN_SHARE = 0.4  # of the median: an interval further off is an artefact and counts nowhere
LEAST_OVERLAP_S = 30.0
WINDOW_S = 60.0
NEAR_S = (-1.0, 1.0)  # of the coarse lag: where the fine one is looked for
FEWEST_BEATS = 20  # in a window
LEAST_MATCHED = 0.8  # of a window's beats
LEAST_SPAN_S = 300.0  # over less, drift can't be told from the varying delay of the pulse
MOST_DRIFT = 0.005  # crystals agree a hundred times better; a clock not yet fitted may be this bad
SURE = 0.8  # correlation of intervals: two hearts that breathe at one rate come to 0.7
LEAST_CHANGE_S = 0.002  # of the intervals: a metronome's rounding correlates with anything


@dataclass(frozen=True)
class Clock:
    """A beat at t s of the other device lies at `offset_s + (1 + drift) t` of the recording."""

    offset_s: float
    drift: float
    correlation: float  # of the two series of intervals at that lag, -1..1

    @property
    def sure(self) -> bool:
        """Whether the two series are of one heart at one time, as far as can be told."""
        return self.correlation >= SURE

    def here(self, times_s: Floats) -> Floats:
        """Times of the other device, any shape, on the recording's clock."""
        return self.offset_s + (1 + self.drift) * np.asarray(times_s, dtype=np.float64)


def fit_clock(other_s: Floats, ours_s: Floats) -> Clock:
    """Find the other device's clock from its beats (n,) and the recording's beats (m,), in s.

    With nothing to compare the first beats are laid on each other, with correlation 0.
    """
    if len(other_s) < 2 or len(ours_s) < 2:
        return Clock(float(ours_s[0] - other_s[0]) if len(other_s) and len(ours_s) else 0.0, 0, 0)
    coarse_s = _coarse_lag(other_s, ours_s)
    points = _window_lags(other_s + coarse_s, ours_s)
    drift = lag_s = 0.0
    if len(points):
        times, lags = points.T
        drift = _drift(times, lags)
        lag_s = float(np.median(lags - drift * times))
    # A beat at t lies at (t + coarse) + lag + drift * (t + coarse).
    offset_s = coarse_s * (1 + drift) + lag_s
    return Clock(offset_s, drift, _correlation(offset_s + (1 + drift) * other_s, ours_s))


def _coarse_lag(other_s: Floats, ours_s: Floats) -> float:
    """The lag in s by which the other's beats must be put later."""
    other, known = _period(other_s, _grid(other_s))
    ours, ours_known = _period(ours_s, _grid(ours_s))
    size = 1 << int(len(other) + len(ours)).bit_length()

    def overlap(a: Floats, b: Floats) -> Floats:
        """Sum over time of a(t + lag) b(t) for every lag, wrapped round."""
        return np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)

    n = np.maximum(overlap(ours_known, known), 1.0)
    a, b = overlap(ours, known), overlap(ours_known, other)
    power = (overlap(ours**2, known) - a * a / n) * (overlap(ours_known, other**2) - b * b / n)
    with np.errstate(invalid="ignore", divide="ignore"):
        r = (overlap(ours, other) - a * b / n) / np.sqrt(power)
    least = GRID_HZ * min(LEAST_OVERLAP_S, 0.5 * min(len(other), len(ours)) / GRID_HZ)
    r[~np.isfinite(r) | (n < least) | (power < 1e-9 * np.max(power))] = -1.0
    best = int(np.argmax(r * np.sqrt(n)))  # a long overlap weighs more than a short one
    shift = best if best < size // 2 else best - size
    return float(ours_s[0] - other_s[0] + shift / GRID_HZ)


def _correlation(placed_s: Floats, ours_s: Floats) -> float:
    """Correlation of the two series of intervals over what both have; 0 where that is little."""
    both = np.array([max(placed_s[0], ours_s[0]), min(placed_s[-1], ours_s[-1])])
    if both[1] <= both[0]:
        return 0.0
    (a, a_known), (b, b_known) = (_period(beats, _grid(both)) for beats in (placed_s, ours_s))
    known = (a_known * b_known) > 0
    if known.sum() < FEWEST_BEATS:
        return 0.0
    if min(np.ptp(a[known]), np.ptp(b[known])) < LEAST_CHANGE_S:
        return 0.0
    return float(np.corrcoef(a[known], b[known])[0, 1])


def _grid(beats_s: Floats) -> Floats:
    return beats_s[0] + np.arange(int((beats_s[-1] - beats_s[0]) * GRID_HZ) + 1) / GRID_HZ


def _period(beats_s: Floats, grid_s: Floats) -> tuple[Floats, Floats]:
    """Heart period less its median on the grid, and 1 where it is known; both (k,)."""
    intervals = np.diff(beats_s)
    place = np.clip(np.searchsorted(beats_s, grid_s, side="right") - 1, 0, len(intervals) - 1)
    held = intervals[place]
    usual = float(np.median(intervals))
    known = np.abs(held - usual) <= WITHIN_SHARE * usual
    return np.where(known, held - usual, 0.0), known.astype(np.float64)


def _window_lags(placed_s: Floats, ours_s: Floats) -> NDArray[np.float64]:
    """Time and remaining lag (s) of each minute whose beats match, shape (w, 2)."""
    points = []
    for start_s in np.arange(placed_s[0], placed_s[-1], WINDOW_S):
        window = placed_s[(placed_s >= start_s) & (placed_s < start_s + WINDOW_S)]
        low, high = start_s + NEAR_S[0] - 1, start_s + WINDOW_S + NEAR_S[1] + 1
        near = ours_s[(ours_s > low) & (ours_s < high)]
        if len(window) < min(FEWEST_BEATS, len(placed_s)) or not len(near):
            continue
        lag_s = find_lag(window, near, NEAR_S, 0.0)
        if len(match(window, near - lag_s, TOLERANCE_S)) >= LEAST_MATCHED * len(window):
            points.append((start_s + WINDOW_S / 2, lag_s))
    return np.array(points).reshape(-1, 2)


def _drift(times_s: Floats, lags_s: Floats) -> float:
    if times_s[-1] - times_s[0] < LEAST_SPAN_S:
        return 0.0
    step = max(1, len(times_s) // 200)  # of a night, every third minute will do
    chosen = range(0, len(times_s), step)
    slopes = [
        (lags_s[j] - lags_s[i]) / (times_s[j] - times_s[i]) for i, j in combinations(chosen, 2)
    ]
    return float(np.clip(np.median(slopes), -MOST_DRIFT, MOST_DRIFT))
