"""Sentences, tiles and cells, each made from one claim of the reading and from nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass

from vagaband.analysis.claims_wearer import OF_WEARER
from vagaband.analysis.model import Claim, Reading
from vagaband.report.events import block_sign, note_signs
from vagaband.report.words import NARROW, Words

# Section in which a kind's sentence stands. What can't be said stands in "uncertain" in any case.
SECTIONS = {
    **dict.fromkeys(OF_WEARER, ("wearer",)),
    "light": ("uncertain",),
    "time_of_day": ("uncertain",),
    "valid_share": ("glance",),
    "own_baseline": ("time",),
    "refused_share": ("uncertain",),
    "corrected_share": ("uncertain",),
    "region_share": ("map",),
    "slow_rhythm": ("time",),
    "regularity": ("regularity",),
    "sample_entropy": ("complexity",),
    "dfa_alpha1": ("complexity",),
    "hp_change": ("glance",),
    "hp_no_difference": ("glance",),
    "rsa_change": ("glance",),
    "rsa_no_difference": ("glance",),
}
TILES = ("recorded", "valid_share", "mean_hp", "rsa", "breathing_rate")
CHANGES = ("hp_change", "hp_no_difference", "rsa_change", "rsa_no_difference")
IN_TABLES = (*CHANGES, "swing")  # of a block or a note: cells, no sentences
MOST_SIGNS = 8  # named in one sentence
NOT_SAID = ("region_share",)  # where it is valid, the map's own table says it
# Topic of the honesty section that goes with a kind, or with why something can't be said.
MORE = {
    **dict.fromkeys(OF_WEARER, "rhythm"),
    "not_asked": "rhythm",
    "not_said": "rhythm",
    "pacemaker": "rhythm",
    "refused_share": "refused",
    "slow_rhythm": "breathing",
    "rsa_change": "uncertainty",
    "rsa_no_difference": "uncertainty",
    "hp_no_difference": "uncertainty",
    "intervals_only": "pulse",
    "mostly_refused": "refused",
    "motion": "refused",
    "corrected": "refused",
    "noise": "refused",
    "noise_unknown": "pulse",
    "irregular": "rhythm",
    "breath_unknown": "breathing",
    "slow_breathing": "breathing",
    "paced": "breathing",
    "no_rhythm": "regularity",
}
# Unit of a claim: what it is multiplied by, decimals, key of the unit's name.
UNITS = {
    "ms": (1.0, 0, "unit.ms"),
    "ln ms²": (1.0, 2, "unit.ln"),
    "ln": (1.0, 2, "unit.ln_difference"),
    "/min": (1.0, 1, "unit.per_min"),
    "share": (100.0, 0, "unit.percent"),
    "days": (1.0, 0, "unit.none"),
    "": (1.0, 2, "unit.none"),
}
SIGNED = CHANGES  # a difference has a sign
# Reasons that speak of the whole recording, as they are said of two minutes of it.
OF_A_PART = {"no_beats": "block_refused", "short": "block_refused"}


@dataclass(frozen=True)
class Sentence:
    """One sentence; `more` is the topic that explains it, "" without."""

    text: str
    valid: bool
    more: str


@dataclass(frozen=True)
class Tile:
    """One number with its unit, and below it its interval, or why there is none."""

    name: str
    value: str
    unit: str
    between: str


@dataclass(frozen=True)
class ChangeRow:
    """What changed in a stretch or after a moment, by its sign."""

    sign: str
    hp: str
    rsa: str
    swing: str


def said_of(reading: Reading, words: Words) -> dict[str, list[Sentence]]:
    """The sentences of each section."""
    said: dict[str, list[Sentence]] = {
        name: []
        for name in ("wearer", "glance", "time", "map", "regularity", "complexity", "uncertain")
    }
    for claim in reading.claims:
        of_part = claim.block is not None or claim.note is not None
        if of_part and (claim.kind in IN_TABLES or not claim.valid):
            continue
        if claim.valid and (claim.kind in NOT_SAID or claim.kind not in SECTIONS):
            continue
        if claim.kind == "slow_rhythm":
            continue  # said together, below
        if claim.kind in OF_WEARER and claim.value == 0:
            continue  # a no changes nothing
        sentence = sentence_of(claim, words)
        places = SECTIONS.get(claim.kind, ())
        for name in places if claim.valid else {*places, "uncertain"} - {"glance"}:
            said[name].append(sentence)
    said["time"] += _slow_rhythms(reading.claims, words)
    return said


def _slow_rhythms(claims: Sequence[Claim], words: Words) -> list[Sentence]:
    """One sentence for all slow rhythms of a sort: a night can have dozens."""
    slow = [claim for claim in claims if claim.kind == "slow_rhythm" and claim.valid]
    found = []
    for about in dict.fromkeys(claim.about for claim in slow):
        some = [claim for claim in slow if claim.about == about]
        rates = [claim.value or 0.0 for claim in some]
        signs = [block_sign(claim.block or 0) for claim in some[:MOST_SIGNS]]
        text = words.counted(
            f"claims.slow_rhythm.{about}",
            len(some),
            low=words.number(min(rates), 1),
            high=words.number(max(rates), 1),
            signs=", ".join(signs) + (" …" if len(some) > MOST_SIGNS else ""),
        )
        found.append(Sentence(text, True, MORE["slow_rhythm"]))
    return found


def sentence_of(claim: Claim, words: Words) -> Sentence:
    """A claim in words."""
    if not claim.valid:
        key = f"unsaid.{claim.kind}"
        if claim.kind == "own_baseline":
            key += f".{claim.baseline}"
        text = words(key, why=words(f"why.{claim.why}"))
        return Sentence(text, False, MORE.get(claim.why, ""))
    value, interval = values_of(claim, words)[0], between(claim, words)
    key = f"claims.{claim.kind}"
    if claim.kind in CHANGES[::2]:
        key += ".more" if (claim.value or 0.0) > 0 else ".less"
    elif claim.kind == "regularity":
        key += ".whole" if claim.block is None else ".block"
    text = words(
        key,
        value=value,
        n=words.number(claim.n),
        reason=words(f"reasons.{claim.about}") if claim.kind == "refused_share" else "",
        sign=block_sign(claim.block) if claim.block is not None else "",
        between=f" ({interval})" if interval else "",
    )
    return Sentence(text, True, MORE.get(claim.kind, ""))


def values_of(claim: Claim, words: Words) -> tuple[str, str, str]:
    """Value, low and high as written; "" where there is none."""
    factor, digits, _ = UNITS[claim.unit]
    value = claim.value or 0.0
    if claim.unit == "share" and 0 < value < 0.01:
        digits = 1
    signed = claim.kind in SIGNED
    low, high = (
        "" if edge is None else words.number(factor * edge, digits, signed)
        for edge in (claim.low, claim.high)
    )
    return words.number(factor * value, digits, signed), low, high


def between(claim: Claim, words: Words) -> str:
    """The interval in words, "" where there is none."""
    if claim.low is None or claim.high is None:
        return ""
    _, low, high = values_of(claim, words)
    key = "between.spread" if claim.kind == "breathing_rate" else "between.certain"
    return words(key, low=low, high=high)


def tiles_of(reading: Reading, words: Words) -> list[Tile]:
    """The numbers at a glance; one that can't be given says why."""
    by_kind = {claim.kind: claim for claim in reading.claims if claim.kind in TILES}
    return [_tile(by_kind[kind], words) for kind in TILES if kind in by_kind]


def _tile(claim: Claim, words: Words) -> Tile:
    name = words(f"tiles.{claim.kind}")
    if not claim.valid:
        return Tile(name, words("numbers.nothing"), "", words(f"why.{claim.why}"))
    if claim.kind == "recorded":
        return Tile(name, words.span(claim.value or 0.0), "", "")
    value, _, _ = values_of(claim, words)
    below = between(claim, words)
    if claim.kind == "valid_share":
        below = words("tiles.of", n=words.number(claim.n))
    elif claim.kind == "rsa":
        below = words("tiles.by", kind=words(f"rsa_kind.{claim.about}"), between=below)
    elif claim.kind == "mean_hp" and claim.value:
        below = words("tiles.beats", rate=words.number(60_000 / claim.value), between=below)
    return Tile(name, value, words(UNITS[claim.unit][2]), below)


def changes_of(reading: Reading, words: Words) -> list[ChangeRow]:
    """What changed in each stretch and after each mark, in their order."""
    cells: dict[str, dict[str, str]] = {}
    signs = note_signs(reading)
    for claim in reading.claims:
        sign = _sign(claim, signs)
        alone = claim.block is not None and reading.blocks[claim.block].kind == "slow_rhythm"
        if sign and claim.kind in IN_TABLES and (claim.valid or not alone):
            column = claim.kind.split("_")[0]
            cells.setdefault(sign, {})[column] = cell_of(claim, words)
    order = [
        *(block_sign(k) for k in range(len(reading.blocks))),
        *signs.values(),
    ]
    nothing = words("numbers.nothing")
    return [
        ChangeRow(sign, *(cells[sign].get(name, nothing) for name in ("hp", "rsa", "swing")))
        for sign in order
        if sign in cells
    ]


def _sign(claim: Claim, signs: dict[int, str]) -> str:
    if claim.block is not None:
        return block_sign(claim.block)
    return signs.get(claim.note, "") if claim.note is not None else ""


def cell_of(claim: Claim, words: Words) -> str:
    """A change or a swing in a table: its value with its interval, or why there is none."""
    if not claim.valid:
        return words("cells.unsaid", why=words(f"why.{OF_A_PART.get(claim.why, claim.why)}"))
    value, low, high = values_of(claim, words)
    unit = words(UNITS[claim.unit][2])
    key = f"cells.{claim.kind}"
    if claim.kind in CHANGES[::2]:
        key += ".more" if (claim.value or 0.0) > 0 else ".less"
    return words(key, value=f"{value}{NARROW}{unit}", low=low, high=high)
