"""What one unbroken run of corrected intervals says of 30 s of it, in float64.

Times of a run count from its first beat, by its own intervals. What is about sound intervals
leaves the corrected ones out; what needs an unbroken series takes them as corrected.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vagaband.reference.hf_power import WINDOW_S as HF_WINDOW_S
from vagaband.reference.hf_power import ln_hf_power
from vagaband.reference.lock_in import last_breaths
from vagaband.reference.peak_to_trough import of_pacer, peak_to_trough_ms
from vagaband.reference.rsa import EPOCH_SAMPLES, GRID_HZ, Filtered, RefEpoch, filtered
from vagaband.reference.time_domain import mean_hp_ms, rmssd_ms, sound_runs
from vagaband.session import Floats, Interval

EPOCH_S = EPOCH_SAMPLES / GRID_HZ
MOST_CORRECTED = 0.1  # of a window's time: beyond it there is no HF power and no peak-to-trough
INHALE_SHARE = 0.5  # the heart period falls for half of each breath laid by its own swing
LEAST_BEATS = 8  # to lay breaths on an epoch


@dataclass(frozen=True)
class Run:
    """A run: its intervals, their lengths (n,) in ms, begins and ends (n,) in s after the first
    beat, which of them are as measured, and the filtered heart period."""

    first_s: float  # of the first beat, on the session's clock
    intervals: list[Interval]
    ibi_ms: Floats
    begins_s: Floats
    ends_s: Floats
    sound: NDArray[np.bool_]
    period: Filtered

    def after_first_beat_s(self, t_s: float) -> float:
        """A time of the session in the run's own time, to the half second of its grid."""
        first = round((t_s - self.first_s - self.period.start_s) * GRID_HZ)
        return self.period.start_s + first / GRID_HZ

    def rsa(self, start_s: float) -> RefEpoch | None:
        """PB2 and BP-RSA of the epoch."""
        return self.period.epoch(round((start_s - self.period.start_s) * GRID_HZ))

    def mean_hp_ms(self, start_s: float) -> float | None:
        """Mean of the sound intervals that begin in the epoch."""
        return mean_hp_ms(sound_runs(self._beginning_in(start_s)))

    def rmssd_ms(self, start_s: float) -> float | None:
        """RMSSD of the sound intervals that begin in the epoch."""
        return rmssd_ms(sound_runs(self._beginning_in(start_s)))

    def corrected_share(self, start_s: float, length_s: float = EPOCH_S) -> float:
        """Share of the time from `start_s` on that lies in corrected intervals."""
        first, last = np.searchsorted(self.ends_s, [start_s, start_s + length_s])
        near = slice(int(first), int(last) + 1)
        begin_s = np.maximum(self.begins_s[near], start_s)
        end_s = np.minimum(self.ends_s[near], start_s + length_s)
        return float(np.sum((end_s - begin_s)[~self.sound[near]]) / length_s)

    def hf_ln_ms2(self, start_s: float) -> float | None:
        """ln of the HF power over the two minutes that end with the epoch, or what there is."""
        end_s = start_s + EPOCH_S
        begin_s = max(0.0, end_s - HF_WINDOW_S)
        if self.corrected_share(begin_s, end_s - begin_s) > MOST_CORRECTED:
            return None
        return ln_hf_power(self.ibi_ms[self._ending_in(begin_s, end_s)])

    def lock_in_ln_ms2(self, start_s: float, pace_hz: float) -> float | None:
        """Lock-in RSA at the pacer's rate over the last breaths before the epoch's end."""
        sound = self.sound
        begins_s, ibi_ms = self.begins_s[sound], self.ibi_ms[sound]
        found = last_breaths(begins_s, ibi_ms, pace_hz, start_s + EPOCH_S)
        return found.ln_ms2 if found else None

    def peak_to_trough_ms(self, start_s: float, breath_hz: float) -> float | None:
        """Peak-to-trough over the epoch's breaths, of which only the rate is known.

        They are laid where the heart itself swings at that rate, its period longest as each
        begins: what a signal of breathing would give at most.
        """
        inside = self._ending_in(start_s, start_s + EPOCH_S)
        ends_s, ibi_ms = self.ends_s[inside], self.ibi_ms[inside]
        if len(ends_s) < LEAST_BEATS or self.corrected_share(start_s) > MOST_CORRECTED:
            return None
        drift = np.polynomial.Polynomial.fit(ends_s, ibi_ms, 1)(ends_s)
        turns = breath_hz * (ends_s - start_s)
        swing = np.sum((ibi_ms - drift) * np.exp(-2j * np.pi * turns))
        longest_s = start_s + (-np.angle(swing) / (2 * np.pi) % 1.0) / breath_hz
        breaths = of_pacer(longest_s, start_s + EPOCH_S, breath_hz, INHALE_SHARE)
        beats_s = np.concatenate([[ends_s[0] - ibi_ms[0] / 1000], ends_s])
        return peak_to_trough_ms(beats_s, breaths)

    def _beginning_in(self, start_s: float) -> list[Interval]:
        first, last = np.searchsorted(self.begins_s, [start_s - 1e-9, start_s + EPOCH_S - 1e-9])
        return self.intervals[int(first) : int(last)]

    def _ending_in(self, begin_s: float, end_s: float) -> slice:
        first, last = np.searchsorted(self.ends_s, [begin_s, end_s], side="right")
        return slice(int(first), int(last))


def runs_of(intervals: Sequence[Interval]) -> dict[int, Run]:
    """The runs of a session's intervals by number; a gap ends one and is no heart period."""
    by_number: dict[int, list[Interval]] = {}
    for interval in intervals:
        if interval.flag != "gap":
            by_number.setdefault(interval.run, []).append(interval)
    return {number: _run(items) for number, items in by_number.items()}


def _run(intervals: list[Interval]) -> Run:
    ibi_ms = np.array([interval.ibi_ms for interval in intervals])
    ends_s = np.cumsum(ibi_ms) / 1000
    return Run(
        first_s=intervals[0].t_s,
        intervals=intervals,
        ibi_ms=ibi_ms,
        begins_s=ends_s - ibi_ms / 1000,
        ends_s=ends_s,
        sound=np.array([interval.flag == "ok" for interval in intervals]),
        period=filtered(ibi_ms),
    )
