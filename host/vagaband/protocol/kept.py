"""Whether the blocks in the recordings of a run are those of its file: names, order, seconds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vagaband.analysis.blocks import RUN_KIND, marked_blocks
from vagaband.analysis.model import Note
from vagaband.protocol.model import Block
from vagaband.session import Mark, Session

TOLERANCE_S = 0.5  # of a block's length in a recording
RUN = re.compile(r"(?:begun|resumed) [0-9a-f]{8}: ([^,]+), seed \d+, ")


def begun_words(run: str, resumed: bool) -> str:
    """How the mark begins that says that a run begins or goes on here."""
    return f"{'resumed' if resumed else 'begun'} {run}"


def about_words(protocol: str, seed: int, agreed: str) -> str:
    """What that mark says behind it."""
    return f"{protocol}, seed {seed}, {agreed}"


def protocol_in(text: str) -> str:
    """The name of the protocol that begins or goes on by such a mark; "" by another text."""
    found = RUN.match(text)
    return found[1] if found else ""


def done_words(run: str) -> str:
    """The text of a run's last mark."""
    return f"done {run}"


@dataclass(frozen=True)
class Found:
    """A planned block, and how long it took in the recording; None where it is not there."""

    name: str
    planned_s: int
    seconds: float | None

    @property
    def is_right(self) -> bool:
        """Whether it is there, and as long as planned."""
        return self.seconds is not None and abs(self.seconds - self.planned_s) <= TOLERANCE_S


def compare(blocks: Sequence[Block], sessions: Sequence[Session], run: str) -> list[Found]:
    """Each planned block with what the sessions of one board, oldest first, have of it.

    Blocks are looked for in order: one that is missing moves none of those after it.
    """
    names = {block.name for block in blocks}
    there = [found for session in sessions for found in _blocks_of(session.marks, run, names)]
    compared = []
    for block in blocks:
        at = next((k for k, (name, _) in enumerate(there) if name == block.name), None)
        if at is None or not _comes_next(blocks, len(compared), there, at):
            compared.append(Found(block.name, block.seconds, None))
            continue
        compared.append(Found(block.name, block.seconds, there[at][1]))
        del there[: at + 1]
    return compared


def _comes_next(
    blocks: Sequence[Block], place: int, there: Sequence[tuple[str, float]], at: int
) -> bool:
    """Whether what is passed over on the way to it is not planned for later."""
    left = [block.name for block in blocks[place + 1 :]]
    return not any(name in left for name, _ in there[:at])


def _blocks_of(marks: Sequence[Mark], run: str, names: set[str]) -> list[tuple[str, float]]:
    """Name and length of the blocks that a session has of a run."""
    notes, inside = [], False
    for mark in sorted(marks, key=lambda one: one.t_s):
        if mark.kind == RUN_KIND:
            inside = run in mark.text.replace(":", " ").split()
        elif inside and mark.kind in names:
            notes.append(Note(mark.t_s, mark.kind, mark.text))
    return [(block.text, block.end_s - block.begin_s) for block in marked_blocks(notes)]
