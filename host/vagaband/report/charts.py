"""The pictures over time: heart period, RSA, breathing, what was used, and what happened when."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np

from vagaband.analysis.model import Moment, Reading
from vagaband.analysis.regions import HP_KNOWN
from vagaband.reference.run_numbers import EPOCH_S
from vagaband.report.plot import Plot, Scale, number, scale_of, time_ticks
from vagaband.report.words import Clock, Words

LEAST_LEFT_S = 60.0  # that no whole half minute lies in: below it nothing is said of it
BREAK_S = 1.5 * EPOCH_S  # a curve is not drawn over an epoch without a value
FEWEST_ROWS, MOST_ROWS = 4, 12  # of a picture's own table
TABLE_STEPS_S = (60, 120, 300, 600, 900, 1800, 3600, 7200)
RSA_KINDS = ("pb2", "bp", "lock_in")
CONFIDENCES = ("good", "fair")
Values = list[tuple[float, float]]


@dataclass(frozen=True)
class Tick:
    """A label at a place in per cent of the axis' length."""

    share: float
    text: str


@dataclass(frozen=True)
class Row:
    """A stretch in a picture's table: of which sort of value ("" where there is one), its times,
    the middle value, the middle half, how many."""

    sort: str
    begin: str
    end: str
    median: str
    low: str
    high: str
    n: str


@dataclass(frozen=True)
class Chart:
    """A picture with all that stands around it; `key` is its place in the catalogue."""

    key: str
    unit: str
    plot: Plot
    y_ticks: list[Tick]
    summary: str
    legend: list[tuple[str, str]]  # class of the sign, text
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Lane:
    """What became of the epochs of one kind: used, or refused for one reason."""

    kind: str  # "used", "refused", or "none" for time without a whole epoch
    text: str
    d: str


@dataclass(frozen=True)
class TimeAxis:
    """The axis that the pictures over time share."""

    seconds: float
    zero_s: int
    dated: bool
    ticks: list[Tick]


def time_axis(reading: Reading, clock: Clock) -> TimeAxis:
    """Its ticks before any zoom; the script makes those of a zoomed one."""
    seconds = axis_seconds(reading)
    places = time_ticks(seconds, clock.zero_s)
    exact = any((t + clock.zero_s) % 60 for t in places)
    ticks = [Tick(100 * t / seconds, clock(t, seconds=exact)) for t in places]
    return TimeAxis(seconds, clock.zero_s, reading.began is not None, ticks)


def axis_seconds(reading: Reading) -> float:
    """Length of the axis: of what was recorded and of what was noted, however little."""
    ends = [note.until_s or note.t_s for note in reading.notes]
    ends += [block.end_s for block in reading.blocks]
    return max(EPOCH_S, reading.seconds, *ends)


def heart_period(reading: Reading, words: Words, clock: Clock) -> Chart:
    """Mean heart period of each epoch, also of one whose RSA alone is refused."""
    points = [
        (_middle_s(m), m.mean_hp_ms)
        for m in reading.moments
        if m.mean_hp_ms and m.reason in HP_KNOWN
    ]
    scale = _scale(reading, points, "hp_ms", "hp_spread", 100)
    plot = _plot(reading, scale, HP_KNOWN)
    _baseline(plot, reading, "hp_ms", "hp_spread")
    plot.curve("line", points, BREAK_S)
    plot.dots("dot hp", points)
    legend = [("dot hp", words("charts.legend.epoch")), *_common_legend(reading, words, plot)]
    return _chart("hp", "unit.ms", plot, {"": points}, 0, words, clock, legend)


def rsa(reading: Reading, words: Words, clock: Clock) -> Chart:
    """The RSA that may be shown at each epoch, by its kind, against the baseline of PB2, or of
    BP-RSA where there is no PB2."""
    points = _points(reading.moments, lambda m: m.rsa_ln)
    pb2 = any(moment.rsa_kind == "pb2" for moment in reading.moments)
    against = ("rsa_ln", "rsa_spread") if pb2 else ("bp_ln", "bp_spread")
    plot = _plot(reading, _scale(reading, points, *against, 2))
    _baseline(plot, reading, *against)
    legend, sorts = [], dict[str, Values]()
    for kind in RSA_KINDS:
        of_kind = _points(reading.moments, lambda m, k=kind: m.rsa_ln if m.rsa_kind == k else None)
        if of_kind:
            plot.curve("line", of_kind, BREAK_S)
            plot.dots(f"dot {kind}", of_kind)
            legend.append((f"dot {kind}", words(f"charts.legend.{kind}")))
            sorts[words(f"rsa_kind.{kind}")] = of_kind
    plot.dots("dot hole", _points(reading.moments, _of_lock_in))
    legend += _common_legend(reading, words, plot)
    return _chart("rsa", "unit.ln", plot, sorts, 2, words, clock, legend)


def _of_lock_in(moment: Moment) -> float | None:
    return moment.rsa_ln if moment.rsa_kind == "lock_in" else None


def breathing(reading: Reading, words: Words, clock: Clock) -> Chart:
    """Breaths a minute where they are known; an open dot where not sure."""
    known = [m for m in reading.moments if m.breath_per_min and m.breath_confidence != "none"]
    points = [(_middle_s(m), m.breath_per_min or 0.0) for m in known]
    plot = _plot(reading, scale_of([y for _, y in points] or [6, 18], 8))
    legend = []
    for confidence in CONFIDENCES:
        some = [p for m, p in zip(known, points, strict=True) if m.breath_confidence == confidence]
        if some:
            plot.dots(f"dot breath {confidence}", some)
            legend.append((f"dot breath {confidence}", words(f"charts.legend.{confidence}")))
    plot.dots(
        "dot hole",
        [p for m, p in zip(known, points, strict=True) if m.breath_confidence == "fair"],
    )
    legend += _common_legend(reading, words, plot)
    return _chart("breath", "unit.per_min", plot, {"": points}, 1, words, clock, legend)


def regularity(reading: Reading, words: Words, clock: Clock) -> Chart:
    """Share of the strongest wave around each valid epoch, in %."""
    known = [(_middle_s(m), m.regularity) for m in reading.moments if m.regularity is not None]
    points = [(t_s, 100 * share) for t_s, share in known]
    plot = _plot(reading, Scale(0.0, 100.0, (0.0, 25.0, 50.0, 75.0, 100.0)))
    plot.curve("line", points, BREAK_S)
    plot.dots("dot regular", points)
    legend = [("dot regular", words("charts.legend.epoch"))]
    legend += _common_legend(reading, words, plot)
    return _chart("regularity", "unit.percent", plot, {"": points}, 0, words, clock, legend)


def lanes(reading: Reading, words: Words) -> list[Lane]:
    """A row for the epochs that are used, and one for each reason why others are refused."""
    total = len(reading.moments)
    found = []
    for reason in ("", *sorted({m.reason or "unknown" for m in reading.moments if not m.valid})):
        some = [m for m in reading.moments if _reason(m) == reason]
        kind = "refused" if reason else "used"
        text = words.counted(
            f"lanes.{kind}",
            len(some),
            reason=words(f"reasons.{reason}") if reason else "",
            share=words.number(100 * len(some) / total if total else 0),
        )
        d = "".join(f"M{number(a)} 50H{number(b)}" for a, b in stretches(some))
        found.append(Lane(kind, text, d))
    left_s = reading.seconds - EPOCH_S * total
    if left_s >= LEAST_LEFT_S:
        found.append(Lane("none", words("lanes.none", span=words.span(left_s)), ""))
    return found


def _reason(moment: Moment) -> str:
    return "" if moment.valid else moment.reason or "unknown"


def stretches(moments: Iterable[Moment]) -> list[tuple[float, float]]:
    """Begin and end of each unbroken row of epochs."""
    found: list[tuple[float, float]] = []
    for moment in moments:
        if found and abs(found[-1][1] - moment.t_s) < EPOCH_S / 4:
            found[-1] = (found[-1][0], moment.t_s + EPOCH_S)
        else:
            found.append((moment.t_s, moment.t_s + EPOCH_S))
    return found


def _middle_s(moment: Moment) -> float:
    return moment.t_s + EPOCH_S / 2


def _points(moments: Sequence[Moment], of: Callable[[Moment], float | None]) -> Values:
    """Place and value of the valid epochs that have one."""
    return [(_middle_s(m), value) for m in moments if m.valid and (value := of(m)) is not None]


def _scale(reading: Reading, points: Values, value: str, spread: str, least: float) -> Scale:
    around = [
        middle + side * (getattr(b, spread) or 0.0)
        for b in reading.baselines
        if (middle := getattr(b, value)) is not None
        for side in (-1, 1)
    ]
    return scale_of([*(y for _, y in points), *around], least)


def _plot(reading: Reading, scale: Scale, shown: Sequence[str] = ("",)) -> Plot:
    """The axes, with what lies behind every picture over time; `shown` are the reasons of epochs
    that are in it all the same."""
    plot = Plot((0.0, axis_seconds(reading)), scale)
    plot.columns("block", [(b.begin_s, b.end_s) for b in reading.blocks])
    plot.columns("refused", stretches(m for m in reading.moments if m.reason not in shown))
    for tick in scale.ticks:
        plot.level("grid", tick)
    plot.upright("mark", [note.t_s for note in reading.notes if note.until_s is None])
    return plot


def _baseline(plot: Plot, reading: Reading, value: str, spread: str) -> None:
    """A line and a band for each hour's baseline, where there is one."""
    for b in reading.baselines:
        middle, around = getattr(b, value), getattr(b, spread)
        if middle is None:
            continue
        within = Plot((b.begin_s, b.end_s), plot.scale, plot.paths)
        if around:
            within.band("around", middle - around, middle + around)
        within.level("baseline", middle)


def _common_legend(reading: Reading, words: Words, plot: Plot) -> list[tuple[str, str]]:
    """What may stand in each picture, where it does."""
    legend = []
    if any(path.kind == "baseline" for path in plot.paths):
        legend.append(("baseline", words(f"charts.legend.baseline.{reading.baseline.kind}")))
    if any(not m.valid for m in reading.moments):
        legend.append(("refused", words("charts.legend.refused")))
    if reading.blocks:
        legend.append(("block", words("charts.legend.block")))
    if any(note.until_s is None for note in reading.notes):
        legend.append(("mark", words("charts.legend.mark")))
    return legend


def _chart(
    key: str,
    unit: str,
    plot: Plot,
    sorts: dict[str, Values],
    digits: int,
    words: Words,
    clock: Clock,
    legend: list[tuple[str, str]],
) -> Chart:
    decimals = digits if digits < 2 else 1
    ticks = [Tick(plot.scale.y(v), words.number(v, decimals)) for v in plot.scale.ticks]
    found = [_summary(key, of, some, digits, words, clock) for of, some in sorts.items() if some]
    summary = " ".join(found) or words(f"charts.{key}.none")
    rows = _rows(sorts, plot.x[1], digits, words, clock)
    return Chart(key, words(unit), plot, ticks, summary, legend, rows)


def _summary(key: str, sort: str, points: Values, digits: int, words: Words, clock: Clock) -> str:
    """The values of one sort: values of two are not put together."""
    values = np.array([y for _, y in points])
    low, median, high = np.percentile(values, (25, 50, 75))
    least, most = points[int(values.argmin())], points[int(values.argmax())]
    return words(
        f"charts.{key}.summary",
        sort=sort,
        n=words.counted("map.halves", len(points)),
        median=words.number(median, digits),
        low=words.number(low, digits),
        high=words.number(high, digits),
        least=words.number(least[1], digits),
        least_at=clock(least[0]),
        most=words.number(most[1], digits),
        most_at=clock(most[0]),
    )


def _rows(
    sorts: dict[str, Values], seconds: float, digits: int, words: Words, clock: Clock
) -> list[Row]:
    step = next((s for s in TABLE_STEPS_S if seconds / s <= MOST_ROWS), TABLE_STEPS_S[-1])
    rows = []
    for sort, points in sorts.items():
        for place, some in groupby(points, key=lambda point: int(point[0] // step)):
            values = [y for _, y in some]
            low, median, high = (
                words.number(v, digits) for v in np.percentile(values, (25, 50, 75))
            )
            begin_s, end_s = place * step, min((place + 1) * step, seconds)
            n = words.number(len(values))
            rows.append((place, Row(sort, clock(begin_s), clock(end_s), median, low, high, n)))
    return [row for _, row in sorted(rows, key=lambda one: one[0])]
