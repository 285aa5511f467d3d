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

    As many as can be are found in order: one that is missing moves none of those after it, nor
    does one that is there twice, as where a run was stopped as it ended.
    """
    names = {block.name for block in blocks}
    there = [found for session in sessions for found in _blocks_of(session.marks, run, names)]
    places = _in_order([block.name for block in blocks], [name for name, _ in there])
    lengths = [None if place is None else there[place][1] for place in places]
    return [
        Found(block.name, block.seconds, length)
        for block, length in zip(blocks, lengths, strict=True)
    ]


def _in_order(planned: Sequence[str], there: Sequence[str]) -> list[int | None]:
    """For each that is planned its place among those that are there, of a longest common part of
    both; the last, where one is there twice, for that was not broken."""
    longest = [[0] * (len(there) + 1) for _ in range(len(planned) + 1)]
    for i, name in enumerate(planned):
        for k, other in enumerate(there):
            passed = max(longest[i][k + 1], longest[i + 1][k])
            longest[i + 1][k + 1] = longest[i][k] + 1 if name == other else passed
    places: list[int | None] = [None] * len(planned)
    i, k = len(planned), len(there)
    while i and k:
        if planned[i - 1] == there[k - 1]:
            i, k = i - 1, k - 1
            places[i] = k
        elif longest[i - 1][k] >= longest[i][k - 1]:
            i -= 1
        else:
            k -= 1
    return places


def _blocks_of(marks: Sequence[Mark], run: str, names: set[str]) -> list[tuple[str, float]]:
    """Name and length of the blocks that a session has of a run."""
    notes, inside = [], False
    for mark in sorted(marks, key=lambda one: one.t_s):
        if mark.kind == RUN_KIND:
            inside = run in mark.text.replace(":", " ").split()
        elif inside and mark.kind in names:
            notes.append(Note(mark.t_s, mark.kind, mark.text))
    return [(block.text, block.end_s - block.begin_s) for block in marked_blocks(notes)]
