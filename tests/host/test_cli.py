"""The command line: what it prints, where, and how it fails."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

GOOD_CSV = "ibi_ms\n" + "\n".join(str(820 + k % 40) for k in range(90))


@pytest.fixture
def run(run_cli):
    """Runs a command line."""
    return run_cli


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Files that people name by mistake."""
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "letter.txt").write_text("Dear reader,\nthis is no recording.\n")
    (tmp_path / "columns.csv").write_text("time,value\n0,1\n")
    (tmp_path / "words.csv").write_text("ibi_ms\n800\nlots\n")
    (tmp_path / "short.csv").write_text("ppg\n1\n2\n3\n")
    (tmp_path / "program").write_bytes(b"\x7fELF" + bytes(range(256)) * 4)
    (tmp_path / "cut.vbj").write_bytes(b"VBJ1H\x40\x00")
    (tmp_path / "good.csv").write_text(GOOD_CSV)
    return tmp_path


def one_sentence(err: str) -> bool:
    """One line with what happened and what to do; no traceback."""
    lines = err.strip().splitlines()
    return len(lines) == 1 and lines[0].startswith("vagaband: ") and lines[0].count(". ") >= 1


@pytest.mark.parametrize("verb", ["replay", "validate", "export"])
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("absent.csv", "no file"),
        ("empty.csv", "is empty"),
        ("letter.txt", "no known column"),
        ("columns.csv", "ir, ppg or ibi_ms"),
        ("words.csv", "line 3"),
        ("short.csv", "less than 2 s"),
        ("program", "not a text file"),
        ("cut.vbj", "no readable header"),
        (".", "is a folder"),
    ],
)
def test_a_wrong_file_is_named_with_the_next_step(run, files, verb: str, name: str, said: str):
    before = set(files.iterdir())
    code, out, err = run(verb, name)
    assert code == 2
    assert out == ""
    assert said in err
    assert one_sentence(err), err
    assert set(files.iterdir()) == before


@pytest.mark.parametrize(
    "words",
    [
        ("replay",),
        ("replay", "good.csv", "--engine", "abacus"),
        ("validate", "good.csv", "--limits", "f1"),
        ("validate", "good.csv", "--limits", "f1=99"),
        ("validate", "good.csv", "--beats", "absent.csv"),
        ("demo", "--recording", "absent.csv"),
        ("demo", "--recording", "good.csv"),
        ("demo", "--minutes", "0"),
        ("demo", "--minutes", "nan"),
        ("power", "--mah", "nan"),
        ("live", "--port", "/dev/none", "--for", "nan"),
        ("board", "--heart", "hp=lots"),
        ("board", "--heart", "colour=red"),
        ("board", "--speed", "soon"),
        ("board", "--seed", "-5"),
        ("demo", "--heart", "hp=lots"),
        ("demo", "--out", "good.csv"),
        ("validate", "good.csv", "--unusable", "20", "10"),
        ("validate", "good.csv", "--unusable", "nan", "10"),
        ("board", "--recording", "absent.csv"),
        ("export", "good.csv", "--format", "xls"),
        ("levitate",),
    ],
)
def test_a_wrong_call_exits_with_2_and_without_traceback(run, files, words: tuple[str, ...]):
    before = set(files.iterdir())
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    assert err.strip()
    assert set(files.iterdir()) == before


@pytest.mark.parametrize("url", ["/dev/ttyNothing", "rfc2217://127.0.0.1:1", "odd://place"])
def test_no_board_at_the_port(run, tmp_path: Path, url: str):
    for verb in ("pull", "deploy"):
        code, out, err = run(verb, "--port", url)
        assert (code, out) == (1, "")
        assert url in err
        assert one_sentence(err), err
    assert list(tmp_path.iterdir()) == []


def test_a_port_where_nothing_answers(run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("vagaband.device.ANSWER_S", 0.3)
    ours, theirs = os.openpty()
    try:
        code, _, err = run("pull", "--port", os.ttyname(theirs))
    finally:
        os.close(ours)
        os.close(theirs)
    assert code == 1
    assert "does not answer" in err
    assert one_sentence(err)


def test_a_port_that_another_program_holds(run):
    import serial

    ours, theirs = pty.openpty()
    with serial.Serial(os.ttyname(theirs), exclusive=True):
        code, _, err = run("pull", "--port", os.ttyname(theirs))
    os.close(ours)
    assert code == 1
    assert "Another program holds the port" in err


def test_replay_says_the_same_in_words_and_in_json(run, files):
    code, out, err = run("replay", "good.csv", "--json")
    assert (code, err) == (0, "")
    said = json.loads(out)
    assert len(said["intervals"]) == 90
    code, out, _ = run("replay", "good.csv")
    assert code == 0
    assert f"RMSSD {said['rmssd_ms']:.1f} ms" in out


@pytest.mark.parametrize(("verb", "name"), [("replay", "rsa"), ("validate", "numbers")])
def test_numbers_of_epochs_stand_in_words_and_in_json(run, files, verb: str, name: str):
    """Intervals alone tell no breathing rate: PB2 has BP-RSA beside it."""
    _, out, _ = run(verb, "good.csv", "--json")
    numbers = json.loads(out)[name]
    assert numbers
    assert {"t_s", "ln_ms2", "valid", "corrected_share", "pb2_gain_ln"} <= set(numbers[0])
    assert not numbers[0]["pb2_alone"]
    assert numbers[0]["reference"]["ln_ms2"] == pytest.approx(numbers[0]["ln_ms2"], abs=0.02)
    _, out, _ = run(verb, "good.csv")
    words = " ".join(out.replace("│", " ").split())
    assert "not alone" in words
    assert f"{numbers[0]['bp_ln_ms2']:.2f}" in words


def test_validate_draws_and_decides(run, files):
    code, out, _ = run("validate", "good.csv", "--json")
    said = json.loads(out)
    assert code == (said["verdict"] != "pass")
    assert {"name", "value", "limit", "unit", "ok"} <= set(said["checks"][0])
    picture = files / "good-validate.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_mode & 0o777 == 0o600


def test_export_gives_a_table(run, files):
    code, out, _ = run("export", "good.csv", "--format", "csv")
    assert code == 0
    assert out.splitlines()[0].startswith("t_s,ibi_ms,flag,run")
    assert len(out.splitlines()) == 91
    code, out, _ = run("export", "good.csv", "--out", "table.csv")
    assert (code, out) == (0, "")
    assert (files / "table.csv").stat().st_mode & 0o777 == 0o600


def test_a_place_that_cannot_be_written(run, files):
    code, _, err = run("export", "good.csv", "--out", "no/such/folder/table.csv")
    assert code == 1
    assert one_sentence(err)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_stdout_is_no_traceback(files):
    command = [sys.executable, "-m", "vagaband", "export", str(files / "good.csv")]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "No space left" in done.stderr
