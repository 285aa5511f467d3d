"""A buzz waits for the heart's pause: never into an upstroke that was foreseen."""

import numpy as np
import pytest
from vagal.cue import Cue

BUZZ = 25  # samples, until the motor has run down
AFTER, BEFORE = 13, 14  # of an upstroke's middle, where light has to be good (quality.py)
LATE = 120  # samples after its light a beat is found
BREATH = 1000


def told(beats, now):
    """What knows all beats that are found by now."""
    cue = Cue(100)
    cue.breath = BREATH
    for at in beats[beats < now - LATE]:
        cue.beat(int(at))
    return cue


def shaken(beats, begin):
    """How many upstrokes a buzz hits."""
    return int(((beats > begin - AFTER) & (beats < begin + BUZZ + BEFORE)).sum())


def breathing(hp, amplitude):
    """Beats in samples, 100 s, whose interval swings once a breath."""
    beats = [0.0]
    while beats[-1] < 10000:
        middle = beats[-1] + hp / 2
        beats.append(beats[-1] + hp + amplitude * np.sin(2 * np.pi * middle / BREATH))
    return np.rint(beats)


@pytest.mark.parametrize("hp", [62, 85, 110, 180])
def test_no_upstroke_is_shaken_of_a_steady_heart(hp):
    beats = np.arange(0, 9000, hp)
    for due in range(5000, 5400, 3):
        begin = due + told(beats, due).shift(due, BUZZ)
        assert abs(begin - due) <= (BUZZ + AFTER + BEFORE) / 2 + 6
        assert shaken(beats, begin) == 0, (due, begin)


def test_nor_of_one_that_swings_with_the_breath():
    """120 ms of swing change the interval by 30 ms a beat: a breath ago it did the same."""
    beats = breathing(85, 6)
    hits = [
        shaken(beats, due + told(beats, due).shift(due, BUZZ)) for due in range(4000, 8000, 11)
    ]
    at_once = np.mean([shaken(beats, due) for due in range(4000, 8000, 11)])
    print(f"{np.mean(hits):.3f} upstrokes a buzz; at once: {at_once:.3f}")
    assert np.mean(hits) < at_once / 5


def test_it_comes_in_time_where_no_pause_is_foreseen():
    """A heart of 115 a minute leaves no room; no beat yet, or none for long, says nothing."""
    assert Cue(100).shift(5000, BUZZ) == 0
    fast = np.arange(0, 9000, 50)
    assert {told(fast, due).shift(due, BUZZ) for due in range(5000, 5100, 7)} == {0}
    lost = np.arange(0, 3000, 85)
    assert told(lost, 5000).shift(5000, BUZZ) == 0


def test_most_cues_are_moved_by_little():
    beats = np.arange(0, 9000, 90)
    moved = [abs(told(beats, due).shift(due, BUZZ)) for due in range(5000, 5900, 7)]
    assert np.mean(moved) < 12
