"""Scoring of beats against a reference: lag, matching, ends, unusable stretches, intervals."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vagaband.score import TOLERANCE_S, find_lag, match, score

RNG = np.random.default_rng(2)
BEATS = np.cumsum(RNG.normal(0.85, 0.04, 200)).astype(np.float64)


def test_a_perfect_device_with_a_constant_lag():
    result = score(BEATS, BEATS + 0.27)
    assert (result.tp, result.fp, result.fn) == (200, 0, 0)
    assert result.lag_s == pytest.approx(0.27)
    assert result.f1_pct == 100
    assert result.interval_error_ms == pytest.approx(0, abs=1e-6)
    assert result.rmssd_det_ms == pytest.approx(result.rmssd_ref_ms)
    assert result.ln_rsa_det == pytest.approx(result.ln_rsa_ref, abs=1e-6)
    assert result.grade == "good"


@pytest.mark.parametrize("lag_s", [-0.45, -0.2, 0.0, 0.25, 0.6, 1.1, 1.9])
def test_the_lag_is_found_not_the_one_a_beat_off(lag_s: float):
    """Nearly regular rhythms fit one beat off too; their intervals don't."""
    spoilt = np.delete(BEATS, RNG.choice(200, 15, replace=False)) + lag_s
    assert find_lag(BEATS, np.sort(spoilt + RNG.normal(0, 0.005, len(spoilt)))) == pytest.approx(
        lag_s, abs=0.003
    )


def test_of_equal_lags_the_usual_one_is_taken():
    """A metronome fits at every beat; a pulse comes a quarter of a second after the R-peak."""
    steady = np.linspace(0.0, 79.2, 100)
    assert find_lag(steady, steady + 0.2) == pytest.approx(0.2)
    assert find_lag(steady, steady + 0.2, expected_lag_s=1.0) == pytest.approx(1.0)


def test_missed_and_invented_beats_are_counted():
    found = np.sort(np.r_[np.delete(BEATS, [10, 11, 50]), BEATS[30] + 0.4]) + 0.2
    result = score(BEATS, found)
    assert (result.tp, result.fp, result.fn) == (197, 1, 3)
    assert result.sensitivity_pct == pytest.approx(98.5)
    assert result.ppv_pct == pytest.approx(100 * 197 / 198)
    assert result.f1_pct == pytest.approx(100 * 2 * 197 / (2 * 197 + 4))


def test_intervals_only_where_consecutive_beats_meet_consecutive_beats():
    """An interval next to a missed or an invented beat is not an interval of both."""
    found = np.sort(np.r_[np.delete(BEATS, 10), BEATS[30] + 0.4])
    result = score(BEATS, found)
    assert result.n_intervals == 199 - 2 - 1
    assert result.interval_error_ms == pytest.approx(0, abs=1e-6)


def test_interval_error_is_the_mean_of_absolute_differences():
    found = BEATS + np.where(np.arange(200) % 2, 0.004, -0.004)
    assert score(BEATS, found).interval_error_ms == pytest.approx(8.0, abs=1e-6)


def test_unusable_stretches_leave_out_beats_and_intervals_on_both_sides():
    noise = np.sort(np.r_[np.delete(BEATS, range(50, 60)), BEATS[50:60] + 0.4])
    bad = [(float(BEATS[49]) + 0.1, float(BEATS[60]) - 0.01)]
    result = score(BEATS, noise, bad)
    assert (result.tp, result.fp, result.fn) == (190, 0, 0)
    assert score(BEATS, noise).f1_pct < 96


def test_detections_outside_the_reference_are_not_judged():
    result = score(BEATS[20:-20], BEATS + 0.25)
    assert (result.fp, result.fn) == (0, 0)


@pytest.mark.parametrize(
    ("ref", "det"),
    [([], []), (BEATS, []), ([], BEATS), ([1.0], [1.1]), ([1.0, 2.0], [50.0])],
)
def test_next_to_nothing(ref, det):
    result = score(np.array(ref, dtype=float), np.array(det, dtype=float))
    assert 0 <= result.f1_pct <= 100
    assert result.interval_error_ms is None
    assert result.grade == "poor"


def brute_force(ref, det):
    """The most pairs, then the least residual, by trying every choice."""
    for size in range(min(len(ref), len(det)), 0, -1):
        costs = [
            sum(abs(a - b) for a, b in zip(ours, theirs, strict=True))
            for ours in combinations(ref, size)
            for theirs in combinations(det, size)
            if all(abs(a - b) <= TOLERANCE_S for a, b in zip(ours, theirs, strict=True))
        ]
        if costs:
            return size, min(costs)
    return 0, 0.0


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.floats(0, 1), max_size=5).map(sorted),
    st.lists(st.floats(0, 1), max_size=5).map(sorted),
)
def test_matching_is_the_best_there_is(ref, det):
    ref, det = np.array(ref, dtype=float), np.array(det, dtype=float)
    pairs = match(ref, det)
    assert (np.diff(pairs, axis=0) > 0).all()
    cost = float(np.abs(ref[pairs[:, 0]] - det[pairs[:, 1]]).sum())
    size, least = brute_force(ref, det)
    assert len(pairs) == size
    assert cost == pytest.approx(least, abs=1e-9)


def test_a_day_of_beats_takes_seconds():
    day = np.cumsum(RNG.normal(0.8, 0.05, 100_000))
    assert len(match(day, day + 0.01)) == 100_000
