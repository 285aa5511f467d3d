"""What breathing does to the pulse, beat by beat: its rate, its height and its level.

The three respiratory modulations of Karlen, Raman, Ansermino and Dumont 2013 (IEEE Trans Biomed
Eng 60:1946): frequency (interval), amplitude (upstroke height) and intensity (baseline).
"""

from dataclasses import dataclass

import numpy as np

from vagaband.reference.beats import UPSTROKE_S
from vagaband.reference.zero_phase import low_pass
from vagaband.session import Floats

WAVE_LOW_PASS_HZ = 8.0


@dataclass(frozen=True)
class Modulations:
    """Three series beside the beats they belong to, all of shape (b,). An interval ends at its
    beat; the first beat's is NaN."""

    t_s: Floats
    interval_ms: Floats
    height: Floats  # of the upstroke, in counts
    level: Floats  # midway between foot and peak, in counts of light, systole up

    def series(self) -> dict[str, Floats]:
        """The three by name."""
        return {"interval": self.interval_ms, "height": self.height, "level": self.level}


def modulations(t_s: Floats, counts: Floats, beats_s: Floats) -> Modulations:
    """Of light in counts (systole down) at evenly spaced `t_s`, (n,), with known beats, (b,)."""
    rate_hz = (len(t_s) - 1) / (t_s[-1] - t_s[0])
    wave = low_pass(-counts, rate_hz, WAVE_LOW_PASS_HZ)
    at = np.rint((beats_s - t_s[0]) * rate_hz).astype(np.int64)
    reach = round(UPSTROKE_S * rate_hz)
    feet = np.array([wave[max(0, k - reach) : k + 1].min() for k in at])
    peaks = np.array([wave[k : k + reach].max() for k in at])
    return Modulations(
        t_s=beats_s,
        interval_ms=np.diff(beats_s, prepend=np.nan) * 1000,
        height=peaks - feet,
        level=(peaks + feet) / 2,
    )
