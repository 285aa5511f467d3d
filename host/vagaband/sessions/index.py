"""The index of a data folder: what its recordings hold, whose they are, what was noted on them.

A recording is known by `recording` (facts.py), a person by a code. Times of notes and epochs are
seconds from a recording's first sample: they stay right when it is dated later.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

from vagaband.analysis.baseline import BaselineRow
from vagaband.analysis.model import Answers
from vagaband.errors import InputError
from vagaband.plain import plain
from vagaband.sessions import schema
from vagaband.sessions.packed import is_whole


@dataclass(frozen=True)
class Recording:
    """One recording of the folder. `began_s` is since 1970; None where nothing dates it."""

    name: str  # of its file
    recording: str
    source: str  # "journal", "intervals", "light"
    device: str
    began_s: float | None
    seconds: float
    ended: bool
    damage: str
    person: str

    @property
    def began(self) -> datetime | None:
        """When it began, in this computer's zone."""
        return self.at(0.0)

    def at(self, t_s: float) -> datetime | None:
        """A moment of it by this computer's clock, which summer time may have moved since."""
        if self.began_s is None:
            return None
        return datetime.fromtimestamp(self.began_s + t_s, UTC).astimezone()


@dataclass(frozen=True)
class LoggedMark:
    """A mark of a recording, as the device has it."""

    number: int
    t_s: float
    kind: str
    text: str


@dataclass(frozen=True)
class StoredNote:
    """What was put on a recording afterwards: on its mark `mark`, at a moment, or a stretch."""

    id: int
    recording: str
    t_s: float
    until_s: float | None
    mark: int | None
    kind: str
    text: str
    tags: tuple[str, ...]
    label: str


MOST_NAMED = 8  # people, in an error
RECORDINGS = """
    SELECT r.name, r.recording, r.source, r.device, r.seconds, r.ended, r.damage,
        COALESCE(o.told_began_s, r.began_s) AS began_s, o.person
    FROM recordings r JOIN owners o USING (recording)
"""
EPOCHS = """
    SELECT COALESCE(o.told_began_s, r.began_s) + e.t_s AS at_s, e.hp_ms, e.pb2_ln, e.bp_ln,
        e.breath_per_min, e.reason
    FROM recordings r JOIN owners o USING (recording) JOIN epochs e USING (recording)
    WHERE o.person = ? AND at_s >= ? AND at_s < ? ORDER BY at_s
"""


class Index:
    """A folder's index; close() it, or use it as a context."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / schema.NAME
        self.connection = schema.open_index(folder)

    def __enter__(self) -> "Index":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go."""
        self.connection.close()

    @contextmanager
    def change(self) -> Iterator[None]:
        """All of what is changed within, or nothing; no other process in between."""
        with schema.told(self.path), schema.transaction(self.connection):
            yield

    def rows(self, query: str, *values: object) -> list[dict]:
        """The rows of a query."""
        with schema.told(self.path):
            return [dict(row) for row in self.connection.execute(query, values)]

    def columns(self, query: str, *values: object) -> list[tuple]:
        """The rows of a query that has many."""
        with schema.told(self.path):
            return list(map(tuple, self.connection.execute(query, values)))

    def recordings(self, person: str | None = None) -> list[Recording]:
        """The recordings, of one person or of all; dated ones first, in their order."""
        rows = self.rows(
            f"{RECORDINGS} WHERE ? IN ('', o.person)"
            " ORDER BY o.person, began_s IS NULL, began_s, r.name",
            person or "",
        )
        return [Recording(**{**row, "ended": bool(row["ended"])}) for row in rows]

    def marks(self, recording: str) -> list[LoggedMark]:
        """The marks that a device logged."""
        return [
            LoggedMark(**row)
            for row in self.rows(
                "SELECT number, t_s, kind, text FROM marks WHERE recording = ?"
                " ORDER BY t_s, number",
                recording,
            )
        ]

    def notes(self, recording: str) -> list[StoredNote]:
        """What was put on a recording afterwards."""
        rows = self.rows("SELECT * FROM notes WHERE recording = ? ORDER BY t_s, id", recording)
        return [StoredNote(**{**row, "tags": tuple(row["tags"].split())}) for row in rows]

    def epochs(self, person: str, since: datetime, until: datetime) -> list[BaselineRow]:
        """A person's epochs of that time (aware), oldest first."""
        rows = self.rows(EPOCHS, person, since.timestamp(), until.timestamp())
        return [
            BaselineRow(
                datetime.fromtimestamp(row["at_s"], UTC),
                row["hp_ms"],
                row["pb2_ln"],
                row["bp_ln"],
                not row["reason"],
                row["reason"],
                row["breath_per_min"],
            )
            for row in rows
        ]

    def packed(self, recording: str) -> bytes:
        """A recording's corrected intervals, for `unpack`; schema.DamagedError where these are
        not the bytes that were kept."""
        rows = self.rows("SELECT packed FROM intervals WHERE recording = ?", recording)
        data = rows[0]["packed"] if rows else b""
        if not is_whole(data):
            raise schema.DamagedError(f"{self.path} is damaged: the intervals of {recording}.")
        return data

    def people(self) -> list[str]:
        """Every code that has a recording, a board, something written or an answer."""
        rows = self.rows(
            "SELECT person FROM owners UNION SELECT person FROM devices"
            " UNION SELECT person FROM written UNION SELECT person FROM answers ORDER BY person"
        )
        return [row["person"] for row in rows]

    def check_person(self, person: str) -> None:
        """InputError for a code that nothing is kept of, with those that are near it or there."""
        people = self.people()
        if person not in people:
            near = get_close_matches(person, people, n=3) or people[:MOST_NAMED]
            raise InputError(
                f"Nothing is kept of {plain(person, 40)} in {self.folder}.",
                f"Kept are: {', '.join(near)}; `vagaband sessions` lists all."
                if near
                else "`vagaband pull` and `vagaband sessions add` bring recordings in.",
            )

    def holder(self, device: str) -> str:
        """Who wears a board: the person it was given to, else its own number."""
        rows = self.rows("SELECT person FROM devices WHERE device = ?", device)
        return rows[0]["person"] if rows else device

    def answers(self, person: str) -> Answers | None:
        """What a person said of themselves; None where they were not asked."""
        rows = self.rows(
            "SELECT pacemaker, irregular, medicines FROM answers WHERE person = ?", person
        )
        if not rows:
            return None
        return Answers(**{k: None if said is None else bool(said) for k, said in rows[0].items()})

    def answer(self, person: str, answers: Answers) -> None:
        """Keep what a person said of themselves, in place of what they said before."""
        with self.change():
            self.connection.execute(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)", (person, *astuple(answers))
            )

    def give_device(self, device: str, person: str) -> None:
        """A person wears the board from now on; what nobody had of it is theirs too, and so is
        what was written of its nameless wearer, and what that one answered, where they have not
        answered themselves."""
        with self.change():
            self.connection.execute(
                "INSERT INTO devices VALUES (?, ?)"
                " ON CONFLICT (device) DO UPDATE SET person = excluded.person",
                (device, person),
            )
            self.connection.execute(
                "UPDATE owners SET person = ? WHERE person = ? AND recording IN"
                " (SELECT recording FROM recordings WHERE device = ?)",
                (person, device, device),
            )
            self.connection.execute(
                "UPDATE OR IGNORE answers SET person = ? WHERE person = ?", (person, device)
            )
            self.connection.execute(
                "UPDATE OR REPLACE written SET person = ? WHERE person = ?", (person, device)
            )
            if person != device:
                self.connection.execute("DELETE FROM answers WHERE person = ?", (device,))

    def give(self, recordings: Iterable[str], person: str, began: datetime | None = None) -> None:
        """Recordings are a person's; `began` says when they began."""
        began_s = began.timestamp() if began else None
        with self.change():
            self.connection.executemany(
                "INSERT INTO owners VALUES (?, ?, ?) ON CONFLICT (recording) DO UPDATE SET"
                " person = excluded.person,"
                " told_began_s = COALESCE(excluded.told_began_s, told_began_s)",
                [(recording, person, began_s) for recording in recordings],
            )
