"""What only the light tells of 30 s: the breathing rate by the pulse, and the noise floor.

Both go by the reference's own beats: neither the device's beats nor its modulations are used.
"""

from dataclasses import dataclass, replace

import numpy as np

from vagaband.reference.beats import Beats, gap_free
from vagaband.reference.breathing import WINDOW_S, BreathRate, breath_rate
from vagaband.reference.modulation import Modulations, modulations
from vagaband.reference.noise_floor import beat_jitter_ms, floor_ln_ms2
from vagaband.session import Floats

# A device's intervals are whole eighths of a ms: no beat is timed better than that rounding.
LEAST_JITTER_MS = 0.125 / np.sqrt(12)
LEAST_BEATS = 8  # whose jitter makes a floor
EDGE_S = 1.0  # an epoch may begin or end so far outside its light: beats don't fill it


@dataclass(frozen=True)
class Stretch:
    """Gap-free light: counts (n,) at `t_s`, and the modulations of the beats in it."""

    t_s: Floats
    counts: Floats
    found: Modulations

    def breath(self, end_s: float) -> BreathRate | None:
        """Breathing rate over the window that ends there, shorter at the stretch's start."""
        return breath_rate(self.found, max(end_s - WINDOW_S, float(self.t_s[0])), end_s)

    def noise_floor_ln(self, start_s: float, end_s: float, mean_hp_ms: float) -> float | None:
        """PB2 that the jitter of the beats between two times alone would show."""
        light = slice(*np.searchsorted(self.t_s, [start_s, end_s]).tolist())
        beats_s = self.found.t_s
        beats_s = beats_s[(beats_s > start_s) & (beats_s < min(end_s, self.t_s[light][-1]))]
        if len(beats_s) < LEAST_BEATS:
            return None
        jitter_ms = float(np.median(beat_jitter_ms(self.t_s[light], self.counts[light], beats_s)))
        return floor_ln_ms2(max(jitter_ms, LEAST_JITTER_MS), mean_hp_ms)


def stretches_of(t_s: Floats, counts: Floats, beats: Beats) -> list[Stretch]:
    """The gap-free stretches of light in counts at `t_s`, both (n,), that hold beats."""
    stretches = []
    for part in gap_free(t_s):
        here = t_s[part]
        beats_s = beats.t_s[(beats.t_s >= here[0]) & (beats.t_s <= here[-1])]
        if len(beats_s) > 1:
            stretches.append(
                Stretch(here, counts[part], _modulations(here, counts[part], beats_s))
            )
    return stretches


def stretch_at(stretches: list[Stretch], start_s: float, end_s: float) -> Stretch | None:
    """The stretch that holds all between two times."""
    for stretch in stretches:
        if stretch.t_s[0] <= start_s + EDGE_S and stretch.t_s[-1] >= end_s - EDGE_S:
            return stretch
    return None


def _modulations(t_s: Floats, counts: Floats, beats_s: Floats) -> Modulations:
    """By sample number: a clock that is rescaled on the way spaces samples unevenly in time."""
    rate_hz = (len(t_s) - 1) / (t_s[-1] - t_s[0])
    number = np.arange(len(t_s), dtype=np.float64)
    found = modulations(number / rate_hz, counts, np.interp(beats_s, t_s, number) / rate_hz)
    return replace(found, t_s=beats_s, interval_ms=np.diff(beats_s, prepend=np.nan) * 1000)
