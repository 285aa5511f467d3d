"""What was pulled from a board goes into the index."""

from collections.abc import Sequence
from pathlib import Path

from vagaband.errors import InputError
from vagaband.pull import Pulled
from vagaband.sessions.days import Day, days
from vagaband.sessions.index import Index
from vagaband.sessions.scan import Progress, refresh


def take_pulled(
    folder: Path,
    pulled: Sequence[Pulled],
    person: str | None = None,
    progress: Progress = lambda what: None,
) -> list[Day]:
    """The sessions (days) that hold something new of what was pulled, oldest first; the newest
    one where nothing is new.

    With `person` the board is that person's from now on, and so is what nobody had of it.
    """
    fresh = _fresh(pulled)
    with Index(folder) as index:
        for device in {one.path.name.rpartition("-")[0] for one in pulled}:
            if person:
                index.give_device(device, person)
        refresh(index, progress)
        return [day for day in days(index) if fresh & {piece.name for piece in day.pieces}]


def refuse_anothers(folder: Path, pulled: Sequence[Pulled], person: str) -> None:
    """InputError where what `take_pulled` would give is known as another person's: then the board
    is not made this one's on the way."""
    fresh = _fresh(pulled)
    with Index(folder) as index:
        for known in index.recordings():
            if known.name in fresh and known.person not in (person, known.device):
                raise InputError(
                    f"{known.name} is of {known.person}, not of {person}.",
                    f"If the board is {person}'s from now on: `vagaband pull --person {person}`.",
                )


def _fresh(pulled: Sequence[Pulled]) -> set[str]:
    new = {one.path.name for one in pulled if one.new_bytes}
    return new or {one.path.name for one in pulled[-1:]}
