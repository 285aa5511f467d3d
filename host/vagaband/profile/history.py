"""A person's history, from the index alone: no recording is opened."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby

import numpy as np

from vagaband.analysis.blocks import marked_blocks
from vagaband.analysis.model import Block, Note
from vagaband.analysis.moments import is_slow, slow_within
from vagaband.analysis.regions import HP_KNOWN
from vagaband.profile.model import Beats, Epochs, History, Mark, Stretch
from vagaband.reference.run_numbers import EPOCH_S
from vagaband.sessions.index import Index, Recording
from vagaband.sessions.packed import Intervals, unpack
from vagaband.sessions.pieces import notes_on
from vagaband.sessions.when import Here

AT_HAND = 4  # recordings whose intervals are kept unpacked
EPOCHS = """
    SELECT t_s, hp_ms, bp_ln, pb2_ln, breath_per_min, reason FROM epochs WHERE recording = ?
    ORDER BY t_s
"""
BLOCKS = """
    SELECT begin_s, end_s, kind, pace_per_min, swing_ms FROM blocks WHERE recording = ?
    ORDER BY begin_s
"""


@dataclass(frozen=True)
class _Part:
    """A dated recording, and the time that it stands for: none where an earlier one goes on."""

    of: Recording
    zero_s: float  # of its first sample
    begin_s: float
    end_s: float

    @property
    def day(self) -> date:
        """On which it began, by this computer's clock."""
        return datetime.fromtimestamp(self.zero_s).date()


def history_of(
    index: Index, person: str, since: datetime | None = None, until: datetime | None = None
) -> History:
    """All that is dated of a person, from `since` up to `until` (aware); without epochs where
    nothing is."""
    from_s = since.timestamp() if since else -np.inf
    to_s = until.timestamp() if until else np.inf
    parts = _parts(index.recordings(person), from_s, to_s)
    notes, blocks = list[Note](), list[Block]()
    for _, group in groupby(parts, key=lambda part: part.day):
        day = list(group)
        of_day = [note for part in day for note in _notes(index, part)]
        notes += of_day
        blocks += [block for part in day for block in _blocks(index, part)]
        blocks += marked_blocks(of_day)
    notes.sort(key=lambda note: note.t_s)
    blocks.sort(key=lambda block: block.begin_s)
    worn = [part for part in parts if part.begin_s < part.end_s]
    return History(
        person=person,
        zone=Here(),
        epochs=_epochs(index, worn, blocks),
        marks=tuple(_mark(note) for note in notes if from_s <= note.t_s < to_s),
        stretches=tuple(_stretch(b) for b in blocks if from_s <= b.begin_s < to_s),
        spans=tuple((part.begin_s, part.end_s) for part in worn),
        answers=index.answers(person),
        beats=_Beats([(part, index.packed(part.of.recording)) for part in worn]),
    )


def _parts(recordings: Sequence[Recording], from_s: float, to_s: float) -> list[_Part]:
    parts, covered_s = list[_Part](), from_s
    for one in recordings:
        if one.began_s is not None:
            begin_s, end_s = max(one.began_s, covered_s), min(one.began_s + one.seconds, to_s)
            parts.append(_Part(one, one.began_s, begin_s, max(begin_s, end_s)))
            covered_s = parts[-1].end_s
    return parts


def _notes(index: Index, part: _Part) -> Iterator[Note]:
    """Marks and notes of a recording, in seconds since 1970."""
    recording = part.of.recording
    for note in notes_on(index.marks(recording), index.notes(recording)):
        until_s = None if note.until_s is None else part.zero_s + note.until_s
        yield replace(note, t_s=part.zero_s + note.t_s, until_s=until_s)


def _blocks(index: Index, part: _Part) -> Iterator[Block]:
    """Exercises and slow rhythms of a recording, in seconds since 1970."""
    for begin, end, kind, pace, swing in index.columns(BLOCKS, part.of.recording):
        begin_s, end_s = part.zero_s + begin, part.zero_s + end
        if begin_s < part.end_s and end_s > part.begin_s:
            by = "rhythm" if kind == "slow_rhythm" else "device"
            yield Block(begin_s, end_s, kind, "", pace, by, swing_ms=swing)


def _mark(note: Note) -> Mark:
    return Mark(note.t_s, note.until_s, note.kind, note.text, note.tags, note.label)


def _stretch(block: Block) -> Stretch:
    return Stretch(
        block.begin_s,
        block.end_s,
        block.kind,
        block.text,
        block.tags,
        block.pace_per_min,
        block.swing_ms,
    )


def _epochs(index: Index, parts: Sequence[_Part], blocks: Sequence[Block]) -> Epochs:
    tables, reasons = [np.zeros((0, 5))], list[str]()
    for part in parts:
        rows = [
            row
            for row in index.columns(EPOCHS, part.of.recording)
            if part.begin_s <= part.zero_s + row[0] <= part.end_s - EPOCH_S
        ]
        if rows:
            table = np.array([row[:5] for row in rows], float)
            table[:, 0] += part.zero_s
            tables.append(table)
            reasons += [row[5] for row in rows]
    at_s, hp_ms, bp_ln, pb2_ln, breath = np.concatenate(tables).T
    valid = np.array([reason == "" for reason in reasons], bool)
    known = np.array([reason in HP_KNOWN for reason in reasons], bool)
    even = valid & ~(_in_slow(at_s, blocks) & np.isnan(pb2_ln))
    return Epochs(
        at_s=at_s,
        hp_ms=np.where(known, hp_ms, np.nan),
        rsa_ln=np.where(even, bp_ln, np.nan),
        breath_per_min=breath.copy(),
        valid=valid.astype(float),
        reason=tuple(reasons),
    )


def _in_slow(at_s: np.ndarray, blocks: Sequence[Block]) -> np.ndarray:
    """Which epochs lie, by half at least, in a marked stretch in which breathing was slow. One
    whose quick breathing is well known has PB2."""
    slow = [block for block in blocks if is_slow(block)]
    inside = np.zeros(len(at_s), bool)
    for block in blocks:
        if slow_within(block, slow):
            middle = at_s + EPOCH_S / 2
            inside |= (middle >= block.begin_s) & (middle <= block.end_s)
    return inside


class _Beats:
    """The corrected intervals that lie between two times."""

    def __init__(self, packed: Sequence[tuple[_Part, bytes]]) -> None:
        self._packed = packed
        self._unpacked = lru_cache(AT_HAND)(self._unpack)

    def _unpack(self, number: int) -> Intervals:
        return unpack(self._packed[number][1])

    def __call__(self, begin_s: float, end_s: float) -> Beats:
        """In order of time; what lies beyond a recording's own time is left out."""
        found = [np.zeros((0, 3))]
        for number, (part, _) in enumerate(self._packed):
            if part.begin_s < end_s and part.end_s > begin_s:
                one = self._unpacked(number)
                at_s = part.zero_s + one.t_s
                ends_s = at_s + one.ibi_ms / 1000
                inside = (at_s >= max(begin_s, part.begin_s)) & (ends_s <= min(end_s, part.end_s))
                columns = at_s, one.ibi_ms, one.corrected.astype(float)
                found.append(np.stack(columns, axis=1)[inside])
        return Beats(*np.concatenate(found).T)
