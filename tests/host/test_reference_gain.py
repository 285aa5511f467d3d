"""The chain's gain and its noise floor, against brute force through the chain itself."""

import numpy as np
import pytest
from test_validate import heart, pulse_wave
from vagaband.reference.beats import detect
from vagaband.reference.gain import beside_pb2, bp_gain_ln, pb2_gain_ln, pb2_taps
from vagaband.reference.noise_floor import (
    beat_jitter_ms,
    bp_floor_ln_ms2,
    floor_ln_ms2,
    too_low_to_measure,
)
from vagaband.reference.rsa import filtered, rsa_epochs
from vagaband.reference.zero_phase import band

# breathing rate in Hz: gain of the filters alone in ln, PB2 and BP
TABLE = {
    0.08: (-7.25, -3.18),
    0.10: (-4.73, -2.16),
    0.12: (-2.88, -1.40),
    0.15: (-1.01, -0.64),
    0.18: (0.01, -0.23),
    0.22: (0.40, -0.03),
    0.25: (0.23, 0.00),
    0.30: (-0.32, -0.03),
    0.35: (-0.52, -0.33),
    0.40: (-1.20, -1.39),
}


@pytest.mark.parametrize("breath_hz", TABLE)
def test_filters_have_the_published_gain(breath_hz):
    pb2, bp = TABLE[breath_hz]
    assert pb2_gain_ln(breath_hz) == pytest.approx(pb2, abs=0.011)
    assert bp_gain_ln(breath_hz) == pytest.approx(bp, abs=0.011)


@pytest.mark.parametrize("hp_ms", [607, 853, 1109])  # no whole part of the grid's half second
@pytest.mark.parametrize("breath_hz", [0.08, 0.10, 0.15, 0.20, 0.25, 0.30, 0.35])
def test_whole_chain_against_brute_force(hp_ms, breath_hz):
    """A tiny swing through holding, polynomial and band-pass over 50 minutes."""
    begins_s = np.arange(3_000_000 // hp_ms) * hp_ms / 1000
    run = filtered(hp_ms + np.sin(2 * np.pi * breath_hz * begins_s))
    for wave, gain in ((run.porges, pb2_gain_ln), (run.band_only, bp_gain_ln)):
        brute = np.log(np.var(wave) / 0.5)
        assert gain(breath_hz, hp_ms) == pytest.approx(brute, abs=0.05)


def test_taps_are_the_two_filters_one_after_the_other():
    wave = np.random.default_rng(1).normal(850, 30, 200)
    run = filtered(wave)
    assert len(pb2_taps()) == 51
    assert pb2_taps().sum() == pytest.approx(0, abs=1e-12)
    assert run.start_s == 12.5


def test_pb2_never_stands_alone_at_a_slow_or_unknown_breath():
    for breath_hz in np.linspace(0.05, 0.1499, 40):
        shown = beside_pb2(float(breath_hz), 850)
        assert not shown.alone
        assert "lock-in" in shown.note
        assert shown.gain_ln is not None
        assert shown.gain_ln < -1
    assert not beside_pb2(None, 850).alone
    assert beside_pb2(None, 850).note
    assert beside_pb2(0.15, 850).alone
    assert beside_pb2(0.25, 850).note == ""
    assert beside_pb2(0.25, 850).gain_ln == pytest.approx(0.084, abs=0.002)


@pytest.mark.parametrize("jitter_ms", [1, 3, 8])
@pytest.mark.parametrize("hp_ms", [600, 850, 1100])
def test_floor_is_what_a_jittered_metronome_shows(jitter_ms, hp_ms):
    rng = np.random.default_rng(jitter_ms * hp_ms)
    beats_ms = np.arange(8000) * hp_ms + rng.normal(0, jitter_ms, 8000)
    epochs = rsa_epochs(np.diff(beats_ms))
    pb2 = np.mean([epoch.ln_ms2 for epoch in epochs if epoch.ln_ms2 is not None])
    bp = np.mean([epoch.bp_ln_ms2 for epoch in epochs if epoch.bp_ln_ms2 is not None])
    assert floor_ln_ms2(jitter_ms, hp_ms) == pytest.approx(pb2, abs=0.1)
    assert bp_floor_ln_ms2(jitter_ms, hp_ms) == pytest.approx(bp, abs=0.1)


def test_floor_rises_with_jitter_and_decides():
    assert floor_ln_ms2(4, 850) - floor_ln_ms2(2, 850) == pytest.approx(np.log(4))
    floor = floor_ln_ms2(3, 850)
    assert too_low_to_measure(floor + 0.99, 3, 850)
    assert not too_low_to_measure(floor + 1.01, 3, 850)


@pytest.mark.parametrize(("ratio_db", "rel"), [(20, 0.2), (30, 0.2), (40, 0.3)])
def test_jitter_of_beats_from_the_light_is_that_of_their_times(ratio_db, rel):
    """White noise so many dB below the pulse, both in 0.5 to 8 Hz."""
    t_s, light = pulse_wave(heart(300), 300)
    noise = np.random.default_rng(ratio_db).normal(0, 1, len(t_s))
    power = np.var(band(light, 100, (0.5, 8))) / 10 ** (ratio_db / 10)
    noise *= np.sqrt(power / np.var(band(noise, 100, (0.5, 8))))
    noisy, clean = detect(t_s, light + noise).t_s, detect(t_s, light).t_s
    assert len(noisy) == len(clean)
    claimed = np.median(beat_jitter_ms(t_s, light + noise, noisy))
    assert claimed == pytest.approx(1000 * np.std(noisy - clean), rel=rel)
