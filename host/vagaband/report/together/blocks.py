"""The blocks of two people on one axis, and what changed in each for each of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from vagaband.analysis.baseline import BaselineRow
from vagaband.analysis.model import Answers, Claim, Note, Reading
from vagaband.report.foreign import foreign
from vagaband.report.sentences import cell_of
from vagaband.report.words import Clock, Words
from vagaband.synchrony.align import Axis, Heard
from vagaband.synchrony.blocks import own_changes, own_reading
from vagaband.synchrony.model import Stretch, Synchrony

SAME_SHARE = 0.8  # of two blocks of one name in common: both were led through it
SAME_S = 2.0
BOTH = "ab"


@dataclass(frozen=True)
class Own:
    """One person's changes: for each block of theirs its kind, its begin on the axis, and its
    claims of heart period and RSA; the kind of baseline they are against."""

    baseline: str = "none"
    claims: list[tuple[str, float, list[Claim]]] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    """A block on the axis (in per cent), in the list, and what changed for each, as text."""

    sign: str
    left: float
    width: float
    lane: int
    begin: str
    end: str
    what: str
    whose: str
    changes: list[tuple[str, str, str]]  # name, heart period, RSA


def merged(blocks: Sequence[Stretch]) -> list[Stretch]:
    """A block that both recordings have stands once, as both's."""
    found: list[Stretch] = []
    for block in blocks:
        same = [k for k, one in enumerate(found) if _is_same(one, block)]
        if same:
            found[same[0]] = replace(found[same[0]], whose=BOTH)
        else:
            found.append(block)
    return found


def _is_same(one: Stretch, other: Stretch) -> bool:
    if (one.kind, one.text) != (other.kind, other.text) or one.whose == other.whose:
        return False
    common_s = min(one.end_s, other.end_s) - max(one.begin_s, other.begin_s)
    longest_s = max(one.end_s - one.begin_s, other.end_s - other.begin_s)
    return common_s >= SAME_SHARE * longest_s


def changes_of(
    found: Synchrony,
    axis: Axis,
    heard: Heard,
    notes: Sequence[Note],
    rows: Sequence[BaselineRow],
    answers: Answers | None,
) -> Own:
    """What changed for one of the two, against their own baseline; nothing where no beat was
    read."""
    if not heard.session.intervals or not found.seconds:
        return Own()
    reading = own_reading(axis, heard, merged(found.blocks), notes, rows, answers)
    by_block: dict[int, list[Claim]] = {}
    for claim in own_changes(reading):
        by_block.setdefault(claim.block or 0, []).append(claim)
    return Own(
        reading.baseline.kind,
        [
            (reading.blocks[k].kind, _begin_s(axis, heard, reading, k), claims)
            for k, claims in sorted(by_block.items())
        ],
    )


def _begin_s(axis: Axis, heard: Heard, reading: Reading, k: int) -> float:
    return float(heard.clock(np.array([reading.blocks[k].begin_s]))[0] - axis.begin_s)


def shown(
    blocks: Sequence[Stretch],
    own: Sequence[Own],
    names: dict[str, str],
    titles: dict[str, str],
    words: Words,
    clock: Clock,
    seconds: int,
) -> list[Row]:
    """Each block with its sign; those at the same time stand in lanes below each other.
    `titles`: of blocks of a protocol, by name."""
    ends: list[float] = []
    rows = []
    for k, block in enumerate(blocks):
        lane = next((n for n, end_s in enumerate(ends) if end_s <= block.begin_s + 1), len(ends))
        ends[lane : lane + 1] = [block.end_s]
        whose = " + ".join(names[who] for who in block.whose)
        rows.append(
            Row(
                str(k + 1),  # letters are people here
                100 * block.begin_s / seconds,
                100 * (block.end_s - block.begin_s) / seconds,
                lane,
                clock(block.begin_s, seconds=True),
                clock(block.end_s, seconds=True),
                foreign(titles.get(block.text, block.text)) or words(f"blocks.{block.kind}"),
                whose,
                _changes(block, own, names, words),
            )
        )
    return rows


def _changes(
    block: Stretch, own: Sequence[Own], names: dict[str, str], words: Words
) -> list[tuple[str, str, str]]:
    nothing = words("numbers.nothing")
    found = []
    for name, one in zip(names.values(), own, strict=True):
        near = [
            claims
            for kind, begin_s, claims in one.claims
            if kind == block.kind and abs(begin_s - block.begin_s) < SAME_S
        ]
        cells = {c.kind.split("_")[0]: cell_of(c, words) for c in (near[0] if near else ())}
        if cells:
            found.append((name, cells.get("hp", nothing), cells.get("rsa", nothing)))
    return found
