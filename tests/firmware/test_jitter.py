"""The noise floor: what light's noise does to a beat's time, and what that does to RSA."""

import numpy as np
import pytest
import quality_road
import rhythms
from vagal import jitter
from vagal.rsa import _FIR, _MPF, NONE, Rsa

GRID_HZ = 2
FOLDS = 60  # images of the spectrum, to both sides


def chain_gain(rates_hz):
    """Gain of both filters of `Rsa`."""
    k = np.arange(-15, 16)
    waves = np.cos(2 * np.pi * np.outer(rates_hz, k) / GRID_HZ)
    mpf = np.zeros(31)
    mpf[15 - 10 : 15 + 11] = [*_MPF[:0:-1], *_MPF]
    return (1 - waves @ mpf / 3059) * (waves @ np.array([*_FIR[:0:-1], *_FIR]) / 16384)


def share_passed(mean_s):
    """G(T): what remains of the interval noise of jitter 1, held on the grid and filtered."""
    rates_hz = (np.arange(500) + 0.5) / 500 * GRID_HZ / 2
    density = np.zeros(len(rates_hz))
    for fold in range(-FOLDS, FOLDS + 1):
        f = rates_hz + fold * GRID_HZ
        density += 4 * np.sin(np.pi * f * mean_s) ** 4 / (np.pi**2 * f**2 * mean_s)
    return 2 * np.mean(density * chain_gain(rates_hz) ** 2)


def test_the_table_of_gains_is_that_of_the_filters():
    for k, entry in enumerate(jitter._LN_GAIN):
        mean_s = 0.3 + 0.1 * k + np.linspace(-0.05, 0.05, 11)
        expected = np.log(np.mean([share_passed(t) for t in mean_s]))
        assert entry / 256 == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("hp_ms", [430, 617, 850, 1100, 1500])
@pytest.mark.parametrize("jitter_ms", [1, 3, 8])
def test_a_metronome_with_jitter_reads_the_floor(hp_ms, jitter_ms):
    """Mean variance over 120 epochs; ln of a mean of 60 correlated samples scatters by 0.35."""
    rng = np.random.default_rng(hp_ms + jitter_ms)
    variances = []
    for _ in range(12):
        n = int(330_000 / hp_ms)
        periods = hp_ms * (1 + 0.02 * np.sin(2 * np.pi * 0.01 * np.arange(n)))  # no resonance
        beats = np.cumsum(periods) + rng.normal(0, jitter_ms, n)
        rsa = Rsa()
        for ibi in np.rint(8 * np.diff(beats)).astype(int).tolist():
            if rsa.push(ibi, False) and rsa.rsa != NONE:
                variances.append(np.exp(rsa.rsa / 65536))
    floor = jitter.floor((64 * jitter_ms) ** 2, 8 * hp_ms) / 65536
    measured = np.log(np.mean(variances))
    print(f"{hp_ms} ms, jitter {jitter_ms} ms: {measured:.2f}, floor {floor:.2f}")
    assert measured == pytest.approx(floor, abs=0.15)


def test_published_floors():
    """RSA of a metronome with jitter of 1, 2, 3, 5 and 8 ms, by simulation elsewhere."""
    published = {1: -0.5, 2: 0.9, 3: 1.7, 5: 2.7, 8: 3.7}
    for jitter_ms, ln_ms2 in published.items():
        floor = jitter.floor((64 * jitter_ms) ** 2, 8 * 850) / 65536
        assert floor == pytest.approx(ln_ms2, abs=0.06)


def test_floor_of_any_variance_and_interval():
    assert jitter.floor(0, 6800) == NONE
    for variance in [1, 15, 16, 4095, 4096, 1023**2]:
        for ibi in [1, 2399, 2400, 6800, 15999, 16000, 32000]:
            t_s = np.clip(ibi / 8000, 0.3, 2.0)
            gain = np.interp(t_s, 0.3 + 0.1 * np.arange(18), np.array(jitter._LN_GAIN) / 256)
            expected = np.log(variance / 64**2) + gain
            assert jitter.floor(variance, ibi) / 65536 == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("perfusion", [0.2, 1.0])
@pytest.mark.parametrize("noise_share", [0.02, 0.05, 0.1])
def test_light_tells_how_well_a_beat_is_timed(perfusion, noise_share):
    """White noise, as a share of the pulse: the jitter it adds, against the one estimated."""
    ibis = rhythms.swinging(np.random.default_rng(1), 850, 0.25, 190, swing_ms=60)
    spec = f"seed=4,perfusion={perfusion}"
    noise_rms = noise_share * 1310.72 * perfusion
    clean = np.array(quality_road.of_light(rhythms.light_of(ibis, 180, 0, 1, spec)).beats)
    found = quality_road.of_light(rhythms.light_of(ibis, 180, noise_rms, 2, spec))
    noisy = np.array(found.beats)
    error = np.array([noisy[np.abs(noisy - beat).argmin()] - beat for beat in clean]) * 10
    estimate = np.sqrt(np.mean([(measure[-1] / 64) ** 2 for measure in found.measures[5:]]))
    actual = np.std(error[np.abs(error) < 100])
    print(f"{perfusion} %, noise {noise_share}: {actual:.2f} ms, estimated {estimate:.2f} ms")
    assert estimate == pytest.approx(actual, rel=0.2, abs=0.15)


def test_jitter_of_light_no_one_can_time():
    assert (
        jitter.of_beat(10, 0)
        == jitter.of_beat(0x3FFFF, 4000)
        == jitter.of_beat(5000, 36)
        == jitter.of_beat(0x7FFF, 1, 25)
    )
    assert jitter.of_beat(0, 4000) == 32


def test_a_heart_below_the_floor_is_refused_and_one_above_is_not():
    """The same heart, RSA of ln 2.5, in little and in much noise."""
    rng = np.random.default_rng(3)
    ibis = rhythms.swinging(rng, 850, 0.25, 190, swing_ms=8)
    for noise_rms, expected in ((5, 0), (200, 5)):
        found = quality_road.of_light(rhythms.light_of(ibis, 180, noise_rms))
        reasons = [epoch.reason for epoch in found.epochs]
        assert reasons.count(expected) >= 4
        assert set(reasons) <= {0, expected}
