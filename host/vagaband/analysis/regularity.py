"""How regular the rhythm is at its strongest wave (rsa.md §1.8): no measure of vagal tone.

The largest local maximum between 0.04 and 0.26 Hz; CR = P(peak ±0.015 Hz) / (P(0.0033-0.4 Hz) -
P(peak)); shown is CR / (1 + CR), the share of the power that lies in the peak: 0.89 for a pure
wave, for the window itself widens it. A heart with little RSA can score higher than one with
much, for its slow wave stands alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vagaband.analysis.heart_series import HeartRun
from vagaband.analysis.model import Moment
from vagaband.analysis.spectra import (
    GRID_HZ,
    WINDOW_S,
    frequencies_hz,
    near,
    power_of,
    tallest_peak,
    windows_of,
)
from vagaband.reference.run_numbers import EPOCH_S
from vagaband.session import Floats

PEAK_HZ = (0.04, 0.26)
CHANCE_SHARE = 0.37  # 95 in 100 windows of unordered intervals stay below (measured in tests)
LEAST_POWER = 1e-6  # ms²: below it there is no wave at all


@dataclass(frozen=True)
class Regularity:
    """Share of the power in the peak, 0 to 1, and the peak's rate."""

    share: float
    per_min: float


def regularity(windows: Floats) -> list[Regularity | None]:
    """Of windows (w, 128) of the heart period (ms) at 2 Hz; None without a local maximum."""
    if not len(windows):
        return []
    power, hz = power_of(windows), frequencies_hz()
    peak, total = tallest_peak(power, *PEAK_HZ), power.sum(axis=1)
    within = (power * near(hz[peak])).sum(axis=1)
    return [
        Regularity(float(within[w] / total[w]), float(60 * hz[peak[w]]))
        if peak[w] >= 0 and total[w] > LEAST_POWER
        else None
        for w in range(len(windows))
    ]


def at_moments(runs: Sequence[HeartRun], moments: Sequence[Moment]) -> dict[int, Regularity]:
    """By the moment's index: of the 64 s around a valid epoch, moved into its run at the ends."""
    found: dict[int, Regularity] = {}
    starts_s = np.array([moment.t_s for moment in moments])
    valid = np.array([moment.valid for moment in moments], bool)
    pieces = np.array([moment.piece for moment in moments])
    for run in runs:
        begins_s, windows, usable = windows_of(run)
        if not len(begins_s):
            continue
        inside = (starts_s >= run.begin_s) & (starts_s + EPOCH_S <= run.end_s)
        wanted = np.flatnonzero(inside & valid & (pieces == run.piece))
        at = np.rint((starts_s[wanted] + (EPOCH_S - WINDOW_S) / 2 - begins_s[0]) * GRID_HZ)
        at = np.clip(at, 0, len(begins_s) - 1).astype(np.int64)
        wanted, at = wanted[usable[at]], at[usable[at]]
        for index, one in zip(wanted.tolist(), regularity(windows[at]), strict=True):
            if one:
                found[index] = one
    return found
