"""The beat detector on light with known beats, and on light with none."""

import numpy as np
import pytest
from light import RATE_HZ, heart_counts
from vagal import beats
from vagal.beats import Beats

DC = 131072


def detect(counts, stage=None):
    """Beat times, and the times at which they were given out; both in samples."""
    stage = stage or Beats()
    found, given = [], []
    for n, ir in enumerate(np.asarray(counts).tolist()):
        if stage.push(ir):
            found.append(n - stage.back + stage.frac / 256)
            given.append(n)
    return np.array(found), np.array(given)


def against(found, truth, seconds):
    """Beats missed, false beats, and timing errors in ms; at either end a beat may be missed."""
    near = np.abs(found[:, None] - truth[None, :]) < 0.15
    sure = (truth > 0.4) & (truth < seconds - 1.6)
    errors = (found[:, None] - truth[None, :])[near] * 1000
    return int((sure & ~near.any(0)).sum()), int((~near.any(1)).sum()), errors


def heart(bpm, perfusion, drift, seed=3):
    """The description of a heart whose intervals vary by 3 % at most."""
    hp_ms = 60000 / bpm
    rsa = np.log((0.02 * hp_ms) ** 2 / 2)
    return f"hp={hp_ms},rsa={rsa},lf=0,vlf=0,perfusion={perfusion},drift={drift},seed={seed}"


@pytest.mark.parametrize("perfusion", [0.3, 1, 6])
@pytest.mark.parametrize("bpm", [30, 40, 60, 80, 120, 160, 195])
def test_every_beat_is_found_and_none_besides(bpm, perfusion):
    """A finger with weak to strong pulse, dicrotic wave, breathing baseline, wander and noise."""
    counts, truth = heart_counts(heart(bpm, perfusion, drift=0.3), 40, noise_rms=5)
    found, _ = detect(counts)
    missed, false, errors = against(found / RATE_HZ, truth, 40)
    assert (missed, false) == (0, 0)
    # At high rates each pulse rides on the tail of the one before: a constant shift.
    # The first beat does not know the rhythm yet.
    assert np.abs(errors.mean()) < 20
    assert np.abs(errors[1:] - errors.mean()).max() < 5


@pytest.mark.parametrize("bpm", [50, 70, 100, 150])
def test_a_pulse_of_0_05_percent_is_found(bpm):
    """A cold finger: 65 counts of pulse in 5 counts of noise, little wander."""
    counts, truth = heart_counts(heart(bpm, 0.05, drift=0.1), 40, noise_rms=5)
    found, _ = detect(counts)
    missed, false, errors = against(found / RATE_HZ, truth, 40)
    assert (missed, false) == (0, 0)
    assert np.abs(errors - errors.mean()).max() < 20


@pytest.mark.parametrize("bpm", [50, 70, 100, 150])
def test_wander_of_four_times_the_pulse_costs_no_beat(bpm):
    counts, truth = heart_counts(heart(bpm, 1, drift=4), 60, noise_rms=10)
    found, _ = detect(counts)
    missed, false, _ = against(found / RATE_HZ, truth, 60)
    assert (missed, false) == (0, 0)


@pytest.mark.parametrize("bpm", [60, 75, 100, 140])
def test_the_first_beat_comes_soon(bpm):
    """Within 2.1 s of the first light, each no later than 1.5 s after its own light."""
    for seed in range(5):
        counts, truth = heart_counts(heart(bpm, 1, drift=0.3, seed=seed), 12)
        found, given = detect(counts)
        assert given[0] <= 210
        assert (given - found).max() <= 150
        assert found[0] / RATE_HZ < truth[1] + 0.05


def ramps(centres, count, rise=8.0, height=1500):
    """Light with an upstroke as straight and symmetric as can be around each centre (samples)."""
    k = np.arange(count)[:, None]
    since = k - np.asarray(centres)[None, :]
    up = np.clip(since / rise + 0.5, 0, 1)
    held = np.where(since < 20, 1.0, np.clip(1 - (since - 20) / 45, 0, 1))
    return np.rint(DC - height * (up * held).sum(1)).astype(int)


def test_a_beat_is_the_middle_of_its_upstroke():
    """The filter's delay is taken off, at every fraction of a sample: within 2 ms."""
    centres = 60 + 85.37 * np.arange(40)
    found, _ = detect(ramps(centres, 3600))
    inside = centres[(centres > 100) & (centres < 3400)]
    nearest = found[np.abs(found[:, None] - inside[None, :]).argmin(0)]
    error_ms = (nearest - inside) * 10
    assert np.ptp(inside % 1) > 0.9
    assert np.abs(error_ms).max() < 2


@pytest.mark.parametrize("level", [0, 900, 30000, DC, 262143])
def test_no_beats_in_steady_light(level):
    """Dark, no finger, a thing that does not pulse, saturation; without and with noise."""
    rng = np.random.default_rng(level)
    flat = np.full(3000, level)
    noisy = np.clip(flat + np.rint(rng.normal(0, 4, 3000)), 0, 262143).astype(int)
    assert not len(detect(flat)[0])
    assert not len(detect(noisy)[0])


@pytest.mark.parametrize("rms", [2, 10, 100, 1000])
def test_noise_alone_gives_no_beats(rms):
    """Two minutes of white noise."""
    for seed in range(4):
        rng = np.random.default_rng(seed)
        light = (DC + np.rint(rng.normal(0, rms, 12000))).astype(int)
        assert not len(detect(light)[0])


def test_next_to_no_beats_in_mains_hum_and_steps():
    k = np.arange(6000)
    hum = DC + np.rint(400 * np.sin(2 * np.pi * 20 * k / 100)).astype(int)
    assert len(detect(hum)[0]) <= 1
    step = np.where(k < 3000, DC, DC - 6000)
    assert len(detect(step)[0]) <= 1


def test_a_restart_forgets_all_light():
    """After a gap the detector is as new: not a bit of what came before is left."""
    counts, _ = heart_counts("hp=800,seed=4", 30)
    other, _ = heart_counts("hp=500,perfusion=4,seed=5", 23)
    stage = Beats()
    detect(other, stage)
    stage.restart()
    again, given_again = detect(counts, stage)
    fresh, given = detect(counts)
    assert len(fresh) > 30
    assert np.array_equal(again, fresh)
    assert np.array_equal(given_again, given)


def test_hours_later_the_same_beats(monkeypatch):
    """Sample numbers are made smaller now and then (each 87 minutes): no beat shows it.

    Here each 20 s: at some of these moments a block is open or a beat waits.
    """
    counts, _ = heart_counts("hp=800,seed=4", 400)
    expected, given = detect(counts)
    monkeypatch.setattr(beats, "_REBASE", 2048)
    found, given_then = detect(counts)
    assert len(expected) > 490
    assert np.array_equal(found, expected)
    assert np.array_equal(given_then, given)


def test_trust_falls_when_the_light_turns_to_noise():
    """A finger that comes loose: beats stop, they don't go on at random."""
    pulse, _ = heart_counts("hp=800,seed=4", 20)
    rng = np.random.default_rng(1)
    noise = np.rint(pulse.mean() + rng.normal(0, 300, 6000))
    found, _ = detect(np.concatenate([pulse, noise.astype(int)]))
    assert (found < 2000).sum() >= 23
    assert (found > 2000).sum() <= 3
