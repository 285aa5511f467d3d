"""Moments to be asked about: how often they are glimmers, and how often chance's."""

from dataclasses import dataclass

import numpy as np
import pytest
from simulated_moments import USUAL, with_glimmers
from simulated_person import Person, simulate
from vagaband.profile.busy import busy_times
from vagaband.profile.candidates import (
    ASKED_OF_NOTHING,
    MOST_ASKED,
    MOST_BREATH,
    PRECISION,
    candidates_of,
    chances,
)

NEAR_S = 150.0  # a moment so near to a glimmer's begin is that glimmer


@dataclass
class Tally:
    """What was asked of some people, and what was so. `stated` and `measured` are false ones a
    day, `stated_chance` the sum of the chances given."""

    people: int = 0
    with_a_question: int = 0
    true: int = 0
    false: int = 0
    stated_chance: float = 0.0
    days: int = 0
    stated: float = 0.0
    found: int = 0

    @property
    def precision(self) -> float:
        return self.true / max(self.true + self.false, 1)


def asked(people: range, rsa_ln: float, hp_ms: float, person: Person = USUAL) -> Tally:
    """Each person has a glimmer a day of that size; none of size 0. Printed."""
    tally = Tally()
    for seed in people:
        rate = 1.0 if rsa_ln else 0.0
        history, begins = with_glimmers(seed, rate, rsa_ln, hp_ms, person=person)
        candidates, false_per_day, _, found, days = candidates_of(history)
        right = [
            bool(len(begins)) and np.min(np.abs(begins - c.at_s)) <= NEAR_S for c in candidates
        ]
        tally.people += 1
        tally.with_a_question += bool(candidates)
        tally.true += sum(right)
        tally.false += len(right) - sum(right)
        tally.stated_chance += sum(c.chance for c in candidates)
        tally.days += days
        tally.stated += (false_per_day or 0.0) * days
        tally.found += found
    n = max(tally.true + tally.false, 1)
    print(
        f"{person.hours:.0f} h a day, glimmers of {rsa_ln} ln and {hp_ms} ms: asked of "
        f"{tally.with_a_question} of {tally.people} people, {tally.true} true and {tally.false} "
        f"false, precision {tally.precision:.2f} where at least {1 - tally.stated_chance / n:.2f} "
        f"is stated; found a day {tally.found / tally.days:.2f}, "
        f"by chance stated {tally.stated / tally.days:.2f}"
    )
    return tally


def test_large_glimmers_are_asked_about_and_nothing_is_hardly_asked():
    tally = asked(range(6), 1.6, 80)
    assert tally.precision >= 0.8
    assert tally.with_a_question >= 3
    assert asked(range(6), 0, 0).with_a_question <= 2


@pytest.mark.slow
@pytest.mark.parametrize("hours", [6.0, 14.0])
def test_precision_and_false_rate_are_as_stated(hours: float):
    person = Person(hours=hours)
    nothing = asked(range(300), 0, 0, person)
    assert abs(nothing.stated / nothing.found - 1) <= 0.25  # stated is one moment a person more
    assert nothing.false / nothing.days <= 0.02
    assert nothing.with_a_question / nothing.people == pytest.approx(ASKED_OF_NOTHING, abs=0.03)
    for rsa_ln in (0.4, *PRECISION):
        tally = asked(range(300, 400), rsa_ln, 50 * rsa_ln, person)
        at_six_hours = PRECISION.get(rsa_ln, 0.0)  # worn longer, more of them are right
        assert tally.precision >= at_six_hours - 0.1
        assert hours > 6 or not at_six_hours or tally.precision <= at_six_hours + 0.1


def test_never_near_a_mark_nor_where_breathing_changed():
    for seed in range(3):
        history, _ = with_glimmers(seed, 3, 1.4, 70, marked=True)
        begin_s, end_s = busy_times(history)
        for one in candidates_of(history)[0]:
            assert np.all((one.at_s - 120 >= end_s + 600) | (one.at_s + 120 <= begin_s - 600))
            assert one.breath_per_min is None or abs(one.breath_per_min) <= MOST_BREATH


def test_breathing_that_slows_makes_no_question():
    """A heart that RSA leaves only with the breath: slower breathing, more RSA, no glimmer."""
    calm = Person(breath_sd=3.0, breath_min=3.0, breath_slope=-0.25, breath_known=1.0)
    tally = asked(range(4), 0, 0, calm)
    assert tally.with_a_question <= 1


def test_few_are_asked_and_few_days_ask_nothing():
    assert all(
        len(candidates_of(with_glimmers(s, 4, 1.6, 80)[0])[0]) <= MOST_ASKED for s in (1, 2)
    )
    assert candidates_of(simulate(2, 1))[:3] == ((), None, "few_days")


def test_chances_count_one_more_than_was_seen_and_its_scatter():
    score, by_chance = np.array([6.0, 5.0, 4.0]), np.array([3.0, 4.5])
    share = chances(score, by_chance)
    assert share == pytest.approx([1.0, 1.0, 1.0])
    many = chances(np.linspace(9, 4, 20), by_chance)
    assert many[0] == many[17] < many[19] <= 1
    assert many[19] == pytest.approx((2 + np.sqrt(2)) / 20)
