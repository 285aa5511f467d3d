"""Paced breathing in a session: when which pace was given, and the heart's swing at it."""

from dataclasses import dataclass

import numpy as np

from vagaband.reference.lock_in import LockIn, disturbance, lock_in
from vagaband.session import Floats, Session

SETTLE_S = 30.0  # of each pace, until breath and heart have found it
PRESETS = {  # seconds in, seconds out
    "5-5": (5.0, 5.0),
    "4-6": (4.0, 6.0),
    "3-7": (3.0, 7.0),
    "4-4": (4.0, 4.0),
    "6-6": (6.0, 6.0),
}


@dataclass(frozen=True)
class Stretch:
    """One pace, from its beginning to its end."""

    begin_s: float
    end_s: float
    hz: float

    @property
    def per_min(self) -> float:
        """Breaths a minute, to a tenth of a per cent."""
        return round(60 * self.hz, 2)


@dataclass(frozen=True)
class Paced:
    """The heart's swing at one pace."""

    stretch: Stretch
    found: LockIn
    disturbance: float  # see reference.lock_in


@dataclass(frozen=True)
class Done:
    """An exercise: "pacing" or "resonance", and the paces in it."""

    kind: str
    stretches: tuple[Stretch, ...]


def exercises(session: Session) -> list[Done]:
    """The exercises of a session, in order; one that is cut off ends with the last interval."""
    last_s = session.intervals[-1].t_s if session.intervals else 0.0
    done = []
    for k, exercise in enumerate(session.exercises):
        if exercise.kind:
            following = session.exercises[k + 1 :]
            end_s = following[0].t_s if following else last_s
            done.append(Done(exercise.kind, tuple(_stretches(session, exercise.t_s, end_s))))
    return done


def _stretches(session: Session, begin_s: float, end_s: float) -> list[Stretch]:
    inside = [pace for pace in session.paces if begin_s <= pace.t_s <= end_s]
    ends = [*(pace.t_s for pace in inside[1:]), end_s][: len(inside)]  # none: it was cut off
    return [
        Stretch(pace.t_s, min(until_s, end_s), pace.hz)
        for pace, until_s in zip(inside, ends, strict=True)
        if pace.hz and until_s > pace.t_s
    ]


def measure(session: Session, stretch: Stretch, settle_s: float = SETTLE_S) -> Paced | None:
    """The swing at a pace, after half a minute; None where that is too short or disturbed."""
    t_s, ibi_ms = sound_intervals(session, stretch.begin_s + settle_s, stretch.end_s)
    found = lock_in(t_s, ibi_ms, stretch.hz)
    return Paced(stretch, found, disturbance(t_s, ibi_ms, stretch.hz)) if found else None


def sound_intervals(session: Session, begin_s: float, end_s: float) -> tuple[Floats, Floats]:
    """Begin (s) and length (ms) of the intervals in between that were left as they are."""
    kept = [
        (i.t_s, i.ibi_ms)
        for i in session.intervals
        if i.flag == "ok" and i.t_s >= begin_s and i.t_s + i.ibi_ms / 1000 <= end_s
    ]
    table = np.array(kept, float).reshape(-1, 2)
    return table[:, 0], table[:, 1]
