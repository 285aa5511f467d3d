"""Epochs on the day's axis, each with the RSA that may be shown at it.

PB2 stands alone only where `vagaband.numbers` says so. In paced breathing it is the lock-in RSA;
where breathing is slow or unknown it is BP-RSA, and what is slow is held against nothing: PB2 at
slow breathing is not low RSA.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from vagaband.analysis.blocks import overlap_share
from vagaband.analysis.model import Block, Moment, Piece
from vagaband.numbers import EpochNumbers
from vagaband.reference.gain import BLIND_BELOW_HZ
from vagaband.reference.run_numbers import EPOCH_S

IN_A_BLOCK = 0.5  # of an epoch, to be of a block; of a marked stretch, to be of a slow rhythm
EVEN_REFUSED = ("paced", "slow_breathing")  # said of a refused epoch too: PB2 is no measure there
HARMONICS = (2, 3)  # of a slow breath that may be taken for a quick one
HARMONIC_NEAR = 0.1  # of the rate


@dataclass(frozen=True)
class _Slow:
    """A stretch in which breathing is, or may be, slow."""

    begin_s: float
    end_s: float
    per_min: float | None
    why: str  # "paced", "slow_rhythm"


def moments_of(pieces: Sequence[Piece], blocks: Sequence[Block]) -> list[Moment]:
    """The epochs of all pieces, in order of time; slow where their block is."""
    found = [
        moment_of(item, number, piece.offset_s)
        for number, piece in enumerate(pieces)
        for item in piece.numbers
    ]
    found.sort(key=lambda moment: moment.t_s)
    for stretch in _slow_stretches(blocks):
        for k in within(found, stretch.begin_s, stretch.end_s):
            found[k] = _slowed(found[k], stretch)
    return found


def within(moments: Sequence[Moment], begin_s: float, end_s: float) -> range:
    """Indexes of the moments of which at least half lies between two times."""
    shift = EPOCH_S * IN_A_BLOCK
    first = bisect_left(moments, begin_s - shift, key=lambda moment: moment.t_s)
    return range(first, bisect_right(moments, end_s - shift, key=lambda moment: moment.t_s))


def moment_of(item: EpochNumbers, piece: int, offset_s: float) -> Moment:
    """An epoch by itself, as it stands in its recording."""
    epoch, breathing = item.device, item.breathing
    slow = breathing.per_min is not None and breathing.per_min / 60 < BLIND_BELOW_HZ
    kind, rsa_ln, why = _shown(item, slow)
    if not epoch.valid or rsa_ln is None:
        kind, rsa_ln, why = "", None, why if why in EVEN_REFUSED else ""
    confidence = "good" if breathing.sure else "fair"
    floor_ln = epoch.noise_floor_ln
    return Moment(
        t_s=offset_s + epoch.t_s,
        piece=piece,
        mean_hp_ms=epoch.mean_hp_ms,
        pb2_ln=epoch.ln_ms2,
        bp_ln=epoch.bp_ln_ms2,
        lock_in_ln=epoch.lock_in_ln_ms2,
        rsa_ln=rsa_ln,
        rsa_kind=kind,
        valid=epoch.valid,
        reason=epoch.reason,
        breath_per_min=breathing.per_min,
        breath_confidence="none" if breathing.per_min is None else confidence,
        noise_floor_ln=item.reference.noise_floor_ln if floor_ln is None else floor_ln,
        corrected_share=epoch.corrected_share,
        pb2_alone=item.pb2_alone,
        pb2_note=item.pb2_note,
        slow=slow,
        rsa_why=why,
    )


def _shown(item: EpochNumbers, slow: bool) -> tuple[str, float | None, str]:
    """Kind and value of the RSA to show, and why it is not PB2."""
    epoch = item.device
    if epoch.lock_in_ln_ms2 is not None:
        return "lock_in", epoch.lock_in_ln_ms2, "paced"
    if item.pb2_alone:
        return "pb2", epoch.ln_ms2, ""
    if slow:
        return "bp", epoch.bp_ln_ms2, "slow_breathing"
    unknown = "breath_unknown" if item.breathing.per_min is None else "breath_unsure"
    return "bp", epoch.bp_ln_ms2, unknown


def _slow_stretches(blocks: Sequence[Block]) -> Iterator[_Slow]:
    """Slow paces of the device, slow rhythms, and marked stretches that are mostly such."""
    slow = [block for block in blocks if is_slow(block)]
    for block in slow:
        why = "paced" if block.recognised_by == "device" else "slow_rhythm"
        yield _Slow(block.begin_s, block.end_s, block.pace_per_min, why)
    for block in blocks:
        if inside := slow_within(block, slow):
            yield _Slow(block.begin_s, block.end_s, inside[0].pace_per_min, "slow_rhythm")


def is_slow(block: Block) -> bool:
    """Whether its pace is one at which PB2 is blind."""
    return block.pace_per_min is not None and 0 < block.pace_per_min / 60 < BLIND_BELOW_HZ


def slow_within(block: Block, slow: Sequence[Block]) -> list[Block]:
    """The slow rhythms and paces that make a marked stretch a slow one; none where they do not
    fill half of it."""
    inside = [one for one in slow if overlap_share(block, one)]
    is_slow = sum(overlap_share(block, one) for one in inside) >= IN_A_BLOCK
    return inside if block.kind == "marked" and is_slow else []


def _slowed(moment: Moment, stretch: _Slow) -> Moment:
    """The moment in such a stretch: BP-RSA in place of PB2, unless the breath is well known,
    quick, and no harmonic of the slow one: then the slow wave is the vessels' own."""
    if moment.rsa_kind == "lock_in":
        return replace(moment, slow=True)
    if not moment.rsa_kind:
        return replace(moment, slow=True, rsa_why=moment.rsa_why or stretch.why)
    if moment.rsa_kind == "pb2" and stretch.why != "paced" and not _is_harmonic(moment, stretch):
        return moment
    kind, value = ("bp", moment.bp_ln) if moment.bp_ln is not None else ("", None)
    return replace(moment, slow=True, rsa_kind=kind, rsa_ln=value, rsa_why=stretch.why)


def _is_harmonic(moment: Moment, stretch: _Slow) -> bool:
    if not moment.breath_per_min or not stretch.per_min:
        return True
    ratio = moment.breath_per_min / stretch.per_min
    return any(abs(ratio / harmonic - 1) <= HARMONIC_NEAR for harmonic in HARMONICS)
