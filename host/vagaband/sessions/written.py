"""Pages, pictures and tables made of a person's recordings, so that `forget` finds them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vagaband.sessions import schema
from vagaband.sessions.index import Index
from vagaband.sessions.scan import refresh


@dataclass(frozen=True)
class Written:
    """A file made of recordings; `is_same` where it is still what was written."""

    path: Path
    is_same: bool


def note_written(
    made: Sequence[Path], sources: Sequence[Path], person: str = "", folder: Path | None = None
) -> None:
    """Note that files were made of recordings, in the index beside each where there is one; and
    that they are of `person`, also in the data folder `folder`. Call it once they are written.
    """
    by_folder: dict[Path, set[str]] = {folder.resolve(): set()} if folder and person else {}
    for source in sources:
        by_folder.setdefault(source.resolve().parent, set()).add(source.name)
    for place, names in by_folder.items():
        if (place / schema.NAME).exists():
            with Index(place) as index:
                refresh(index)
                people = {one.person for one in index.recordings() if one.name in names}
                _note(index, made, people | ({person} if person else set()))


def _note(index: Index, made: Sequence[Path], people: set[str]) -> None:
    with index.change():
        for path in (path.resolve() for path in made):
            index.connection.execute("DELETE FROM written WHERE path = ?", (str(path),))
            index.connection.executemany(
                "INSERT INTO written VALUES (?, ?, ?)",
                [(str(path), person, _digest(path)) for person in sorted(people)],
            )


def written_of(index: Index, person: str) -> list[Written]:
    """What was made of a person's recordings and is still there."""
    rows = index.rows("SELECT path, sha256 FROM written WHERE person = ? ORDER BY path", person)
    found = [(Path(row["path"]), row["sha256"]) for row in rows]
    return [Written(path, _digest(path) == digest) for path, digest in found if path.is_file()]


def note_again(index: Index, paths: Sequence[Path]) -> None:
    """Files that were noted are now what vagaband has put in their place."""
    with index.change():
        index.connection.executemany(
            "UPDATE written SET sha256 = ? WHERE path = ?",
            [(_digest(path), str(path.resolve())) for path in paths],
        )


def _digest(path: Path) -> str:
    """Of its content; "" where it can't be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
