"""Vagal efficiency on hearts whose true one is known: given where it comes near, refused at rest.

The long forms print what the page says: `pytest -m slow -s`.
"""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import pytest
from simulated_challenges import SHAPES, Challenge, Person, one, random_person, still
from vagaband.profile import why
from vagaband.profile.model import Efficiency
from vagaband.profile.recovery import recoveries_of

TRUE_WITHIN = 0.15


@dataclass(frozen=True)
class Outcome:
    """A posture challenge with its true slope, and what was found."""

    slope_ms: float
    drop_ln: float
    found: Efficiency

    def ratio(self, name: str) -> float:
        return getattr(self.found, name) / self.slope_ms


def posture(rng: np.random.Generator, k: int, least_ln: float) -> Challenge:
    """Sitting, standing for three to eight minutes, sitting again."""
    seconds = float(rng.choice([180, 300, 480]))
    return Challenge(
        begin_s=480,
        end_s=480 + seconds,
        total_s=480 + seconds + 540,
        drop_ln=rng.uniform(least_ln, 3.0),
        recovery_s=float(rng.choice([20, 60, 120])),
        shape=list(SHAPES)[k % len(SHAPES)],
    )


def efficiency(person: Person, happens: Challenge, seed: int, kind: str = "posture") -> Efficiency:
    (found,) = recoveries_of(one(person, happens, seed, kind=kind))
    assert found.efficiency is not None
    return found.efficiency


def outcomes(n: int, seed: int, rest: bool = False, least_ln: float = 0.7) -> list[Outcome]:
    rng = np.random.default_rng(seed)
    found = []
    for k in range(n):
        person, happens = random_person(rng), posture(rng, k, least_ln)
        if rest:
            happens = still(happens)
        seen = efficiency(person, happens, 1000 * seed + k)
        found.append(Outcome(person.slope_ms, happens.drop_ln, seen))
    return found


def near(given: list[Outcome], name: str) -> float:
    """Share within 15 % of the truth."""
    return float(np.mean([abs(one.ratio(name) - 1) <= TRUE_WITHIN for one in given]))


def middle(given: list[Outcome], name: str) -> float:
    return float(np.median([one.ratio(name) for one in given]))


def test_where_it_is_given_it_is_near_the_truth() -> None:
    """A short, seeded form of the long one below."""
    given = [one for one in outcomes(50, 1, least_ln=2.2) if not one.found.why]
    assert len(given) >= 10
    for name in ("slope", "major_axis"):
        assert abs(middle(given, name) - 1) <= TRUE_WITHIN
        assert float(np.median([abs(one.ratio(name) - 1) for one in given])) <= TRUE_WITHIN


@pytest.mark.slow
def test_over_many_hearts() -> None:
    found = outcomes(800, 2)
    given = [one for one in found if not one.found.why]
    print(
        f"\ngiven for {len(given)} of {len(found)}; why not: {Counter(o.found.why for o in found)}"
    )
    for low, high in ((0.7, 1.2), (1.2, 1.7), (1.7, 2.2), (2.2, 3.0)):
        of = [one for one in found if low <= one.drop_ln < high]
        some = [one for one in of if not one.found.why]
        said = "".join(
            f"; {name} {middle(some, name):.2f}, {100 * near(some, name):.0f} % within 15 %"
            for name in ("slope", "major_axis")
            if some
        )
        print(f"drop {low} to {high} ln: given for {len(some)} of {len(of)}{said}")
    for name in ("slope", "major_axis"):
        off = np.median([abs(one.ratio(name) - 1) for one in given])
        print(
            f"all given: {name} {middle(given, name):.2f} of the truth, median |error| "
            f"{100 * off:.0f} %, within 15 % in {100 * near(given, name):.0f} %"
        )
        assert off <= TRUE_WITHIN
        assert abs(middle(given, name) - 1) <= 0.1
        assert near(given, name) >= 0.86


def test_at_rest_it_is_refused() -> None:
    assert all(one.found.why for one in outcomes(30, 3, rest=True))


@pytest.mark.slow
def test_how_often_it_is_refused_at_rest() -> None:
    found = outcomes(600, 4, rest=True)
    refused = Counter(one.found.why for one in found)
    print(f"\nof {len(found)} rests refused {len(found) - refused['']}: {refused}")
    assert refused[""] <= 0.005 * len(found)
    assert all(one.found.slope is None and one.found.major_axis is None for one in found)


STEADY = Person(drift_ms=4.0)
FIRM = Challenge(begin_s=480, end_s=780, total_s=1320, drop_ln=3.0, recovery_s=30.0)


def test_a_firm_change_of_posture_has_one_with_what_it_stands_on() -> None:
    found = efficiency(STEADY, FIRM, 7)
    assert found.why == ""
    assert found.slope is not None
    assert found.major_axis is not None
    assert found.r is not None
    assert 0.5 < found.r < 1
    assert found.slope == pytest.approx(found.r * found.major_axis)  # the two lines' own tie
    assert 0 < (found.slope_se or 0) <= 0.09 * found.slope
    assert 55 <= found.n <= 60  # five minutes before, during and after
    assert (found.rsa_sd or 0) > 0.4
    assert found.warnings == ("namesakes",)


def test_a_heart_that_goes_its_own_way_has_none() -> None:
    """RSA falls and the heart period does not follow."""
    found = efficiency(Person(slope_ms=0.0, drift_ms=25.0), FIRM, 6)
    assert found.why in (why.UNRELATED, why.WIDE)


def test_a_short_challenge_with_little_around_it_has_none() -> None:
    happens = Challenge(begin_s=140, end_s=170, total_s=310, drop_ln=3.0, recovery_s=20.0)
    found = efficiency(Person(), happens, 7)
    assert (found.why, found.slope, found.major_axis) == (why.FEW_EPOCHS, None, None)


def test_breathing_that_changes_with_it_is_warned_of() -> None:
    history = one(Person(), FIRM, 8, kind="exercise")
    epochs = history.epochs
    during = (epochs.at_s >= history.marks[0].at_s) & (
        epochs.at_s < (history.marks[0].until_s or 0)
    )
    for rate, warning in ((19.0, "breath_moved"), (np.nan, "breath_unknown")):
        breaths = np.where(during, rate, 15.0)
        (found,) = recoveries_of(replace(history, epochs=replace(epochs, breath_per_min=breaths)))
        assert found.efficiency is not None
        assert found.efficiency.warnings == ("namesakes", warning)


def test_only_a_stretch_of_posture_or_exercise_is_asked_for_it() -> None:
    (found,) = recoveries_of(one(Person(), FIRM, 9, kind="trigger"))
    assert found.efficiency is None
