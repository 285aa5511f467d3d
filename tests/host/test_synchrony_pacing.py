"""Two hearts with one pacer, or at a pace at one time: named so, and never as connection."""

import numpy as np
import pytest
from simulated_pairs import (
    AT_REST,
    WELL_SEEN,
    Coupling,
    Kind,
    Pacer,
    Pair,
    axis_of,
    lines_of,
    pairs,
)
from vagaband.report.synchrony_sentences import sentences_of
from vagaband.report.words import Words
from vagaband.session import Pace
from vagaband.synchrony.model import Course
from vagaband.synchrony.pacing import shared_rhythms
from vagaband.synchrony.slow_together import all_there_is, slow_together
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


def test_minutes_of_slow_breathing_together_are_no_connection():
    """One or two of ten, with one pacer or each at a rate of their own."""
    rng = np.random.default_rng(22)
    for seconds in (60, 120):
        pacer = Pacer(rng.uniform(4.5, 9, 5), 60, 60 + seconds)
        one = pairs(rng, 5, 10, WELL_SEEN, pacer=pacer)
        unnamed = [pair for pair in one if not paced_by(pair)]
        assert sum(not all_there_is(*lines_of(pair), 10, rng) for pair in unnamed) <= 1
    six, five = (pairs(rng, 6, 10, WELL_SEEN, pacer=Pacer(np.full(6, r), 0, 300)) for r in (6, 5))
    assert sum(paced_by(pair) == "apart" for pair in mixed(six, five)) >= 3
    strangers = pairs(rng, 12, 10)
    assert sum(paced_by(pair) != "" for pair in strangers) <= 2
    assert sum(bool(slow_together(*lines_of(pair))) for pair in strangers) <= 2


def test_a_slow_minute_is_named_unless_two_go_together_without_it_too():
    rng = np.random.default_rng(27)
    pacer = Pacer(np.array([6.0]), 60, 120)
    alone = pairs(rng, 1, 10, WELL_SEEN, pacer=pacer)[0]
    found = synchrony_of(axis_of(alone))
    assert found.rsa
    assert found.rsa.p < 0.05
    assert (found.verdict, [pacing.by for pacing in found.pacing]) == ("paced", ["slow"])
    assert found.pacing[0].begin_s == pytest.approx(60, abs=30)
    assert found.pacing[0].end_s == pytest.approx(120, abs=30)
    assert "without that no more is left" in sentences_of(found, "start", None, Words("en"))[0]
    kind = Kind(rsa_sd=(1.5, 1.5))
    both = pairs(rng, 1, 10, kind, pacer=pacer, coupling=Coupling(1.0, np.zeros(1)))[0]
    assert slow_together(*lines_of(both))
    assert not all_there_is(*lines_of(both), 10, rng)


SLOW_TOGETHER = (  # what they did; a minute, from and until when (s) of ten minutes; whose hearts
    ("a minute at 4.5 to 7", (4.5, 7), (60, 120), WELL_SEEN, 0.12),
    ("two minutes at 4.5 to 7", (4.5, 7), (60, 180), WELL_SEEN, 0.12),
    ("three minutes at 4.5 to 7", (4.5, 7), (60, 240), WELL_SEEN, 0.12),
    ("the last minute at 4.5 to 7", (4.5, 7), (540, 600), WELL_SEEN, 0.2),
    ("two minutes at 7 to 9", (7, 9), (200, 320), WELL_SEEN, 0.12),
    ("a minute and a half at 4 to 9, at rest", (4, 9), (200, 290), AT_REST, 0.2),
)


@pytest.mark.slow
@pytest.mark.parametrize(("what", "per_min", "when_s", "kind", "most"), SLOW_TOGETHER)
def test_how_often_slow_breathing_together_is_called_synchronous(
    what, per_min, when_s, kind, most
):
    """Of a hundred pairs each, who have nothing else in common."""
    rng = np.random.default_rng(28)
    found = pairs(
        rng, 100, 10, kind, pacer=Pacer(rng.uniform(per_min[0], per_min[1], 100), *when_s)
    )
    verdicts = [synchrony_of(axis_of(pair)).verdict for pair in found]
    shares = {verdict: verdicts.count(verdict) / 100 for verdict in ("paced", "synchronous")}
    print(f"{what}: {shares}")
    assert shares["synchronous"] <= most


@pytest.mark.slow
def test_who_goes_together_without_a_pacer_is_seldom_called_paced():
    """Of a hundred coupled pairs each."""
    for minutes, sd, least in ((5, 0.5, 0.5), (5, 1.0, 0.85), (5, 2.0, 0.9), (15, 1.0, 0.97)):
        rng = np.random.default_rng(29)
        coupling = Coupling(1.0, rng.uniform(-8, 8, 100))
        found = pairs(rng, 100, minutes, Kind(rsa_sd=(sd, sd)), coupling=coupling)
        said = [synchrony_of(axis_of(pair)) for pair in found]
        share = float(np.mean([one.verdict == "synchronous" for one in said]))
        by = [one.pacing[0].by for one in said if one.pacing]
        print(f"{minutes} min, {sd:g} ln: synchronous {share:.2f}, paced {by}")
        assert share >= least
        assert by.count("slow") <= 3


@pytest.mark.slow
def test_one_of_two_with_a_pacer_or_each_with_another_is_no_shared_rhythm():
    rng = np.random.default_rng(26)
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
