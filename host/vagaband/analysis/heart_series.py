"""The day's intervals as arrays, in unbroken runs on the day's axis."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vagaband.analysis.model import Piece
from vagaband.session import Floats


@dataclass(frozen=True)
class HeartRun:
    """Intervals (n,) without a break: begin (s), length (ms), and which are as measured."""

    piece: int
    t_s: Floats
    ibi_ms: Floats
    sound: NDArray[np.bool_]

    @property
    def begin_s(self) -> float:
        return float(self.t_s[0])

    @property
    def end_s(self) -> float:
        return float(self.t_s[-1] + self.ibi_ms[-1] / 1000)


def runs_of(pieces: Sequence[Piece]) -> list[HeartRun]:
    """The runs of all pieces, in order of time; a gap ends one and is no heart period."""
    runs = []
    for number, piece in enumerate(pieces):
        kept = [i for i in piece.session.intervals if i.flag != "gap"]
        if not kept:
            continue
        t_s = np.array([i.t_s for i in kept], float) + piece.offset_s
        ibi_ms = np.array([i.ibi_ms for i in kept], float)
        sound = np.array([i.flag == "ok" for i in kept])
        run = np.array([i.run for i in kept])
        usable = np.isfinite(t_s) & np.isfinite(ibi_ms) & (ibi_ms > 0)
        t_s, ibi_ms, sound, run = t_s[usable], ibi_ms[usable], sound[usable], run[usable]
        breaks = np.flatnonzero((np.diff(run) != 0) | (np.diff(t_s) <= 0)) + 1
        for part in np.split(np.arange(len(t_s)), breaks):
            if len(part):
                runs.append(HeartRun(number, t_s[part], ibi_ms[part], sound[part]))
    return sorted(runs, key=lambda one: one.begin_s)


def between(runs: Sequence[HeartRun], begin_s: float, end_s: float) -> tuple[Floats, Floats]:
    """Begin (s) and length (ms) of the sound intervals that lie between two times."""
    t_s, ibi_ms = [np.zeros(0)], [np.zeros(0)]
    for run in runs:
        if run.end_s > begin_s and run.begin_s < end_s:
            inside = run.sound & (run.t_s >= begin_s) & (run.t_s + run.ibi_ms / 1000 <= end_s)
            t_s.append(run.t_s[inside])
            ibi_ms.append(run.ibi_ms[inside])
    return np.concatenate(t_s), np.concatenate(ibi_ms)
