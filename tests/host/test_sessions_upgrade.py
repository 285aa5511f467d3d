"""An index of the release before: own rows stay, the recordings are read again, and it is said."""

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from data_folder import everything, opened, put
from vagaband.analysis.model import Answers
from vagaband.errors import VagabandError
from vagaband.profile.history import history_of
from vagaband.sessions import schema
from vagaband.sessions.annotate import annotate, words
from vagaband.sessions.days import days
from vagaband.sessions.index import Index
from vagaband.sessions.written import note_written

VERSION_1 = Path(__file__).with_name("index_v1.sql").read_text()
LOST = ("breath_per_min", "reason", "blocks", "intervals")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sessions of a person with notes, answers and a page, in an index of this release."""
    path = tmp_path_factory.mktemp("made") / "vagaband-sessions"
    for number in (1, 2):
        put(path, number, marks=[(60, "glimmer", "sun")])
    page = path.parent / "page.html"
    page.write_text("page")
    with opened(path) as index:
        index.give_device("c0ffee", "p07")
        index.answer("p07", Answers(medicines=True))
        annotate(index, days(index)[0], "+1:00", words("walk", ["outside"]))
    note_written([page], [path / "c0ffee-00001.vbj"])
    return path


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """The same as the release before left it."""
    path = Path(shutil.copytree(made, tmp_path / "vagaband-sessions"))
    with Index(path) as index:
        kept = {name: index.columns(f"SELECT * FROM {name}") for name in schema.OWN}
    (path / "index.sqlite").unlink()
    with sqlite3.connect(path / "index.sqlite") as old:
        old.executescript(VERSION_1)
        for name, rows in kept.items():
            for row in rows:
                old.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(row))})", row)
        old.execute("INSERT INTO epochs VALUES ('c0ffee-1-00000001', 1.0, 1.0, 1.0, 1.0, 1)")
    old.close()
    return path


def own(folder: Path) -> dict[str, list[tuple]]:
    """Each row that no recording can give back."""
    with Index(folder) as index:
        return {name: index.columns(f"SELECT * FROM {name}") for name in schema.OWN}


def test_it_keeps_people_notes_and_answers_reads_the_rest_again_and_says_so(
    made: Path, folder: Path
):
    command = [sys.executable, "-m", "vagaband", "sessions", "--folder", str(folder)]
    first, second = (
        subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(2)
    )
    assert "was made by an older vagaband" in first.stderr
    assert "all recordings are read again, once." in " ".join(first.stderr.split())
    assert (second.stderr, second.stdout) == ("", first.stdout)
    assert own(folder) == own(made)
    assert all(own(folder).values()), "none of them was empty"
    assert everything(folder) == everything(made)
    histories = []
    for path in (made, folder):
        with opened(path) as index:
            histories.append(history_of(index, "p07"))
    before, after = histories
    assert len(after.epochs.at_s) > 5
    assert (after.epochs.at_s == before.epochs.at_s).all()
    assert (after.marks, after.spans) == (before.marks, before.spans)
    with Index(folder) as index:
        said = {row["sql"] for row in index.rows("SELECT sql FROM sqlite_master") if row["sql"]}
    assert all(any(word in statement for statement in said) for word in LOST)


def test_one_that_is_damaged_is_left_as_it_is(folder: Path):
    path = folder / "index.sqlite"
    with sqlite3.connect(path) as old:
        old.execute("ALTER TABLE notes RENAME COLUMN text TO words")
    old.close()
    data = path.read_bytes()
    with pytest.raises(VagabandError, match="its table notes is not as it was made"):
        Index(folder)
    assert path.read_bytes() == data


def test_broken_off_it_is_the_old_one_still(folder: Path, monkeypatch: pytest.MonkeyPatch):
    path = folder / "index.sqlite"
    data = path.read_bytes()
    monkeypatch.setitem(schema.TABLES, "blocks", ("recording TEXT NOT NULL", "no column ((("))
    with pytest.raises(VagabandError, match="can't be read or written"):
        Index(folder)
    monkeypatch.undo()
    assert path.read_bytes() == data
    assert own(folder)["notes"]
