"""Two hearts with one pacer, or at a pace at one time: named so, and never as connection."""

import numpy as np
import pytest
from simulated_pairs import WELL_SEEN, Coupling, Kind, Pacer, Pair, axis_of, lines_of, pairs
from vagaband.report.synchrony_sentences import sentences_of
from vagaband.report.words import Words
from vagaband.session import Pace
from vagaband.synchrony.chance import lagged_of
from vagaband.synchrony.model import Course
from vagaband.synchrony.pacing import shared_rhythms
from vagaband.synchrony.synchrony import courses_of, pacing_of, synchrony_of


def called_paced(found: list[Pair]) -> float:
    return float(np.mean([bool(shared_rhythms(*lines_of(pair))) for pair in found]))


def with_pacer(n: int, minutes: float, seed: int, late_sd: float) -> list[Pair]:
    rng = np.random.default_rng(seed)
    per_min = rng.uniform(4.5, 15, n)
    return pairs(rng, n, minutes, WELL_SEEN, pacer=Pacer(per_min, late_sd=late_sd))


def test_one_pacer_is_seen_in_two_hearts_and_not_in_strangers():
    assert called_paced(with_pacer(25, 5, 5, 0.05)) == 1.0
    assert called_paced(pairs(np.random.default_rng(6), 25, 5)) <= 0.12


def mixed(first: list[Pair], second: list[Pair]) -> list[Pair]:
    """A of the one, B of the other."""
    return [(a, b) for (a, _), (_, b) in zip(first, second, strict=True)]


def test_a_line_of_one_heart_or_two_rates_are_no_shared_rhythm():
    rng = np.random.default_rng(20)
    six, seven = (pairs(rng, 12, 5, WELL_SEEN, pacer=Pacer(np.full(12, r))) for r in (6.0, 7.0))
    assert called_paced(mixed(six, pairs(rng, 12, 5))) <= 0.2
    assert called_paced(mixed(six, seven)) <= 0.2


def test_a_finger_that_slips_hides_no_pacer():
    """Three seconds without a beat in each minute."""
    found = pairs(np.random.default_rng(21), 8, 5, WELL_SEEN, pacer=Pacer(np.linspace(5, 14, 8)))
    for a, b in found:
        line = lines_of((a, b))[0].rhythm_ms
        line[np.arange(len(line)) % 120 < 6] = np.nan
        slipped = Course(np.zeros(0), np.zeros(0), line)
        assert shared_rhythms(slipped, lines_of((a, b))[1])


def paced_by(pair: Pair) -> str:
    axis = axis_of(pair)
    found = pacing_of(axis, *courses_of(axis))
    return found[0].by if found else ""


def test_two_minutes_of_slow_breathing_together_are_no_connection():
    """Of ten, with one pacer or each at a rate of their own; strangers seldom have it."""
    rng = np.random.default_rng(22)
    one = pairs(rng, 12, 10, WELL_SEEN, pacer=Pacer(rng.uniform(4.5, 7, 12), 60, 180))
    assert np.mean([paced_by(pair) in ("line", "phase") for pair in one]) >= 0.6
    six, five = (pairs(rng, 6, 10, WELL_SEEN, pacer=Pacer(np.full(6, r), 0, 300)) for r in (6, 5))
    assert sum(paced_by(pair) == "apart" for pair in mixed(six, five)) >= 3
    assert sum(paced_by(pair) != "" for pair in pairs(rng, 12, 10)) <= 2


@pytest.mark.slow
def test_how_often_slow_breathing_together_is_named():
    """For a part of ten minutes, of a hundred pairs each."""
    rng = np.random.default_rng(26)
    for seconds, least in ((60, 0.3), (120, 0.5), (180, 0.75)):
        pacer = Pacer(rng.uniform(4.5, 7, 100), 60, 60 + seconds)
        found = pairs(rng, 100, 10, WELL_SEEN, pacer=pacer)
        named = np.array([paced_by(pair) != "" for pair in found])
        lines = [lines_of(pair) for pair in found]
        p = np.array([lagged_of(a.rsa_ln, b.rsa_ln, 10, rng).p for a, b in lines])
        print(f"one slow pacer for {seconds} s of 10 min: named in {100 * named.mean():.0f} %, ")
        print(f"  called synchronous in {100 * np.mean(~named & (p < 0.05)):.0f} %")
        assert named.mean() >= least
    one, other = (pairs(rng, 100, 10, WELL_SEEN, pacer=Pacer(np.full(100, r))) for r in (6, 7))
    free = pairs(rng, 100, 10)
    for what, pair_up in (("one of them", (one, free)), ("two at two rates", (one, other))):
        by = [paced_by(pair) for pair in mixed(*pair_up)]
        shared = np.mean([it in ("line", "phase") for it in by])
        print(f"{what} paced: called one rhythm in {100 * shared:.0f} %")
        assert shared <= 0.1


@pytest.mark.slow
def test_one_pacer_in_all_of_four_hundred_pairs_and_in_few_strangers():
    for late_sd in (0.03, 0.08):
        share = called_paced(with_pacer(200, 5, 7, late_sd))
        print(f"one pacer, each breath off by {late_sd:g} of it: {100 * share:.1f} % called paced")
        assert share == 1.0
    for minutes in (5, 10):
        share = called_paced(pairs(np.random.default_rng(8), 300, minutes))
        print(f"strangers without a pacer, {minutes} min: {100 * share:.1f} % called paced")
        assert share <= 0.03


def test_a_pacer_for_part_of_the_time_and_breaths_that_keep_pace():
    rng = np.random.default_rng(9)
    pacer = Pacer(rng.uniform(5, 8, 8), 120, 360)
    assert called_paced(pairs(rng, 8, 10, WELL_SEEN, pacer=pacer)) >= 0.85
    assert called_paced(pairs(rng, 8, 10, WELL_SEEN, one_breath=True)) >= 0.85


def test_what_is_paced_is_never_called_connection_though_rsa_goes_together():
    rng = np.random.default_rng(10)
    coupling = Coupling(1.0, np.zeros(1))
    kind = Kind(rsa_ln=(6.5, 7.0), rsa_sd=(1.0, 1.0), slow_ms=(5, 8))
    pair = pairs(rng, 1, 10, kind, pacer=Pacer(np.array([6.0])), coupling=coupling)[0]
    found = synchrony_of(axis_of(pair))
    assert found.verdict == "paced"
    assert found.pacing[0].per_min == pytest.approx(6, abs=0.2)
    assert (found.kind, found.leads) == ("", "")
    assert sentences_of(found, "start", None, Words("en"))[0].startswith("A shared rhythm, no syn")


def test_a_pace_that_both_journals_log_counts_though_no_heart_follows():
    axis = axis_of(pairs(np.random.default_rng(11), 1, 6)[0])
    for heard in (axis.a, axis.b):
        heard.session.paces[:] = [Pace(60, 0.1), Pace(200, 0.0)]
    found = synchrony_of(axis)
    assert found.verdict == "paced"
    assert [(p.by, p.per_min, round(p.end_s - p.begin_s)) for p in found.pacing] == [
        ("logged", 6.0, 140)
    ]
    axis.b.session.paces[:] = [Pace(60, 0.075), Pace(200, 0.0)]
    found = synchrony_of(axis)
    assert (found.verdict, found.pacing[0].by) == ("paced", "apart")
    assert "a rate of their own" in sentences_of(found, "start", None, Words("en"))[0]
