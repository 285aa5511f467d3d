"""Claims about blocks, and about the two minutes after a note."""

from collections import Counter
from collections.abc import Iterator, Sequence
from math import exp

from vagaband.analysis.blocks import is_bound
from vagaband.analysis.change import Comparison, against_baseline, comparison_of
from vagaband.analysis.model import Baseline, Block, Claim, Moment, Reading
from vagaband.analysis.moments import within
from vagaband.analysis.saying import LEAST_VALID, Where, said, unsaid
from vagaband.analysis.uncertainty import normal_quantile
from vagaband.reference.gain import BLIND_BELOW_HZ

LEAST_S = 120.0  # of a block (rsa.md §5)
AFTER_NOTE_S = 120.0
LARGEST_SE_LN = 4.0  # beyond it a swing is not known at all


def of_blocks(reading: Reading) -> Iterator[Claim]:
    """Change in each block and after each note, and the swing at each pace."""
    blocks = [k for k, block in enumerate(reading.blocks) if block.kind != "slow_rhythm"]
    notes = _points(reading)
    comparison = comparison_of(reading, 2 * (len(blocks) + len(notes)))
    for k, block in enumerate(reading.blocks):
        if block.kind == "slow_rhythm":
            yield _slow_rhythm(reading.moments, block, k)
        if block.pace_per_min:
            yield _swing(block, k)
    for k in blocks:
        block = reading.blocks[k]
        where: Where = {"begin_s": block.begin_s, "end_s": block.end_s, "block": k}
        if block.end_s - block.begin_s < LEAST_S:
            yield unsaid("hp_change", "ms", "short_block", **where)
            yield unsaid("rsa_change", "ln", "short_block", **where)
        else:
            yield from _change(reading, block.begin_s, block.end_s, comparison, where)
    for k in notes:
        begin_s = reading.notes[k].t_s
        after: Where = {"begin_s": begin_s, "end_s": begin_s + AFTER_NOTE_S, "note": k}
        yield from _change(reading, begin_s, begin_s + AFTER_NOTE_S, comparison, after)


def _points(reading: Reading) -> list[int]:
    """The notes of one moment, which are not the end or the whole of a block."""
    every = enumerate(reading.notes)
    return [k for k, n in every if n.until_s is None and not is_bound(n.kind, n.text)]


def _change(
    reading: Reading, begin_s: float, end_s: float, comparison: Comparison, where: Where
) -> Iterator[Claim]:
    chosen = within(reading.moments, begin_s, end_s)
    stretch = [reading.moments[k] for k in chosen]
    baseline = _baseline_at(reading.baselines, (begin_s + end_s) / 2)
    yield from against_baseline(stretch, baseline, comparison, **where)


def _baseline_at(baselines: Sequence[Baseline], t_s: float) -> Baseline:
    return next((one for one in baselines if t_s < one.end_s), baselines[-1])


def _slow_rhythm(moments: Sequence[Moment], block: Block, k: int) -> Claim:
    """What the breathing was there, as far as the light knows it."""
    inside = [moments[i] for i in within(moments, block.begin_s, block.end_s)]
    known = Counter(
        "breath_slow" if m.breath_per_min / 60 < BLIND_BELOW_HZ else "breath_quick"
        for m in inside
        if m.breath_per_min
    )
    sure = known.total() >= LEAST_VALID * max(len(inside), 1)
    about = known.most_common(1)[0][0] if known and sure else "breath_unknown"
    return said(
        "slow_rhythm",
        block.pace_per_min or 0.0,
        "/min",
        n=len(inside),
        about=about,
        begin_s=block.begin_s,
        end_s=block.end_s,
        block=k,
    )


def _swing(block: Block, k: int) -> Claim:
    """From trough to peak; the lock-in's standard error is of ln power, half of it of ln swing."""
    where: Where = {"begin_s": block.begin_s, "end_s": block.end_s, "block": k}
    swing_ms, se_ln = block.swing_ms, block.lock_in_se_ln
    if swing_ms is None or se_ln is None or se_ln > LARGEST_SE_LN:
        short = block.end_s - block.begin_s < LEAST_S
        return unsaid(
            "swing", "ms", "short_block" if short else "block_refused", about=block.kind, **where
        )
    factor = exp(normal_quantile() * se_ln / 2)
    interval = swing_ms / factor, swing_ms * factor
    beats = int((block.end_s - block.begin_s) * (block.pace_per_min or 0.0) / 60)
    return said("swing", swing_ms, "ms", interval, n=beats, about=block.kind, **where)
