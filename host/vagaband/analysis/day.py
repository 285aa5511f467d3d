"""From pieces to a reading: one axis, and on it moments, notes, blocks, baseline and claims."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from vagaband.analysis.baseline import BaselineRow, Past, of_session, row_of
from vagaband.analysis.blocks import blocks_of
from vagaband.analysis.claims import claims_of
from vagaband.analysis.claims_wearer import without_rsa
from vagaband.analysis.heart_series import HeartRun, runs_of
from vagaband.analysis.model import Answers, Baseline, Block, Moment, Note, Piece, Reading
from vagaband.analysis.moments import moments_of
from vagaband.analysis.regions import on_map
from vagaband.analysis.regularity import at_moments
from vagaband.analysis.segments import segments_of
from vagaband.reference.run_numbers import EPOCH_S

SLOT_S = 3600.0  # a baseline is for one hour: it is of the same time of day


def read_day(
    pieces: Sequence[Piece],
    notes: Sequence[Note] = (),
    baseline_rows: Sequence[BaselineRow] = (),
    person: str = "",
    answers: Answers | None = None,
) -> Reading:
    """All that can be said of a session, or of a day in several pieces on one axis.

    `notes` come beside the marks of the sessions themselves; their times are on the day's axis.
    `baseline_rows` are the person's epochs of before, `answers` what they said of themselves.
    """
    ordered = tuple(sorted(pieces, key=lambda piece: piece.offset_s))
    runs = runs_of(ordered)
    every_note = tuple(sorted([*_marks(ordered), *notes], key=lambda note: note.t_s))
    blocks = tuple(blocks_of(ordered, runs, every_note))
    moments = moments_of(ordered, blocks)
    seconds = max((piece.offset_s + piece.seconds for piece in ordered), default=0.0)
    began = _began(ordered)
    baselines = _baselines(moments, Past(baseline_rows, began), seconds)
    moments = _with_regularity(_on_map(moments, baselines), runs)
    reading = Reading(
        pieces=ordered,
        moments=tuple(moments),
        notes=every_note,
        blocks=blocks,
        baseline=baselines[len(baselines) // 2],
        baselines=tuple(baselines),
        claims=(),
        began=began,
        seconds=seconds,
        person=person,
        segments=tuple(segments_of(runs, moments)),
        answers=answers,
    )
    if answers and answers.pacemaker:
        reading = without_rsa(reading)
    return replace(reading, claims=tuple(claims_of(reading)))


@dataclass(frozen=True)
class Kept:
    """What the index keeps of a piece, in seconds from its begin: epochs, each with its time;
    exercises and slow rhythms; corrected intervals."""

    rows: list[tuple[float, BaselineRow]]
    blocks: list[Block]
    runs: list[HeartRun]


def kept_of(piece: Piece) -> Kept:
    """The epochs are read with the slow breathing that only the heart's own rhythm tells.
    Undated: from 1970 on."""
    began = piece.began or datetime.fromtimestamp(0, UTC)
    alone = (replace(piece, offset_s=0.0),)
    runs = runs_of(alone)
    blocks = blocks_of(alone, runs, ())
    moments = moments_of(alone, blocks)
    rows = [(m.t_s, row_of(began + timedelta(seconds=m.t_s), m)) for m in moments]
    return Kept(rows, blocks, runs)


def _marks(pieces: Sequence[Piece]) -> list[Note]:
    return [
        Note(piece.offset_s + mark.t_s, mark.kind, mark.text)
        for piece in pieces
        for mark in piece.session.marks
    ]


def _began(pieces: Sequence[Piece]) -> datetime | None:
    for piece in pieces:
        if piece.began is not None:
            return piece.began - timedelta(seconds=piece.offset_s)
    return None


def _baselines(moments: Sequence[Moment], past: Past, seconds: float) -> list[Baseline]:
    """One for each hour: the own one for its time of day, else the session's."""
    slots = max(1, math.ceil(seconds / SLOT_S))
    length = seconds / slots
    found, session = [], of_session(moments)
    for slot in range(slots):
        middle = timedelta(seconds=(slot + 0.5) * length)
        own = past.own(middle)
        not_yet = session if session.kind == "none" else replace(session, why_not=own.why_not)
        one = own if own.kind == "own" else not_yet
        found.append(replace(one, begin_s=slot * length, end_s=(slot + 1) * length))
    return found


def _on_map(moments: Sequence[Moment], baselines: Sequence[Baseline]) -> list[Moment]:
    length = baselines[0].end_s - baselines[0].begin_s
    done = []
    for moment in moments:
        slot = int((moment.t_s + EPOCH_S / 2) / length) if length > 0 else 0
        slot = min(max(slot, 0), len(baselines) - 1)
        done.append(on_map(replace(moment, baseline=slot), baselines[slot]))
    return done


def _with_regularity(moments: list[Moment], runs: Sequence[HeartRun]) -> list[Moment]:
    for index, found in at_moments(runs, moments).items():
        moments[index] = replace(moments[index], regularity=found.share)
    return moments
