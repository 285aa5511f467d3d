"""Slow breathing is seen in the heart alone, and PB2 is not misread there."""

from pathlib import Path

import numpy as np
import pytest
from hearts_read import claims_by_kind, heart, interval, intervals_of, piece_of, session_of, there
from vagaband.analysis.day import read_day
from vagaband.analysis.heart_series import runs_of
from vagaband.analysis.model import Note, Reading
from vagaband.analysis.slow_rhythm import SlowRhythm, slow_rhythms
from vagaband.rr_files import load_rr
from vagaband.session import Interval, Session

HALF_HOUR_MIN = 30


def found_in(intervals: list[Interval]) -> list[SlowRhythm]:
    empty = np.zeros(0)
    session = Session("test", 0, empty, empty, empty, intervals, [])
    return slow_rhythms(runs_of([piece_of(session)]))


def at_rest(rng: np.random.Generator) -> dict:
    """Hearts of all kinds, those too whose vessels' slow wave is far larger than their RSA."""
    return {
        "hp_ms": rng.uniform(600, 1100),
        "breath_hz": rng.uniform(0.17, 0.33),
        "swing_ms": 2 * np.exp(rng.uniform(np.log(3), np.log(60))),
        "slow_ms": np.exp(rng.uniform(np.log(5), np.log(40))),
        "wander_ms": rng.uniform(8, 40),
    }


def false_an_hour(hearts: int, seed: int) -> float:
    """Slow rhythms found in hearts that breathe quickly."""
    found = 0
    for k in range(hearts):
        rng = np.random.default_rng([seed, k])
        found += len(found_in(heart(rng, HALF_HOUR_MIN, **at_rest(rng))))
    rate = found / (hearts * HALF_HOUR_MIN / 60)
    print(f"{hearts} hearts at rest, half an hour each: {rate:.2f} false slow rhythms an hour")
    return rate


def recognised(hearts: int, seed: int) -> float:
    """Share of three minutes of slow breathing (4.5 to 8 a minute) found, its swing at least
    twice the SD that the vessels' wave has of itself, times 2 root 2."""
    right = 0
    for k in range(hearts):
        rng = np.random.default_rng([seed, k])
        usual = at_rest(rng)
        hz, swing_ms = rng.uniform(4.5, 8) / 60, 2 * 2.83 * usual["slow_ms"] + 30
        found = found_in(heart(rng, 10, **usual, slow=(240.0, 420.0, hz, swing_ms)))
        right += any(
            min(one.end_s, 420) - max(one.begin_s, 240) > 60 and abs(one.hz - hz) < 0.01
            for one in found
        )
    print(f"{hearts} times three minutes of slow breathing: {100 * right / hearts:.0f} % found")
    return right / hearts


def test_twenty_hearts_at_rest_and_twenty_that_breathe_slowly():
    assert false_an_hour(20, 1) <= 0.5
    assert recognised(20, 2) >= 0.75


@pytest.mark.slow
def test_four_hundred_hearts_of_either_kind():
    assert false_an_hour(400, 3) <= 0.4
    assert recognised(400, 4) >= 0.8


def test_a_metronome_noise_and_nothing_hold_no_rhythm():
    rng = np.random.default_rng(5)
    assert found_in([]) == []
    assert found_in(intervals_of(np.full(600, 800.0))) == []
    assert found_in(intervals_of(800 + rng.normal(0, 40, 900))) == []
    assert found_in(intervals_of([800.0])) == []


def test_a_quick_breath_is_not_the_harmonic_of_a_wave_at_half_its_rate():
    """Fifteen breaths a minute beside a wave of the vessels at 7.5, hardly larger."""
    t_s = 0.8 * np.arange(750)
    swing = 20 * np.sin(2 * np.pi * 0.125 * t_s) + 18 * np.sin(2 * np.pi * 0.25 * t_s)
    assert found_in(intervals_of(800 + swing)) == []
    assert found_in(intervals_of(800 + 20 * np.sin(2 * np.pi * 0.125 * t_s))) != []


def test_a_gap_is_not_bridged():
    """Slow breathing on both sides of a gap: two stretches, none across."""
    rng = np.random.default_rng(6)
    found = heart(rng, 6, slow=(0.0, 360.0, 0.1, 160.0))
    half = len(found) // 2
    later = [Interval(i.t_s + 60, i.ibi_ms, i.flag, 1) for i in found[half:]]
    gap_s = found[half].t_s
    stretches = found_in([*found[:half], *later])
    assert len(stretches) == 2
    assert stretches[0].end_s <= gap_s + 1
    assert stretches[1].begin_s >= gap_s + 59


# ------------------------------------------------------------------ what is read where it is slow


def slow_day(breath_per_min: float | None, seed: int = 7) -> Reading:
    """Twenty minutes, minutes 8 to 12 at six breaths a minute; marked from 8 to 12."""
    intervals = heart(np.random.default_rng(seed), 20, slow=(480.0, 720.0, 0.1, 130.0))
    note = Note(480.0, "note", "breathed", until_s=720.0)
    return read_day([piece_of(session_of(intervals, breath_per_min))], [note])


def test_pb2_is_not_read_as_low_rsa_where_breathing_is_slow():
    """PB2 falls there though the heart swings three times as far."""
    reading = slow_day(None)
    inside = [m for m in reading.moments if 500 <= m.t_s <= 680]
    outside = [m for m in reading.moments if m.t_s < 440 and m.valid]
    fallen_ln = np.mean([there(m.pb2_ln) for m in outside])
    fallen_ln -= np.mean([there(m.pb2_ln) for m in inside])
    assert fallen_ln > 0.3
    assert all(m.slow and m.rsa_kind == "bp" and not m.region for m in inside if m.valid)
    assert all(m.rsa_why == "slow_rhythm" for m in inside if m.valid)
    claims = claims_by_kind(reading)
    assert [c.why for c in claims["rsa_change"]] == ["slow_breathing"]
    assert "rsa_no_difference" not in claims
    low_ms, high_ms = interval(claims["swing"][0])
    assert low_ms < 130 < high_ms
    assert claims["slow_rhythm"][0].value == pytest.approx(6.0, abs=0.3)
    assert claims["slow_rhythm"][0].about == "breath_unknown"


def test_a_harmonic_of_the_slow_breath_does_not_make_pb2_stand_alone():
    """A device that takes six breaths a minute for twelve."""
    inside = [m for m in slow_day(12.0).moments if 500 <= m.t_s <= 680]
    assert all(m.rsa_kind != "pb2" for m in inside)


def test_a_quick_breath_well_known_beside_a_slow_wave_keeps_pb2():
    """Then the slow wave is the vessels' own."""
    reading = slow_day(16.0)
    inside = [m for m in reading.moments if 500 <= m.t_s <= 680 and m.valid]
    assert all(m.rsa_kind == "pb2" for m in inside)
    assert claims_by_kind(reading)["slow_rhythm"][0].about == "breath_quick"


# ------------------------------------------------------------------ a real person

OPENED_S = 14 * 3600 + 8 * 60 + 59.58  # time of day of the first beat


@pytest.fixture(scope="module")
def p37(recordings: Path) -> tuple[list[Interval], dict[str, tuple[float, float]]]:
    """Intervals of the ECG, and the stretches of the events on their axis."""
    folder = recordings / "wearablehrv_P37"
    intervals = intervals_of(1000 * np.diff(load_rr(folder / "test_vu.txt").beats_s))
    times: dict[str, list[float]] = {}
    for line in (folder / "test_events.csv").read_text().split()[1:]:
        clock, kind, _ = line.split(",")
        hour, minute, second = map(int, clock.split(":"))
        times.setdefault(kind, []).append(3600 * hour + 60 * minute + second - OPENED_S)
    return intervals, {kind: (begin, end) for kind, (begin, end) in times.items()}


def test_the_paced_breathing_of_a_real_person_is_recognised_and_nothing_else(p37):
    intervals, events = p37
    begin_s, end_s = events["breathing"]
    found = found_in(intervals)
    assert len(found) >= 1
    for one in found:
        assert min(one.end_s, end_s) - max(one.begin_s, begin_s) > 0.7 * (one.end_s - one.begin_s)
        assert 60 * one.hz == pytest.approx(6.0, abs=0.3)
    assert sum(one.end_s - one.begin_s for one in found) > 0.5 * (end_s - begin_s)


def test_nobody_reads_pb2_in_it(p37):
    intervals, events = p37
    notes = [
        Note(t, kind, word)
        for kind, ends in events.items()
        for t, word in zip(ends, ("start", "end"), strict=True)
    ]
    reading = read_day([piece_of(session_of(intervals, None, None), "intervals")], notes)
    begin_s, end_s = events["breathing"]
    inside = [m for m in reading.moments if begin_s <= m.t_s <= end_s - 30 and m.valid]
    assert inside
    assert all(m.slow and m.rsa_kind != "pb2" and not m.region for m in inside)
    sitting = [m for m in reading.moments if events["sitting"][0] <= m.t_s <= 290]
    assert all(m.region and not m.slow for m in sitting if m.valid)
    block = next(k for k, b in enumerate(reading.blocks) if b.text == "breathing")
    of_block = [c for c in reading.claims if c.block == block and c.kind.startswith("rsa")]
    assert [(c.kind, c.valid) for c in of_block] == [("rsa_change", False)]
    walking = next(k for k, b in enumerate(reading.blocks) if b.text == "walking")
    walked = {c.kind: c for c in reading.claims if c.block == walking}
    assert there(walked["hp_change"].high) < 0
    assert there(walked["rsa_change"].high) < 0
