"""The numbers of an epoch: the reference's are right, and PB2 stands alone only where it may."""

from dataclasses import replace

import numpy as np
import pytest
from test_validate import device_of, heart, pulse_wave
from vagaband.numbers import numbers_of, pb2_gain_ln
from vagaband.reference.beats import detect
from vagaband.reference.gain import pb2_gain_ln as gain_ln
from vagaband.reference.light_numbers import stretch_at, stretches_of
from vagaband.reference.noise_floor import floor_ln_ms2
from vagaband.reference.rsa import rsa_epochs
from vagaband.session import Epoch, Interval, Pace, Session

NONE = np.empty(0)
SWING_MS = 60.0


def breathing_at(breath_hz, noise=3.0, swing_ms=SWING_MS):
    return device_of(*pulse_wave(heart(200, 850, swing_ms, breath_hz), 200, noise=noise))


@pytest.fixture(scope="module")
def calm() -> Session:
    """Fifteen breaths a minute."""
    return breathing_at(0.25)


@pytest.fixture(scope="module")
def slow() -> Session:
    """Six breaths a minute."""
    return breathing_at(0.1)


def of_intervals(ibi_ms, flags=None, run=0):
    """A session without light; one epoch from 12.5 s after the first beat."""
    starts = 5 + np.concatenate([[0.0], np.cumsum(ibi_ms)[:-1]]) / 1000
    flags = flags or ["ok"] * len(ibi_ms)
    intervals = [
        Interval(float(t), float(v), flag, run)
        for t, v, flag in zip(starts, ibi_ms, flags, strict=True)
    ]
    epoch = Epoch(17.5, 6.0, 6.0, 30.0, 850.0, 0.0, True, "", run)
    return Session("device", 0.0, NONE, NONE, NONE, intervals, [epoch])


def test_reference_is_that_of_the_devices_own_intervals(calm):
    found = numbers_of(calm)
    expected = rsa_epochs([interval.ibi_ms for interval in calm.intervals])
    assert len(found) == len(calm.epochs) == len(expected) > 4
    for item, true, epoch in zip(found, expected, calm.epochs, strict=True):
        inside = [i.ibi_ms for i in calm.intervals if 0 <= i.t_s - epoch.t_s < 30]
        assert item.device is epoch
        assert (item.reference.ln_ms2, item.reference.bp_ln_ms2) == (true.ln_ms2, true.bp_ln_ms2)
        assert item.reference.mean_hp_ms == pytest.approx(np.mean(inside), abs=1)
        rmssd_ms = np.sqrt(np.mean(np.diff(inside) ** 2))
        assert item.reference.rmssd_ms == pytest.approx(rmssd_ms, abs=1.5)


def test_known_breathing_gives_the_gain_and_lets_pb2_stand_alone(calm):
    for item in numbers_of(calm):
        assert item.reference.breath_confidence == "good"
        assert item.reference.breath_per_min == pytest.approx(15, abs=0.3)
        assert item.pb2_gain_ln == pytest.approx(gain_ln(0.25, 850.0), abs=0.05)
        assert (item.pb2_alone, item.pb2_note, item.breathing.whose) == (True, "", "reference")


def test_slow_breathing_never_lets_pb2_stand_alone(slow):
    for item in numbers_of(slow):
        assert item.pb2_gain_ln == pytest.approx(gain_ln(0.1, 850.0), abs=0.15)
        assert not item.pb2_alone
        assert "lock-in" in item.pb2_note


@pytest.mark.parametrize("breath_hz", [0.1, 0.25])
def test_what_a_pc_adds(breath_hz, slow, calm):
    """Known swings: their range from peak to trough, HF power only in its band, and lock-in."""
    first, *rest = numbers_of(
        replace(slow if breath_hz == 0.1 else calm, paces=[Pace(0.0, breath_hz)])
    )
    held = np.sinc(breath_hz * 0.85)  # an interval is the mean over its length
    variance = np.log(SWING_MS**2 / 2)
    assert (first.hf_ln_ms2, first.reference.lock_in_ln_ms2) == (None, None)  # not yet 60 s
    for item in rest:
        assert item.peak_to_trough_ms == pytest.approx(2 * SWING_MS * held, rel=0.17)
        assert item.reference.lock_in_ln_ms2 == pytest.approx(variance + 2 * np.log(held), abs=0.2)
        if breath_hz == 0.25:
            assert item.hf_ln_ms2 == pytest.approx(variance + 2 * np.log(held), abs=0.25)
        else:
            assert item.hf_ln_ms2 is not None
            assert item.hf_ln_ms2 < variance - 3


def test_without_a_pace_there_is_no_lock_in(calm):
    assert all(item.reference.lock_in_ln_ms2 is None for item in numbers_of(calm))


@pytest.mark.parametrize(
    ("per_min", "confidence", "whose", "alone"),
    [
        (12.0, "good", "device", True),
        (12.0, "fair", "device", False),
        (8.9, "good", "device", False),
        (8.9, "none", "reference", True),
        (None, "good", "reference", True),
    ],
)
def test_the_devices_own_breathing_comes_first(calm, per_min, confidence, whose, alone):
    epochs = [
        replace(epoch, breath_per_min=per_min, breath_confidence=confidence)
        for epoch in calm.epochs
    ]
    for item in numbers_of(replace(calm, epochs=epochs)):
        assert (item.breathing.whose, item.pb2_alone) == (whose, alone)
        assert (item.pb2_note == "") == alone
        rate = per_min if whose == "device" else item.reference.breath_per_min
        assert rate is not None
        assert item.pb2_gain_ln == pytest.approx(gain_ln(rate / 60, 850.0), abs=1e-9)


def test_without_light_breathing_and_floor_are_unknown(calm):
    (item, *_) = numbers_of(replace(calm, t_s=NONE, ir=NONE))
    assert (item.reference.breath_per_min, item.reference.breath_confidence) == (None, "none")
    assert (item.reference.noise_floor_ln, item.peak_to_trough_ms) == (None, None)
    assert (item.pb2_gain_ln, item.pb2_alone) == (None, False)
    assert "unknown" in item.pb2_note
    assert item.reference.ln_ms2 is not None


def test_a_rate_that_the_reference_does_not_stand_for_counts_as_unknown():
    """A heart that only jitters."""
    rng = np.random.default_rng(3)
    beats_s = np.cumsum(0.85 + rng.normal(0, 0.03, 225)) + 0.6
    found = numbers_of(device_of(*pulse_wave(beats_s, 190, noise=3)))
    poor = [item for item in found if item.reference.breath_confidence != "good"]
    assert len(poor) >= len(found) / 2
    assert not any(item.pb2_alone or item.pb2_gain_ln for item in poor)


def test_noise_floor_follows_the_noise():
    """Ten times the noise is 2 ln 10 more."""
    floors = [
        np.median(
            [item.reference.noise_floor_ln or 0 for item in numbers_of(breathing_at(0.25, sd))]
        )
        for sd in (0.0, 5.0, 50.0)
    ]
    assert floors[2] - floors[1] == pytest.approx(2 * np.log(10), abs=0.4)
    assert -12 < floors[0] < floors[1] < floors[2] < 4


def test_light_without_any_noise_still_has_a_floor():
    """Most of a slow heart's light is flat here: the rounding of intervals to 1/8 ms is left."""
    found = numbers_of(device_of(*pulse_wave(heart(150, 1800), 150)))
    expected = floor_ln_ms2(0.125 / np.sqrt(12), 1800)
    assert found
    assert all(item.reference.noise_floor_ln == pytest.approx(expected, abs=0.1) for item in found)


def test_corrected_intervals_are_shared_out_and_left_out():
    ibi_ms, flags = np.full(100, 800.0), ["ok"] * 100
    for k in (20, 30, 40):
        ibi_ms[k], flags[k] = 1600.0, "missed"
    (item,) = numbers_of(of_intervals(ibi_ms, flags))
    assert item.reference.corrected_share == pytest.approx(3 * 1.6 / 30)
    assert (item.reference.mean_hp_ms, item.reference.rmssd_ms) == (800.0, 0.0)
    (sound,) = numbers_of(of_intervals(np.full(100, 800.0)))
    assert sound.reference.corrected_share == 0.0


@pytest.mark.parametrize(("count", "enough"), [(4, True), (12, False)])
def test_hf_power_wants_nine_tenths_as_measured(count, enough):
    """Of the 72.5 s before the end of the second epoch 3.2 or 9.6 s are corrected."""
    ibi_ms = 800 + 30 * np.sin(2 * np.pi * 0.2 * np.arange(130))
    flags = ["missed" if k < count else "ok" for k in range(130)]
    session = of_intervals(ibi_ms, flags)
    second = replace(session.epochs[0], t_s=47.5, breath_per_min=15.0, breath_confidence="good")
    (item,) = numbers_of(replace(session, epochs=[second]))
    assert (item.hf_ln_ms2 is not None) == enough
    assert item.peak_to_trough_ms is not None  # all of the epoch itself is as measured


@pytest.mark.parametrize(("count", "enough"), [(3, True), (5, False)])
def test_peak_to_trough_wants_nine_tenths_as_measured(count, enough):
    ibi_ms = 800 + 30 * np.sin(2 * np.pi * 0.2 * np.arange(130))
    flags = ["missed" if 25 <= k < 25 + count else "ok" for k in range(130)]
    session = of_intervals(ibi_ms, flags)
    known = replace(session.epochs[0], breath_per_min=15.0, breath_confidence="good")
    (item,) = numbers_of(replace(session, epochs=[known]))
    assert (item.peak_to_trough_ms is not None) == enough


def test_an_epoch_whose_intervals_are_not_there_has_no_reference():
    session = of_intervals(np.full(100, 800.0))
    orphan = replace(session.epochs[0], run=7)
    (item,) = numbers_of(replace(session, epochs=[orphan]))
    assert (item.reference.ln_ms2, item.reference.corrected_share) == (None, None)
    assert not item.pb2_alone


def test_no_window_reaches_over_a_gap():
    t_s, light = pulse_wave(heart(200, 850, 40, 0.25), 200, noise=3)
    whole = (t_s < 100) | (t_s > 104)
    stretches = stretches_of(t_s[whole], light[whole], detect(t_s[whole], light[whole]))
    assert len(stretches) == 2
    assert stretch_at(stretches, 85, 115) is None
    after = stretch_at(stretches, 105, 135)
    assert after is not None
    assert after.t_s[0] > 104
    assert after.breath(125) is None  # 21 s of light are too little
    rate = after.breath(150)
    assert rate is not None
    assert rate.rate_per_min == pytest.approx(15, abs=0.5)


def test_a_clock_that_is_rescaled_on_the_way_leaves_the_modulations():
    """Time runs 1.5 % slower from 60 s on: heights and levels of the beats stay theirs."""
    t_s, light = pulse_wave(heart(200), 200, noise=1)
    scaled = np.where(t_s < 60, t_s, 60 + 1.015 * (t_s - 60))
    (even,) = stretches_of(t_s, light, detect(t_s, light))
    beats = detect(t_s, light)
    moved = replace(beats, t_s=np.interp(beats.t_s, t_s, scaled))
    (uneven,) = stretches_of(scaled, light, moved)
    assert uneven.found.height == pytest.approx(even.found.height, rel=0.01)
    assert uneven.found.level == pytest.approx(even.found.level, abs=5)
    assert uneven.found.interval_ms[-1] == pytest.approx(1.015 * even.found.interval_ms[-1])


def test_gain_of_an_epoch_by_itself_goes_by_the_device_alone():
    epoch = Epoch(0, 6.0, 6.0, 30.0, 850.0, 0.0, True, "", 0)
    assert pb2_gain_ln(epoch) is None
    known = replace(epoch, breath_per_min=15.0, breath_confidence="fair")
    assert pb2_gain_ln(known) == pytest.approx(gain_ln(0.25, 850.0))
    assert pb2_gain_ln(replace(known, mean_hp_ms=None)) is None


def test_json_keeps_the_devices_keys_and_nests_the_reference(calm):
    said = numbers_of(calm)[1].as_json()
    assert set(said) >= {
        *("t_s", "ln_ms2", "valid", "corrected_share", "bp_ln_ms2", "rmssd_ms", "mean_hp_ms"),
        *("reason", "noise_floor_ln", "breath_per_min", "breath_confidence", "lock_in_ln_ms2"),
        *("pb2_gain_ln", "pb2_alone", "peak_to_trough_ms", "hf_ln_ms2"),
    }
    assert said["ln_ms2"] == calm.epochs[1].ln_ms2
    assert set(said["reference"]) <= set(said)
    assert said["reference"]["breath_confidence"] == "good"
