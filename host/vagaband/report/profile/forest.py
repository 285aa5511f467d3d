"""A forest of estimates: one row for each thing, one picture for each measure beside the others.

In a picture the dot is the value, the line its interval, the upright no difference, and the grey
band what is too small to be told from chance.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from vagaband.profile.model import Estimate
from vagaband.report.charts import Tick
from vagaband.report.plot import Plot, Scale, decimals, scale_of
from vagaband.report.profile.amounts import BACK, Measure, known, short, why_text
from vagaband.report.words import Words

FLAT = Scale(0.0, 1.0, ())
WIDEST = 4.0  # times the median reach of a column: a longer line is cut at the edge
MOST_ROWS = 15  # that stand open
LEAST_REACH = {"unit.ln_difference": 0.5, "unit.ms": 20.0, "unit.per_min": 1.0, "unit.s": 120.0}
MINUTE_S = 60.0
MOST_LABELS = 5  # of ticks, and one more than there is room for


@dataclass(frozen=True)
class Entry:
    """What a row is made of: `said` is what each estimate comes to in a word, `claimed` whether it
    is more than chance makes."""

    label: str
    below: str
    estimates: tuple[Estimate, ...]
    said: tuple[str, ...]
    claimed: tuple[bool, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """One estimate: its picture, None where it can't be said; what it comes to; its number."""

    plot: Plot | None
    said: str
    text: str


@dataclass(frozen=True)
class Row:
    """One thing; `why` is the one reason where none of its estimates can be said."""

    label: str
    below: str
    cells: list[Cell]
    notes: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Column:
    """One measure and its axis."""

    name: str
    unit: str
    left: float
    width: float
    ticks: list[Tick]


@dataclass(frozen=True)
class Forest:
    """Rows that stand open and rows that can be opened, over shared axes."""

    columns: list[Column]
    rows: list[Row]
    more: list[Row] = field(default_factory=list)

    @property
    def drawn(self) -> bool:
        """Whether there is a picture in it."""
        return not all(row.why for row in (*self.rows, *self.more))


def forest(
    columns: Sequence[tuple[str, Measure]], entries: Sequence[Entry], words: Words
) -> Forest:
    """The rows of the entries; `columns` are the key of each measure's name, and the measure."""
    axes = [
        _axis([entry.estimates[k] for entry in entries], measure)
        for k, (_, measure) in enumerate(columns)
    ]
    rows = [
        Row(
            entry.label,
            entry.below,
            [_cell(entry, k, columns[k][1], axis, words) for k, axis in enumerate(axes)],
            entry.notes,
            _one_reason(entry, words),
        )
        for entry in entries
    ]
    heads = [
        _column(key, measure, axis, words)
        for (key, measure), axis in zip(columns, axes, strict=True)
    ]
    return Forest(heads, rows[:MOST_ROWS], rows[MOST_ROWS:])


def _one_reason(entry: Entry, words: Words) -> str:
    reasons = {"" if known(estimate) else estimate.why for estimate in entry.estimates}
    if len(reasons) > 1 or "" in reasons:
        return ""
    return words("cells.unsaid", why=why_text(reasons.pop(), words))


def _axis(estimates: Sequence[Estimate], measure: Measure) -> Scale:
    """A scale from none that holds the values, and of the intervals what is not far out."""
    given = [e for e in estimates if known(e)]
    edges = [edge for e in given for edge in (e.low, e.high) if edge is not None]
    widest = WIDEST * statistics.median(map(abs, edges)) if edges else 0.0
    least = LEAST_REACH[measure.unit]
    held = [0.0, *((-least, least) if measure.signed else (least,))]
    held += [e.value for e in given if e.value is not None]
    held += [max(-widest, min(edge, widest)) for edge in edges]
    if measure is not BACK:
        return scale_of(held, least, count=3)
    whole = scale_of([value / MINUTE_S for value in held], least / MINUTE_S, count=3)
    ticks = tuple(tick * MINUTE_S for tick in whole.ticks if tick >= 0)
    return Scale(0.0, whole.high * MINUTE_S, ticks)


def _column(key: str, measure: Measure, axis: Scale, words: Words) -> Column:
    by = MINUTE_S if measure is BACK else 1.0
    digits = decimals([value / by for value in axis.ticks])

    def tick(value: float) -> str:
        return words.number(value / by, digits, sign=measure.signed)

    unit = "profile.minutes" if measure is BACK else measure.unit
    return Column(
        name=words(key),
        unit=words(unit),
        left=axis.low,
        width=axis.high - axis.low,
        ticks=[Tick(axis.share(value), tick(value)) for value in _labelled(axis)],
    )


def _labelled(axis: Scale) -> list[float]:
    """The ticks whose labels have room: none, and of many every other."""
    step = axis.ticks[1] - axis.ticks[0]
    every = 1 if len(axis.ticks) < MOST_LABELS else 2
    return [value for value in axis.ticks if round(value / step) % every == 0]


def _cell(entry: Entry, k: int, measure: Measure, axis: Scale, words: Words) -> Cell:
    estimate = entry.estimates[k]
    if not known(estimate) or estimate.value is None:
        return Cell(None, "", words("cells.unsaid", why=why_text(estimate.why, words)))
    plot = Plot((axis.low, axis.high), FLAT)
    if estimate.smallest is not None and measure.signed:
        plot.columns("smallest", [(-estimate.smallest, estimate.smallest)])
    plot.upright("grid", axis.ticks)
    if measure.signed:
        plot.upright("zero", [0.0])
    low, high = estimate.low, estimate.high
    if low is not None or high is not None:
        ends = (axis.low if low is None else low, axis.high if high is None else high)
        plot.reach("whisker", *ends)
    plot.dots_at("dot effect", [(estimate.value, 50.0)])
    if not entry.claimed[k]:
        plot.dots_at("dot hole", [(estimate.value, 50.0)])
    return Cell(plot, entry.said[k], short(estimate, measure, words))


def legend(forest: Forest, words: Words) -> list[tuple[str, str]]:
    """What the signs of the pictures mean, of those that are there."""
    kinds = {
        path.kind
        for row in (*forest.rows, *forest.more)
        for cell in row.cells
        if cell.plot
        for path in cell.plot.paths
    }
    signs = (
        ("dot effect", "dot effect", "called"),
        ("dot none", "dot hole", "uncalled"),
        ("whisker", "whisker", "interval"),
        ("smallest", "smallest", "smallest"),
    )
    return [(sign, words(f"profile.legend.{name}")) for sign, kind, name in signs if kind in kinds]
