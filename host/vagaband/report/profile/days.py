"""The weeks: every day of the calendar, how long it was recorded, its RSA and heart period."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from vagaband.profile.model import DayValue, Estimate, Trend
from vagaband.reference.run_numbers import EPOCH_S
from vagaband.report.charts import Tick
from vagaband.report.plot import Plot, Scale, decimals, scale_of
from vagaband.report.profile.amounts import (
    HP_LEVEL,
    RSA_LEVEL,
    Calendar,
    Measure,
    known,
    number,
    written,
)
from vagaband.report.words import Words

STEPS_DAYS = (1, 2, 7, 14, 28, 91, 182)
MOST_TICKS = 8
MARGIN = 0.16  # of a day, on both sides of a bar
HOUR_S = 3600.0
WEEK = 7.0
LEAST_MS, LEAST_LN, LEAST_HOURS = 60.0, 1.0, 4.0
Of = Callable[[DayValue], float | None]


@dataclass(frozen=True)
class Hit:
    """What a day says when pointed at."""

    x: int
    text: str


@dataclass(frozen=True)
class DayChart:
    """A picture of the days."""

    key: str
    unit: str
    plot: Plot
    y_ticks: list[Tick]
    summary: str
    legend: list[tuple[str, str]]
    hits: list[Hit]


@dataclass(frozen=True)
class DayRow:
    """A day in the table."""

    day: str
    hours: str
    used: str
    rsa: str
    hp: str


def ticks_of(trend: Trend, calendar: Calendar) -> list[Tick]:
    """Dates below the pictures, each in the middle of its day."""
    count = len(trend.days)
    step = next((s for s in STEPS_DAYS if count / s <= MOST_TICKS), STEPS_DAYS[-1])
    return [
        Tick(100 * (k + 0.5) / count, calendar.short(trend.days[k].day))
        for k in range(0, count, step)
    ]


def charts_of(trend: Trend, words: Words, calendar: Calendar) -> list[DayChart]:
    """How long each day was recorded; RSA and heart period of each day."""
    if not trend.days:
        return []
    return [
        _worn(trend, words, calendar),
        _values(trend, "rsa", words, calendar),
        _values(trend, "hp", words, calendar),
    ]


def _worn(trend: Trend, words: Words, calendar: Calendar) -> DayChart:
    """Hours recorded, and of them those that could be used."""
    days = trend.days
    top = scale_of([0.0, *(day.hours for day in days)], LEAST_HOURS)
    plot = _plot(trend, Scale(0.0, top.high, tuple(t for t in top.ticks if t >= 0)))
    plot.bars("recorded", [_bar(k, day.hours) for k, day in enumerate(days) if day.hours])
    used = [(k, day.epochs * EPOCH_S / HOUR_S) for k, day in enumerate(days)]
    plot.bars("usable", [_bar(k, hours) for k, hours in used if hours])
    legend = [(kind, words(f"profile.legend.{kind}")) for kind in ("recorded", "usable")]
    worn, hours = sum(day.hours > 0 for day in days), sum(day.hours for day in days)
    usable = sum(hours for _, hours in used)
    summary = words(
        "profile.days.worn.summary",
        worn=words.number(worn),
        days=words.counted("profile.days.n", len(days)),
        hours=words.span(hours * HOUR_S),
        usable=words.span(usable * HOUR_S),
    )
    if usable < hours / 2:
        summary = f"{summary} {words('profile.days.worn.refused')}"
    hits = _hits(days, lambda day: words.number(day.hours, 1), "worn", words, calendar)
    return _chart("worn", plot, summary, [*legend, *_missing(trend, words)], hits, words)


def _bar(k: int, value: float) -> tuple[float, float, float]:
    return (k + MARGIN, k + 1 - MARGIN, value)


def _values(trend: Trend, name: str, words: Words, calendar: Calendar) -> DayChart:
    """RSA ("rsa") or heart period ("hp") of each day about its level."""
    level: Estimate = getattr(trend, name)
    spread: float | None = getattr(trend, f"{name}_day_sd")
    slope: Estimate = getattr(trend, f"{name}_per_week")
    measure, of, least = _SORTS[name]
    points = [(k + 0.5, v) for k, day in enumerate(trend.days) if (v := of(day)) is not None]
    around = (
        [] if level.value is None else [level.value - (spread or 0), level.value + (spread or 0)]
    )
    plot = _plot(trend, scale_of([*(y for _, y in points), *around], least))
    legend = [(f"dot {_DOTS[name]}", words("profile.legend.day"))]
    if known(level) and level.value is not None:
        if spread:
            plot.band("around", level.value - spread, level.value + spread)
        plot.level("baseline", level.value)
        legend.append(("baseline", words("profile.legend.level")))
        if known(slope) and points:
            plot.area("wedge", _wedge(level.value, slope, points, len(trend.days)))
            legend.append(("wedge", words("profile.legend.wedge")))
    plot.curve("line", points, 1.5)
    plot.dots(f"dot {_DOTS[name]}", points)
    summary = words(
        f"profile.days.{name}.summary",
        days=words.counted("profile.days.n", len(points)),
        level=written(level, measure, words),
    )
    hits = _hits(
        trend.days,
        lambda day: "" if (value := of(day)) is None else number(value, measure, words),
        name,
        words,
        calendar,
    )
    return _chart(name, plot, summary, legend + _missing(trend, words), hits, words)


_SORTS: dict[str, tuple[Measure, Of, float]] = {
    "rsa": (RSA_LEVEL, lambda day: day.rsa_ln, LEAST_LN),
    "hp": (HP_LEVEL, lambda day: day.hp_ms, LEAST_MS),
}
_DOTS = {"rsa": "pb2", "hp": "hp"}
_UNITS = {"worn": "profile.hours", "rsa": "unit.ln", "hp": "unit.ms"}


def _wedge(
    level: float, slope: Estimate, points: list[tuple[float, float]], days: int
) -> list[tuple[float, float]]:
    """Between the two ends of the slope's interval, about the middle of the days with a value."""
    centre = sum(x for x, _ in points) / len(points)
    low, high = slope.low or 0.0, slope.high or 0.0
    ends = ((0.0, low), (float(days), low), (float(days), high), (0.0, high))
    return [(x, level + per_week * (x - centre) / WEEK) for x, per_week in ends]


def _plot(trend: Trend, scale: Scale) -> Plot:
    """The axes, with the days behind that have nothing, or nothing usable."""
    plot = Plot((0.0, float(len(trend.days))), scale)
    for kind, of in (("missing", _not_worn), ("refused", _refused)):
        plot.columns(kind, [(k, k + 1) for k, day in enumerate(trend.days) if of(day)])
    for tick in scale.ticks:
        plot.level("grid", tick)
    return plot


def _not_worn(day: DayValue) -> bool:
    return day.hours <= 0


def _refused(day: DayValue) -> bool:
    return day.hours > 0 and day.rsa_ln is None and day.hp_ms is None


def _missing(trend: Trend, words: Words) -> list[tuple[str, str]]:
    signs = (("missing", _not_worn), ("refused", _refused))
    return [
        (kind, words(f"profile.legend.{kind}"))
        for kind, of in signs
        if any(of(day) for day in trend.days)
    ]


def _hits(
    days: tuple[DayValue, ...],
    text: Callable[[DayValue], str],
    key: str,
    words: Words,
    calendar: Calendar,
) -> list[Hit]:
    unit = words(_UNITS[key])
    return [
        Hit(k, f"{calendar.day(day.day)}: {said} {unit}")
        for k, day in enumerate(days)
        if (said := text(day)) and not _not_worn(day)
    ]


def _chart(
    key: str,
    plot: Plot,
    summary: str,
    legend: list[tuple[str, str]],
    hits: list[Hit],
    words: Words,
) -> DayChart:
    digits = decimals(plot.scale.ticks)
    ticks = [Tick(plot.scale.y(v), words.number(v, digits)) for v in plot.scale.ticks]
    return DayChart(key, words(_UNITS[key]), plot, ticks, summary, legend, hits)


def rows_of(trend: Trend, words: Words, calendar: Calendar) -> list[DayRow]:
    """Every day of the calendar, in a table."""
    nothing = words("numbers.nothing")

    def shown(value: float | None, measure: Measure) -> str:
        return nothing if value is None else number(value, measure, words)

    return [
        DayRow(
            calendar.day(day.day),
            words.number(day.hours, 1) if day.hours else nothing,
            words.number(day.epochs) if day.epochs else nothing,
            shown(day.rsa_ln, RSA_LEVEL),
            shown(day.hp_ms, HP_LEVEL),
        )
        for day in trend.days
    ]


def missing(trend: Trend) -> list[date]:
    """Days without anything usable."""
    return [day.day for day in trend.days if _not_worn(day) or _refused(day)]
