"""A session beside an ECG's beats or a strap's intervals: figures, verdict in words, picture."""

import json
from dataclasses import replace

import numpy as np
import pytest
from test_validate import SOUND, device_of, failed, heart, pulse_wave
from vagaband.against_ecg import against_ecg
from vagaband.checks import RULES
from vagaband.explain import GOOD
from vagaband.reference.intervals import Corrected
from vagaband.reference.rsa import rsa_epochs
from vagaband.reference_file import load_reference
from vagaband.session import Session
from vagaband.truth import MOST_FLAGGED, Truth
from vagaband.validate import validate


@pytest.fixture(scope="module")
def beats() -> np.ndarray:
    return heart(240)


@pytest.fixture(scope="module")
def sound(beats) -> Session:
    """Four minutes of clear light by a device in order."""
    return device_of(*pulse_wave(beats, 240, noise=3))


def test_rsa_at_an_instant_is_that_of_the_reference():
    swing_ms = [round(30 * np.sin(2 * np.pi * 0.2125 * k)) for k in range(150)]
    ibi_ms = 850.0 + np.array(swing_ms, dtype=np.float64)
    truth = Truth([Corrected(ibi_ms, ["ok"] * 150, 7000.0)])
    known = rsa_epochs(ibi_ms)
    assert truth.epochs_s() == pytest.approx([7 + epoch.t_s for epoch in known])
    assert [truth.rsa_at(t) for t in truth.epochs_s()] == pytest.approx(
        [epoch.ln_ms2 for epoch in known]
    )
    assert truth.rsa_at(0.0) is None
    assert truth.rsa_at(500.0) is None


def test_an_epoch_with_much_correction_is_no_truth():
    flags = ["ok"] * 60 + ["missed"] * 5 + ["ok"] * 85
    truth = Truth([Corrected(850.0 + np.arange(150.0) % 7, flags, 0.0)])
    shares = [truth.rsa_at(start_s, MOST_FLAGGED) is None for start_s in truth.epochs_s()]
    assert shares == [False, True, False]
    assert all(truth.rsa_at(start_s) is not None for start_s in truth.epochs_s())


def test_agreement_of_a_sound_device(sound, beats):
    ecg = against_ecg(sound, beats - 0.1)
    assert ecg.score.f1_pct == 100
    assert ecg.rsa is not None
    assert ecg.rsa.n == len(ecg.epochs) >= 5
    assert abs(ecg.rsa.bias) < 0.03
    assert ecg.rsa.within == 1
    assert json.loads(json.dumps(ecg.as_json()))["rsa_agreement"]["bias"] == ecg.rsa.bias


def test_refused_epochs_are_left_out(sound, beats):
    epochs = [replace(epoch, valid=place != 1) for place, epoch in enumerate(sound.epochs)]
    all_of_them = against_ecg(sound, beats - 0.1).epochs
    fewer = against_ecg(replace(sound, epochs=epochs), beats - 0.1).epochs
    assert len(fewer) == len(all_of_them) - 1


def test_limits_on_rsa_let_the_ecg_decide(sound, beats):
    epochs = [replace(epoch, ln_ms2=(epoch.ln_ms2 or 0) + 0.4) for epoch in sound.epochs]
    off = replace(sound, epochs=epochs)
    made = {"integrity": SOUND, "ecg_beats_s": beats - 0.1, "limits": {"rsa_within": 90}}
    assert failed(validate(sound, None, **made)) == set()
    assert "ecg_rsa_within" in failed(validate(off, None, **made))


def test_the_verdict_explains_itself(sound, beats):
    said = validate(sound, sound, integrity=SOUND, ecg_beats_s=beats - 0.1).explanation
    text = " ".join(said)
    for part in (
        "The journal is whole",
        "to the last bit",
        "float64 differs by at most",
        "the reference finds the same beats: F1 100.0 %",
        "No beat was reported without a finger",
        "0 missed, 0 invented (F1 100.0 %)",
        "limits of agreement",
        "--limits lets it decide",
        "So all that was checked holds",
    ):
        assert part in text
    lost = replace(sound, beats_s=np.delete(sound.beats_s, slice(10, None, 8)))
    text = " ".join(validate(lost, sound, integrity={"bad_records": 2}).explanation)
    assert "bad_records is 2 records, the limit 0: The journal is damaged" in text
    assert "reference_beats_f1 is" in text
    assert "So do not rely on the numbers" in text
    assert "whole" not in text
    nothing = Session("device", 100.0, np.empty(0), np.empty(0), np.empty(0), [], [])
    assert "that is no pass" in validate(nothing, None, integrity=SOUND).explanation[-1]


def test_every_check_has_its_sentence():
    named = {name for names, _ in GOOD for name in names}
    assert named | {"reference_rsa_low"} == set(RULES)


@pytest.mark.parametrize("text", ["t_s\n1\n2.5\n", '# ECG\n"T_S";x\n1,0;1\n2,5;1\n'])
def test_a_column_t_s_is_on_the_recordings_clock(tmp_path, text: str):
    file = tmp_path / "ecg.txt"
    file.write_text(text)
    found = load_reference(file)
    assert found.on_recording_clock
    assert found.beats_s == pytest.approx([1, 2.5])


def test_a_file_of_intervals_is_not(tmp_path):
    file = tmp_path / "polar.txt"
    file.write_text("812\n830\n845\n799\n")
    found = load_reference(file)
    assert not found.on_recording_clock
    assert found.beats_s == pytest.approx([0, 0.812, 1.642, 2.487, 3.286])


def test_a_strap_that_began_later_validates_the_recording(run_cli, tmp_path, sound, beats):
    """From the command line: RR intervals in ms, the first beat 30 beats into the recording."""
    (tmp_path / "worn.csv").write_text("ir\n" + "\n".join(f"{v:.0f}" for v in sound.ir))
    strap = np.round(1000 * np.diff(beats[30:]))
    (tmp_path / "polar.txt").write_text("\n".join(f"{ms:.0f}" for ms in strap))
    words = ("worn.csv", "--beats", "polar.txt", "--limits", "f1=98,rsa_within=90")
    code, out, err = run_cli("validate", *words, "--json")
    said = json.loads(out)
    assert code == 0, err
    assert said["ecg"]["clock"]["correlation"] > 0.9
    assert said["ecg"]["f1_pct"] > 98
    assert said["ecg"]["rsa_agreement"]["n"] >= 4
    assert any("laid on the recording's clock" in line for line in said["explanation"])
    assert (tmp_path / "worn-validate.png").read_bytes().startswith(b"\x89PNG")


def test_intervals_of_someone_else_are_said_to_be_doubtful(run_cli, tmp_path, sound):
    (tmp_path / "worn.csv").write_text("ir\n" + "\n".join(f"{v:.0f}" for v in sound.ir))
    other = np.round(1000 * np.diff(heart(240, hp_ms=700, breath_hz=0.31, seed=9)))
    (tmp_path / "other.txt").write_text("\n".join(f"{ms:.0f}" for ms in other))
    _, out, _ = run_cli("validate", "worn.csv", "--beats", "other.txt", "--json")
    said = json.loads(out)
    assert any("same heart and time" in note for note in said["notes"])
    assert said["ecg"]["grade"] == "poor"


def test_the_picture_shows_agreement_where_there_are_epochs_and_where_not(tmp_path, sound, beats):
    from vagaband.picture import draw

    with_epochs = validate(sound, None, integrity=SOUND, ecg_beats_s=beats - 0.1)
    bare = replace(sound, epochs=[])
    without = validate(bare, None, integrity=SOUND, ecg_beats_s=beats - 0.1)
    for session, verdict in ((sound, with_epochs), (bare, without)):
        draw(session, verdict, tmp_path / "a.png")
        assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
