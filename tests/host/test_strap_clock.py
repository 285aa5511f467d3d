"""Beats of another device laid on the recording's clock by their intervals."""

import numpy as np
import pytest
from vagaband.strap_clock import fit_clock


def heart(seconds: float, seed: int = 1) -> np.ndarray:
    """Beats (s) with breathing, a slow wave and some noise."""
    rng = np.random.default_rng(seed)
    beats = [0.4]
    while beats[-1] < seconds:
        t = beats[-1]
        swing = 0.04 * np.sin(2 * np.pi * 0.24 * t) + 0.03 * np.sin(2 * np.pi * 0.1 * t + seed)
        beats.append(t + 0.85 + swing + rng.normal(0, 0.02))
    return np.array(beats)


BEATS = heart(600)
RNG = np.random.default_rng(7)


def as_strap(beats_s: np.ndarray) -> np.ndarray:
    """Times from intervals in whole ms, the first beat at 0."""
    return np.concatenate([[0.0], np.cumsum(np.round(np.diff(beats_s), 3))])


@pytest.mark.parametrize(
    ("first", "last"), [(0, None), (60, None), (0, -100), (200, 300)], ids=str
)
def test_the_strap_may_begin_and_end_at_any_time(first: int, last: int | None):
    pulse = BEATS + 0.25 + RNG.normal(0, 0.005, len(BEATS))
    part = BEATS[first:last]
    clock = fit_clock(as_strap(part), pulse)
    assert clock.sure
    assert clock.here(as_strap(part)) == pytest.approx(part + 0.25, abs=0.03)


def test_the_recording_may_begin_later_and_lack_beats():
    pulse = BEATS[100:] + 0.25
    pulse = pulse[RNG.random(len(pulse)) > 0.03]
    clock = fit_clock(as_strap(BEATS), pulse)
    assert clock.sure
    assert clock.here(as_strap(BEATS)) == pytest.approx(BEATS + 0.25, abs=0.03)


@pytest.mark.parametrize("drift", [-400e-6, 150e-6])
def test_an_hour_on_a_clock_that_drifts(drift: float):
    beats = heart(3600)
    clock = fit_clock(as_strap(beats) * (1 + drift), beats + RNG.normal(0, 0.005, len(beats)))
    assert clock.drift == pytest.approx(-drift, abs=5e-6)
    assert clock.sure
    assert clock.here(as_strap(beats) * (1 + drift)) == pytest.approx(beats, abs=0.04)


def test_another_heart_is_not_taken_for_this_one():
    assert not fit_clock(as_strap(heart(600, seed=9)), BEATS).sure


@pytest.mark.parametrize(
    ("other", "ours"), [([], []), ([0.0], [1.0]), ([0.0, 0.8], []), ([0.0, 0.8], [5.0, 5.8])]
)
def test_next_to_nothing(other, ours):
    clock = fit_clock(np.array(other, dtype=float), np.array(ours, dtype=float))
    assert not clock.sure
    assert np.isfinite(clock.offset_s)


def test_a_metronome_says_nothing_about_the_clock():
    steady = np.arange(0, 120, 0.8)
    assert not fit_clock(steady, steady + 40).sure
