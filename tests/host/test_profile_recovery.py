"""How far a challenge moves the heart and when it is back, on hearts of which that is known.

The long forms print what the README and the page may say: `pytest -m slow -s`.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from simulated_challenges import (
    SHAPES,
    T0,
    Challenge,
    Person,
    beats_of,
    history_of,
    one,
    random_person,
    returns_s,
    still,
    with_past,
)
from vagaband.profile.model import Beats, History, Mark, Recovery, Stretch
from vagaband.profile.recovery import recoveries_of
from vagaband.rr_files import load_rr

FASTEST_S, SLOWEST_S = 30.0, 900.0
BP_OF_SIMULATED = 0.17  # ln, that filters and wandering depth take of BP-RSA on average
STOOD_S = 935.4, 1115.4  # test_events.csv, from the first beat of test_vu.txt


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


def recovery_of(history: History) -> Recovery:
    (found,) = recoveries_of(history)
    return found


FIRM = Challenge(begin_s=600, end_s=780, total_s=2400, drop_ln=2.0, recovery_s=120.0)


def test_what_does_not_come_back_is_said_so() -> None:
    found = recovery_of(one(Person(), replace(FIRM, recovery_s=None), 5))
    assert found.state == "not_in_recording"
    assert found.recovery.value is None
    assert found.recovery.why == "not_in_recording"
    assert found.watched_s == pytest.approx(2400 - 780, abs=5)


def test_a_recording_that_ends_before_the_return_is_not_drawn_out() -> None:
    found = recovery_of(one(Person(), replace(FIRM, recovery_s=800.0, total_s=780 + 240), 6))
    assert found.state == "not_in_recording"
    assert found.recovery.high is None


def test_the_reaction_is_during_less_before() -> None:
    found = recovery_of(one(Person(), FIRM, 7))
    assert found.baseline == "before"
    for reaction, truth in ((found.reaction_rsa, -2.0), (found.reaction_hp, -120.0)):
        assert reaction.low is not None
        assert reaction.high is not None
        assert reaction.low <= truth <= reaction.high


def test_more_rsa_than_before_is_a_reaction_and_needs_no_return() -> None:
    found = recovery_of(one(Person(), replace(FIRM, drop_ln=-1.5, recovery_s=None), 8))
    assert found.state == "no_reaction"
    assert (found.reaction_rsa.low or 0) > 0


def test_a_gap_and_corrected_beats_cost_sureness_and_not_truth() -> None:
    person = Person(corrected_per_min=1.5)
    found = recovery_of(one(person, replace(FIRM, gaps=((820.0, 860.0), (1000.0, 1020.0))), 9))
    assert found.state == "recovered"
    assert (found.recovery.low or 0) <= 120 <= (found.recovery.high or 0)


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (replace(FIRM, begin_s=30.0, end_s=210.0), "short_before"),
        (replace(FIRM, gaps=((590.0, 790.0),)), "refused"),
    ],
)
def test_where_too_little_was_recorded_nothing_is_said(happens: Challenge, why: str) -> None:
    found = recovery_of(one(Person(), happens, 10))
    assert found.state == "refused"
    assert {found.recovery.why, found.reaction_rsa.why, found.reaction_hp.why} == {why}
    assert found.baseline == ""


def test_a_recording_that_ends_with_the_challenge_still_tells_the_reaction() -> None:
    found = recovery_of(one(Person(), replace(FIRM, total_s=850.0), 10))
    assert (found.state, found.recovery.why) == ("refused", "short_after")
    assert (found.reaction_rsa.high or 0) < 0


def test_an_irregular_rhythm_is_not_read() -> None:
    """It looks like splendid RSA."""
    history = one(Person(), FIRM, 11)
    epochs = history.epochs
    reason = tuple("irregular" if k % 3 == 0 else "" for k in range(len(epochs.reason)))
    valid = np.array([float(not r) for r in reason])
    history = replace(history, epochs=replace(epochs, reason=reason, valid=valid))
    assert recovery_of(history).recovery.why == "irregular"


def test_slow_breathing_after_it_is_left_out() -> None:
    """It is no return that BP-RSA could show."""
    history = one(Person(), FIRM, 12)
    epochs = history.epochs
    slow = epochs.at_s > T0 + FIRM.end_s
    rate = np.where(slow, 6.0, 15.0)
    history = replace(history, epochs=replace(epochs, breath_per_min=rate))
    assert recovery_of(history).recovery.why == "short_after"


def test_a_mark_outside_of_all_recordings_is_refused() -> None:
    history = one(Person(), FIRM, 13)
    late = Mark(T0 + 90_000, None, "trigger", "", (), "")
    found = recoveries_of(replace(history, marks=(*history.marks, late)))
    assert [one.state for one in found] == ["recovered", "refused"]


def test_the_own_baseline_of_the_hour_is_what_one_comes_back_to() -> None:
    """Today RSA is above it by 0.5 ln: one is back when 0.8 ln of the drop are left."""
    today = Person(rsa_ln=6.5)
    history = with_past(one(today, FIRM, 14), 14, 6.0 - BP_OF_SIMULATED, 850.0, 3)
    found = recovery_of(history)
    truth_s = returns_s(FIRM, 0.8)
    assert found.baseline == "own"
    assert found.state == "recovered"
    assert (found.recovery.low or 0) <= truth_s <= (found.recovery.high or np.inf)
    assert (found.recovery.value or 0) < returns_s(FIRM, 0.3)


def test_who_was_below_the_own_baseline_beforehand_comes_back_to_where_they_were() -> None:
    history = with_past(one(Person(), FIRM, 15), 14, 7.0, 850.0, 4)
    assert recovery_of(history).baseline == "before"


def test_without_minutes_before_it_the_own_baseline_stands_for_them() -> None:
    happens = replace(FIRM, begin_s=30.0, end_s=210.0, drop_ln=2.5)
    history = with_past(one(Person(), happens, 16), 14, 6.0, 850.0, 5)
    found = recovery_of(history)
    assert found.baseline == "own"
    assert found.state == "recovered"


def test_what_comes_long_after_the_return_does_not_move_it() -> None:
    """Twelve minutes later the person rests deeply: RSA rises by 2 ln."""
    here, later = beats_of(Person(), FIRM, 20, T0), beats_of(Person(rsa_ln=8.0), FIRM, 21, T0)
    first, second = here.at_s < T0 + 1500, later.at_s > T0 + 1500
    both = Beats(
        np.concatenate([here.at_s[first], later.at_s[second]]),
        np.concatenate([here.ibi_ms[first], later.ibi_ms[second]]),
        np.concatenate([here.flagged[first], later.flagged[second]]),
    )
    marks = one(Person(), FIRM, 20).marks
    alone = recovery_of(one(Person(), FIRM, 20))
    found = recovery_of(history_of([(T0, both)], marks))
    times = [(r.recovery.value, r.recovery.low, r.recovery.high) for r in (found, alone)]
    assert times[0] == pytest.approx(times[1])
    assert found.state == "recovered"


def test_two_challenges_share_no_time() -> None:
    first = replace(FIRM, drop_ln=2.0, recovery_s=60.0)
    history = one(Person(), first, 17)
    second = Mark(T0 + 1200.0, T0 + 1320.0, "challenge", "", (), "")
    found = recoveries_of(replace(history, marks=(*history.marks, second)))
    assert [one.watched_s for one in found] == pytest.approx([1200 - 780, 2400 - 1320], abs=5)
    assert found[1].state == "no_reaction"


def test_what_is_marked_as_a_challenge() -> None:
    """By kind, tag or a word of its own; start and end marks are the stretch that they bound, and
    what lies within a challenge is a part of it."""
    beats = beats_of(Person(), FIRM, 18, T0)

    def mark(at_s: float, kind: str, text: str, *tags: str) -> Mark:
        return Mark(T0 + at_s, None, kind, text, tags, "")

    marks = (
        mark(600, "posture-stand", "start"),
        mark(780, "posture-stand", "end"),
        mark(650, "trigger", "within it"),
        mark(1000, "event", "the phone", "spanning"),
        mark(1300, "glimmer", "sun on the water"),
        replace(mark(1500, "note", "exam", "uitdaging"), until_s=T0 + 1600),
    )
    stretches = (
        Stretch(T0 + 600, T0 + 780, "marked", "posture-stand", (), None),
        Stretch(T0 + 1500, T0 + 1600, "marked", "exam", ("uitdaging",), None),
        Stretch(T0 + 1900, T0 + 2000, "pacing", "", ("stress",), 6.0),
    )
    history = replace(history_of([(T0, beats)], marks), stretches=stretches)
    found = recoveries_of(history)
    assert [(o.kind, o.text, o.at_s - T0) for o in found] == [
        ("posture", "", 600.0),
        ("stress", "the phone", 1000.0),
        ("challenge", "exam", 1500.0),
    ]
    assert [o.until_s is None for o in found] == [False, True, False]
    assert [o.efficiency is None for o in found] == [False, True, True]
    assert found[-1].watched_s == pytest.approx(300, abs=1)  # then breathing is paced


def test_a_person_without_challenges_has_none() -> None:
    history = replace(one(Person(), FIRM, 19), marks=())
    assert recoveries_of(history) == ()


def test_a_real_person_who_stood_up(recordings: Path) -> None:
    """By a laboratory's ECG: less RSA and a faster heart, and back within a minute or so."""
    folder = recordings / "wearablehrv_P37"
    if not folder.is_dir():
        pytest.skip("no wearablehrv_P37")
    beats_s = T0 + load_rr(folder / "test_vu.txt").beats_s
    beats = Beats(beats_s[:-1], 1000 * np.diff(beats_s), np.zeros(len(beats_s) - 1))
    stood = Mark(T0 + STOOD_S[0], T0 + STOOD_S[1], "staan", "", (), "")
    found = recovery_of(history_of([(T0, beats)], (stood,)))
    assert (found.kind, found.state, found.baseline) == ("posture", "recovered", "before")
    assert -2.0 < (found.reaction_rsa.value or 0) < -0.7
    assert (found.reaction_hp.high or 0) < 0
    assert (found.recovery.high or np.inf) < 90
    assert found.efficiency is not None
    assert found.efficiency.why == "wide"  # three minutes are not enough to say it
