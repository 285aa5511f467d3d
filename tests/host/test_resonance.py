"""The resonance assessment: it finds an optimum that is there, and claims none that is not."""

import itertools

import numpy as np
import pytest
from paced_hearts import RATES, assessed, flat, peaked
from vagaband.errors import InputError
from vagaband.paced import exercises
from vagaband.resonance import LEAST_ERRORS, assess
from vagaband.session import Exercise

SWINGS_MS = (120, 200)  # at the best rate: of slow breathing in those who respond to it


def found_and_claimed(hearts: int, seed: int) -> tuple[int, int, int]:
    """Of so many hearts each: optima found, wrong ones named; optima claimed of flat ones."""
    rng = np.random.default_rng(seed)
    right = wrong = claimed = 0
    for _ in range(hearts):
        best, top_ms = rng.choice(RATES), rng.uniform(*SWINGS_MS)
        optimum = assess(assessed(rng, peaked(best, top_ms))).optimum
        right += optimum is not None and optimum.per_min == best
        wrong += optimum is not None and optimum.per_min != best
        claimed += assess(assessed(rng, flat(top_ms))).optimum is not None
    print(f"of {hearts}: {right} right, {wrong} wrong; of flat ones {claimed} claimed")
    return right, wrong, claimed


def test_ten_hearts_with_an_optimum_and_ten_without():
    """Half an ln above its neighbours; the rates in an order of their own."""
    right, wrong, claimed = found_and_claimed(10, 1)
    assert right >= 9
    assert wrong == 0
    assert claimed <= 1


@pytest.mark.slow
def test_two_hundred_hearts_with_an_optimum_and_as_many_without():
    right, wrong, claimed = found_and_claimed(200, 2)
    assert right >= 180
    assert wrong <= 4
    assert claimed <= 20


@pytest.mark.slow
def test_the_standard_error_is_that_of_the_differences():
    """Of two rates of a flat heart, over its own standard error: spread about 1."""
    rng, ratios = np.random.default_rng(3), []
    for _ in range(100):
        rates = assess(assessed(rng, flat(rng.uniform(60, 200)))).rates
        for one, other in itertools.pairwise(rates):
            ratios.append((one.ln_ms2 - other.ln_ms2) / np.hypot(one.se_ln, other.se_ln))
    spread = float(np.sqrt(np.mean(np.square(ratios))))
    print(f"spread {spread:.2f}; beyond {LEAST_ERRORS:g}: {np.mean(np.abs(ratios) > 2):.3f}")
    assert 0.8 < spread < 1.25


def test_small_swings_name_no_optimum_rather_than_a_chance_one():
    """A swing of 25 ms drowns in the slow wave: the standard errors say so."""
    rng = np.random.default_rng(4)
    named = [assess(assessed(rng, peaked(5.5, 25, 0.1))).optimum for _ in range(6)]
    assert [optimum for optimum in named if optimum and optimum.per_min != 5.5] == []


def test_a_rate_that_was_missed_forbids_an_optimum():
    """The finger was off during one rate: it might have been the best."""
    session = assessed(np.random.default_rng(5), peaked(5.5, 180))
    assert assess(session).optimum is not None
    (done,) = exercises(session)
    lost = next(s for s in done.stretches if s.per_min == 4.5)
    session.intervals = [
        i for i in session.intervals if not lost.begin_s + 40 < i.t_s < lost.end_s - 20
    ]
    assessment = assess(session)
    assert assessment.left_out == (4.5,)
    assert assessment.optimum is None
    assert assessment.as_json()["optimum_per_min"] is None


def test_an_optimum_at_the_edge_is_told_to_be_one():
    session = assessed(np.random.default_rng(6), peaked(6.5, 190))
    assessment = assess(session)
    assert assessment.at_edge
    assert [rate.per_min for rate in assessment.rates] == list(RATES)


def test_one_that_was_broken_off_or_none_at_all_is_no_assessment():
    session = assessed(np.random.default_rng(7), flat(150))
    early = session.paces[2].t_s + 20
    session.exercises = [session.exercises[0], Exercise(early, "")]
    with pytest.raises(InputError, match="only 1 paces"):
        assess(session)
    session.exercises = []
    with pytest.raises(InputError, match="no resonance assessment"):
        assess(session)
