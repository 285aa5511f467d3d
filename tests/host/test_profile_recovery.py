"""Challenges one by one: what is said of each, what is refused, and what is held against what."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from estimates import holds
from simulated_challenges import (
    LOST_LN,
    T0,
    Challenge,
    Person,
    beats_of,
    history_of,
    one,
    returns_s,
    with_past,
)
from vagaband.profile.model import Beats, History, Mark, Recovery, Stretch
from vagaband.profile.recovery import recoveries_of
from vagaband.rr_files import load_rr

STOOD_S = 935.4, 1115.4  # test_events.csv, from the first beat of test_vu.txt


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
        assert holds(reaction, truth)


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
    assert found[-1].recovery.why == "no_recording"


def test_the_own_baseline_of_the_hour_is_what_one_comes_back_to() -> None:
    """Today RSA is above it by 0.5 ln: one is back when 0.8 ln of the drop are left."""
    today = Person(rsa_ln=6.5)
    history = with_past(one(today, FIRM, 14), 14, 6.0 - LOST_LN, 850.0, 3)
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
