"""The whole reference road: light -> beats -> corrected intervals -> RSA, at any instant."""

from dataclasses import dataclass

from vagaband.reference.beats import Beats, detect
from vagaband.reference.intervals import correct_beats
from vagaband.reference.rsa import GRID_HZ, Filtered, RefEpoch, filtered
from vagaband.session import Floats


@dataclass(frozen=True)
class Chain:
    """What the reference makes of a recording's light."""

    beats: Beats
    runs: list[
        tuple[float, Filtered]
    ]  # time of the run's first beat in s, and its filtered period

    def rsa_at(self, t_s: float) -> RefEpoch | None:
        """RSA of the 30 s from `t_s` on, to the nearest half second; None where a run lacks it."""
        for start_s, run in self.runs:
            epoch = run.epoch(round((t_s - start_s - run.start_s) * GRID_HZ))
            if epoch is not None:
                return epoch
        return None


def from_light(t_s: Floats, counts: Floats) -> Chain:
    """The chain on light in counts (systole down) at times `t_s`, both of shape (n,)."""
    beats = detect(t_s, counts)
    runs = correct_beats(beats.t_s, beats.spans)
    return Chain(beats, [(run.start_ms / 1000, filtered(run.ibi_ms)) for run in runs])
