"""The index file: its tables, how it is opened, and what is said where that fails.

`OWN` tables hold what no recording says: whose it is, what was noted, what was written from it,
what people said of themselves (1 yes, 0 no, null rather not; a row is there once they were asked).
`DERIVED` tables can be made again from the recordings.
"""

import contextlib
import logging
import os
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from vagaband.errors import InputError, VagabandError
from vagaband.files import private_folder
from vagaband.plain import plain

NAME = "index.sqlite"
APPLICATION = 0x56425349  # "VBSI"
VERSION = 2
UPGRADED = (1,)  # versions whose own tables are as they are now
MAGIC = b"SQLite format 3\0"
BUSY_S = 20.0  # that another process may hold it
TELL = logging.getLogger(__name__)  # a warning goes to stderr, whichever command opened it

OWN = {
    "devices": ("device TEXT PRIMARY KEY NOT NULL", "person TEXT NOT NULL"),
    "owners": ("recording TEXT PRIMARY KEY NOT NULL", "person TEXT NOT NULL", "told_began_s REAL"),
    "notes": (
        "id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL",
        "recording TEXT NOT NULL",
        "t_s REAL NOT NULL",
        "until_s REAL",
        "mark INTEGER",
        "kind TEXT NOT NULL",
        "text TEXT NOT NULL",
        "tags TEXT NOT NULL",
        "label TEXT NOT NULL",
    ),
    "written": ("path TEXT NOT NULL", "person TEXT NOT NULL", "sha256 TEXT NOT NULL"),
    "answers": (
        "person TEXT PRIMARY KEY NOT NULL",
        "pacemaker INTEGER",
        "irregular INTEGER",
        "medicines INTEGER",
    ),
}
DERIVED = {
    "recordings": (
        "name TEXT PRIMARY KEY NOT NULL",
        "recording TEXT NOT NULL",
        "size INTEGER NOT NULL",
        "mtime_ns INTEGER NOT NULL",
        "source TEXT NOT NULL",
        "device TEXT NOT NULL",
        "boot TEXT NOT NULL",
        "began_s REAL",
        "seconds REAL NOT NULL",
        "ended INTEGER NOT NULL",
        "damage TEXT NOT NULL",
    ),
    "marks": (
        "recording TEXT NOT NULL",
        "number INTEGER NOT NULL",
        "t_s REAL NOT NULL",
        "kind TEXT NOT NULL",
        "text TEXT NOT NULL",
    ),
    "epochs": (
        "recording TEXT NOT NULL",
        "t_s REAL NOT NULL",
        "hp_ms REAL",
        "pb2_ln REAL",
        "bp_ln REAL",
        "breath_per_min REAL",
        "reason TEXT NOT NULL",
    ),
    "blocks": (
        "recording TEXT NOT NULL",
        "begin_s REAL NOT NULL",
        "end_s REAL NOT NULL",
        "kind TEXT NOT NULL",
        "pace_per_min REAL",
        "swing_ms REAL",
    ),
    "intervals": ("recording TEXT PRIMARY KEY NOT NULL", "packed BLOB NOT NULL"),
}
KEYS = {
    "written": "PRIMARY KEY (path, person)",
    "marks": "PRIMARY KEY (recording, number)",
    "epochs": "PRIMARY KEY (recording, t_s)",
}
TABLES = {**OWN, **DERIVED}
BY_KEY = ("epochs",)  # many small rows: kept once, in the order of their key
LARGE = ("epochs", "intervals")  # too much to look through each time; rebuild does


def open_index(folder: Path, name: str = NAME) -> sqlite3.Connection:
    """The folder's index, made where there is none; InputError for a file that is no index.

    What is erased in it is overwritten, and nothing of it goes to a temporary file.
    """
    private_folder(folder)
    path = folder / name
    _prepare(path)
    with told(path):
        connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA temp_store = MEMORY")
            _check(connection, path)
            path.chmod(0o600)  # one whose mode was changed; another program's stays as it is
        except BaseException:
            connection.close()
            raise
    return connection


def _prepare(path: Path) -> None:
    """Make a new file private before anything is in it; refuse what is no index."""
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise InputError(f"{path} is no file.", "Remove it, or choose another folder.")
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with os.fdopen(handle, "rb") as file:
            head = file.read(len(MAGIC))
        if not head:
            path.chmod(0o600)
    except OSError as error:
        raise VagabandError(
            f"{path} can't be opened: {error.strerror}.", "Choose another folder with --folder."
        ) from None
    if head and head != MAGIC:
        raise _no_index(path)


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables in a new file; raise where the file is another program's or release's."""
    application, version = _stamp(connection)
    names = {row["name"] for row in connection.execute("SELECT name FROM sqlite_master")}
    if (application, version) == (0, 0) and not names:
        with transaction(connection):
            if _stamp(connection) == (0, 0):  # nobody was faster
                _make(connection, TABLES)
        application, version = _stamp(connection)
    if application != APPLICATION and names and not names & TABLES.keys():
        raise InputError(
            f"{path} is no index of vagaband: it is another program's.",
            "Choose another folder with --folder; nothing was changed.",
        )
    if application != APPLICATION:
        raise _no_index(path)
    if version in UPGRADED:
        _upgrade(connection, path)
        application, version = _stamp(connection)
    if version != VERSION:
        raise InputError(
            f"{path} is an index of version {version}, this vagaband reads {VERSION}.",
            "Use the release that wrote it; nothing was changed.",
        )
    _check_tables(connection, path, TABLES)


def _make(connection: sqlite3.Connection, names: Iterable[str]) -> None:
    """Make tables, and stamp the file as an index of this release."""
    for name in names:
        connection.execute(_statement(name))
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _upgrade(connection: sqlite3.Connection, path: Path) -> None:
    """An older release's index as this one's: what only it knows stays as it is; what the
    recordings tell is emptied, and so each of them is read again."""
    with transaction(connection):
        if _stamp(connection)[1] not in UPGRADED:
            return  # another process was faster
        _check_tables(connection, path, OWN)
        for name in DERIVED:
            connection.execute(f"DROP TABLE IF EXISTS {name}")
        _make(connection, DERIVED)
    TELL.warning(
        "%s was made by an older vagaband: people, notes and answers are kept, and all recordings "
        "are read again, once.",
        plain(path, 200),
    )


def _check_tables(connection: sqlite3.Connection, path: Path, names: Iterable[str]) -> None:
    """What SQLite itself does not notice: names that changed, values of another type."""
    found = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    statements = dict(map(tuple, found))
    for name in names:
        if statements.get(name) != _statement(name):
            raise _damaged(path, f"its table {name} is not as it was made")
        if name not in LARGE:
            (said,) = connection.execute(f"PRAGMA quick_check({name})").fetchone()
            if said != "ok":
                raise _damaged(path, str(said))


def _statement(name: str) -> str:
    """A table, each column of it held to its type."""
    parts = []
    for column in TABLES[name]:
        what, kind = column.split()[:2]
        kinds = f"'{kind.lower()}'" if "NOT NULL" in column else f"'{kind.lower()}', 'null'"
        parts.append(f"{column} CHECK (typeof({what}) IN ({kinds}))")
    if name in KEYS:
        parts.append(KEYS[name])
    rowid = " WITHOUT ROWID" if name in BY_KEY else ""
    return f"CREATE TABLE {name} ({', '.join(parts)}){rowid}"


def _stamp(connection: sqlite3.Connection) -> tuple[int, int]:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    return application, connection.execute("PRAGMA user_version").fetchone()[0]


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or none, and no other process in between."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """SQLite's failures in a sentence, with the next step."""
    try:
        yield
    except UnicodeDecodeError:
        raise _damaged(path, "a text in it is none") from None
    except sqlite3.DatabaseError as error:
        primary = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if primary == sqlite3.SQLITE_BUSY:
            raise VagabandError(
                f"{path} is in use by another vagaband for more than {BUSY_S:.0f} s.",
                "Wait for it to end, and run the command again.",
            ) from None
        if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise _damaged(path, str(error)) from None
        if isinstance(error, sqlite3.OperationalError):
            raise VagabandError(
                f"{path} can't be read or written: {error}.",
                "Make room and check its permissions; what was in it before is still there.",
            ) from None
        raise


class DamagedError(VagabandError):
    """An index that can't be used as it is."""

    def __init__(self, what: str) -> None:
        super().__init__(
            what,
            "Run `vagaband sessions rebuild`: it keeps the file under another name, and makes an "
            "index from the recordings and from the notes that can still be read.",
        )


def _no_index(path: Path) -> DamagedError:
    return DamagedError(f"{path} is no index of vagaband, or its beginning is damaged.")


def _damaged(path: Path, what: str) -> DamagedError:
    return DamagedError(f"{path} is damaged: {what}.")
