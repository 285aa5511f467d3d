"""Irregular rhythms are told from strong vagal tone, which swings as far but predictably."""

import numpy as np
import pytest
from vagaband.reference.irregularity import (
    burg_errors,
    histogram_entropy,
    irregularity,
    sample_entropy_coefficient,
    turning_points,
)


def epoch(ibi_ms):
    """The intervals of the first 30 s."""
    return ibi_ms[: int(np.searchsorted(np.cumsum(ibi_ms), 30000))]


def breathing(hp_ms, swing_ms, breath_hz, rng):
    ibi_ms, t_s = [], 0.0
    mayer, noise = rng.uniform(0, 30), rng.uniform(5, 25)
    for _ in range(70):
        swing = swing_ms / 2 * np.sin(2 * np.pi * breath_hz * t_s)
        slow = mayer * np.sin(2 * np.pi * 0.1 * t_s + 1)
        ibi_ms.append(hp_ms + swing + slow + rng.normal(0, noise))
        t_s += ibi_ms[-1] / 1000
    return epoch(np.array(ibi_ms))


def share_irregular(epochs):
    found = [irregularity(ibi_ms) for ibi_ms in epochs]
    assert all(found)
    return np.mean([one.irregular for one in found if one])


@pytest.mark.parametrize("bpm", [60, 75, 90, 120])
@pytest.mark.parametrize("spread", [0.15, 0.2, 0.25])
def test_irregularly_irregular_rhythm_is_told(bpm, spread):
    rng = np.random.default_rng(bpm)
    mean_ms = 60000 / bpm
    series = [
        epoch(np.clip(mean_ms * rng.lognormal(0, spread, 90), 300, 2000)) for _ in range(100)
    ]
    assert share_irregular(series) >= 0.95


@pytest.mark.parametrize("hp_ms", [700, 850, 1000, 1200])
@pytest.mark.parametrize("breath_hz", [0.1, 0.15, 0.2, 0.25, 0.3])
def test_strong_healthy_swings_are_not(hp_ms, breath_hz):
    rng = np.random.default_rng(hp_ms)
    assert share_irregular([breathing(hp_ms, 300, breath_hz, rng) for _ in range(100)]) <= 0.02


def test_a_rare_premature_beat_is_no_irregular_rhythm_and_frequent_ones_are():
    rng = np.random.default_rng(9)

    def premature(which):
        ibi_ms = breathing(850, 80, 0.25, rng)
        for k in which(len(ibi_ms) - 1):
            early = 0.3 * ibi_ms[k]
            ibi_ms[k] -= early
            ibi_ms[k + 1] += early
        return ibi_ms

    def series(which):
        return [premature(which) for _ in range(100)]

    assert share_irregular(series(lambda n: [n // 2])) <= 0.05
    assert share_irregular(series(lambda n: np.flatnonzero(rng.random(n) < 0.2))) >= 0.9
    assert share_irregular(series(lambda n: range(0, n, 2))) == 1  # foretold, and still none
    assert share_irregular(series(lambda n: range(0, n, 3))) == 1


def test_turning_points():
    assert turning_points(np.array([1.0, 2, 1, 2, 1])) == 1
    assert turning_points(np.arange(20.0)) == 0
    assert turning_points(np.full(20, 3.0)) == 0
    random = np.random.default_rng(2).normal(size=20000)
    assert turning_points(random) == pytest.approx(2 / 3, abs=0.01)


def test_entropies():
    assert histogram_entropy(np.full(30, 850.0)) == 0
    assert histogram_entropy(np.repeat(np.arange(16.0), 5)) == pytest.approx(1)
    even = np.random.default_rng(4).uniform(500, 1500, 1000)
    # Independent and spread over 1 s: -ln(2r / 1 s) + ln(2r), less ln of a mean of 1 s, is 0.
    assert sample_entropy_coefficient(even) == pytest.approx(0, abs=0.1)
    steady = 850 + np.random.default_rng(4).normal(0, 2, 100)
    assert sample_entropy_coefficient(steady) == pytest.approx(np.log(60 / 850), abs=0.02)


def test_a_sinusoid_is_foretold_and_noise_is_not():
    n = np.arange(200)
    assert np.std(burg_errors(50 * np.sin(0.9 * n))) < 2
    noise = np.random.default_rng(6).normal(0, 50, 2000)
    assert np.std(burg_errors(noise)) == pytest.approx(50, rel=0.05)
    assert (burg_errors(np.zeros(40)) == 0).all()


def test_too_few_say_nothing():
    assert irregularity(np.full(15, 850.0)) is None
    steady = irregularity(np.full(40, 850.0))
    assert steady is not None
    assert not steady.irregular
