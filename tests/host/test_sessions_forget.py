"""`sessions forget` leaves no trace of a person in the folder, and everything of the others."""

import io
import json
import shutil
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from data_folder import NOON, everything, opened, put
from vagaband.analysis.model import Answers
from vagaband.errors import InputError
from vagaband.sessions import schema
from vagaband.sessions.add import add
from vagaband.sessions.annotate import annotate, words
from vagaband.sessions.days import days
from vagaband.sessions.forget import forget, traces_of
from vagaband.sessions.pieces import pieces_of
from vagaband.sessions.written import note_written

OURS, THEIRS = b"c0ffee", b"beef02"
SAID = ("phonecall", "workzz", "tensezz", "kindzz")
TRACES = (b"p07zz", b"SUNLIGHT", b"qqpart", *(word.encode() for word in SAID))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people, each with sessions, notes and what else a folder may hold of them."""
    path = tmp_path_factory.mktemp("made") / "vagaband-sessions"
    for device, person, hour in (("c0ffee", "p07zz", 0), ("beef02", "p08", 3)):
        sun = "SUNLIGHT" if person == "p07zz" else "moon"
        for number in (1, 2):
            began = NOON + timedelta(days=number, hours=hour)
            put(path, number, began, device=device, marks=[(60, "glimmer", sun)])
        rr = path.parent / f"{person}.txt"
        rr.write_text("\n".join(str(800 + (k * 37 + hour) % 40) for k in range(200)))
        with opened(path) as index:
            index.give_device(device, person)
            index.answer(person, Answers(medicines=True))
            add(index, [rr], person, NOON + timedelta(hours=hour))
            text, tag, label, kind = SAID if person == "p07zz" else ("a", "b", "c", "d")
            said = words(text, [tag], label, kind)
            for day in days(index, person):
                annotate(index, day, "+1:00", said)
                annotate(index, day, "+0:30", said, "+0:50")
    first = path / "c0ffee-00001.vbj"
    (path / "c0ffee-00009.vbj.part").write_bytes(b"VBJ1 qqpart SUNLIGHT")
    (path / "c0ffee-00001.vbj.old1").write_bytes(first.read_bytes()[:-50])
    (path / ".c0ffee-00001.vbj.ab_12xyz").write_bytes(first.read_bytes()[:-90])
    for name in ("c0ffee-00001", "c0ffee-00012", "beef02-00001"):  # one of them never pulled
        (path / f"{name}.vbj.clock.json").write_text(f'{{"device": "{name[:6]}"}}')
    (path / "c0ffee-flash.bin").write_bytes(b"qqpart" + first.read_bytes())
    (path / "c0ffee-00003-carved-0123abcd-part.vbj").write_bytes(first.read_bytes()[:-90])
    (path / "index.sqlite.old1").write_bytes(b"SQLite format 3\0 phonecall p07zz")
    (path / "beef02-flash-2.bin").write_bytes(b"theirs")
    return path


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return Path(shutil.copytree(made, tmp_path / "vagaband-sessions"))


def bytes_of(folder: Path) -> bytes:
    """Every byte of it, and the names."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return b"".join(str(path.name).encode() + path.read_bytes() for path in files)


def test_no_byte_is_left_of_one_and_every_row_of_the_other(folder: Path):
    before = bytes_of(folder)
    assert all(trace in before for trace in TRACES)
    theirs = [day for day in everything(folder) if day["person"] == "p08"]
    with opened(folder) as index:
        (day,) = [day for day in days(index, "p08") if day.name.endswith("11-22")]
        rows = pieces_of(index, day).rows
        traces = traces_of(index, "p07zz")
        (rr,) = [one for one in traces.recordings if one.startswith("rr-")]
        packed = index.packed(rr)  # the hearts of the others are alike
        assert (len(traces.recordings), traces.notes, traces.devices) == (3, 6, ["c0ffee"])
        assert traces.epochs > 15
        assert traces.answered
        assert len(traces.removed) == 3 + 4 + 1 + 1 + 2
        assert forget(index, "p07zz") == traces
    after = bytes_of(folder)
    for trace in (*TRACES, OURS):
        assert trace not in after, trace
    assert (packed[20:40] in before, packed[20:40] in after) == (True, False)
    assert THEIRS in after
    assert everything(folder) == theirs
    assert (folder / "beef02-flash-2.bin").exists()
    assert (folder / "beef02-00001.vbj.clock.json").exists()
    with opened(folder) as index:
        assert pieces_of(index, day).rows == rows
        assert index.answers("p08") == Answers(medicines=True)
        assert index.answers("p07zz") is None
        left = {one.recording for one in index.recordings("p08")}
        for table in schema.DERIVED:
            held = {key for (key,) in index.columns(f"SELECT recording FROM {table}")}
            assert held <= left, table
            assert held or table == "blocks"
        with pytest.raises(InputError, match=r"Nothing is kept of p07zz.*p08"):
            forget(index, "p07zz")


def test_what_was_written_of_a_person_goes_too_but_not_what_another_put_in_its_place(
    folder: Path, tmp_path: Path
):
    sources = [folder / "c0ffee-00001.vbj"]
    made = {
        name: tmp_path / name for name in ("page.html", "table.csv", "both.csv", "theirs.html")
    }
    for name, path in made.items():
        path.write_text(name)
    note_written([made["page.html"], made["table.csv"]], sources)
    note_written([made["both.csv"]], [*sources, folder / "beef02-00001.vbj"])
    note_written([made["theirs.html"]], [folder / "beef02-00001.vbj"])
    note_written([made["page.html"]], [tmp_path / "no index here.csv"])
    made["table.csv"].write_text("my own work")
    with opened(folder) as index:
        traces = forget(index, "p07zz")
    assert traces.made == [made["both.csv"], made["page.html"]]
    assert traces.changed == [made["table.csv"]]
    assert {name for name, path in made.items() if path.exists()} == {"table.csv", "theirs.html"}
    with opened(folder) as index:
        assert forget(index, "p08").made == [made["theirs.html"]]
    assert b"both.csv" not in bytes_of(folder)


def test_what_export_and_validate_write_is_noted(folder: Path, run_cli):
    file = str(folder / "c0ffee-00001.vbj")
    assert run_cli("export", file, "--out", "a.csv")[0] == 0
    assert run_cli("export", file, "--out", "tables")[0] == 0
    run_cli("validate", file)
    made = [path for path in Path.cwd().rglob("*.csv") if path.parent != folder]
    made += Path.cwd().glob("*.png")
    assert len(made) >= 6
    with opened(folder) as index:
        assert traces_of(index, "p07zz").made == sorted(made)
        forget(index, "p07zz")
    assert not any(path.exists() for path in made)


def test_the_command_lists_asks_and_says_what_stays(folder: Path, run_cli, monkeypatch):
    before = bytes_of(folder)
    for answer in ("n\n", ""):
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        code, _, err = run_cli("sessions", "forget", "p07zz")
        assert code == 130
        assert "3 recordings, 6 notes, three answers" in err
        assert "c0ffee-00009.vbj.part" in err
    assert bytes_of(folder) == before
    code, out, err = run_cli("sessions", "forget", "P07zz", "--yes", "--json")
    assert code == 0
    assert len(json.loads(out)["files"]) == 11
    assert "still on the board c0ffee" in err
    assert OURS not in bytes_of(folder)
    code, _, err = run_cli("sessions", "forget", "p07zz", "--yes")
    assert (code, "Nothing is kept of p07zz" in err) == (2, True)


KILLED = """
import os, signal, sys
from pathlib import Path
from vagaband.sessions.forget import forget
from vagaband.sessions.index import Index

left = int(sys.argv[1])

def hook(event, arguments):
    global left
    if event == "os.remove":
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(hook)
with Index(Path(sys.argv[2])) as index:
    forget(index, "p07zz")
"""


def test_killed_at_any_file_it_can_be_run_again_to_its_end(folder: Path, tmp_path: Path):
    theirs = [day for day in everything(folder) if day["person"] == "p08"]
    for removed in (0, 2, 8):
        copy = tmp_path / str(removed)
        shutil.copytree(folder, copy)
        command = [sys.executable, "-c", KILLED, str(removed), str(copy)]
        assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
        assert b"p07zz" in bytes_of(copy)
        with opened(copy) as index:
            traces = forget(index, "p07zz")
        assert len(traces.removed) == 11 - removed
        after = bytes_of(copy)
        for trace in (*TRACES, OURS):
            assert trace not in after, trace
        assert everything(copy) == theirs


def test_a_folder_in_the_place_of_a_file_is_nobodys(folder: Path):
    blocked = folder / "c0ffee-00001.vbj"
    blocked.unlink()
    blocked.mkdir()
    with opened(folder) as index:
        forget(index, "p07zz")
    assert blocked.is_dir()
    blocked.rmdir()
    assert OURS not in bytes_of(folder)
