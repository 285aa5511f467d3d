"""Pages, pictures and tables made of a person's recordings, so that `forget` finds them."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from vagaband.sessions import schema
from vagaband.sessions.index import Index


@dataclass(frozen=True)
class Written:
    """A file made of recordings; `is_same` where it is still what was written."""

    path: Path
    is_same: bool


def note_written(out: Path, sources: Iterable[Path]) -> None:
    """Note that `out` was made of files, in the index beside each of them where there is one.

    Call it once `out` is written.
    """
    by_folder: dict[Path, set[str]] = {}
    for source in sources:
        by_folder.setdefault(source.resolve().parent, set()).add(source.name)
    for folder, names in by_folder.items():
        if (folder / schema.NAME).exists():
            with Index(folder) as index:
                people = {one.person for one in index.recordings() if one.name in names}
                note_for(index, out, people)


def note_for(index: Index, out: Path, people: Iterable[str]) -> None:
    """The same for people of whom it is known that it is theirs."""
    path = out.resolve()
    digest = _digest(path)
    with index.change():
        index.connection.execute("DELETE FROM written WHERE path = ?", (str(path),))
        index.connection.executemany(
            "INSERT INTO written VALUES (?, ?, ?)",
            [(str(path), person, digest) for person in sorted(set(people))],
        )


def written_of(index: Index, person: str) -> list[Written]:
    """What was made of a person's recordings and is still there."""
    rows = index.rows("SELECT path, sha256 FROM written WHERE person = ? ORDER BY path", person)
    found = [(Path(row["path"]), row["sha256"]) for row in rows]
    return [Written(path, _digest(path) == digest) for path, digest in found if path.is_file()]


def _digest(path: Path) -> str:
    """Of its content; "" where it can't be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
