"""Brings the index up to what lies in the folder: what is new, has grown, or is gone."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from vagaband import twin
from vagaband.analysis.day import Kept, kept_of
from vagaband.analysis.model import Piece
from vagaband.assemble import Found, clock_of
from vagaband.dating import dates
from vagaband.errors import InputError
from vagaband.journal import Journal, decode, describe_damage
from vagaband.numbers import numbers_of
from vagaband.open_recording import open_recording
from vagaband.session import Mark, Session
from vagaband.sessions.facts import FolderFile, files_in, rate_in, recording_in, recording_of
from vagaband.sessions.index import Index
from vagaband.sessions.packed import pack
from vagaband.sessions.schema import DERIVED

Progress = Callable[[str], None]
Stat = tuple[int, int]  # bytes, time of change


@dataclass
class Measured:
    """What a file says of itself."""

    recording: str
    device: str = ""
    boot: str = ""
    began: datetime | None = None
    seconds: float = 0.0
    ended: bool = True
    damage: str = ""
    marks: list[Mark] = field(default_factory=list)
    kept: Kept = field(default_factory=lambda: Kept([], [], []))


def refresh(index: Index, progress: Progress = lambda what: None) -> list[str]:
    """Take in what changed; returns the recordings that are new or have grown.

    A file that can't be read stays listed with what is wrong with it.
    """
    known = {row["name"]: row for row in index.rows("SELECT * FROM recordings")}
    files = _standing(index, known)
    changed = [file for file in files if not _is_known(known.get(file.path.name), file)]
    _forget_gone(index, known, files)
    taken, boots = [], set[tuple[str, str]]()
    for file in changed:
        progress(f"reading {file.path.name}")
        stat = _stat(file)
        measured = _measure(file)
        if _take_in(index, file, stat, measured):
            taken.append(measured.recording)
            boots.add((measured.device, measured.boot))
    for device, boot in boots:
        if boot:
            _date(index, device, boot)
    return taken


def _standing(index: Index, known: dict[str, dict]) -> list[FolderFile]:
    """The file of each recording: the first by rank where several hold it."""
    standing: dict[str, FolderFile] = {}
    for file in files_in(index.folder):
        if file.is_recording:
            row = known.get(file.path.name)
            is_known = row is not None and _is_known(row, file)
            name = row["recording"] if row and is_known else recording_in(file)
            standing.setdefault(name, file)
    return list(standing.values())


def _stat(file: FolderFile) -> Stat | None:
    try:
        status = file.path.stat()
    except FileNotFoundError:
        return None
    return status.st_size, status.st_mtime_ns


def _is_known(row: dict | None, file: FolderFile) -> bool:
    return row is not None and (row["size"], row["mtime_ns"]) == _stat(file)


def _forget_gone(index: Index, known: dict[str, dict], files: list[FolderFile]) -> None:
    """Derived rows of files that are not there; whose they were and what was noted stays."""
    gone = known.keys() - {file.path.name for file in files}
    if gone:
        with index.change():
            for name in gone:
                _remove_derived(index.connection, name)


def _remove_derived(connection: sqlite3.Connection, name: str) -> None:
    for table in DERIVED.keys() - {"recordings"}:
        connection.execute(
            f"DELETE FROM {table} WHERE recording IN"
            " (SELECT recording FROM recordings WHERE name = ?)",
            (name,),
        )
    connection.execute("DELETE FROM recordings WHERE name = ?", (name,))


def _measure(file: FolderFile) -> Measured:
    if file.source == "journal":
        return _measure_journal(file)
    try:
        opened = open_recording(file.path, rate_in(file.path.name))
    except InputError as error:
        return Measured(file.stem, damage=error.what.replace(str(file.path), "it"))
    began = opened.began.astimezone(UTC) if opened.began else None
    return _of_session(Measured(file.stem, began=began), opened.session)


def _measure_journal(file: FolderFile) -> Measured:
    """A damaged journal counts as far as it can be read."""
    journal = decode(file.path.read_bytes())
    measured = Measured(
        recording_of(journal) or file.stem,
        device=str(journal.header.get("device", file.device))[:40],
        boot=_boot(journal),
        began=dates([journal])[0],
        ended=journal.ended,
        damage=describe_damage(journal) if journal.header else "it has no header",
    )
    if not journal.header:
        return measured
    measured = _of_session(measured, twin.as_logged(journal))
    measured.seconds = max(measured.seconds, _end_s(journal))
    return measured


def _end_s(journal: Journal) -> float:
    """Of the last that was logged, also where there were no beats any more."""
    last = max(
        [0, *(event.index for event in journal.events), *(mark[0] for mark in journal.marks)]
    )
    return float(clock_of(Found(events=journal.events), journal.header["rate_hz"]).seconds(last))


def _boot(journal: Journal) -> str:
    """The start of the firmware that sessions share, by which they are dated together."""
    boot = journal.header.get("boot")
    return boot[:40] if isinstance(boot, str) else ""


def _of_session(measured: Measured, session: Session) -> Measured:
    piece = Piece("", "", None, 0.0, session, numbers_of(session))
    measured.seconds = piece.seconds
    measured.marks = session.marks
    measured.kept = kept_of(piece)
    return measured


def _take_in(index: Index, file: FolderFile, stat: Stat | None, measured: Measured) -> bool:
    """Put it in the index, unless the file was changed or erased meanwhile."""
    name, key = file.path.name, measured.recording
    began_s = measured.began.timestamp() if measured.began else None
    with index.change():
        if stat is None or _stat(file) != stat:
            return False
        connection = index.connection
        _remove_derived(connection, name)
        for row in index.rows("SELECT name FROM recordings WHERE recording = ?", key):
            _remove_derived(connection, row["name"])
        facts = (name, key, *stat, file.source, measured.device, measured.boot, began_s)
        connection.execute(
            "INSERT INTO recordings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*facts, measured.seconds, measured.ended, measured.damage),
        )
        connection.execute(
            "INSERT OR IGNORE INTO owners VALUES (?, ?, NULL)",
            (key, index.holder(measured.device) if measured.device else "unknown"),
        )
        _put_found(connection, key, measured)
    return True


def _put_found(connection: sqlite3.Connection, key: str, measured: Measured) -> None:
    """What was found in a recording."""
    kept = measured.kept
    rows = {
        "marks": [(n, mark.t_s, mark.kind, mark.text) for n, mark in enumerate(measured.marks)],
        "epochs": [
            (t_s, row.hp_ms, row.pb2_ln, row.bp_ln, row.breath_per_min, row.reason)
            for t_s, row in kept.rows
        ],
        "blocks": [
            (one.begin_s, one.end_s, one.kind, one.pace_per_min, one.swing_ms)
            for one in kept.blocks
        ],
        "intervals": [(pack(kept.runs),)],
    }
    for table, found in rows.items():
        places = ", ".join("?" * len(DERIVED[table]))
        connection.executemany(
            f"INSERT OR IGNORE INTO {table} VALUES ({places})", [(key, *row) for row in found]
        )


def _date(index: Index, device: str, boot: str) -> None:
    """Date the sessions of a boot by all that is known of it (dating.py)."""
    rows = index.rows("SELECT name FROM recordings WHERE device = ? AND boot = ?", device, boot)
    paths = [index.folder / row["name"] for row in rows]
    journals = [(path.name, decode(path.read_bytes())) for path in paths if path.exists()]
    journals.sort(key=lambda each: _number(each[1]))
    began = dates(journal for _, journal in journals)
    with index.change():
        index.connection.executemany(
            "UPDATE recordings SET began_s = ? WHERE name = ?",
            [
                (date.timestamp() if date else None, name)
                for (name, _), date in zip(journals, began, strict=True)
            ],
        )


def _number(journal: Journal) -> int:
    number = journal.header.get("session")
    return number if isinstance(number, int) else 0
