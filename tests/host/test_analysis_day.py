"""A day on one axis: pieces, marks, blocks; odd sessions; and how long it takes."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hearts_read import heart, intervals_of, piece_of, session_of
from hypothesis import given, settings
from hypothesis import strategies as st
from test_analysis_claims import check
from vagaband.analysis.baseline import BaselineRow
from vagaband.analysis.day import read_day
from vagaband.analysis.model import Baseline, Moment, Note, Piece
from vagaband.analysis.regions import LEAST_HP_MS, LEAST_RSA_LN, REGIONS, THEORY, borders, on_map
from vagaband.numbers import Breathing, EpochNumbers, ReferenceNumbers
from vagaband.session import Epoch, Exercise, Interval, Mark, Pace, Session

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
EMPTY = np.zeros(0)


def short_piece(began: datetime | None, minutes: float = 3.0, seed: int = 1) -> Piece:
    session = session_of(heart(np.random.default_rng(seed), minutes))
    session.marks.append(Mark(5.0, "glimmer", "a robin"))
    return piece_of(session, began=began)


def on_axis(pieces: Sequence[Piece]) -> list[Piece]:
    """As the data folder places them; what is undated a day behind."""
    first = min((one.began for one in pieces if one.began), default=NOON)
    return [
        replace(one, offset_s=(one.began - first).total_seconds() if one.began else 86400.0 * n)
        for n, one in enumerate(pieces)
    ]


def test_pieces_of_a_day_are_read_in_their_order_on_one_axis():
    later, first = short_piece(NOON + timedelta(hours=2)), short_piece(NOON)
    reading = read_day(on_axis([later, first]))
    assert reading.began == NOON
    assert [piece.began for piece in reading.pieces] == [NOON, NOON + timedelta(hours=2)]
    assert reading.seconds == pytest.approx(7200 + later.seconds)
    assert [note.t_s for note in reading.notes] == [5.0, 7205.0]
    assert [m.t_s for m in reading.moments] == sorted(m.t_s for m in reading.moments)
    assert {m.piece for m in reading.moments} == {0, 1}
    check(reading)


def test_time_between_pieces_is_not_recorded_time():
    day = on_axis([short_piece(NOON), short_piece(NOON + timedelta(hours=5))])
    recorded = next(c for c in read_day(day).claims if c.kind == "recorded")
    assert recorded.value == pytest.approx(2 * 180, abs=10)


def test_pairs_of_marks_make_a_stretch():
    """Nested ones too; an end without a start makes none, nor a start without an end."""
    words = [
        (10.0, "walk", "start"),
        (20.0, "talk", "begin"),
        (150.0, "talk", "End"),
        (170.0, "walk", "end"),
        (175.0, "rest", "end"),
        (176.0, "rest", "start"),
    ]
    notes = [Note(t_s, kind, text) for t_s, kind, text in words]
    blocks = read_day([short_piece(None)], notes).blocks
    marked = [(b.text, b.begin_s, b.end_s, b.recognised_by) for b in blocks]
    assert marked == [("walk", 10.0, 170.0, "mark"), ("talk", 20.0, 150.0, "mark")]


# ------------------------------------------------------------------ the pattern map

LEVEL = Baseline("own", 900.0, 6.0, 40.0, 0.3, 100, 5, "", 6.3, 0.9)


def moment(
    hp_ms: float | None,
    rsa_ln: float | None,
    kind: str = "pb2",
    reason: str = "",
    slow: bool = False,
) -> Moment:
    valid = not reason
    return Moment(
        t_s=0.0,
        piece=0,
        mean_hp_ms=hp_ms,
        pb2_ln=rsa_ln,
        bp_ln=rsa_ln,
        lock_in_ln=None,
        rsa_ln=rsa_ln if valid else None,
        rsa_kind=kind if valid else "",
        valid=valid,
        reason=reason,
        breath_per_min=15.0,
        breath_confidence="good",
        noise_floor_ln=-1.0,
        corrected_share=0.0,
        pb2_alone=kind == "pb2",
        pb2_note="",
        slow=slow,
    )


@pytest.mark.parametrize("heart_word", ["faster", "usual", "slower"])
@pytest.mark.parametrize("rsa_word", ["less", "usual", "more"])
def test_each_region_is_where_its_name_says(heart_word: str, rsa_word: str):
    hp_ms = {"faster": 859, "usual": 860.5, "slower": 941}[heart_word]
    rsa_ln = {"less": 5.3, "usual": 6.6, "more": 6.7}[rsa_word]
    found = on_map(moment(hp_ms, rsa_ln), LEVEL)
    assert found.region == f"{heart_word}_{rsa_word}"
    assert found.d_hp_ms == pytest.approx(hp_ms - 900)
    assert found.d_rsa_ln == pytest.approx(rsa_ln - 6)


def test_borders_are_the_own_spread_and_at_least_what_chance_makes():
    """PB2 of spread 0.3 has the border of chance, 0.65 ln; BP-RSA of 0.9 its own."""
    assert pytest.approx(1.96 * 0.33, abs=0.001) == LEAST_RSA_LN
    assert borders(LEVEL, "pb2") == (40.0, LEAST_RSA_LN)
    assert borders(LEVEL, "bp") == (40.0, 0.9)
    quiet = Baseline("own", 900.0, 6.0, 1.0, 0.1, 100, 5)
    assert borders(quiet, "pb2") == (LEAST_HP_MS, LEAST_RSA_LN)
    assert borders(quiet, "bp") is None


def test_like_is_held_against_like():
    assert on_map(moment(900.0, 6.3, "bp"), LEVEL).d_rsa_ln == pytest.approx(0.0)
    assert on_map(moment(900.0, 6.3, "lock_in"), LEVEL).region_why == "paced"
    slow = on_map(moment(900.0, 3.0, "bp", slow=True), LEVEL)
    assert (slow.region, slow.region_why, slow.d_rsa_ln) == ("", "slow_breathing", None)


def test_rsa_too_small_to_measure_has_its_heart_period_and_no_region():
    """A slow heart whose RSA is below the noise floor is not hidden: its period has a place."""
    found = on_map(moment(1050.0, 1.0, reason="noise"), LEVEL)
    assert (found.d_hp_ms, found.region, found.region_why) == (150.0, "", "noise")
    assert on_map(moment(1050.0, 9.0, reason="irregular"), LEVEL).d_hp_ms is None


def test_the_theorys_reading_is_a_table_of_its_own():
    assert set(THEORY) == set(REGIONS)
    assert set(THEORY.values()) == {"", "ventral_vagal", "sympathetic", "dorsal_vagal"}


# ------------------------------------------------------------------ odd sessions

numbers = st.floats(-5, 12, allow_nan=False)
maybe = st.none() | numbers
reasons = st.sampled_from(["", "corrected", "flat", "motion", "irregular", "noise"])


@st.composite
def epochs(draw: st.DrawFn) -> list[Epoch]:
    """Epochs such as no device would log, in order of time."""
    found, t_s = [], draw(st.floats(0, 100))
    for _ in range(draw(st.integers(0, 14))):
        reason = draw(reasons)
        hp_ms = draw(st.none() | st.floats(300, 2000))
        rate = draw(st.none() | st.floats(4, 30))
        found.append(
            Epoch(
                *(t_s, draw(maybe), draw(maybe), 20.0, hp_ms, draw(st.floats(0, 1))),
                *(not reason, reason, draw(st.integers(0, 3)), draw(maybe), rate),
                draw(st.sampled_from(["none", "fair", "good"])),
                draw(maybe),
            )
        )
        t_s += draw(st.sampled_from([30.0, 31.5, 700.0, 40000.0]))
    return found


@st.composite
def intervals(draw: st.DrawFn) -> list[Interval]:
    """Intervals with gaps, corrections and jumps of the clock; few, one or none."""
    seed, n = draw(st.integers(0, 99)), draw(st.sampled_from([0, 1, 2, 5, 200, 700]))
    rng = np.random.default_rng(seed)
    flags = draw(st.sampled_from([("ok",), ("ok", "ok", "missed"), ("gap",), ("ok", "gap")]))
    spread = draw(st.sampled_from([0.0, 1.0, 40.0, 300.0]))
    found, t_s, run = [], draw(st.floats(0, 50)), 0
    for k in range(n):
        ibi_ms = float(np.clip(rng.normal(800, spread), 100, 9000))
        found.append(Interval(t_s, ibi_ms, flags[k % len(flags)], run))
        t_s += ibi_ms / 1000
        if rng.random() < 0.01:
            t_s, run = t_s + float(rng.uniform(-1, 100)), run + 1
    return found


notes = st.builds(
    Note,
    st.floats(-100, 5000),
    st.sampled_from(["x", "glimmer"]),
    st.sampled_from(["start", "end", "=1+1", "<b>"]),
    until_s=st.none() | st.floats(-100, 5000),
)
paces = st.builds(Pace, st.floats(0, 3000), st.sampled_from([0.0, 0.1, 0.25]))
moves = st.builds(Exercise, st.floats(0, 3000), st.sampled_from(["", "pacing", "resonance"]))
rows = st.builds(
    BaselineRow,
    st.integers(-200, 400).map(lambda hours: NOON - timedelta(hours=hours)),
    st.none() | st.floats(300, 2000),
    maybe,
    maybe,
    st.booleans(),
)


@st.composite
def numbers_at(draw: st.DrawFn, epoch: Epoch) -> EpochNumbers:
    """Whatever breathing, known, doubted or unknown."""
    rate = draw(st.none() | st.floats(4, 30))
    breathing = Breathing(rate, rate is not None and draw(st.booleans()), "device")
    reference = ReferenceNumbers(noise_floor_ln=draw(maybe))
    return EpochNumbers(epoch, reference, breathing, None, draw(st.booleans()), "", None, None)


@st.composite
def piece(draw: st.DrawFn) -> Piece:
    session = Session("test", 0, EMPTY, EMPTY, EMPTY, draw(intervals()), draw(epochs()))
    session.paces = sorted(draw(st.lists(paces, max_size=4)), key=lambda one: one.t_s)
    session.exercises = sorted(draw(st.lists(moves, max_size=3)), key=lambda one: one.t_s)
    began = draw(st.sampled_from([None, NOON, NOON + timedelta(minutes=7)]))
    numbers = [draw(numbers_at(epoch)) for epoch in session.epochs]
    source = draw(st.sampled_from(["light", "intervals"]))
    return Piece("x", source, began, 0.0, session, numbers)


@settings(max_examples=40, deadline=None)
@given(st.lists(piece(), max_size=3), st.lists(notes, max_size=5), st.lists(rows, max_size=40))
def test_every_odd_day_is_read_and_every_claim_is_finite_or_says_why(pieces, notes, rows):
    reading = read_day(on_axis(pieces), notes, rows * 5)
    check(reading)
    for one in reading.moments:
        assert (one.rsa_ln is None) == (one.rsa_kind == "")
        assert one.valid or one.rsa_ln is None
        assert not (one.region and one.slow)
        assert one.region or one.region_why


# ------------------------------------------------------------------ a whole day


def test_a_day_is_read_in_two_seconds():
    """24 hours: 2880 epochs, 100,000 intervals; counted in this process's own time."""
    rng = np.random.default_rng(1)
    n = 101_000
    breath = 40 * np.sin(2 * np.pi * 0.25 * 0.85 * np.arange(n))
    found = intervals_of(850 + breath + rng.normal(0, 12, n))
    made = [
        Epoch(12.5 + 30 * k, 6 + float(x), 6.1, 30.0, 850.0, 0.0, True, "", 0, -1.0, 15.0, "good")
        for k, x in enumerate(rng.normal(0, 0.3, 2860))
    ]
    session = Session("test", 0, EMPTY, EMPTY, EMPTY, found, made)
    day = piece_of(Session("test", 0, EMPTY, EMPTY, EMPTY, [], made), began=NOON)
    day = Piece(day.name, day.source, day.began, 0.0, session, day.numbers)
    past = [
        BaselineRow(NOON - timedelta(seconds=30 * k), 850.0, 6.0, 6.1, True) for k in range(40000)
    ]
    began_s = time.process_time()
    reading = read_day([day], baseline_rows=past)
    took_s = time.process_time() - began_s
    print(f"{len(reading.moments)} epochs and {n} intervals read in {took_s:.2f} s")
    assert took_s < 2
    assert {one.kind for one in reading.baselines} == {"own"}
