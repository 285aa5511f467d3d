"""The pattern map: each epoch by how its heart period and its RSA differ from the baseline.

Regions carry the name of what was measured; the theory's reading and the wearer's own words for
how it felt stand beside, in columns of their own.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from vagaband.analysis.model import Moment, Note, Reading
from vagaband.analysis.regions import REGIONS, THEORY, borders
from vagaband.reference.run_numbers import EPOCH_S
from vagaband.report.charts import Tick
from vagaband.report.foreign import foreign
from vagaband.report.plot import Plot, number, scale_of
from vagaband.report.words import Words

LEAST_MS, LEAST_LN = 200.0, 3.0  # that the axes hold at least
MOST_LABELS = 12
DENSE = 300  # epochs from which dots are drawn smaller
CORNERS = ("faster_more", "slower_more", "faster_less", "slower_less")
TOO_SMALL = ("flat", "noise")  # refused for these: the heart period is known, RSA too small
FLOOR_Y = 98.0  # where such an epoch stands: at the lower edge


@dataclass(frozen=True)
class RegionRow:
    """A region: what was measured, the theory's reading, the wearer's own words, how long."""

    measured: str
    theory: str
    labels: str
    time: str


@dataclass(frozen=True)
class Map:
    """The picture with its axes and its table."""

    plot: Plot
    left: float
    width: float
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    dense: bool
    summary: str
    legend: list[tuple[str, str]]
    corners: list[tuple[str, str]]  # heart and RSA in the corners, from the upper left
    rows: list[RegionRow]


def on_map(moment: Moment) -> bool:
    """Whether an epoch has a place on the map."""
    return bool(moment.region) and moment.d_hp_ms is not None and moment.d_rsa_ln is not None


def pattern_map(reading: Reading, words: Words, hidden: bool) -> Map | None:
    """The map; None where the reading claims none. `hidden` leaves the wearer's words out."""
    if not any(claim.kind == "region_share" and claim.valid for claim in reading.claims):
        return None
    placed = [m for m in reading.moments if on_map(m)]
    points = [(m.d_hp_ms or 0.0, m.d_rsa_ln or 0.0) for m in placed]
    small = [m.d_hp_ms or 0.0 for m in reading.moments if _too_small(m)]
    wide = borders(reading.baseline, "pb2") or borders(reading.baseline, "bp") or (0.0, 0.0)
    across = scale_of([*(x for x, _ in points), *small, -wide[0], wide[0]], LEAST_MS)
    up = scale_of([*(y for _, y in points), -wide[1], wide[1]], LEAST_LN)
    plot = Plot((across.low, across.high), up)
    for tick in plot.scale.ticks:
        plot.level("grid", tick)
    plot.upright("grid", across.ticks)
    plot.level("zero", 0.0)
    plot.upright("zero", [0.0])
    for side in (-1, 1):  # how far "usual" reaches, by the middle's baseline
        plot.level("border", side * wide[1])
    plot.upright("border", [-wide[0], wide[0]])
    plot.dots("dot moment", points)
    plot.dots_at("small", [(x, FLOOR_Y) for x in small])
    labelled = _labelled(placed, reading.notes)
    plot.dots("felt", [(m.d_hp_ms or 0.0, m.d_rsa_ln or 0.0) for m, _ in labelled])
    legend = [("dot moment", words("charts.legend.epoch")), ("border", words("map.legend.border"))]
    if small:
        legend.append(("small", words("map.legend.small")))
    if labelled:
        legend.append(("felt", words("map.legend.felt")))
    return Map(
        plot=plot,
        left=across.low,
        width=across.high - across.low,
        x_ticks=[Tick(across.share(v), words.number(v, sign=True)) for v in across.ticks],
        y_ticks=[Tick(plot.scale.y(v), words.number(v, 1, sign=True)) for v in plot.scale.ticks],
        dense=len(placed) > DENSE,
        summary=words(
            "map.summary",
            n=words.number(len(placed)),
            all=words.number(len(reading.moments)),
        ),
        legend=legend,
        corners=[_parts(region, words) for region in CORNERS],
        rows=_rows(placed, [] if hidden else labelled, len(small), words),
    )


def region_name(region: str, words: Words) -> str:
    """A region by what was measured, as in "slower heart, less RSA"."""
    heart, rsa = _parts(region, words)
    return words("regions.both", heart=heart, rsa=rsa)


def _parts(region: str, words: Words) -> tuple[str, str]:
    heart, rsa = region.split("_")
    return words(f"regions.heart.{heart}"), words(f"regions.rsa.{rsa}")


def _too_small(moment: Moment) -> bool:
    return moment.d_hp_ms is not None and moment.region_why in TOO_SMALL


def places(reading: Reading, map_: Map | None) -> dict[int, tuple[str, str]]:
    """Where each epoch stands in the picture, by its number, as coordinates."""
    if map_ is None:
        return {}
    return {
        k: (number(m.d_hp_ms or 0.0), number(map_.plot.scale.y(m.d_rsa_ln or 0.0)))
        for k, m in enumerate(reading.moments)
        if on_map(m)
    }


def _labelled(placed: list[Moment], notes: Iterable[Note]) -> list[tuple[Moment, str]]:
    """The epochs in which the wearer put a word to how it felt."""
    return [
        (moment, note.label)
        for note in notes
        if note.label
        for moment in placed
        if _is_felt(moment, note)
    ]


def _is_felt(moment: Moment, note: Note) -> bool:
    """Whether a note's moment lies in the epoch, or the epoch's middle in the note's stretch."""
    if note.until_s is None:
        return moment.t_s <= note.t_s < moment.t_s + EPOCH_S
    return note.t_s <= moment.t_s + EPOCH_S / 2 < note.until_s


def _rows(
    placed: list[Moment], labelled: list[tuple[Moment, str]], small: int, words: Words
) -> list[RegionRow]:
    """The regions that there was time in; last, where RSA was too small to measure."""
    rows = []
    for region in REGIONS:
        n = sum(m.region == region for m in placed)
        own = dict.fromkeys(foreign(label, 40) for m, label in labelled if m.region == region)
        if n:
            theory = words(f"theory.{THEORY[region] or 'none'}")
            labels = ", ".join(list(own)[:MOST_LABELS])
            time = words.counted("map.halves", n)
            rows.append(RegionRow(region_name(region, words), theory, labels, time))
    if small:
        time = words.counted("map.halves", small)
        rows.append(RegionRow(words("map.legend.small"), words("theory.none"), "", time))
    return rows
