"""Beats of unknown time go where the rhythm puts them; known ones stay."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_reference_intervals import breathing
from vagaband.reference.beat_placement import place, relief


def freed(count, *which):
    free = np.zeros(count, dtype=bool)
    free[list(which)] = True
    return free


@pytest.mark.parametrize("breath_hz", [0.15, 0.25, 0.35])
@pytest.mark.parametrize("together", [1, 2, 3])
def test_a_displaced_beat_goes_back(breath_hz, together):
    """With a 40 ms swing and 3 ms of noise: to 0.4 of the error that midway leaves, and less."""
    beats = breathing(850, 40, breath_hz=breath_hz, noise=3)
    ours, midway = [], []
    for first in range(20, 280, 9):
        which = list(range(first, first + together))
        spoilt = beats.copy()
        before, after = beats[first - 1], beats[first + together]
        spoilt[which] = np.linspace(before, after, together + 2)[1:-1]
        midway += (spoilt[which] - beats[which]).tolist()
        ours += (place(spoilt, freed(len(beats), *which))[which] - beats[which]).tolist()
    assert np.std(ours) < 0.4 * np.std(midway)


def test_metronome_and_line():
    steady = np.linspace(0, 39 * 800, 40)
    spoilt = steady.copy()
    spoilt[17] += 90
    assert place(spoilt, freed(40, 17)) == pytest.approx(steady, abs=0.01)


def test_the_ends_and_the_known_stay():
    beats = breathing(850, 40, count=60)
    placed = place(beats, np.ones(61, dtype=bool))
    assert placed[[0, -1]] == pytest.approx(beats[[0, -1]])
    free = freed(61, 5, 30, 31)
    assert (place(beats, free)[~free] == beats[~free]).all()
    assert (place(beats, freed(61)) == beats).all()


def test_relief_tells_the_beat_at_fault_and_that_there_is_none():
    beats, none = breathing(850, 40, noise=6), freed(301)
    for k in range(30, 270, 11):
        candidates = range(k - 2, k + 3)
        spoilt = beats.copy()
        spoilt[k] -= 120
        found = relief(spoilt, none, candidates)
        assert np.argmax(found) == 2
        assert found[2] > 3.5
        assert relief(beats, none, candidates).max() < 5


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.floats(200, 2500), min_size=1, max_size=120), st.randoms())
def test_whatever_the_beats_order_is_kept(ibi_ms, random):
    beats = np.r_[0, np.cumsum(ibi_ms)]
    free = np.array([random.random() < 0.3 for _ in beats])
    placed = place(beats, free)
    assert (np.diff(placed) > 0).all()
    assert placed[[0, -1]] == pytest.approx(beats[[0, -1]])
