"""Erases every trace of a person: recordings and their copies, rows, and what was made of them."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vagaband.errors import VagabandError
from vagaband.protocol import state
from vagaband.sessions import schema
from vagaband.sessions.facts import FolderFile, files_in, flash_copies, recording_in
from vagaband.sessions.index import Index
from vagaband.sessions.written import written_of

ASIDE = re.compile(re.escape(schema.NAME) + r"\.old\d+")  # as set_aside names them
TABLES = (*schema.DERIVED, "notes", "owners")  # by recording


@dataclass
class Traces:
    """What is known of a person."""

    person: str
    recordings: set[str] = field(default_factory=set)
    files: list[Path] = field(default_factory=list)  # recordings and their copies
    whole: list[Path] = field(default_factory=list)  # copies of a board's whole flash
    made: list[Path] = field(default_factory=list)  # pages, pictures, tables
    changed: list[Path] = field(default_factory=list)  # made, but another has changed them since
    aside: list[Path] = field(default_factory=list)  # damaged indexes that were kept
    devices: list[str] = field(default_factory=list)
    notes: int = 0
    epochs: int = 0
    answered: bool = False  # what they said of themselves

    @property
    def removed(self) -> list[Path]:
        """The files that go."""
        return [*self.files, *self.whole, *self.made, *self.aside]

    def as_json(self) -> dict[str, Any]:
        """For --json."""
        return {
            "person": self.person,
            "files": [str(path) for path in self.removed],
            "kept": [str(path) for path in self.changed],
            "recordings": len(self.recordings),
            "notes": self.notes,
            "epochs": self.epochs,
            "devices": self.devices,
            "answered": self.answered,
        }


def traces_of(index: Index, person: str) -> Traces:
    """What `forget` would remove. Raises InputError for a code that nothing is kept of."""
    begun = state.file_of(index.folder, person)
    if not begun.exists():
        index.check_person(person)
    rows = index.rows("SELECT recording FROM owners WHERE person = ?", person)
    traces = Traces(person, {row["recording"] for row in rows})
    devices = index.rows("SELECT device FROM devices WHERE person = ?", person)
    traces.devices = [row["device"] for row in devices]
    worn = set(traces.devices)
    traces.answered = index.answers(person) is not None
    for recording in traces.recordings:
        traces.notes += len(index.notes(recording))
        (count,) = index.rows("SELECT COUNT(*) n FROM epochs WHERE recording = ?", recording)
        traces.epochs += count["n"]
        worn |= {
            row["device"]
            for row in index.rows("SELECT device FROM recordings WHERE recording = ?", recording)
        }
    traces.files = _files(index, person, traces.recordings) + [begun] * begun.exists()
    flashes = flash_copies(index.folder)
    traces.whole = [path for path, device in flashes.items() if device in worn - {""}]
    made = written_of(index, person)
    traces.made = [one.path for one in made if one.is_same]
    traces.changed = [one.path for one in made if not one.is_same]
    traces.aside = sorted(path for path in index.folder.iterdir() if ASIDE.fullmatch(path.name))
    return traces


def _files(index: Index, person: str, recordings: set[str]) -> list[Path]:
    """Their recordings and each copy of one, whole or not.

    What has no header that could be read is theirs by the name that it stands beside, or by
    who wears the board.
    """
    files = files_in(index.folder)
    held = {file: recording_in(file) for file in files}
    owners = {r["recording"]: r["person"] for r in index.rows("SELECT * FROM owners")}
    beside = {file.stem for file, recording in held.items() if recording in recordings}
    return [
        file.path
        for file, recording in held.items()
        if owners.get(recording, _by_place(index, file, recording, beside, person)) == person
    ]


def _by_place(
    index: Index, file: FolderFile, recording: str, beside: set[str], person: str
) -> str:
    if recording == file.stem and file.stem in beside:
        return person
    return index.holder(file.device) if file.device else ""


def forget(index: Index, person: str) -> Traces:
    """Remove all of it; returns what was removed. Broken off, it can be run again: whose a
    recording is goes last."""
    with index.change():  # no other process takes a file in that is about to go
        traces = traces_of(index, person)
        for path in traces.removed:
            _unlink(path)
        keys = [(recording,) for recording in traces.recordings]
        for table in TABLES:
            index.connection.executemany(f"DELETE FROM {table} WHERE recording = ?", keys)
        for table in ("devices", "written", "answers"):
            index.connection.execute(f"DELETE FROM {table} WHERE person = ?", (person,))
    with schema.told(index.path):
        index.connection.execute("VACUUM")
    return traces


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise VagabandError(
            f"{path} can't be removed: {error.strerror}.",
            "Make its folder writable and run the command again: it goes on from there.",
        ) from None
