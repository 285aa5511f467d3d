"""When hearts are back of which that is known: how near it comes, and how sure it says to be.

The long forms print what may be said of it: `pytest -m slow -s`.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from simulated_challenges import (
    LOST_LN,
    MARGIN_LN,
    SHAPES,
    Challenge,
    one,
    random_person,
    returns_s,
    still,
    with_past,
)
from vagaband.profile.model import Recovery
from vagaband.profile.recovery import recoveries_of

FASTEST_S, SLOWEST_S = 30.0, 900.0


@dataclass(frozen=True)
class Outcome:
    """What is true of a challenge, and what was found."""

    truth_s: float
    drop_ln: float
    shape: str
    found: Recovery

    @property
    def is_timed(self) -> bool:
        return self.found.state in ("recovered", "not_in_recording")

    @property
    def error_s(self) -> float:
        value = self.found.recovery.value
        return np.inf if value is None else value - self.truth_s

    @property
    def is_covered(self) -> bool:
        low, high = self.found.recovery.low, self.found.recovery.high
        return (low is None or low <= self.truth_s) and (high is None or self.truth_s <= high)


def challenge(rng: np.random.Generator, rest_s: float, k: int) -> Challenge:
    """One that lowers RSA by 0.8 to 2.2 ln for one to five minutes, and passes within a time
    between half a minute and a quarter of an hour (as many short as long: by its logarithm)."""
    return Challenge(
        begin_s=rest_s,
        end_s=rest_s + rng.choice([60, 120, 180, 300]),
        total_s=rest_s + 2100,
        drop_ln=rng.uniform(0.8, 2.2),
        recovery_s=float(np.exp(rng.uniform(np.log(FASTEST_S), np.log(SLOWEST_S)))),
        shape=list(SHAPES)[k % len(SHAPES)],
    )


def outcomes(n: int, rest_s: float, seed: int) -> list[Outcome]:
    rng = np.random.default_rng(seed)
    found = []
    for k in range(n):
        happens = challenge(rng, rest_s, k)
        (recovery,) = recoveries_of(one(random_person(rng), happens, 1000 * seed + k))
        assert happens.recovery_s is not None
        found.append(Outcome(happens.recovery_s, happens.drop_ln, happens.shape, recovery))
    return found


def error_s(those: list[Outcome]) -> float:
    return float(np.median(np.abs([one.error_s for one in those])))


def covered(those: list[Outcome]) -> float:
    return float(np.mean([one.is_covered for one in those]))


def printed(name: str, those: list[Outcome]) -> None:
    bias = np.median([one.error_s for one in those])
    spans = [(one.found.recovery.low or 0, one.found.recovery.high or np.inf) for one in those]
    wide = np.median([high - low for low, high in spans])
    print(
        f"{name:<22} {len(those):4d}  median |error| {error_s(those):5.1f} s  median error "
        f"{bias:+5.1f} s  95 % interval holds it in {100 * covered(those):5.1f} %, "
        f"is {wide:4.0f} s wide"
    )


PAST_EPOCHS = 14 * 120  # of with_past


def test_many_returns_are_timed_and_the_interval_holds_the_truth() -> None:
    """A short, seeded form of the long one below."""
    timed = [one for one in outcomes(48, 900.0, 1) if one.is_timed]
    assert len(timed) >= 44
    assert error_s(timed) <= 45
    assert covered(timed) >= 0.87


@pytest.mark.slow
@pytest.mark.parametrize("rest_s", [300.0, 900.0])
def test_returns_over_many_hearts(rest_s: float) -> None:
    found = outcomes(800, rest_s, 2)
    timed = [one for one in found if one.is_timed]
    print(f"\nrest before: {rest_s / 60:.0f} min; no reaction found in {len(found) - len(timed)}")
    printed("all", timed)
    edges = [30, 60, 120, 240, 480, 900]
    for low, high in pairwise(edges):
        printed(f"{low} to {high} s", [one for one in timed if low <= one.truth_s < high])
    for shape in SHAPES:
        printed(shape, [one for one in timed if one.shape == shape])
    for low, high in ((0.8, 1.2), (1.2, 1.7), (1.7, 2.2)):
        printed(f"drop {low} to {high} ln", [o for o in timed if low <= o.drop_ln < high])
    assert 0.92 <= covered(timed) <= 0.985
    assert error_s(timed) <= (33 if rest_s == 900 else 42)


@pytest.mark.slow
def test_returns_to_the_own_baseline() -> None:
    """Two weeks of an hour a day; today the person is between 0.15 ln below it and 0.6 above."""
    rng = np.random.default_rng(6)
    timed, before = [], 0
    for k in range(400):
        happens, person = challenge(rng, 900.0, k), random_person(rng)
        usual_ln = person.rsa_ln - LOST_LN - rng.uniform(-0.15, 0.6)
        history = with_past(one(person, happens, 7000 + k), 14, usual_ln, person.hp_ms, k)
        own_ln = float(np.median(history.epochs.rsa_ln[:PAST_EPOCHS]))
        left_ln = person.rsa_ln - LOST_LN - own_ln + MARGIN_LN
        (found,) = recoveries_of(history)
        before += found.baseline != "own"
        if found.baseline == "own" and 0 < left_ln < happens.drop_ln:
            timed.append(
                Outcome(returns_s(happens, left_ln), happens.drop_ln, happens.shape, found)
            )
    timed = [one for one in timed if one.is_timed]
    print(f"\nheld against the minutes before in {before} of 400")
    printed("own baseline", timed)
    assert covered(timed) >= 0.92
    assert error_s(timed) <= 33


def rests(n: int, seed: int) -> list[Recovery]:
    rng = np.random.default_rng(seed)
    found = []
    for k in range(n):
        happens = still(challenge(rng, 600.0, k))
        found += recoveries_of(one(random_person(rng), happens, 1000 * seed + k))
    return found


def test_a_challenge_that_moved_nothing_has_no_reaction() -> None:
    states = [one.state for one in rests(30, 3)]
    assert states.count("no_reaction") >= 28


@pytest.mark.slow
def test_how_often_nothing_is_taken_for_a_reaction() -> None:
    found = rests(600, 4)
    reactions = [one for one in found if one.state != "no_reaction"]
    moved = [abs(o.reaction_hp.value or 0) > (o.reaction_hp.smallest or np.inf) for o in found]
    print(
        f"\nof {len(found)} rests marked as challenges {len(reactions)} were taken for one that "
        f"lowered RSA ({100 * len(reactions) / len(found):.1f} %); heart period moved in "
        f"{100 * np.mean(moved):.1f} %"
    )
    assert len(reactions) <= 0.035 * len(found)
    assert np.mean(moved) <= 0.08
