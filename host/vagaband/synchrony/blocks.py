"""The blocks of two recordings on their axis, and what changed in each for each person."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vagaband.analysis.baseline import BaselineRow
from vagaband.analysis.blocks import blocks_of as blocks_in
from vagaband.analysis.day import read_day
from vagaband.analysis.heart_series import HeartRun, runs_of
from vagaband.analysis.model import Answers, Claim, Note, Piece, Reading
from vagaband.numbers import numbers_of
from vagaband.session import Session
from vagaband.synchrony.align import Axis, Heard
from vagaband.synchrony.model import Stretch

OF_BLOCKS = ("hp_change", "hp_no_difference", "rsa_change", "rsa_no_difference")


def runs_in(session: Session) -> list[HeartRun]:
    """The unbroken runs of a recording, in its own time."""
    return runs_of([_piece(session, numbers=False)])


def blocks_of(axis: Axis, notes: Sequence[Sequence[Note]] | None = None) -> tuple[Stretch, ...]:
    """Exercises, marked stretches and slow rhythms of both, in order of time. `notes` are what was
    written on each, in its own time; without, the marks of its session."""
    found = []
    for place, (whose, heard) in enumerate((("a", axis.a), ("b", axis.b))):
        session = heard.session
        marks = [Note(mark.t_s, mark.kind, mark.text) for mark in session.marks]
        written = notes[place] if notes is not None else marks
        for block in blocks_in([_piece(session, numbers=False)], runs_in(session), written):
            ends = heard.clock(np.array([block.begin_s, block.end_s])) - axis.begin_s
            begin_s, end_s = np.clip(ends, 0, axis.seconds).tolist()
            if end_s > begin_s:
                found.append(Stretch(begin_s, end_s, block.kind, block.text, whose))
    return tuple(sorted(found, key=lambda block: block.begin_s))


def own_reading(
    axis: Axis,
    heard: Heard,
    blocks: Sequence[Stretch],
    notes: Sequence[Note] = (),
    rows: Sequence[BaselineRow] = (),
    answers: Answers | None = None,
) -> Reading:
    """One person's own reading with the marked blocks of both in it: a mark that one of the two
    made counts for the other too. Its claims of blocks are each person's own change."""
    lasting = [_in_own_time(axis, heard, block) for block in blocks if block.kind == "marked"]
    session = replace(heard.session, marks=[])  # marks of a block would make it twice
    marks = [note for note in notes if note.until_s is None]
    return read_day([_piece(session)], [*marks, *lasting], rows, "", answers)


def own_changes(reading: Reading) -> list[Claim]:
    """Heart period and RSA of each block against the person's own baseline, or why not."""
    kinds = (*OF_BLOCKS,)
    return [claim for claim in reading.claims if claim.block is not None and claim.kind in kinds]


def _in_own_time(axis: Axis, heard: Heard, block: Stretch) -> Note:
    """By a table of the clock over the recording, which only goes on."""
    intervals = heard.session.intervals
    own_s = np.array([0.0, *(i.t_s for i in intervals), intervals[-1].t_s + 60.0])
    ends = np.array([block.begin_s, block.end_s]) + axis.begin_s
    begin_s, until_s = np.interp(ends, heard.clock(own_s), own_s).tolist()
    return Note(begin_s, "block", block.text, until_s=until_s)


def _piece(session: Session, numbers: bool = True) -> Piece:
    return Piece("", "", None, 0.0, session, numbers_of(session) if numbers else [])
