"""When sessions began, from any setting of the wall clock in the same boot (see journal.md)."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from vagaband.assemble import Found, clock_of
from vagaband.journal import CLOCK, Journal

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
EARLIEST_S = 757382400  # 2024-01-01: before that the clock was never set
LATEST_S = 1 << 31


def dates(journals: Iterable[Journal]) -> list[datetime | None]:
    """When each session of a device began, UTC; None where nothing dates it."""
    sessions = list(journals)
    known: dict[str, int] = {}  # boot: how far the clock was set in it, by the last that tells
    for session in sessions:
        boot, _, set_by_s = _clock(session)
        last_s = set_by_s + sum(_settings(session))
        known[boot] = last_s
    return [_date(session, known) for session in sessions]


def _date(session: Journal, known: dict[str, int]) -> datetime | None:
    boot, rtc_s, set_by_s = _clock(session)
    began_s = _by_own_setting(session)
    if began_s is None:
        began_s = rtc_s + (known[boot] - set_by_s if boot else 0)
    return EPOCH + timedelta(seconds=began_s) if EARLIEST_S <= began_s < LATEST_S else None


def _by_own_setting(session: Journal) -> float | None:
    """The last setting in the session less the session's own time till then."""
    settings = [event for event in session.events if event.code == CLOCK and event.arg == 1]
    if not settings or not session.header.get("rate_hz"):
        return None
    clock = clock_of(Found(events=session.events), session.header["rate_hz"])
    return settings[-1].value - float(clock.seconds(settings[-1].index))


def _clock(session: Journal) -> tuple[str, int, int]:
    """Boot, clock at the start, seconds set by till then; what is no such thing counts as none."""
    header = session.header
    boot = header.get("boot")
    values = [header.get(name) for name in ("rtc_s", "set_by_s")]
    rtc_s, set_by_s = (v if isinstance(v, int) and abs(v) < LATEST_S else 0 for v in values)
    return boot if isinstance(boot, str) else "", rtc_s, set_by_s


def _settings(session: Journal) -> list[int]:
    """Seconds of each setting: an event before it and one after it."""
    events = [event for event in session.events if event.code == CLOCK]
    return [b.value - a.value for a, b in pairwise(events) if (a.arg, b.arg) == (0, 1)]
