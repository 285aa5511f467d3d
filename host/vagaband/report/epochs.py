"""The table of every half minute; the script reads out from it what it shows."""

from dataclasses import dataclass

from vagaband.analysis.model import Moment, Reading
from vagaband.analysis.regions import HP_KNOWN
from vagaband.report.pattern import region_name
from vagaband.report.words import Clock, Words


@dataclass(frozen=True)
class Column:
    """Head of a column, its unit, and its name in the read-out ("" where the cell says it)."""

    head: str
    unit: str
    short: str


@dataclass(frozen=True)
class EpochRow:
    """One half minute; `x` and `y` are its place on the pattern map, None off it."""

    t_s: float
    x: str | None
    y: str | None
    cells: list[str]


def columns(words: Words) -> list[Column]:
    """The table's columns."""
    return [
        Column(words("numbers.time"), "", ""),
        _column("hp", words("unit.ms"), words),
        _column("rsa", words("unit.ln"), words),
        _column("kind", "", words),
        _column("breath", words("numbers.breath_unit"), words),
        _column("sure", "", words),
        _column("corrected", words("unit.percent"), words),
        _column("floor", words("unit.ln"), words),
        _column("region", "", words),
        Column(words("numbers.state"), "", ""),
    ]


def _column(key: str, unit: str, words: Words) -> Column:
    return Column(words(f"numbers.{key}"), unit, words(f"numbers.{key}"))


def rows(
    reading: Reading, places: dict[int, tuple[str, str]], words: Words, clock: Clock
) -> list[EpochRow]:
    """A row for each epoch; `places` are those on the pattern map, by the epoch's number."""
    found = []
    for k, moment in enumerate(reading.moments):
        x, y = places.get(k, (None, None))
        found.append(EpochRow(moment.t_s, x, y, _cells(moment, words, clock)))
    return found


def _cells(moment: Moment, words: Words, clock: Clock) -> list[str]:
    nothing = words("numbers.nothing")

    def number(value: float | None, digits: int) -> str:
        return nothing if value is None else words.number(value, digits)

    breath = moment.breath_per_min
    known = breath is not None and moment.breath_confidence != "none"
    refused = words(f"reasons.{moment.reason or 'unknown'}")
    return [
        clock(moment.t_s, seconds=True),
        number(moment.mean_hp_ms if moment.reason in HP_KNOWN else None, 0),
        number(moment.rsa_ln, 2),
        words(f"rsa_kind.{moment.rsa_kind}") if moment.rsa_kind else nothing,
        number(breath if known else None, 1),
        words(f"confidence.{moment.breath_confidence}"),
        number(100 * moment.corrected_share, 0),
        number(moment.noise_floor_ln, 1),
        region_name(moment.region, words) if moment.region else nothing,
        words("numbers.used") if moment.valid else words("numbers.refused", reason=refused),
    ]
