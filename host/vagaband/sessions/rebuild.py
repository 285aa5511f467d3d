"""Makes the index again: from the recordings, and from what only an index knows."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from vagaband.pull import set_aside
from vagaband.sessions import schema
from vagaband.sessions.index import Index
from vagaband.sessions.scan import Progress, refresh


@dataclass(frozen=True)
class Rebuilt:
    """What came of it; `kept` is the damaged index, where there was one."""

    recordings: int
    notes: int
    kept: Path | None = None


def rebuild(folder: Path, progress: Progress = lambda what: None) -> Rebuilt:
    """Read all recordings anew; people, notes and dates that were told stay.

    A damaged index is kept under another name, and what can be read of those is taken from it.
    """
    path, kept, rows = folder / schema.NAME, None, {}
    try:
        with Index(folder) as index:
            _check(index)
    except schema.DamagedError:
        rows = _saved(path)
        kept = set_aside(path)
    with Index(folder) as index:
        with index.change():
            for table, found in rows.items():
                _put(index.connection, table, found)
            for table in schema.DERIVED:
                index.connection.execute(f"DELETE FROM {table}")
        refresh(index, progress)
        (notes,) = index.rows("SELECT COUNT(*) n FROM notes")
        return Rebuilt(len(index.recordings()), notes["n"], kept)


def _check(index: Index) -> None:
    (found,) = index.rows("PRAGMA quick_check(1)")
    if (what := str(next(iter(found.values())))) != "ok":
        raise schema.DamagedError(f"{index.path} is damaged: {what}.")


def _saved(path: Path) -> dict[str, list[tuple]]:
    """The rows of the tables that no recording can give back, as far as they can be read."""
    saved: dict[str, list[tuple]] = {}
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        for table in schema.OWN:
            rows = saved.setdefault(table, [])
            try:
                for row in connection.execute(f"SELECT * FROM {table}"):
                    rows.append(tuple(row))
            except sqlite3.DatabaseError:
                continue  # what came before it is saved
    finally:
        connection.close()
    return saved


def _put(connection: sqlite3.Connection, table: str, rows: list[tuple]) -> None:
    """Those that fit: a damaged row breaks the table's rules."""
    columns = len(connection.execute(f"PRAGMA table_info({table})").fetchall())
    places = ", ".join("?" * columns)
    for row in rows:
        if len(row) == columns:
            connection.execute(f"INSERT OR IGNORE INTO {table} VALUES ({places})", row)
