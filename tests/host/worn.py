"""What a device that was worn on a virtual board leaves behind."""

from dataclasses import dataclass

from virtual_board import Board


@dataclass(frozen=True)
class Worn:
    """A board after its budget: what it said, the files of its /log, and what it told before."""

    board: Board
    said: str
    files: dict[str, bytes]
    told: list[str]
