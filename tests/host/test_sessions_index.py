"""The index file: private, whole under two processes, a full disk and a kill; damage is said."""

import json
import os
import resource
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from data_folder import NOON, days_of, everything, opened, put
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from vagaband.errors import VagabandError
from vagaband.sessions import schema
from vagaband.sessions.annotate import annotate, words
from vagaband.sessions.days import days
from vagaband.sessions.index import Index
from vagaband.sessions.rebuild import rebuild

WRITER = """
import sys
from pathlib import Path
from vagaband.sessions.annotate import annotate, words
from vagaband.sessions.days import days
from vagaband.sessions.index import Index
from vagaband.sessions.scan import refresh

folder, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
with Index(folder) as index:
    refresh(index)
    for k in range(count):
        (day,) = days(index)
        annotate(index, day, "+0:10", words(f"{name}-{k} " + 40 * "long "))
        print(k, flush=True)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session of a person, with two notes."""
    path = tmp_path_factory.mktemp("made") / "vagaband-sessions"
    put(path, 1, marks=[(60, "glimmer", "sun")])
    with opened(path) as index:
        index.give_device("c0ffee", "p07")
        (day,) = days(index)
        annotate(index, day, "+1:00", words("walk", ["outside"]))
        annotate(index, day, "+0:10", words("stretch"), "+0:40")
    return path


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return Path(shutil.copytree(made, tmp_path / "vagaband-sessions"))


@pytest.fixture
def open_umask() -> Iterator[None]:
    """Nothing is private by luck."""
    before = os.umask(0)
    yield
    os.umask(before)


def writer(folder: Path, name: str, count: int, **options) -> subprocess.Popen:
    command = [sys.executable, "-c", WRITER, str(folder), name, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **options)


def notes_of(folder: Path) -> list[str]:
    with opened(folder) as index:
        return [note.text for one in index.recordings() for note in index.notes(one.recording)]


def test_each_file_of_it_is_private_also_while_it_is_written(open_umask: None, tmp_path: Path):
    folder = tmp_path / "new"
    path = put(folder, 1)
    with opened(folder) as index:
        with index.change():
            index.connection.execute("INSERT INTO devices VALUES ('a', 'b')")
            files = set(folder.iterdir()) - {path}
            assert {file.name for file in files} == {"index.sqlite", "index.sqlite-journal"}
            assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        index.path.chmod(0o644)
    with Index(tmp_path / "made" / "here") as index:
        assert stat.S_IMODE(index.folder.stat().st_mode) == 0o700
    with opened(folder) as index:
        assert stat.S_IMODE(index.path.stat().st_mode) == 0o600, "also one that was not"


def test_two_processes_at_once_lose_nothing(folder: Path):
    running = [writer(folder, name, 12) for name in "ab"]
    assert [process.communicate()[0].count("\n") for process in running] == [12] * 2
    words_ = [text.split()[0] for text in notes_of(folder)]
    assert sorted(words_) == sorted(
        ["walk", "stretch", *(f"{name}-{k}" for name in "ab" for k in range(12))]
    )


def test_one_that_holds_it_for_long_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(schema, "BUSY_S", 0.05)
    with opened(folder) as one, Index(folder) as other:
        with one.change(), pytest.raises(VagabandError, match="in use by another vagaband"):
            other.give_device("a", "b")
        other.give_device("a", "b")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_killed_while_it_writes_each_note_is_whole_or_not_there(folder: Path, how: signal.Signals):
    process = writer(folder, "k", 100_000, stderr=subprocess.DEVNULL)
    assert process.stdout
    told = [process.stdout.readline() for _ in range(5)]
    time.sleep(0.05)
    process.send_signal(how)
    told += process.stdout.readlines()
    process.wait()
    found = [text for text in notes_of(folder) if text.startswith("k-")]
    assert len(found) - len(told) in (0, 1)
    assert [text.split()[0] for text in found] == [f"k-{k}" for k in range(len(found))]
    assert all(len(text) > 190 for text in found)
    with opened(folder) as index:
        assert index.rows("PRAGMA integrity_check")[0] == {"integrity_check": "ok"}


def test_on_a_full_disk_it_says_so_and_keeps_what_it_had(folder: Path):
    before = everything(folder)

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    command = [sys.executable, "-m", "vagaband", "sessions", "annotate", "2026-11-20"]
    command += ["--at", "+0:05", "word " * 90]
    done = subprocess.run(
        command, cwd=folder.parent, preexec_fn=no_room, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("vagaband: vagaband-sessions/index.sqlite can't be")
    assert "Make room" in done.stderr
    assert everything(folder) == before
    assert subprocess.run(command, cwd=folder.parent, check=False).returncode == 0


def spoilt(how: str, data: bytes) -> bytes:
    """An index that something happened to."""
    return {
        "text": b"# my own notes\n" * 50,
        "head": b"\0" * 100 + data[100:],
        "middle": data[:4096] + os.urandom(4096) * 3 + data[4 * 4096 :],
        "cut": data[: len(data) // 2],
    }[how]


@pytest.mark.parametrize("how", ["text", "head", "middle", "cut"])
def test_a_damaged_or_foreign_file_is_said_and_never_touched(folder: Path, how: str, run_cli):
    path = folder / "index.sqlite"
    data = spoilt(how, path.read_bytes())
    path.write_bytes(data)
    shown = ("sessions", "show", "2026-11-20")
    code, _, err = run_cli(*shown)
    assert code == 1, err
    assert "sessions rebuild" in err
    assert path.read_bytes() == data
    code, out, err = run_cli("sessions", "rebuild")
    assert code == 0, err
    assert "1 recordings" in out
    (kept,) = folder.glob("index.sqlite.old*")
    assert kept.read_bytes() == data
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert run_cli(*shown)[0] == 0


def test_a_damaged_one_does_not_hide_a_verdict(folder: Path, run_cli):
    path = folder / "index.sqlite"
    path.write_bytes(spoilt("cut", path.read_bytes()))
    (file,) = folder.glob("*.vbj")
    code, out, err = run_cli("validate", str(file), "--json")
    assert (code, "sessions rebuild" in err) == (1, True)
    assert "verdict" in json.loads(out)


def test_another_programs_database_is_refused_also_by_rebuild(folder: Path):
    path = folder / "index.sqlite"
    path.unlink()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE birds (name)")
    other.close()
    path.chmod(0o644)
    data = path.read_bytes()
    for use in (Index, rebuild):
        with pytest.raises(VagabandError, match="no index of vagaband"):
            use(folder)
    assert path.read_bytes() == data
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_an_index_of_a_later_release_is_refused_also_by_rebuild(folder: Path):
    with Index(folder) as index:
        index.connection.execute("PRAGMA user_version = 9")
    data = (folder / "index.sqlite").read_bytes()
    for use in (Index, rebuild):
        with pytest.raises(VagabandError, match=r"version 9.*Use the release"):
            use(folder)
    assert (folder / "index.sqlite").read_bytes() == data


def test_rebuilt_from_the_files_it_is_the_same_and_keeps_people_and_notes(folder: Path):
    before = everything(folder)
    with opened(folder) as index:
        epochs = index.epochs("p07", NOON.replace(hour=0), NOON.replace(hour=23))
        packed = index.packed("c0ffee-1-00000001")
        with index.change():
            index.connection.execute("UPDATE recordings SET seconds = 1")
            for table in schema.DERIVED.keys() - {"recordings"}:
                index.connection.execute(f"DELETE FROM {table}")
    assert everything(folder) != before
    done = rebuild(folder)
    assert (done.recordings, done.notes, done.kept) == (1, 2, None)
    assert everything(folder) == before
    with opened(folder) as index:
        assert index.epochs("p07", NOON.replace(hour=0), NOON.replace(hour=23)) == epochs
        assert index.packed("c0ffee-1-00000001") == packed
    assert epochs


def test_notes_of_a_damaged_index_are_saved_where_they_can_be_read(folder: Path):
    """A page of the epochs is damaged: the tables before it can be read."""
    before = everything(folder)
    path = folder / "index.sqlite"
    with Index(folder) as index:
        (row,) = index.rows("SELECT rootpage FROM sqlite_master WHERE name = 'epochs'")
    data = bytearray(path.read_bytes())
    data[4096 * (row["rootpage"] - 1) :][:4096] = b""
    at = 4096 * (row["rootpage"] - 1)
    data[at : at + 4096] = b"\xff" * 4096
    path.write_bytes(data)
    done = rebuild(folder)
    assert done.notes == 2
    assert done.kept
    assert everything(folder) == before


def test_a_link_in_its_place_is_refused(folder: Path, tmp_path: Path):
    path = folder / "index.sqlite"
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(VagabandError, match="is no file"):
        Index(folder)


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.floats(0, 0.9999), st.integers(1, 255)), min_size=1, max_size=9))
def test_whatever_bytes_change_it_is_used_or_a_sentence_is_said(folder: Path, changes):
    """With its recordings: either all is read, or the error is one of ours."""
    path, kept = folder / "index.sqlite", folder.parent / "kept.sqlite"
    if not kept.exists():
        shutil.copy(path, kept)
    data = bytearray(kept.read_bytes())
    for where, change in changes:
        data[int(where * len(data))] ^= change
    path.write_bytes(data)
    try:
        everything(folder)
    except VagabandError as error:
        said = error.next_step
    else:
        said = "all of it"
    finally:
        shutil.copy(kept, path)
        path.with_name("index.sqlite-journal").unlink(missing_ok=True)
    assert said
    assert len(days_of(folder)) == 1
