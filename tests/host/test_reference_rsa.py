"""RSA by the reference: the published golden vectors, known sinusoids, and its refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vagaband.reference.rsa import band_pass_taps, filtered, polynomial_weights, rsa_epochs
from vagaband.reference.time_domain import mean_hp_ms, rmssd_ms, sdnn_ms, sound_runs
from vagaband.session import Interval


def sines(count, level, *waves):
    k = np.arange(count)
    return level + np.round(sum(size * np.sin(2 * np.pi * freq * k) for size, freq in waves))


def pseudo_random(count):
    state, values = 12345, []
    for _ in range(count):
        state = (1103515245 * state + 12345) & 0x7FFFFFFF
        values.append(820.0 + ((state >> 16) % 81) - 40)
    return np.array(values)


# intervals, RSA of the epochs, RMSSD, SDNN
GOLDEN = {
    "V1": (sines(150, 850, (30, 0.2125)), [6.2413, 6.1832, 6.2385], 26.4314, 21.3575),
    "V2": (
        sines(180, 700, (8, 0.21), (40, 0.07)),
        [3.2516, 3.4406, 3.4598],
        14.2425,
        28.8676,
    ),
    "V3": (sines(130, 1000, (60, 0.1)), [3.8039] * 3, 26.0654, 42.4673),
    "V4": (np.full(150, 850.0), [None] * 3, 0.0, 0.0),
    "V5": (800.0 + 10 * (np.arange(150) & 1), [-0.0708, -0.0767, -0.0544], 10.0, 5.0168),
    "V6": (sines(280, 450, (10, 0.15)), [3.4873, 3.4548, 3.4998], 6.5364, 7.2101),
    "V7": (pseudo_random(160), [5.8667, 4.7633, 5.1316], 33.5407, 23.2021),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_vectors_to_the_printed_digits(name):
    ibi_ms, epochs, rmssd, sdnn = GOLDEN[name]
    found = [epoch.ln_ms2 for epoch in rsa_epochs(ibi_ms)]
    assert [value and round(value, 4) for value in found] == epochs
    assert rmssd_ms([ibi_ms]) == pytest.approx(rmssd, abs=5e-5)
    assert sdnn_ms([ibi_ms]) == pytest.approx(sdnn, abs=5e-5)


def test_epochs_start_when_both_filters_have_their_input():
    assert [epoch.t_s for epoch in rsa_epochs(GOLDEN["V1"][0])] == [12.5, 42.5, 72.5]


def test_filters_are_those_of_the_profile():
    weights = np.array([-171, -76, 9, 84, 149, 204, 249, 284, 309, 324, 329]) / 3059
    assert polynomial_weights() == pytest.approx(np.r_[weights, weights[-2::-1]], abs=1e-12)
    half = np.array([16, -4, 19, 114, 197, 95, -161, -228, 46, 107, -760, -2144, -2355, -241])
    taps = band_pass_taps() * 16384
    assert np.abs(taps[:14] - half).max() <= 0.5
    assert taps[15] == pytest.approx(4564, abs=2)  # the integers' centre tap is trimmed
    assert taps == pytest.approx(taps[::-1])


@pytest.mark.parametrize(("breath_hz", "gain_ln"), [(0.15, -1.01), (0.22, 0.40), (0.30, -0.32)])
def test_known_breathing_gives_the_known_gain(breath_hz, gain_ln):
    """A 40 ms swing at a steady heart; the hold costs what a hold of one interval costs."""
    beats, ibi = [0.0], []
    while beats[-1] < 600:
        ibi.append(600 + 40 * np.sin(2 * np.pi * breath_hz * (beats[-1] + 0.3)))
        beats.append(beats[-1] + ibi[-1] / 1000)
    hold_ln = 2 * np.log(np.sinc(breath_hz * 0.6))
    found = np.mean([epoch.ln_ms2 or 0.0 for epoch in rsa_epochs(ibi)])
    assert found == pytest.approx(np.log(40**2 / 2) + gain_ln + hold_ln, abs=0.08)


def test_band_only_value_is_flat_where_the_polynomial_is_not():
    ibi = GOLDEN["V1"][0]
    level = [epoch.bp_ln_ms2 or 0.0 for epoch in rsa_epochs(ibi)]
    assert np.ptp(level) < 0.1
    assert abs(np.mean(level) - np.log(30**2 / 2)) < 0.3


def test_fast_hearts_do_not_outrun_the_grid():
    """At 200 beats a minute several beats fall between two grid times; each must be passed."""
    ibi = 300 + 5 * np.sin(2 * np.pi * 0.3 * 0.3 * np.arange(400))
    assert all(epoch.ln_ms2 is not None and epoch.ln_ms2 < 3.5 for epoch in rsa_epochs(ibi))


@pytest.mark.parametrize("ibi_ms", [[], [800.0], [800.0] * 20, [10000.0] * 2])
def test_a_run_that_is_too_short_has_no_epoch(ibi_ms):
    assert rsa_epochs(ibi_ms) == []
    assert filtered(ibi_ms).epoch(-1) is None


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(400, 1500), st.floats(0.5, 3.0))
def test_scale_of_the_swing_is_the_scale_of_the_value(seed, level, factor):
    """On the same beats' grid, k times the swing is 2 ln k more; a constant heart is None."""
    rng = np.random.default_rng(seed)
    period = filtered(level + rng.normal(0, 20, 200))
    one, other = period.porges[:60], factor * period.porges[:60]
    if len(one) == 60:
        gain = np.log(np.var(other, ddof=1)) - np.log(np.var(one, ddof=1))
        assert gain == pytest.approx(2 * np.log(factor))
    assert all(epoch.ln_ms2 is None for epoch in rsa_epochs([level] * 150))


# ------------------------------------------------------------------ time domain


def test_rmssd_takes_only_neighbours_without_a_flag():
    """Across a flag, and across the border of runs, there is no successive difference."""
    parts = [(800, "ok", 0), (810, "ok", 0), (400, "extra", 0), (700, "ok", 0), (900, "ok", 1)]
    parts.append((920, "ok", 1))
    runs = sound_runs([Interval(0.0, ms, flag, run) for ms, flag, run in parts])
    assert [run.tolist() for run in runs] == [[800, 810], [700], [900, 920]]
    assert rmssd_ms(runs) == pytest.approx(np.sqrt((10**2 + 20**2) / 2))
    assert mean_hp_ms(runs) == pytest.approx(826)


def test_nothing_gives_none_and_not_a_number():
    assert sound_runs([]) == []
    assert (rmssd_ms([]), mean_hp_ms([]), sdnn_ms([])) == (None, None, None)
    assert rmssd_ms([np.array([800.0])]) is None
