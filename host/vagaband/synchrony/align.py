"""Two recordings on one axis: by the boards' exchanges with a PC, by dates, or by their start."""

from dataclasses import dataclass, replace

import numpy as np

from vagaband.errors import InputError
from vagaband.journal import is_journal
from vagaband.open_recording import Opened
from vagaband.pair.common import common_time_of
from vagaband.session import Floats, Session
from vagaband.synchrony.course import Clock

BY_DATES_S = 2.0  # two clocks set by hand or by whole seconds
LONGEST_S = 36 * 3600


@dataclass(frozen=True)
class Heard:
    """A recording and its own seconds on the common clock."""

    session: Session
    clock: Clock


@dataclass(frozen=True)
class Axis:
    """Two recordings over the whole seconds that both cover. `basis`: "exchanges", "dates" or
    "start"; `error_s` is how far off the time between the two may be, None where nobody knows."""

    a: Heard
    b: Heard
    begin_s: float
    seconds: int
    basis: str
    error_s: float | None

    def cut(self, from_s: float, until_s: float) -> "Axis":
        """The part of it between two of its seconds."""
        end = int(min(until_s, self.seconds))
        begin = int(max(from_s, 0))
        return replace(self, begin_s=self.begin_s + begin, seconds=max(0, end - begin))


def axis_of(a: Opened, b: Opened, offset_s: float | None = None, salvage: bool = False) -> Axis:
    """`offset_s`: B began so much later than A, whatever their clocks say; `salvage` uses what is
    left of a damaged journal.

    Raises InputError for journals that nothing brings together.
    """
    if offset_s is None and is_journal(a.path) and is_journal(b.path):
        common = common_time_of(a.path, b.path, salvage)
        clocks: tuple[Clock, Clock] = (common.a.at, common.b.at)
        return together(a.session, b.session, clocks, common.basis, common.error_s)
    basis, error_s, later_s = "start", None, 0.0
    if offset_s is not None:
        later_s = offset_s
    elif a.began is not None and b.began is not None:
        if (a.began.tzinfo is None) != (b.began.tzinfo is None):
            raise InputError(
                "Only one of the two recordings tells its time zone.",
                "Say with --offset by how many seconds B began later than A.",
            )
        basis, error_s = "dates", BY_DATES_S
        later_s = (b.began - a.began).total_seconds()

    def of_b(t_s: Floats) -> Floats:
        return t_s + later_s

    return together(a.session, b.session, (_as_is, of_b), basis, error_s)


def together(
    a: Session,
    b: Session,
    clocks: tuple[Clock, Clock] | None = None,
    basis: str = "start",
    error_s: float | None = None,
) -> Axis:
    """The axis of two sessions by their clocks; they start together without any."""
    clocks = clocks or (_as_is, _as_is)
    spans = [_span(session, clock) for session, clock in zip((a, b), clocks, strict=True)]
    begin_s, end_s = np.ceil(max(s[0] for s in spans)), np.floor(min(s[1] for s in spans))
    if end_s - begin_s > LONGEST_S:
        raise InputError(
            f"The two recordings have {(end_s - begin_s) / 3600:.0f} hours in common.",
            "Name recordings of a day and a half at most.",
        )
    seconds = int(max(0, end_s - begin_s))
    heard_a, heard_b = Heard(a, clocks[0]), Heard(b, clocks[1])
    return Axis(heard_a, heard_b, float(begin_s), seconds, basis, error_s)


def _as_is(t_s: Floats) -> Floats:
    return t_s


def _span(session: Session, clock: Clock) -> tuple[float, float]:
    """Begin of the first interval and end of the last; nothing where there is none."""
    if not session.intervals:
        return 0.0, 0.0
    last = session.intervals[-1]
    ends = np.array([session.intervals[0].t_s, last.t_s + last.ibi_ms / 1000])
    begin_s, end_s = clock(ends)
    return float(begin_s), float(end_s)
