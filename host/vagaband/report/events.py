"""Exercises, stretches, marks and notes: their signs on the axis, and their lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from vagaband.analysis.model import Block, Note, Reading
from vagaband.report.block_titles import block_titles
from vagaband.report.charts import axis_seconds
from vagaband.report.foreign import foreign
from vagaband.report.words import Clock, Words

KINDS = ("event", "glimmer", "trigger", "note")  # of marks; others are the wearer's own word
SHORT = 70  # letters of what stands beside a sign elsewhere
BLOCKS = ("pacing", "resonance", "slow_rhythm", "marked")


@dataclass(frozen=True)
class BlockRow:
    """A stretch on the axis (in per cent of it) and in the list."""

    sign: str
    begin_s: float
    end_s: float
    left: float
    width: float
    begin: str
    end: str
    row: int  # of the lane: stretches at the same time stand below each other
    what: str
    by: str


@dataclass(frozen=True)
class NoteRow:
    """A mark or note on the axis and in the list."""

    sign: str
    t_s: float
    left: float
    at: str
    until: str
    kind: str
    text: str
    tags: str
    label: str


def blocks_of(reading: Reading, words: Words, clock: Clock, hidden: bool) -> list[BlockRow]:
    """The stretches, signed A, B, C, ...; `hidden` leaves their texts out."""
    seconds = axis_seconds(reading)
    titles = block_titles(
        (mark for piece in reading.pieces for mark in piece.session.marks), words.language
    )
    return [
        BlockRow(
            sign=block_sign(k),
            begin_s=block.begin_s,
            end_s=block.end_s,
            left=100 * block.begin_s / seconds,
            width=100 * (block.end_s - block.begin_s) / seconds,
            begin=clock(block.begin_s, seconds=True),
            end=clock(block.end_s, seconds=True),
            row=row,
            what=_what(block, titles, words, hidden),
            by=words(f"by.{block.recognised_by}"),
        )
        for k, (block, row) in enumerate(zip(reading.blocks, _rows(reading), strict=True))
    ]


def _rows(reading: Reading) -> list[int]:
    """The first row of the lane that is free for each stretch."""
    ends: list[float] = []
    rows = []
    for block in reading.blocks:
        row = next((k for k, end_s in enumerate(ends) if end_s <= block.begin_s), len(ends))
        ends[row : row + 1] = [block.end_s]
        rows.append(row)
    return rows


def block_sign(k: int) -> str:
    """A to Z, then A2 to Z2, and so on."""
    turn, letter = divmod(k, len(ascii_uppercase))
    return ascii_uppercase[letter] + (str(turn + 1) if turn else "")


def _what(block: Block, titles: dict[str, str], words: Words, hidden: bool) -> str:
    what = "" if hidden else foreign(titles.get(block.text, block.text))
    what = what or words(f"blocks.{block.kind}")
    if block.pace_per_min:
        key = "events.rhythm" if block.kind == "slow_rhythm" else "events.pace"
        return words(key, what=what, pace=words.number(block.pace_per_min, 1))
    return what


def notes_of(reading: Reading, words: Words, clock: Clock, hidden: bool) -> list[NoteRow]:
    """The marks and notes, signed 1, 2, 3, ...; `hidden` leaves every word of the wearer out."""
    seconds, signs = axis_seconds(reading), note_signs(reading)
    return [
        NoteRow(
            sign=signs[k],
            t_s=note.t_s,
            left=100 * note.t_s / seconds,
            at=clock(note.t_s, seconds=True),
            until="" if note.until_s is None else clock(note.until_s, seconds=True),
            kind=_kind(note, words, hidden),
            text="" if hidden else foreign(note.text),
            tags="" if hidden else ", ".join(foreign(tag) for tag in note.tags),
            label="" if hidden else foreign(note.label),
        )
        for k, note in enumerate(reading.notes)
        if k in signs
    ]


def whats(blocks: Sequence[BlockRow], notes: Sequence[NoteRow]) -> dict[str, str]:
    """A few words for each sign."""
    return {row.sign: foreign(row.what, SHORT) for row in blocks} | {
        row.sign: foreign(row.text or row.kind, SHORT) for row in notes
    }


def note_signs(reading: Reading) -> dict[int, str]:
    """Signs of the notes, by their number; one that only makes a stretch has the stretch's."""
    shown = [
        k
        for k, note in enumerate(reading.notes)
        if note.until_s is None or note.tags or note.label
    ]
    return {k: str(sign) for sign, k in enumerate(shown, 1)}


def _kind(note: Note, words: Words, hidden: bool) -> str:
    if note.kind in KINDS:
        return words(f"kinds.{note.kind}")
    return words("kinds.other") if hidden or not note.kind else foreign(note.kind)
