"""A buzz waits for the heart's pause: never into an upstroke that was foreseen."""

import numpy as np
import pytest
from vagal import cue

BUZZ_MS = 290
AFTER_MS, BEFORE_MS = 130, 140  # of an upstroke's middle, where light has to be good (quality.py)


@pytest.mark.parametrize("apart_ms", [620, 850, 1100, 1900])
def test_no_upstroke_is_shaken_of_a_steady_heart(apart_ms):
    for due_ms in range(0, 3000, 7):
        begin = due_ms + cue.shift(due_ms, BUZZ_MS, -1300, apart_ms)
        assert abs(begin - due_ms) <= (BUZZ_MS + AFTER_MS + BEFORE_MS) / 2 + 20
        upstrokes = -1300 + apart_ms * np.arange(12)
        near = (upstrokes > begin - AFTER_MS) & (upstrokes < begin + BUZZ_MS + BEFORE_MS)
        assert not near.any(), (due_ms, begin)


def test_it_comes_in_time_where_no_pause_is_foreseen():
    """A heart of 115 a minute leaves no room; no beat yet, or none for long, says nothing."""
    for apart_ms in (520, 0, -40, 2500):
        assert {cue.shift(due, BUZZ_MS, -1200, apart_ms) for due in range(0, 900, 30)} == {0}


def test_most_cues_are_moved_by_little():
    moved = [abs(cue.shift(due, BUZZ_MS, -1300, 900)) for due in range(1800)]
    assert np.mean(moved) < 120
