"""The verdict: a sound device passes, each kind of fault fails its own check, nothing passes
unchecked. The devices here are made of the reference's own output, then spoilt."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from vagaband.errors import InputError
from vagaband.recording import load, load_beats
from vagaband.reference.beats import detect
from vagaband.reference.intervals import correct_beats
from vagaband.reference.rsa import rsa_epochs
from vagaband.session import Epoch, Interval, Session
from vagaband.validate import ECG_RULES, RULES, Check, Verdict, validate

SOUND = {"bad_records": 0, "missing_records": 0}


def pulse_wave(beats_s, duration_s, rate_hz=100.0, noise=0.0, seed=0):
    """Light in counts of a pulse with known beats: a fast rise and a slow fall at each."""
    t_s = np.arange(0, duration_s, 1 / rate_hz)
    light = np.full(len(t_s), 131072.0)
    for beat in beats_s:
        since = t_s - beat
        near = (since > -0.5) & (since < 1.2)
        bump = np.exp(-0.5 * ((since[near] - 0.12) / 0.07) ** 2)
        bump += 0.35 * np.exp(-0.5 * ((since[near] - 0.42) / 0.11) ** 2)
        light[near] -= 1300 * bump
    light += noise * np.random.default_rng(seed).standard_normal(len(t_s))
    return t_s, np.rint(light)


def heart(duration_s, hp_ms=850.0, swing_ms=40.0, breath_hz=0.25, seed=1):
    """Beat times (s) of a heart that breathes, with a little noise of its own."""
    rng, beats = np.random.default_rng(seed), [0.6]
    while beats[-1] < duration_s - 1:
        swing = swing_ms * np.sin(2 * np.pi * breath_hz * beats[-1])
        beats.append(beats[-1] + (hp_ms + swing + rng.normal(0, 6)) / 1000)
    return np.array(beats)


def device_of(t_s, light, engine="device under test"):
    """What a sound device would log for this light: the reference's beats, rounded as it does."""
    beats = detect(t_s, light)
    intervals, epochs = [], []
    raw: list[tuple] = [("beat", round(b * 25600)) for b in beats.t_s]
    for number, run in enumerate(correct_beats(beats.t_s, beats.spans)):
        eighths = np.rint(run.ibi_ms * 8)
        starts = run.start_ms / 1000 + np.r_[0, np.cumsum(eighths / 8000)][:-1]
        for start, eighth, flag in zip(starts, eighths, run.flags, strict=True):
            intervals.append(Interval(float(start), float(eighth / 8), flag, number))
            raw.append(("interval", int(eighth), flag))
        for epoch in rsa_epochs(eighths / 8):
            start = run.start_ms / 1000 + epoch.t_s
            epochs.append(
                Epoch(start, epoch.ln_ms2, epoch.bp_ln_ms2, 30.0, 850.0, 0.0, True, "", number)
            )
            raw.append(("epoch", None if epoch.ln_ms2 is None else round(epoch.ln_ms2 * 65536)))
    return Session(engine, 100.0, t_s, light, beats.t_s, intervals, epochs, raw=raw)


@pytest.fixture(scope="module")
def sound() -> Session:
    """A device that is in order: three minutes of clear light."""
    return device_of(*pulse_wave(heart(180), 180, noise=3))


def check(verdict: Verdict, name: str) -> Check:
    return next(item for item in verdict.checks if item.name == name)


def failed(verdict: Verdict) -> set[str]:
    return {item.name for item in verdict.checks if not item.ok}


def test_sound_device_passes_all_checks(sound):
    verdict = validate(sound, sound, integrity=SOUND, source="a.vbj")
    assert failed(verdict) == set()
    assert verdict.passed
    assert {item.name for item in verdict.checks} >= set(SOUND) | set(RULES) - {
        "reference_rsa_low"
    }
    assert verdict.valid_epochs == len(sound.epochs) > 3


def test_json_is_plain_and_complete(sound):
    made = validate(sound, sound, integrity=SOUND, ecg_beats_s=sound.beats_s - 0.2).as_json()
    text = json.dumps(made, allow_nan=False)
    assert json.loads(text) == made
    assert made["verdict"] == "pass"
    assert all({"name", "value", "limit", "unit", "ok"} <= set(item) for item in made["checks"])
    for key in ("ecg", "epochs", "source", "engine", "duration_s", "beats", "valid_epochs"):
        assert key in made
    assert {"device_ln_ms2", "reference_ln_ms2"} <= set(made["epochs"][0])


def test_one_damaged_record_fails(sound):
    verdict = validate(sound, sound, integrity={"bad_records": 1, "missing_records": 0})
    assert failed(verdict) == {"bad_records"}
    assert "pull it again" in check(verdict, "bad_records").why


@pytest.mark.parametrize(("kind", "name"), [("beat", "twin_beats"), ("epoch", "twin_epochs")])
def test_one_bit_of_difference_from_the_twin_fails(sound, kind, name):
    raw = list(sound.raw)
    place = max(k for k, entry in enumerate(raw) if entry[0] == kind)
    raw[place] = (kind, raw[place][1] + 1)
    verdict = validate(replace(sound, raw=raw), sound, integrity=SOUND)
    assert failed(verdict) == {name}
    assert check(verdict, name).value == 1


def test_entry_that_only_the_twin_has_fails(sound):
    verdict = validate(replace(sound, raw=sound.raw[:-1]), sound, integrity=SOUND)
    assert check(verdict, "twin_epochs").value == 1


def test_wrong_rsa_of_right_intervals_fails(sound):
    epochs = [replace(epoch, ln_ms2=epoch.ln_ms2 + 0.011) for epoch in sound.epochs]
    verdict = validate(replace(sound, epochs=epochs), sound, integrity=SOUND)
    assert failed(verdict) == {"reference_rsa"}


def test_low_rsa_has_its_own_wider_limit():
    device = device_of(*pulse_wave(heart(120, swing_ms=0.5, seed=4), 120))
    low = [2.0 <= (epoch.ln_ms2 or 0.0) <= 3.0 for epoch in device.epochs]
    assert any(low)
    epochs = [
        replace(epoch, ln_ms2=(epoch.ln_ms2 or 0.0) + (0.015 if at else 0.0))
        for epoch, at in zip(device.epochs, low, strict=True)
    ]
    verdict = validate(replace(device, epochs=epochs), None, integrity=SOUND)
    assert check(verdict, "reference_rsa_low").value == pytest.approx(0.015, abs=1e-6)
    assert check(verdict, "reference_rsa_low").ok


def test_missing_epoch_and_invented_none_fail(sound):
    fewer = replace(sound, epochs=sound.epochs[:-1])
    assert check(validate(fewer, None, integrity=SOUND), "reference_epochs").value == 1
    none = [replace(sound.epochs[0], ln_ms2=None), *sound.epochs[1:]]
    verdict = validate(replace(sound, epochs=none), None, integrity=SOUND)
    assert check(verdict, "reference_epochs").value == 1


def test_epoch_as_none_on_both_sides_is_agreement(sound):
    intervals = [replace(item, ibi_ms=850.0) for item in sound.intervals]
    epochs = [replace(epoch, ln_ms2=None) for epoch in sound.epochs]
    steady = replace(sound, intervals=intervals, epochs=epochs, t_s=np.empty(0), ir=np.empty(0))
    verdict = validate(steady, None, integrity=SOUND)
    assert check(verdict, "reference_epochs").ok


def test_a_gap_parts_the_runs_and_its_interval_counts_nowhere(sound):
    half = len(sound.intervals) // 2
    intervals = [
        *sound.intervals[:half],
        replace(sound.intervals[half], ibi_ms=4000.0, flag="gap"),
        *(replace(item, run=1) for item in sound.intervals[half + 1 :]),
    ]
    parted = replace(sound, intervals=intervals, epochs=[], ir=np.empty(0), t_s=np.empty(0))
    verdict = validate(parted, None, integrity=SOUND)
    assert {pair.run for pair in verdict.epochs} == {0, 1}
    assert all(pair.reason == "absent" for pair in verdict.epochs)


def spoilt_beats(sound, beats_s):
    return validate(replace(sound, beats_s=beats_s), sound, integrity=SOUND)


def test_device_that_loses_every_eighth_beat_fails(sound):
    kept = np.arange(len(sound.beats_s)) % 8 != 3
    assert "reference_beats_f1" in failed(spoilt_beats(sound, sound.beats_s[kept]))


def test_device_without_interpolation_fails(sound):
    whole = np.round(sound.beats_s, 2)
    assert failed(spoilt_beats(sound, whole)) == {"reference_interval_ms"}


def test_device_with_a_wrong_filter_delay_fails(sound):
    assert failed(spoilt_beats(sound, sound.beats_s + 0.02)) == {"reference_lag_ms"}


def test_device_blind_to_a_clear_pulse_fails(sound):
    verdict = spoilt_beats(sound, np.empty(0))
    assert check(verdict, "reference_beats_f1").value == 0
    assert not verdict.passed


def test_beats_without_a_finger_fail(sound):
    light = sound.ir.copy()
    off = (sound.t_s > 60) & (sound.t_s < 80)
    light[off] = 700
    verdict = validate(replace(sound, ir=light), sound, integrity=SOUND)
    assert (check(verdict, "dark_beats").value or 0) > 15
    calm = sound.beats_s[(sound.beats_s < 60) | (sound.beats_s > 80)]
    verdict = validate(replace(sound, ir=light, beats_s=calm), sound, integrity=SOUND)
    assert check(verdict, "dark_beats").ok
    assert check(verdict, "reference_beats_f1").ok


def test_rsa_of_other_intervals_than_the_light_has_fails(sound):
    """Intervals that are self-consistent but not those of the light: only the chain sees it."""
    rng = np.random.default_rng(0)
    ibi = [float(np.rint((item.ibi_ms + rng.normal(0, 40)) * 8) / 8) for item in sound.intervals]
    starts = sound.intervals[0].t_s + np.r_[0, np.cumsum(ibi)][:-1] / 1000
    intervals = [
        replace(item, ibi_ms=ms, t_s=float(start))
        for item, ms, start in zip(sound.intervals, ibi, starts, strict=True)
    ]
    own = rsa_epochs(ibi)
    epochs = [
        replace(epoch, ln_ms2=mine.ln_ms2, t_s=intervals[0].t_s + mine.t_s)
        for epoch, mine in zip(sound.epochs, own, strict=False)
    ]
    verdict = validate(replace(sound, intervals=intervals, epochs=epochs), None, integrity=SOUND)
    assert "reference_chain_rsa" in failed(verdict)
    assert "reference_rsa" not in failed(verdict)


def test_nothing_to_check_does_not_pass():
    """A session with no finger on at all: every list is empty on every side."""
    t_s = np.arange(3000) / 100
    empty = Session("device", 100.0, t_s, np.full(3000, 600.0), np.empty(0), [], [])
    verdict = validate(empty, empty, integrity=SOUND)
    assert not verdict.passed
    assert verdict.as_json()["verdict"] == "fail"
    assert any("Nothing could be compared" in note for note in verdict.notes)


def test_what_is_left_out_says_why(sound):
    bare = replace(sound, t_s=np.empty(0), ir=np.empty(0))
    verdict = validate(bare, None, integrity=SOUND)
    assert verdict.passed  # RSA against its own intervals was checked
    assert any(note.startswith("twin_*: left out") for note in verdict.notes)
    assert any("no raw light" in note for note in verdict.notes)


def test_ecg_is_graded_and_decides_only_by_limits(sound):
    ecg = np.delete(sound.beats_s - 0.24, range(20, 150, 12))
    verdict = validate(sound, None, integrity=SOUND, ecg_beats_s=ecg)
    assert verdict.passed
    assert verdict.ecg is not None
    assert verdict.ecg.score.grade == "fair"
    assert verdict.ecg.score.lag_s == pytest.approx(0.24, abs=0.002)
    strict = validate(
        sound, None, integrity=SOUND, ecg_beats_s=ecg, limits={"f1": 99, "interval_ms": 5.5}
    )
    assert failed(strict) == {"ecg_f1"}
    loose = validate(sound, None, integrity=SOUND, ecg_beats_s=ecg, limits={"f1": 95})
    assert loose.passed


def test_stretches_named_unusable_are_left_out(sound):
    ecg = sound.beats_s[(sound.beats_s < 50) | (sound.beats_s > 60)] - 0.24
    worse = validate(sound, None, integrity=SOUND, ecg_beats_s=ecg)
    better = validate(sound, None, integrity=SOUND, ecg_beats_s=ecg, unusable=[(49, 61)])
    assert worse.ecg is not None
    assert better.ecg is not None
    assert worse.ecg.score.f1_pct < better.ecg.score.f1_pct == 100


def test_limits_that_make_no_sense_are_refused(sound):
    with pytest.raises(InputError, match="no limit named"):
        validate(sound, None, integrity=SOUND, ecg_beats_s=sound.beats_s, limits={"speed": 1})
    with pytest.raises(InputError, match="--beats"):
        validate(sound, None, integrity=SOUND, limits={"f1": 99})
    assert {"f1", "interval_ms", "rsa", "rsa_within"} <= set(ECG_RULES)


def test_real_recording_with_its_ecg(recordings: Path):
    light = load(recordings / "neurokit_rec01.csv").to_counts().astype(float)
    device = device_of(np.arange(len(light)) / 100, light)
    ecg = load_beats(recordings / "neurokit_rec01.beats.csv")
    bad = [
        tuple(s)
        for s in json.loads((recordings / "recordings.json").read_text())["neurokit_rec01"][
            "unusable_s"
        ]
    ]
    verdict = validate(
        device,
        device,
        integrity=SOUND,
        ecg_beats_s=ecg,
        unusable=bad,
        limits={"f1": 99, "interval_ms": 5.5, "rsa": 0.2},
    )
    assert verdict.passed, failed(verdict)
