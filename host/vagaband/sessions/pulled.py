"""What was pulled from a board goes into the index."""

from collections.abc import Sequence
from pathlib import Path

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
    fresh = {one.path.name for one in pulled if one.new_bytes}
    fresh = fresh or {one.path.name for one in pulled[-1:]}
    with Index(folder) as index:
        for device in {one.path.name.rpartition("-")[0] for one in pulled}:
            if person:
                index.give_device(device, person)
        refresh(index, progress)
        return [day for day in days(index) if fresh & {piece.name for piece in day.pieces}]
