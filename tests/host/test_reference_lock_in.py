"""Lock-in RSA: exact on a sinusoid, within a tenth on a realistic background, silent otherwise."""

import numpy as np
import pytest
from vagaband.reference.lock_in import last_breaths, lock_in
from vagaband.reference.rsa import rsa_epochs

TRUE_LN = np.log(60**2 / 2)  # of a 120 ms swing


def mayer_wave(rng, sd_ms, count=800, step_s=0.5):
    """Noise that resonates at 0.1 Hz, 0.03 Hz wide, shape (count,)."""
    radius = np.exp(-np.pi * 0.03 * step_s)
    turn = 2 * radius * np.cos(2 * np.pi * 0.1 * step_s)
    wave = rng.normal(size=count + 200)
    for k in range(2, len(wave)):
        wave[k] += turn * wave[k - 1] - radius**2 * wave[k - 2]
    return sd_ms * wave[200:] / wave[200:].std()


def paced(rate_per_min, seed, seconds=120, swing_ms=120):
    """Beats (s) of paced breathing over a drift of 20 ms, a Mayer wave of 8 ms and beat by beat
    noise of 12 ms (each a standard deviation)."""
    rng, beats, drift_ms = np.random.default_rng(seed), [0.0], 0.0
    hp_ms, mayer_ms = rng.uniform(650, 1100), mayer_wave(rng, 8)
    while beats[-1] < seconds:
        t = beats[-1]
        drift_ms = 0.98 * drift_ms + rng.normal(0, 4)
        breath = swing_ms / 2 * np.sin(2 * np.pi * rate_per_min / 60 * t)
        slow = mayer_ms[int(2 * t)] + drift_ms
        beats.append(t + (hp_ms + breath + slow + rng.normal(0, 12)) / 1000)
    return np.array(beats)


def fitted(beats_s, breath_hz):
    return lock_in(beats_s[:-1], 1000 * np.diff(beats_s), breath_hz)


@pytest.mark.parametrize("rate_per_min", [4.5, 5, 5.5, 6, 6.5, 7])
def test_two_minutes_of_paced_breathing(rate_per_min):
    errors = [
        found.ln_ms2 - TRUE_LN
        for seed in range(60)
        if (found := fitted(paced(rate_per_min, seed), rate_per_min / 60))
    ]
    assert len(errors) == 60
    assert np.median(np.abs(errors)) <= 0.1
    assert abs(np.median(errors)) <= 0.06


@pytest.mark.parametrize("swing_ms", [60, 120])
def test_standard_error_is_that_of_the_errors(swing_ms):
    """Errors over their own standard errors spread by about 1 (a little more near 0.1 Hz)."""
    truth, ratios = np.log(swing_ms**2 / 8), []
    for seed in range(80):
        rate_per_min = 4.5 + 2.5 * seed / 80
        found = fitted(paced(rate_per_min, seed, swing_ms=swing_ms), rate_per_min / 60)
        assert found is not None
        ratios.append((found.ln_ms2 - truth) / found.se_ln)
    assert 0.7 < np.sqrt(np.mean(np.square(ratios))) < 1.6


def test_exact_where_there_is_nothing_else():
    middle_s = np.linspace(0, 139 * 0.85, 140)
    ibi_ms = 850 + 60 * np.cos(2 * np.pi * 0.1 * middle_s - 0.7)
    found = lock_in(middle_s - ibi_ms / 2000, ibi_ms, 0.1)
    assert found is not None
    assert found.ln_ms2 == pytest.approx(TRUE_LN, abs=1e-6)
    assert found.swing_ms == pytest.approx(120, abs=1e-4)
    assert found.phase_rad == pytest.approx(0.7, abs=1e-6)
    assert found.coherence == pytest.approx(1, abs=1e-9)


def test_a_drift_is_no_breath():
    t_s = np.linspace(0, 139 * 0.85, 140)
    u = t_s / t_s[-1]
    ibi_ms = 850 + 60 * np.cos(2 * np.pi * 0.1 * (t_s + 0.425)) + 80 * u - 90 * u**2
    found = lock_in(t_s, ibi_ms, 0.1)
    assert found is not None
    assert found.swing_ms == pytest.approx(120, abs=4)


def test_sees_what_pb2_does_not():
    """Six breaths a minute with a 120 ms swing: PB2 reads over 2 ln too little."""
    beats_s = paced(6, 1, seconds=180)
    pb2 = np.mean([epoch.ln_ms2 or 0.0 for epoch in rsa_epochs(1000 * np.diff(beats_s))])
    found = fitted(beats_s, 0.1)
    assert found is not None
    assert pb2 < TRUE_LN - 2
    assert abs(found.ln_ms2 - TRUE_LN) < 0.3


def test_window_is_six_breaths_and_at_least_a_minute():
    beats_s = paced(4.5, 2, seconds=200)
    ibi_ms = 1000 * np.diff(beats_s)
    found = last_breaths(beats_s[:-1], ibi_ms, 4.5 / 60, 190)
    assert found is not None
    assert found.breaths == pytest.approx(6, abs=0.2)
    fast = last_breaths(beats_s[:-1], ibi_ms, 0.2, 190)
    assert fast is not None
    assert fast.breaths == pytest.approx(12, abs=0.4)
    assert last_breaths(beats_s[:-1], ibi_ms, 4.5 / 60, 60) is None


def test_left_out_intervals_are_no_loss_until_they_are_too_many():
    beats_s = paced(6, 3)
    t_s, ibi_ms = beats_s[:-1], 1000 * np.diff(beats_s)
    kept = np.arange(len(ibi_ms)) % 12 != 5
    whole, most = lock_in(t_s, ibi_ms, 0.1), lock_in(t_s[kept], ibi_ms[kept], 0.1)
    assert whole is not None
    assert most is not None
    assert most.ln_ms2 == pytest.approx(whole.ln_ms2, abs=0.1)
    half = np.arange(len(ibi_ms)) % 2 == 0
    assert lock_in(t_s[half], ibi_ms[half], 0.1) is None


@pytest.mark.parametrize(
    ("seconds", "breath_hz"), [(30, 0.1), (59, 0.05), (120, 0.7), (120, 0.01)]
)
def test_silent_below_six_breaths_and_outside_breathing(seconds, breath_hz):
    assert fitted(paced(6, 4, seconds), breath_hz) is None


def test_silent_for_a_metronome_and_for_nothing():
    assert lock_in(np.linspace(0, 84, 100), np.full(100, 850.0), 0.1) is None
    assert lock_in(np.empty(0), np.empty(0), 0.1) is None
