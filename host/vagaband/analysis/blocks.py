"""The stretches of a day: exercises of the device, marked stretches, slow rhythms found."""

import math
from collections.abc import Sequence
from dataclasses import replace

from vagaband.analysis.heart_series import HeartRun, between
from vagaband.analysis.model import Block, Note, Piece
from vagaband.analysis.slow_rhythm import EDGE_S, slow_rhythms
from vagaband.paced import SETTLE_S, exercises
from vagaband.reference.lock_in import lock_in

BEGIN_WORDS, END_WORDS = ("start", "begin"), ("end", "stop")
BOUNDS = (*BEGIN_WORDS, *END_WORDS, "broken")  # texts of marks that only bound a stretch
RUN_KIND = "protocol"  # of the marks that say which run of a protocol begins, goes on, or is over
KNOWN_SHARE = 0.5  # of a slow rhythm within an exercise of the device: it is that exercise


def blocks_of(
    pieces: Sequence[Piece], runs: Sequence[HeartRun], notes: Sequence[Note]
) -> list[Block]:
    """All blocks in order of time. A slow rhythm that the device itself paced is no block of its
    own; one in a marked stretch is."""
    paced = [block for piece in pieces for block in _of_device(piece, runs)]
    slow = [
        with_swing(_slow_block(one.begin_s, one.end_s, 60 * one.hz), runs, EDGE_S, EDGE_S)
        for one in slow_rhythms(runs)
        if not any(_shared(one.begin_s, one.end_s, p) >= KNOWN_SHARE for p in paced)
    ]
    return sorted([*paced, *marked_blocks(notes), *slow], key=lambda block: block.begin_s)


def is_bound(kind: str, text: str) -> bool:
    """Whether a mark only bounds a stretch or a protocol's run: it is no moment of its own."""
    return kind == RUN_KIND or text.strip().casefold() in BOUNDS


def overlap_share(block: Block, other: Block) -> float:
    """Share of `block` that `other` covers."""
    return _shared(block.begin_s, block.end_s, other)


def with_swing(
    block: Block, runs: Sequence[HeartRun], settle_s: float, cut_s: float = 0.0
) -> Block:
    """The block with the heart's swing at its pace, where that can be measured; so much is left
    out of its begin and its end."""
    if not block.pace_per_min:
        return block
    t_s, ibi_ms = between(runs, block.begin_s + settle_s, block.end_s - cut_s)
    found = lock_in(t_s, ibi_ms, block.pace_per_min / 60)
    if not found or not math.isfinite(found.se_ln):
        return block
    return replace(
        block,
        lock_in_ln=found.ln_ms2,
        lock_in_se_ln=found.se_ln,
        swing_ms=found.swing_ms,
    )


def _of_device(piece: Piece, runs: Sequence[HeartRun]) -> list[Block]:
    """One block for each pace of each exercise."""
    return [
        with_swing(
            Block(
                piece.offset_s + stretch.begin_s,
                piece.offset_s + stretch.end_s,
                done.kind,
                "",
                stretch.per_min,
                "device",
            ),
            runs,
            SETTLE_S,
        )
        for done in exercises(piece.session)
        for stretch in done.stretches
    ]


def marked_blocks(notes: Sequence[Note]) -> list[Block]:
    """Notes that reach over a time, and pairs of the same kind whose texts say start and end."""
    found, opened = [], dict[str, Note]()
    for note in sorted(notes, key=lambda one: one.t_s):
        word = note.text.strip().lower()
        if note.until_s is not None and note.until_s > note.t_s:
            found.append(_mark(note.t_s, note.until_s, note.text or note.kind, note.tags))
        elif word in BEGIN_WORDS:
            opened[note.kind] = note
        elif word in END_WORDS and note.kind in opened:
            begin = opened.pop(note.kind)
            if note.t_s > begin.t_s:
                tags = tuple(dict.fromkeys(begin.tags + note.tags))
                found.append(_mark(begin.t_s, note.t_s, note.kind, tags))
    return found


def _mark(begin_s: float, end_s: float, text: str, tags: tuple[str, ...]) -> Block:
    return Block(begin_s, end_s, "marked", text, None, "mark", tags=tags)


def _slow_block(begin_s: float, end_s: float, per_min: float) -> Block:
    return Block(begin_s, end_s, "slow_rhythm", "", per_min, "rhythm")


def _shared(begin_s: float, end_s: float, other: Block) -> float:
    common_s = min(end_s, other.end_s) - max(begin_s, other.begin_s)
    return max(0.0, common_s) / (end_s - begin_s) if end_s > begin_s else 0.0
