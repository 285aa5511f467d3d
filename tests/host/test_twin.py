"""Replay: the firmware's own code on files of every kind, in every engine, as JSON promises."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from vagaband import recording, twin
from vagaband.board.heart import Heart
from vagaband.cli.files import replay_json

V1 = [850 + round(30 * math.sin(2 * math.pi * 0.2125 * k)) for k in range(150)]
V1_RSA = [408989, 405232, 408876]


@pytest.fixture
def pulse(tmp_path: Path):
    """A pulse wave of a synthetic heart at a rate, as a CSV; and its true beats."""

    def make(rate_hz: float, duration_s: float = 60.0) -> tuple[Path, np.ndarray]:
        beats = 0.7 + np.cumsum(0.85 + 0.04 * np.sin(1.335 * np.arange(int(duration_s / 0.85))))
        beats = beats[beats < duration_s - 1]
        t_s = np.arange(0, duration_s, 1 / rate_hz)
        wave = np.zeros(len(t_s))
        for beat in beats:
            wave += np.exp(-0.5 * ((t_s - beat - 0.12) / 0.06) ** 2)
            wave += 0.3 * np.exp(-0.5 * ((t_s - beat - 0.42) / 0.1) ** 2)
        file = tmp_path / f"pulse{rate_hz}.csv"
        file.write_text("ppg\n" + "\n".join(f"{v:.6f}" for v in wave))
        return file, beats

    return make


def test_intervals_give_the_golden_vector_to_the_bit(tmp_path: Path):
    file = tmp_path / "v1.csv"
    file.write_text("ibi_ms\n" + "\n".join(str(v) for v in V1))
    for engine in twin.ENGINES:
        session = twin.of_recording(recording.load(file), engine)
        assert [round(e.ln_ms2 * 65536) for e in session.epochs if e.ln_ms2] == V1_RSA
        assert [e.t_s for e in session.epochs] == [12.5, 42.5, 72.5]
        assert {i.flag for i in session.intervals} == {"ok"}
        assert session.intervals[-1].t_s == pytest.approx(sum(V1[:-1]) / 1000)


@pytest.mark.parametrize("rate_hz", [25, 30, 64, 100, 250, 1000])
def test_waves_of_any_rate_give_the_same_beats(pulse, rate_hz: float):
    file, beats = pulse(rate_hz)
    session = twin.of_recording(recording.load(file, rate_hz))
    found = session.beats_s
    inside = beats[(beats > found[0] - 0.2) & (beats < found[-1])]
    assert len(found) >= len(beats) - 3
    lag = np.median([np.min(np.abs(found - b)) for b in inside])
    error = [np.min(np.abs(found - lag - b)) for b in inside]
    assert np.max(error) < 0.004


def test_both_engines_find_the_same_bits(pulse):
    file, _ = pulse(100)
    loaded = recording.load(file, 100)
    ours, theirs = (twin.of_recording(loaded, engine) for engine in twin.ENGINES)
    assert ours.raw == theirs.raw
    assert len(ours.raw) > 100
    assert ours.engine.startswith("MicroPython")
    assert ours.engine.endswith("64-bit")


def test_replay_json_has_what_the_contract_names(pulse):
    file, _ = pulse(100, 90)
    said = replay_json(twin.of_recording(recording.load(file, 100)), [])
    assert json.loads(json.dumps(said, allow_nan=False)) == said
    assert said["rate_hz"] == 100
    assert said["beats_s"] == sorted(said["beats_s"])
    assert len(said["beats_trust"]) == len(said["beats_s"])
    assert said["beats_trust"][-1] == 8  # of -4 to 8: a clear pulse
    assert set(said["intervals"][0]) >= {"t_s", "ibi_ms", "flag"}
    assert set(said["rsa"][0]) >= {"t_s", "ln_ms2", "valid", "corrected_share"}
    assert said["rsa"][1]["t_s"] - said["rsa"][0]["t_s"] == pytest.approx(30)
    assert said["mean_hp_ms"] == pytest.approx(850, abs=5)
    assert 20 < said["rmssd_ms"] < 60


def test_no_finger_no_beats(tmp_path: Path):
    rng = np.random.default_rng(1)
    file = tmp_path / "dark.csv"
    file.write_text("ir\n" + "\n".join(str(int(v)) for v in 600 + rng.normal(0, 20, 6000)))
    assert len(twin.of_recording(recording.load(file, 100)).beats_s) == 0


def test_a_heart_with_premature_beats_is_mended(tmp_path: Path):
    """Four premature beats a minute: flagged, and the mean heart period stays."""
    heart = Heart("hp=850,rsa=5.5,ectopic=4,seed=5")
    beats = heart.truth_beats_s(240)
    file = tmp_path / "ectopic.csv"
    file.write_text("ibi_ms\n" + "\n".join(f"{v:.3f}" for v in 1000 * np.diff(beats)))
    session = twin.of_recording(recording.load(file))
    flags = [i.flag for i in session.intervals]
    assert flags.count("ectopic") >= 20
    assert "gap" not in flags[:-1]  # the series may end on a premature beat
    total_ms = sum(i.ibi_ms for i in session.intervals)
    assert total_ms == pytest.approx(1000 * (beats[-1] - beats[0]), abs=len(flags) / 16)
