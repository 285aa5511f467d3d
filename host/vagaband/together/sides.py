"""Whose the two recordings are that are to be joined, and which session each is a piece of."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vagaband.errors import InputError
from vagaband.plain import plain
from vagaband.sessions import schema
from vagaband.sessions.days import days, find_day
from vagaband.sessions.facts import rate_in
from vagaband.sessions.index import Index, Recording
from vagaband.sessions.scan import refresh

UNDATED_S = float("inf")


@dataclass(frozen=True)
class Side:
    """One of the two. `person` and `session`, as `vagaband sessions` lists them, are "" where no
    data folder knows whose the file is, or knows only the board."""

    path: Path
    person: str = ""
    session: str = ""
    rate_hz: float | None = None  # of light from elsewhere
    began_s: float | None = None
    seconds: float = 0.0

    @property
    def folder(self) -> Path:
        """The data folder that it lies in."""
        return self.path.resolve().parent


def sides_of(a: Path, b: Path, folders: Sequence[Path]) -> tuple[Side, Side]:
    """A and B: files, or sessions of these folders by name; of two sessions in pieces, the two
    that have most in common. InputError for what is not there, or is one person's twice."""
    pairs = [(one, other) for one in _pieces(a, folders) for other in _pieces(b, folders)]
    found = max(pairs, key=_common_s)
    if found[0].path.resolve() == found[1].path.resolve():
        raise InputError(f"{plain(a, 60)} is named twice.", "Name one recording of each person.")
    if found[0].person and found[0].person == found[1].person:
        raise InputError(
            f"Both recordings are of {found[0].person}.",
            "Two people have two codes: `vagaband sessions add FILE --person CODE` says whose one "
            "is.",
        )
    return found


def side_of(file: Path) -> Side:
    """A file, with what an index beside it knows."""
    if not (file.parent / schema.NAME).exists():
        return Side(file)
    with Index(file.parent) as index:
        refresh(index)
        for day in days(index):
            for piece in day.pieces:
                if piece.name == file.name:
                    return _known(index, day.name, piece)
    return Side(file)


def _pieces(named: Path, folders: Sequence[Path]) -> list[Side]:
    if named.exists():
        return [side_of(named)]
    name = plain(named, 60)
    looked_in = [folder for folder in folders if (folder / schema.NAME).exists()]
    for folder in looked_in:
        with Index(folder) as index:
            refresh(index)
            if day := find_day(index, str(named)):
                return [_known(index, day.name, piece) for piece in day.pieces]
    places = ", ".join(map(str, looked_in)) or "no data folder"
    raise InputError(
        f"There is no file {name}, and no session of that name in {places}.",
        "`vagaband sessions --folder FOLDER` lists the sessions; --data FOLDER names where.",
    )


def _known(index: Index, session: str, piece: Recording) -> Side:
    """A board's own number is no person's code."""
    coded = piece.person != piece.device
    return Side(
        index.folder / piece.name,
        piece.person if coded else "",
        session if coded else "",
        rate_in(piece.name),
        piece.began_s,
        piece.seconds,
    )


def _common_s(pair: tuple[Side, Side]) -> float:
    """Seconds in which both were recorded, by their dates."""
    a, b = pair
    if a.began_s is None or b.began_s is None:
        return UNDATED_S
    return min(a.began_s + a.seconds, b.began_s + b.seconds) - max(a.began_s, b.began_s)
