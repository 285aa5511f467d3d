"""When each of two people breathed at a pace: as their journal logs it, or their heart shows it.

Slow breathing lets RSA swing far. Two people who begin and end it together have that in common,
at one rate or at two, however short it was.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from vagaband.analysis.heart_series import HeartRun
from vagaband.analysis.slow_rhythm import SAME_RATE_HZ, slow_rhythms
from vagaband.session import Session
from vagaband.synchrony.course import Clock
from vagaband.synchrony.model import Pacing

LEAST_S = 30.0  # that both breathed at a pace


@dataclass(frozen=True)
class Pace:
    """One person's, in s of the axis."""

    begin_s: float
    end_s: float
    hz: float
    is_logged: bool


def paces_of(
    session: Session, runs: Sequence[HeartRun], clock: Clock, begin_s: float
) -> list[Pace]:
    """All of a person's on an axis that begins at `begin_s`; what the journal logs stands for what
    the heart shows then."""
    logged = [(*stretch, True) for stretch in _logged(session)]
    seen = [(slow.begin_s, slow.end_s, slow.hz, False) for slow in slow_rhythms(runs)]
    new = [one for one in seen if not any(one[0] < b[1] and b[0] < one[1] for b in logged)]
    found = []
    for from_s, until_s, hz, is_logged in [*logged, *new]:
        first, last = (clock(np.array([from_s, until_s])) - begin_s).tolist()
        found.append(Pace(first, last, hz, is_logged))
    return found


def at_one_time(a: Sequence[Pace], b: Sequence[Pace], seconds: float) -> list[Pacing]:
    """Where both breathed at a pace, within so many seconds of the axis; logged ones first."""
    found = []
    for one in a:
        for other in b:
            first, last = max(one.begin_s, other.begin_s, 0), min(one.end_s, other.end_s, seconds)
            if last - first < LEAST_S:
                continue
            by = "logged" if one.is_logged and other.is_logged else "line"
            if abs(one.hz - other.hz) > SAME_RATE_HZ:
                by = "apart"
            found.append(Pacing(first, last, 60 * one.hz, by))
    return sorted(found, key=lambda pacing: (pacing.by != "logged", pacing.begin_s))


def _logged(session: Session) -> Iterator[tuple[float, float, float]]:
    """Begin, end and rate of the paces in a journal, in its own time."""
    ends = [i.t_s + i.ibi_ms / 1000 for i in session.intervals[-1:]]
    marks = [(pace.t_s, pace.hz) for pace in session.paces] + [(end_s, 0.0) for end_s in ends]
    for (from_s, hz), (until_s, _) in pairwise(marks):
        if hz and until_s > from_s:
            yield from_s, until_s, hz
