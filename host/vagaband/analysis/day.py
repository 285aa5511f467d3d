"""From pieces to a reading: one axis, and on it moments, notes, blocks, baseline and claims."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from vagaband.analysis import baseline as baselines
from vagaband.analysis.baseline import BaselineRow
from vagaband.analysis.model import Moment, Note, Piece, Reading
from vagaband.numbers import EpochNumbers
from vagaband.reference.gain import BLIND_BELOW_HZ
from vagaband.reference.run_numbers import EPOCH_S


def read_day(
    pieces: Sequence[Piece],
    notes: Sequence[Note] = (),
    baseline_rows: Sequence[BaselineRow] = (),
    person: str = "",
) -> Reading:
    """All that can be said of a session, or of a day in several pieces.

    `notes` come beside the marks of the sessions themselves; their times are on the day's axis.
    `baseline_rows` are the person's epochs of before.
    """
    placed = sorted(pieces, key=lambda piece: piece.offset_s)
    moments = tuple(
        moment_of(item, number, piece.offset_s)
        for number, piece in enumerate(placed)
        for item in piece.numbers
    )
    marks = [
        Note(piece.offset_s + mark.t_s, mark.kind, mark.text)
        for piece in placed
        for mark in piece.session.marks
    ]
    began = _began(placed)
    own = baselines.own(baseline_rows, began)
    baseline = own if own.kind == "own" else baselines.of_session(moments, own.why_not)
    seconds = max((piece.offset_s + length_s(piece) for piece in placed), default=0.0)
    return Reading(
        pieces=tuple(placed),
        moments=moments,
        notes=tuple(sorted([*marks, *notes], key=lambda note: note.t_s)),
        blocks=(),
        baseline=baseline,
        baselines=(replace(baseline, begin_s=0.0, end_s=seconds),),
        claims=(),
        began=began,
        seconds=seconds,
        person=person,
    )


def moment_of(item: EpochNumbers, piece: int, offset_s: float) -> Moment:
    """An epoch with the RSA that may be shown at it."""
    epoch, breathing = item.device, item.breathing
    slow = breathing.per_min is not None and breathing.per_min / 60 < BLIND_BELOW_HZ
    if epoch.lock_in_ln_ms2 is not None:
        rsa, kind, why = epoch.lock_in_ln_ms2, "lock_in", "paced"
    elif item.pb2_alone:
        rsa, kind, why = epoch.ln_ms2, "pb2", ""
    else:
        unknown = "breath_unknown" if breathing.per_min is None else "breath_unsure"
        rsa, kind, why = epoch.bp_ln_ms2, "bp", "slow_breathing" if slow else unknown
    shown = epoch.valid and rsa is not None
    return Moment(
        t_s=offset_s + epoch.t_s,
        piece=piece,
        mean_hp_ms=epoch.mean_hp_ms,
        pb2_ln=epoch.ln_ms2,
        bp_ln=epoch.bp_ln_ms2,
        lock_in_ln=epoch.lock_in_ln_ms2,
        rsa_ln=rsa if shown else None,
        rsa_kind=kind if shown else "",
        valid=epoch.valid,
        reason=epoch.reason,
        breath_per_min=breathing.per_min,
        breath_confidence="none"
        if breathing.per_min is None
        else "good"
        if breathing.sure
        else "fair",
        noise_floor_ln=epoch.noise_floor_ln,
        corrected_share=epoch.corrected_share,
        pb2_alone=item.pb2_alone,
        pb2_note=item.pb2_note,
        slow=slow,
        rsa_why=why if shown else "",
    )


def length_s(piece: Piece) -> float:
    """From the first sample of a piece to its last, or to the last interval or epoch."""
    session = piece.session
    ends = [epoch.t_s + EPOCH_S for epoch in session.epochs[-1:]]
    ends += [last.t_s + last.ibi_ms / 1000 for last in session.intervals[-1:]]
    if len(session.t_s):
        ends.append(float(session.t_s[-1]))
    return max(ends, default=0.0)


def _began(pieces: Sequence[Piece]) -> datetime | None:
    for piece in pieces:
        if piece.began is not None:
            return piece.began - timedelta(seconds=piece.offset_s)
    return None
