"""What a device that was worn on a virtual board leaves behind."""

from dataclasses import dataclass

from vagaband import journal
from virtual_board import Board


@dataclass(frozen=True)
class Worn:
    """A board after its budget: what it said, the files of its /log, and what it told before."""

    board: Board
    said: str
    files: dict[str, bytes]
    told: list[str]


def only_session(worn: Worn) -> journal.Journal:
    """Its one session, which must be whole and have an end."""
    (data,) = worn.files.values()
    logged = journal.decode(data)
    assert set(logged.integrity.values()) == {0}
    assert logged.ended
    return logged
