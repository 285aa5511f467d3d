"""Light through the detector: of each beat its time, height and level."""

from dataclasses import dataclass

from light import Counts
from vagal.beats import Beats


@dataclass(frozen=True)
class Pulse:
    """A beat: seconds from the first sample, height in counts x 36, level in counts."""

    t_s: float
    height: int
    level: int


def pulses_in(counts: Counts) -> list[Pulse]:
    """The trusted beats of light at 100 Hz, shape (n,)."""
    detector = Beats()
    found = []
    for index, ir in enumerate(counts.tolist()):
        if detector.push(ir):
            at = index - detector.back
            t_s = (at + detector.frac / 256) / 100
            found.append(Pulse(t_s, detector.height, detector.level))
    return found
