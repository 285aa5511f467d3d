"""Tags on simulated people: what is said is true as often as it says, and chance claims little.

The table of what can be found (power) is printed by `pytest -m slow -s -n 0` of this file.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from estimates import holds
from simulated_person import Event, Person, Tag, at, simulate
from vagaband.profile.clock import local
from vagaband.profile.effects import LEAST_DAYS, LEAST_MARKS, effects_of
from vagaband.profile.model import Effect, Estimate, History

HURRY = 3.0  # breaths a minute more
TAGS = (
    Tag("rest", rsa_ln=0.3),
    Tag("mail", hp_ms=-25, breath_per_min=HURRY),
    Tag("sigh", breath_per_min=-2),
    Tag("tea"),
)
NOTHING = (
    Tag("rest"),
    Tag("mail", breath_per_min=HURRY),
    Tag("sigh", breath_per_min=-2),
    Tag("tea"),
)
TOLD = {"hp": "hp_ms", "rsa_even": "rsa_ln", "breath": "breath_per_min"}


def of_people(runs: int, tags: tuple[Tag, ...], marks: int) -> Iterator[tuple[Effect, ...]]:
    """30 days each: missing days, refused epochs, breathing that confounds."""
    for seed in range(runs):
        chosen = [Tag(**{**vars(tag), "marks": marks}) for tag in tags]
        yield effects_of(simulate(30, seed, chosen))


def covered(effects: list[tuple[Effect, ...]], tags: tuple[Tag, ...]) -> dict[str, float]:
    """Share of the intervals of each quantity that hold the truth."""
    truth = {tag.name: tag for tag in tags}
    hits: dict[str, list[bool]] = defaultdict(list)
    for effect in (effect for each in effects for effect in each):
        for name, true in TOLD.items():
            found: Estimate = getattr(effect, name)
            if found.value is not None:
                hits[name].append(holds(found, getattr(truth[effect.tag], true)))
    return {name: float(np.mean(hit)) for name, hit in hits.items()}


def claiming(effects: list[tuple[Effect, ...]]) -> float:
    """Share of profiles that claim anything."""
    return float(np.mean([any(e.rsa_claim or e.hp_claim for e in each) for each in effects]))


def test_intervals_hold_the_truth():
    shares = covered(list(of_people(20, TAGS, 25)), TAGS)
    assert len(shares) == len(TOLD)
    assert all(0.88 <= share <= 1.0 for share in shares.values()), shares


def test_with_no_effect_hardly_a_profile_claims_one():
    assert claiming(list(of_people(14, NOTHING, 25))) <= 0.1


@pytest.mark.slow
@pytest.mark.parametrize("marks", [8, 15, 30])
def test_intervals_hold_the_truth_in_500_people(marks: int):
    shares = covered(list(of_people(500, TAGS, marks)), TAGS)
    print(f"\n{marks} marks: share of 95 % intervals that hold the truth: {shares}")
    assert all(0.90 <= share <= 0.98 for share in shares.values())


@pytest.mark.slow
@pytest.mark.parametrize("marks", [8, 30])
def test_with_no_effect_at_most_seven_in_a_hundred_profiles_claim_one(marks: int):
    share = claiming(list(of_people(500, NOTHING, marks)))
    print(f"\n{marks} marks of each of four tags, no effect: {share:.3f} of profiles claim one")
    assert share <= 0.07


def test_what_breathing_does_is_no_effect_of_the_tag():
    """Hurried breath lowers RSA as measured; at the same breath nothing is left."""
    tag = Tag("mail", breath_per_min=HURRY, marks=60, vary_ln=0)
    (effect,) = effects_of(simulate(30, 4, [tag]))
    raw, even, breath = effect.rsa, effect.rsa_even, effect.rsa_of_breath
    assert raw.value is not None
    assert even.value is not None
    assert breath.value is not None
    assert effect.breathing_differs
    assert raw.high is not None
    assert raw.high < 0
    assert breath.value == pytest.approx(raw.value, abs=0.1)
    assert even.value == pytest.approx(0, abs=0.1)
    assert effect.rsa_claim == ""


def test_a_breath_that_hardly_moves_explains_nothing():
    """A rate that stays within a hundredth and by accident goes with RSA: no slope is read from
    it that would explain the effect away, or make one."""
    plain = simulate(30, 4, [Tag("tea", rsa_ln=0.8, marks=30)])
    epochs = plain.epochs
    moved = 0.01 * (epochs.rsa_ln - np.nanmean(epochs.rsa_ln))
    steady = replace(plain, epochs=replace(epochs, breath_per_min=15 + moved))
    (effect,) = effects_of(steady)
    assert effect.rsa_even.value == pytest.approx(0.8, abs=0.25)
    assert effect.rsa_of_breath.value == pytest.approx(0, abs=0.02)
    assert not effect.breathing_differs
    assert effect.rsa_claim == "more"


def test_a_bad_day_is_no_effect_of_what_is_marked_on_it():
    """Marks on days of low RSA only, at which nothing happens."""
    plain = simulate(30, 11)
    day, _ = local(plain.epochs.at_s, plain.zone)
    days = np.unique(day)
    level = [np.nanmean(plain.epochs.rsa_ln[day == one]) for one in days]
    low = set(days[np.argsort(level)[:10]].tolist())
    spans = [s for s in plain.spans if int(local(np.array(s), plain.zone)[0][0]) in low]
    marks = [
        begin + k * 1800 for begin, end in spans for k in range(1, 4) if begin + k * 1800 < end
    ]
    events = [Event(t, t + 300, tags=("work",)) for t in marks]
    (effect,) = effects_of(simulate(30, 11, events=events))
    assert effect.rsa.value is not None
    assert effect.rsa.value == pytest.approx(0, abs=0.15)
    assert np.mean(sorted(level)[:10]) < np.mean(level) - 0.3  # so it would have been found


@pytest.mark.parametrize(
    ("marks", "days", "why"),
    [(LEAST_MARKS - 1, 5, "few_marks"), (9, LEAST_DAYS - 1, "few_days"), (LEAST_MARKS, 6, "")],
)
def test_too_few_marks_or_days_say_nothing(marks: int, days: int, why: str):
    person = Person(missing=0, refused=0, breath_known=1, hours=14)
    plain = simulate(12, 2, person=person)
    begins = [plain.spans[2 * (k % days)][0] + 1800 * (1 + k // days) for k in range(marks)]
    (effect,) = effects_of(with_events(begins, person))
    assert (effect.hp.why, effect.rsa_even.why) == (why, why)
    assert (effect.hp.value is None) is bool(why)
    assert effect.marks == marks


def with_events(begins: list[float], person: Person) -> History:
    events = [Event(t, t + 300, tags=("walk",)) for t in begins]
    return simulate(12, 2, events=events, person=person)


def test_without_breathing_rsa_is_shown_but_not_claimed():
    tag = Tag("rest", rsa_ln=1.5, marks=40)
    (effect,) = effects_of(simulate(30, 6, [tag], person=Person(breath_known=1e-9)))
    assert effect.rsa.value == pytest.approx(1.5, abs=0.2)
    assert (effect.rsa_even.why, effect.rsa_claim) == ("breath_unknown", "")


def test_a_large_effect_is_claimed_and_a_kind_counts_as_a_tag():
    events = [
        Event(t, t + 300, kind="glimmer", tags=("sun",), rsa_ln=0.8, hp_ms=80)
        for t in (begin + 1500 for begin, _ in simulate(30, 8).spans)
    ]
    found = effects_of(simulate(30, 8, events=events))
    assert {e.tag for e in found} == {"glimmer", "sun"}
    assert all((e.rsa_claim, e.hp_claim) == ("more", "longer") for e in found)


def test_pressing_three_times_is_one_moment():
    begins = [begin + 1500 for begin, _ in simulate(30, 8).spans]
    once = [Event(t, t + 300, tags=("sun",)) for t in begins]
    thrice = [Event(t + k, t + 300, tags=("sun",)) for t in begins for k in (0, 20, 40)]
    (one,), (three,) = (effects_of(simulate(30, 8, events=e)) for e in (once, thrice))
    assert three.marks == one.marks
    assert three.hp.value == pytest.approx(one.hp.value)


def test_nobody_marked_anything():
    assert effects_of(simulate(5, 1)) == ()
    assert effects_of(simulate(5, 1, events=[Event(at(1, 12), at(1, 13))])) == ()
