"""Sessions: the pieces of one person's day joined; what has no date stands alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from vagaband.errors import InputError
from vagaband.plain import plain
from vagaband.sessions.index import Index, Recording

OVERLAP_S = (
    5.0  # a recording that begins so much earlier than another ends: clocks differ a little
)


@dataclass(frozen=True)
class Overlap:
    """Two pieces that were recorded at the same time."""

    first: str
    second: str
    seconds: float


@dataclass(frozen=True)
class Day:
    """One session: a person's recordings that began on one calendar day, or one without a date."""

    name: str  # PERSON/YYYY-MM-DD, or PERSON/the file's name
    person: str
    pieces: tuple[Recording, ...]

    @property
    def began(self) -> datetime | None:
        """Of the first piece."""
        return self.pieces[0].began

    def offset_s(self, piece: Recording) -> float:
        """Of a piece's first sample on the day's axis, whose zero is that of the first piece."""
        first, this = self.pieces[0].began_s, piece.began_s
        return 0.0 if first is None or this is None else this - first

    @property
    def seconds(self) -> float:
        """Length of the axis."""
        return max(self._end_s(piece) for piece in self.pieces)

    @property
    def overlaps(self) -> list[Overlap]:
        """Pieces that go on while another has begun."""
        found, last = [], self.pieces[0]
        for piece in self.pieces[1:]:
            over_s = self._end_s(last) - self.offset_s(piece)
            if over_s > OVERLAP_S:
                found.append(Overlap(last.name, piece.name, min(over_s, piece.seconds)))
            last = max(last, piece, key=self._end_s)
        return found

    def _end_s(self, piece: Recording) -> float:
        return self.offset_s(piece) + piece.seconds

    def as_json(self, index: Index) -> dict[str, Any]:
        """All that is known of it, with its marks and notes; times in s on the day's axis."""
        return {
            "session": self.name,
            "person": self.person,
            "began": self.began.isoformat() if self.began else None,
            "seconds": round(self.seconds, 3),
            "pieces": [self._piece(index, piece) for piece in self.pieces],
            "overlaps": [overlap.__dict__ for overlap in self.overlaps],
        }

    def _piece(self, index: Index, piece: Recording) -> dict[str, Any]:
        return {
            "name": piece.name,
            "source": "intervals" if piece.source == "intervals" else "light",
            "began": piece.began.isoformat() if piece.began else None,
            "offset_s": round(self.offset_s(piece), 3),
            "seconds": round(piece.seconds, 3),
            "ended": piece.ended,
            "damage": piece.damage,
            "marks": [mark.__dict__ for mark in index.marks(piece.recording)],
            "notes": [
                {**note.__dict__, "tags": list(note.tags)} for note in index.notes(piece.recording)
            ],
        }


def days(index: Index, person: str | None = None) -> list[Day]:
    """The sessions of a person or of all, in their order."""
    found = []
    for (who, date), pieces in groupby(index.recordings(person), key=_day_of):
        found.append(Day(f"{who}/{date}", who, tuple(pieces)))
    return found


def _day_of(piece: Recording) -> tuple[str, str]:
    return piece.person, f"{piece.began:%Y-%m-%d}" if piece.began else piece.name


def find_day(index: Index, name: str) -> Day | None:
    """The session of a name as listed, its person or date alone, or a file's name, in any case
    of letters.

    Raises InputError for a name that several have.
    """
    found = [day for day in days(index) if name.lower() in _names(day)]
    if len(found) > 1:
        raise InputError(
            f'"{plain(name, 60)}" is more than one session.',
            f"Name one of {', '.join(day.name for day in found[:6])}.",
        )
    return found[0] if found else None


def the_day(index: Index, name: str) -> Day:
    """The same; InputError where there is none."""
    if day := find_day(index, name):
        return day
    near = ", ".join(day.name for day in days(index)[-3:])
    raise InputError(
        f'There is no session "{plain(name, 60)}".',
        f"`vagaband sessions` lists them{f', as {near}' if near else ': there is none yet'}.",
    )


def _names(day: Day) -> set[str]:
    date = day.name.split("/", 1)[1]
    stems = {piece.name.split(".")[0] for piece in day.pieces}
    names = {day.name, day.person, date, *stems, *(piece.name for piece in day.pieces)}
    return {name.lower() for name in names}


def stretches(day: Day) -> Sequence[str]:
    """When its pieces were recorded, in words: time of day, or seconds where it has no date."""
    return [_stretch(piece) for piece in day.pieces]


def _stretch(piece: Recording) -> str:
    begin, end = piece.at(0.0), piece.at(piece.seconds)
    if not begin or not end:
        return f"+0:00 to +{minutes(piece.seconds)}"
    return f"{begin:%H:%M:%S} to {end:%H:%M:%S}"


def minutes(seconds: float) -> str:
    """M:SS of a length of time."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
