"""HF power and peak-to-trough: a known swing gives the known number."""

import numpy as np
import pytest
from vagaband.reference.even_grid import on_grid, spline
from vagaband.reference.hf_power import hf_power_ms2, ln_hf_power, spectrum
from vagaband.reference.peak_to_trough import (
    Breaths,
    of_pacer,
    peak_to_trough_ms,
    swings_ms,
)


def swinging(swing_ms, breath_hz, hp_ms=850, seconds=300):
    """Beats (s) with intervals that swing by +-`swing_ms`, shortest at a quarter of the breath."""
    beats = [0.0]
    while beats[-1] < seconds:
        swing = -swing_ms * np.sin(2 * np.pi * breath_hz * beats[-1])
        beats.append(beats[-1] + (hp_ms + swing) / 1000)
    return np.array(beats)


@pytest.mark.parametrize("hp_ms", [600, 850])
@pytest.mark.parametrize("breath_hz", [0.17, 0.2, 0.25, 0.3])
def test_power_of_a_sinusoid_is_half_its_square(hp_ms, breath_hz):
    found = ln_hf_power(1000 * np.diff(swinging(30, breath_hz, hp_ms)))
    assert found == pytest.approx(np.log(30**2 / 2), abs=0.04)


@pytest.mark.parametrize("breath_hz", [0.05, 0.1, 0.13])
def test_slower_swings_are_not_in_it(breath_hz):
    power = hf_power_ms2(1000 * np.diff(swinging(30, breath_hz)))
    assert power is not None
    assert power < 0.02 * 30**2 / 2


def test_whole_spectrum_holds_the_whole_variance():
    rng = np.random.default_rng(1)
    ibi_ms = 850 + 20 * np.sin(0.5 * np.arange(700)) + rng.normal(0, 5, 700)
    frequency_hz, density = spectrum(ibi_ms)
    assert np.sum(density) * frequency_hz[1] == pytest.approx(np.var(ibi_ms), rel=0.1)


def test_a_drift_is_no_power_and_a_minute_is_the_least():
    assert (hf_power_ms2(np.linspace(800, 900, 300)) or 0.0) < 0.1
    assert hf_power_ms2(np.full(60, 850.0)) is None
    assert hf_power_ms2(np.empty(0)) is None
    assert ln_hf_power(np.full(90, 850.0)) is None


def test_spline_goes_through_its_points_and_follows_a_sinusoid():
    t_s = np.cumsum(np.random.default_rng(2).uniform(0.7, 1.0, 200))
    wave = np.sin(2 * np.pi * 0.2 * t_s)
    assert spline(t_s, wave, t_s) == pytest.approx(wave)
    grid_s, values = on_grid(t_s, wave, 4.0)
    inner = slice(20, -20)
    assert values[inner] == pytest.approx(np.sin(2 * np.pi * 0.2 * grid_s)[inner], abs=0.03)
    assert spline(t_s, 3 + 2 * t_s, grid_s) == pytest.approx(3 + 2 * grid_s)
    assert spline(t_s[:2], wave[:2], t_s[:1]) == pytest.approx(wave[:1])


def test_spline_is_the_natural_one():
    """Through 0, 1, 0 at 0, 1, 2 s: s(1/2) = 11/16."""
    at = spline(np.array([0.0, 1, 2]), np.array([0.0, 1, 0]), np.array([0.5, 1.5]))
    assert at == pytest.approx([0.6875, 0.6875])


# ------------------------------------------------------------------ peak to trough


@pytest.mark.parametrize("breath_hz", [0.1, 0.2, 0.25])
def test_peak_to_trough_is_the_swing(breath_hz):
    """Of few beats a breath the extremes lie between beats: up to a tenth less at 0.25 Hz."""
    beats_s = swinging(40, breath_hz, hp_ms=700)
    found = peak_to_trough_ms(beats_s, of_pacer(0, 290, breath_hz, 0.5))
    assert found == pytest.approx(80, rel=0.12)


def test_the_same_whenever_the_clock_begins():
    """Beats and breaths share one clock; where it starts is of no account."""
    beats_s, breaths = swinging(40, 0.2), of_pacer(0, 290, 0.2, 0.5)
    later = Breaths(breaths.onsets_s + 1234.5, breaths.turns_s + 1234.5)
    assert peak_to_trough_ms(beats_s + 1234.5, later) == pytest.approx(
        peak_to_trough_ms(beats_s, breaths)
    )


def test_by_hand():
    """In: 800 and 700 end by 2.75 s; out: those that end from 2 s to 5.75 s."""
    beats_s = np.cumsum([0.1, 0.8, 0.7, 0.9, 1.0, 0.85, 0.8])
    breaths = Breaths(np.array([0.0, 5.0]), np.array([2.0]))
    assert swings_ms(beats_s, breaths) == pytest.approx([300])


def test_against_the_breath_is_zero_and_without_beats_nothing():
    rising = np.cumsum(np.r_[0.0, np.full(3, 1.2), np.full(5, 0.6)])
    breaths = Breaths(np.array([0.0, 6.0, 60.0, 66.0]), np.array([2.0, 50.0, 63.0]))
    found = swings_ms(rising, breaths)
    assert found[0] == pytest.approx(0) or found[0] >= 0
    assert np.isnan(found[2])
    assert peak_to_trough_ms(np.empty(0), breaths) is None
    falling = np.array([0.5, 1.5, 2.4, 3.9, 4.6, 5.3, 6.0])
    assert swings_ms(falling, Breaths(np.array([0.0, 5.0]), np.array([1.6])))[0] >= 0


def test_breaths_of_a_pacer():
    breaths = of_pacer(10.0, 70.0, 0.1, 0.4)
    assert breaths.onsets_s == pytest.approx([10, 20, 30, 40, 50, 60, 70])
    assert breaths.turns_s == pytest.approx([14, 24, 34, 44, 54, 64])
