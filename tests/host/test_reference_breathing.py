"""Breathing rate from the pulse: right where it says it is sure, and a belt to hold it against."""

from pathlib import Path

import numpy as np
import pytest
from test_reference_lock_in import mayer_wave
from test_validate import pulse_wave
from vagaband.recording import load
from vagaband.reference.beats import detect
from vagaband.reference.belt import breaths_of, rate_per_min
from vagaband.reference.breathing import breath_rate
from vagaband.reference.modulation import Modulations, modulations


def modulated(breaths_per_min, seed, paced=False):
    """Modulations of a heart of any period, weak to strong in each kind of modulation, over a
    Mayer wave of up to 30 ms (SD), drifts, noise of every beat, and a breath that wanders by 8 %;
    paced, it doesn't, and swings the heart by 120 ms."""
    rng = np.random.default_rng(seed)
    phase = rng.uniform(0, 2 * np.pi, 3)
    hp_ms, rsa_ms = rng.uniform(600, 1050), 60 if paced else rng.choice([4, 10, 30])
    height, level = rng.choice([0.01, 0.03, 0.06]), rng.choice([0.02, 0.05, 0.15])
    mayer = mayer_wave(rng, rng.choice([0, 6, 15, 30]))
    grid_s = np.arange(0, 70, 0.1)
    speed = 1 + (0 if paced else 0.08) * np.interp(
        grid_s, np.arange(0, 80, 8), rng.normal(0, 1, 10)
    )
    turns = 2 * np.pi * np.cumsum(speed / speed[:600].mean()) * 0.1 * breaths_per_min / 60

    def breath(t, kind):
        return np.sin(np.interp(t, grid_s, turns) + phase[kind])

    def slow(t, lag_s):
        return np.interp(t + lag_s, np.arange(len(mayer)) / 2, mayer)

    def drift(count, sd):
        return np.convolve(rng.normal(0, sd, count + 200), 0.95 ** np.arange(200))[200:][:count]

    beats, drift_ms = [0.0], 0.0
    while beats[-1] < 62:
        t = beats[-1]
        drift_ms = 0.98 * drift_ms + rng.normal(0, 4)
        swing = rsa_ms * breath(t, 0) + slow(t, 0)
        beats.append(t + (hp_ms + swing + drift_ms + rng.normal(0, rng.uniform(4, 12))) / 1000)
    t_s = np.array(beats)
    noise = rng.normal(0, 15, (2, len(t_s)))
    return Modulations(
        t_s=t_s,
        interval_ms=np.diff(t_s, prepend=np.nan) * 1000,
        height=1000 * (1 + height * breath(t_s, 1))
        + 2 * slow(t_s, 2)
        + drift(len(t_s), 8)
        + noise[0],
        level=1000 * level * breath(t_s, 2) + 3.3 * slow(t_s, 4) + drift(len(t_s), 25) + noise[1],
    )


@pytest.mark.parametrize(
    ("breaths_per_min", "paced", "least_sure"),
    [(rate, False, 15) for rate in (10, 12, 15, 18, 21, 25)]
    + [(rate, True, 10) for rate in (5, 6, 8, 12)]
    + [(rate, False, 0) for rate in (5, 6, 8)],
)
def test_known_rate_where_it_is_sure(breaths_per_min, paced, least_sure):
    found = [breath_rate(modulated(breaths_per_min, seed, paced), 0, 60) for seed in range(40)]
    rates = [one for one in found if one is not None]
    sure = [one.rate_per_min for one in rates if one.confidence == "good"]
    errors = np.abs(np.array(sure) - breaths_per_min)
    assert len(rates) == 40
    assert len(sure) >= least_sure
    assert not len(errors) or np.median(errors) <= 1
    assert np.sum(errors > 2) <= 2


def test_no_breath_is_not_sure():
    """Beats, heights and levels that only drift and jitter."""
    rng = np.random.default_rng(8)
    sure = 0
    for _ in range(60):
        t_s = np.cumsum(0.85 + rng.normal(0, 0.02, 80))
        drifts = np.cumsum(rng.normal(0, 5, (2, 80)), axis=1)
        found = Modulations(t_s, np.diff(t_s, prepend=np.nan) * 1000, drifts[0], drifts[1])
        rate = breath_rate(found, 0, 60)
        sure += rate is not None and rate.confidence == "good"
    assert sure <= 6


def test_too_few_beats_have_no_rate():
    found = modulated(15, 1)
    assert breath_rate(found, 0, 10) is None
    assert breath_rate(found, 30, 90) is None
    steady = Modulations(np.arange(80.0), np.full(80, 1000.0), np.full(80, 9.0), np.full(80, 5.0))
    assert breath_rate(steady, 0, 60) is None


def test_modulations_are_those_of_the_light():
    """Heights that breathe by 10 % and a level that breathes by 120 counts come back as such."""
    beats_s = np.arange(0.6, 118, 0.85)
    t_s, light = pulse_wave(beats_s, 120)
    breath = np.sin(2 * np.pi * 0.25 * t_s)
    light = 131072 + (light - 131072) * (1 + 0.1 * breath) - 120 * breath
    found = modulations(t_s, light, detect(t_s, light).t_s)
    at = np.sin(2 * np.pi * 0.25 * found.t_s)
    inner = slice(2, -2)
    assert np.corrcoef(found.height[inner], at[inner])[0, 1] > 0.9
    assert np.corrcoef(found.level[inner], at[inner])[0, 1] > 0.9
    assert np.ptp(found.height[inner]) / np.mean(found.height) == pytest.approx(0.2, abs=0.12)
    assert np.isnan(found.interval_ms[0])
    assert found.interval_ms[1:] == pytest.approx(np.full(len(found.t_s) - 1, 850.0), abs=5)
    rate = breath_rate(found, 30, 90)
    assert rate is not None
    assert rate.rate_per_min == pytest.approx(15, abs=0.3)


# ------------------------------------------------------------------ the belt


@pytest.mark.parametrize("breaths_per_min", [4.5, 8, 15, 25])
def test_belt_with_known_breaths(breaths_per_min):
    t_s = np.arange(0, 180, 0.1)
    rng = np.random.default_rng(1)
    wave = -np.cos(2 * np.pi * breaths_per_min / 60 * t_s)
    belt = wave + 0.1 * rng.normal(size=len(t_s)) + 3e-3 * t_s + 0.1 * np.sin(7 * t_s)
    breaths = breaths_of(belt, 10)
    assert rate_per_min(breaths, 30, 150) == pytest.approx(breaths_per_min, abs=0.15)
    onsets = np.arange(len(breaths.onsets_s)) * 60 / breaths_per_min
    inner = slice(1, -1)
    first = round(breaths.onsets_s[1] * breaths_per_min / 60) - 1
    expected = onsets + first * 60 / breaths_per_min
    assert breaths.onsets_s[inner] == pytest.approx(expected[inner], abs=0.8)
    share = (breaths.turns_s - breaths.onsets_s[:-1]) * breaths_per_min / 60
    assert np.median(share) == pytest.approx(0.5, abs=0.05)


def test_belt_that_is_off_has_no_rate():
    rng = np.random.default_rng(2)
    assert len(breaths_of(np.zeros(1800), 10).turns_s) == 0
    assert rate_per_min(breaths_of(np.zeros(1800), 10), 0, 60) is None
    held = np.r_[np.sin(2 * np.pi * 0.25 * np.arange(0, 60, 0.1)), np.zeros(1200)]
    assert rate_per_min(breaths_of(held + rng.normal(0, 0.01, 1800), 10), 70, 170) is None


def test_real_pulse_against_its_belt(recordings: Path):
    """Windows of 60 s each 5 s: within one breath a minute where it is sure."""
    light = load(recordings / "neurokit_rec01.csv", 100).to_counts().astype(float)
    belt = np.loadtxt(recordings / "neurokit_rec01.resp_10hz.csv", skiprows=1)
    t_s = np.arange(len(light)) / 100
    found, breaths = modulations(t_s, light, detect(t_s, light).t_s), breaths_of(belt, 10)
    errors = []
    for start_s in range(0, 241, 5):
        rate, truth = (
            breath_rate(found, start_s, start_s + 60),
            rate_per_min(breaths, start_s, start_s + 60),
        )
        if rate is not None and truth is not None and rate.confidence == "good":
            errors.append(abs(rate.rate_per_min - truth))
    assert len(errors) >= 5
    assert np.median(errors) <= 1
