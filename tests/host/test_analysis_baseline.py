"""The own baseline by DESIGN's words, to the last of them; and the session's own until then."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hearts_read import claims_by_kind, heart, piece_of, session_of, there
from vagaband.analysis.baseline import BaselineRow, Past
from vagaband.analysis.day import kept_of, read_day
from vagaband.analysis.model import Baseline

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def own(past: list[BaselineRow], at: datetime | None) -> Baseline:
    return Past(past, at).own()


def rows(days: int, each: int, at: datetime = NOW, hp_ms: float = 900.0, valid: bool = True):
    """So many epochs on each of so many days before, all within minutes of the same time."""
    return [
        BaselineRow(
            at - day * DAY + timedelta(seconds=30 * k), hp_ms + k % 5, 6.0 + k % 3 / 10, 6.2, valid
        )
        for day in range(1, days + 1)
        for k in range(each)
    ]


@pytest.mark.parametrize(
    ("days", "each", "why"),
    [(3, 20, ""), (3, 19, "few_epochs"), (2, 200, "few_days"), (13, 5, ""), (0, 0, "no_rows")],
)
def test_sixty_epochs_on_three_days(days: int, each: int, why: str):
    found = own(rows(days, each), NOW)
    assert (found.kind, found.why_not) == ("none" if why else "own", why)
    assert (found.epochs, found.days) == (days * each, days)


def test_it_is_the_median_of_them():
    found = own([*rows(3, 40), *rows(1, 19, hp_ms=2000.0)], NOW)
    assert found.hp_ms == pytest.approx(902, abs=2)
    assert found.rsa_ln == pytest.approx(6.1, abs=0.01)
    assert found.bp_ln == 6.2
    assert found.hp_spread is not None


@pytest.mark.parametrize(
    ("apart", "counts"),
    [
        (timedelta(hours=3), True),
        (timedelta(hours=-3), True),
        (timedelta(hours=3, minutes=1), False),
        (timedelta(hours=-3, minutes=-1), False),
        (timedelta(hours=12), False),
    ],
)
def test_within_three_hours_of_the_same_time_of_day(apart: timedelta, counts: bool):
    past = [
        BaselineRow(NOW - (1 + k % 5) * DAY + apart, 900.0, 6.0, 6.0, True) for k in range(100)
    ]
    assert (own(past, NOW).kind == "own") is counts


def test_around_midnight_the_time_of_day_goes_round():
    night = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    past = [
        BaselineRow(night - k % 5 * DAY - timedelta(hours=22), 900.0, 6.0, 6.0, True)
        for k in range(100)
    ]
    assert own(past, night).kind == "own"


def test_the_last_fourteen_days_and_nothing_later():
    """Epochs from day 15 on, and those at or after the session's begin, are no baseline."""
    old = [BaselineRow(NOW - 15 * DAY - k % 4 * DAY, 900.0, 6.0, 6.0, True) for k in range(100)]
    later = [BaselineRow(NOW + k % 4 * DAY, 900.0, 6.0, 6.0, True) for k in range(100)]
    assert own(old, NOW).kind == "none"
    assert own(later, NOW).kind == "none"
    edge = [BaselineRow(NOW - (12 + k % 3) * DAY, 900.0, 6.0, 6.0, True) for k in range(60)]
    assert own(edge, NOW).kind == "own"


def test_refused_epochs_do_not_count():
    assert own(rows(5, 50, valid=False), NOW).epochs == 0


def test_days_and_hours_are_those_of_the_wearers_clock():
    """At 01:00 in Auckland it is noon of the day before in Greenwich."""
    zone = timezone(timedelta(hours=13))
    now = datetime(2026, 11, 20, 1, 0, tzinfo=zone)
    past = rows(3, 20, at=now.astimezone(UTC))
    assert own(past, now).kind == "own"
    noon = datetime(2026, 11, 20, 12, 0, tzinfo=zone)
    assert own(past, noon).kind == "none"


def test_an_undated_session_has_no_own_baseline():
    assert own(rows(5, 50), None).why_not == "undated"


def test_rsa_of_too_few_is_no_baseline_beside_a_heart_period_that_is_one():
    """Where breathing was known in ten epochs only."""
    past = [
        BaselineRow(row.at, row.hp_ms, row.pb2_ln if k < 10 else None, row.bp_ln, True)
        for k, row in enumerate(rows(4, 20))
    ]
    found = own(past, NOW)
    assert (found.kind, found.rsa_ln, found.bp_ln) == ("own", None, 6.2)


def test_until_then_the_sessions_own_median_by_that_name():
    session = session_of(heart(np.random.default_rng(1), 12))
    reading = read_day([piece_of(session, began=NOW)], baseline_rows=rows(2, 100))
    base = reading.baseline
    valid = [e for e in session.epochs if e.valid]
    assert (base.kind, base.why_not, base.epochs) == ("session", "few_days", len(valid))
    assert base.hp_ms == np.median([there(e.mean_hp_ms) for e in valid])
    claim = claims_by_kind(reading)["own_baseline"][0]
    assert (claim.valid, claim.why, claim.baseline) == (False, "few_days", "session")


def test_under_five_minutes_there_is_not_even_that():
    reading = read_day([piece_of(session_of(heart(np.random.default_rng(1), 4)))])
    assert (reading.baseline.kind, reading.baseline.why_not) == ("none", "short")
    assert not any(moment.region for moment in reading.moments)
    assert {m.region_why for m in reading.moments if m.valid} == {"no_baseline"}


def test_a_days_hours_have_each_their_own():
    """Mornings at 1000 ms, evenings at 800 ms: nobody is "faster" for its being evening."""
    morning, evening = NOW.replace(hour=8), NOW.replace(hour=18)
    past = [*rows(4, 40, morning, 1000.0), *rows(4, 40, evening, 800.0)]
    pieces = [
        piece_of(session_of(heart(np.random.default_rng(k), 12, hp_ms=hp)), began=at, offset_s=s)
        for k, (at, hp, s) in enumerate([(morning, 1000.0, 0.0), (evening, 800.0, 36000.0)])
    ]
    reading = read_day(pieces, baseline_rows=past)
    assert len(reading.baselines) == 11
    kinds = [one.kind for one in reading.baselines]
    assert (kinds[0], kinds[5], kinds[-1]) == ("own", "session", "own")
    assert all(abs(m.d_hp_ms) < 80 for m in reading.moments if m.d_hp_ms is not None)


def test_an_own_baseline_knows_how_far_days_lie_apart():
    """A day 0.5 ln from the median is within what days differ by; it takes more to say so."""
    past = [
        BaselineRow(row.at, row.hp_ms, 6.3 + 0.4 * np.sin(3 * row.at.day), None, True)
        for row in rows(10, 20)
    ]
    session = session_of(heart(np.random.default_rng(3), 15, swing_ms=45))
    level = float(np.median([e.ln_ms2 for e in session.epochs if e.ln_ms2]))
    for shift_ln, change in ((0.5, False), (2.0, True)):
        moved = [
            BaselineRow(row.at, row.hp_ms, row.pb2_ln - 6.3 + level - shift_ln, None, True)
            for row in past
            if row.pb2_ln
        ]
        claims = claims_by_kind(read_day([piece_of(session, began=NOW)], baseline_rows=moved))
        whole = "rsa_change" if change else "rsa_no_difference"
        assert [c.baseline for c in claims[whole] if c.block is None] == ["own"]
        assert claims[whole][0].value == pytest.approx(shift_ln, abs=0.3)


def test_what_the_index_keeps_of_a_piece():
    """PB2 only where it may stand alone; nothing of slow breathing."""
    intervals = heart(np.random.default_rng(7), 20, slow=(480.0, 720.0, 0.1, 130.0))
    known = kept_of(piece_of(session_of(intervals, 16.0), began=NOW)).rows
    unknown = kept_of(piece_of(session_of(intervals, None), began=NOW)).rows
    assert all((row.pb2_ln is not None) == row.valid for _, row in known)
    assert all(row.pb2_ln is None for _, row in unknown)
    slow = [row.bp_ln for t_s, row in unknown if 500 <= t_s <= 680]
    assert slow == [None] * len(slow)
    assert any(row.bp_ln is not None for t_s, row in unknown if t_s < 440)
    assert known[0][1].at == NOW + timedelta(seconds=known[0][0])
