"""The pictures of two people: their lines over time, who leads when, each lag against chance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vagaband.report.charts import Tick
from vagaband.report.plot import Plot, Scale, decimals, scale_of
from vagaband.report.words import Words
from vagaband.session import Floats
from vagaband.synchrony.model import Lagged, Synchrony

MOST_POINTS = 1500  # of a line: more is not seen
LEAST_LN, LEAST_MS = 2.0, 100.0
LAG_TICKS = 5.0
EDGE_S = 1.0  # beyond the largest lag, so that a dot there is whole
WHOLE = Scale(-1.0, 1.0, (-1.0, -0.5, 0.0, 0.5, 1.0))


@dataclass(frozen=True)
class Picture:
    """A picture with what stands around it; `key` is its place in the catalogue."""

    key: str
    unit: str
    plot: Plot
    y_ticks: list[Tick]
    summary: str
    legend: list[tuple[str, str]]


def over_time(found: Synchrony, names: dict[str, str], words: Words) -> list[Picture]:
    """RSA and heart period of both, and who is ahead in each minute."""
    if not found.seconds:
        return []
    made = [
        _lines(found, "rsa", (found.a.rsa_ln, found.b.rsa_ln), LEAST_LN, names, words),
        _lines(found, "hp", (found.a.hp_ms, found.b.hp_ms), LEAST_MS, names, words),
        _lead(found, names, words),
    ]
    return [one for one in made if one]


def over_lags(found: Synchrony, words: Words) -> list[Picture]:
    """Correlation at each lag in the band of chance: of RSA, which decides, and heart period."""
    return [
        _lags(key, lagged, words)
        for key, lagged in (("rsa_lags", found.rsa), ("hp_lags", found.hp))
        if lagged
    ]


def _lines(
    found: Synchrony,
    key: str,
    lines: Sequence[Floats],
    least: float,
    names: dict[str, str],
    words: Words,
) -> Picture:
    step = -(-found.seconds // MOST_POINTS)
    drawn = [_points(line, step) for line in lines]
    plot = _plot(found, scale_of([y for points in drawn for _, y in points], least))
    for who, points in zip("ab", drawn, strict=True):
        plot.curve(f"of-{who}", points, 1.5 * step)
    legend = [(f"of-{who}", names[who]) for who, points in zip("ab", drawn, strict=True) if points]
    said = [
        _line_said(key, names[who], line, words) for who, line in zip("ab", lines, strict=True)
    ]
    digits = decimals(plot.scale.ticks)
    ticks = [Tick(plot.scale.y(v), words.number(v, digits)) for v in plot.scale.ticks]
    unit = words("unit.ln" if key == "rsa" else "unit.ms")
    return Picture(key, unit, plot, ticks, " ".join(said), [*legend, *_behind(found, words)])


def _points(line: Floats, step: int) -> list[tuple[float, float]]:
    """Means of so many seconds each, of those that are known."""
    whole = np.pad(line, (0, -len(line) % step), constant_values=np.nan).reshape(-1, step)
    known = np.isfinite(whole)
    sums, counts = np.where(known, whole, 0.0).sum(axis=1), known.sum(axis=1)
    return [
        ((k + 0.5) * step, float(sums[k] / counts[k])) for k in np.flatnonzero(counts).tolist()
    ]


def _line_said(key: str, name: str, line: Floats, words: Words) -> str:
    known = line[np.isfinite(line)]
    if not len(known):
        return words("together.lines.nothing", name=name)
    digits = 2 if key == "rsa" else 0
    low, median, high = (words.number(v, digits) for v in np.percentile(known, (25, 50, 75)))
    return words("together.lines.summary", name=name, median=median, low=low, high=high)


def _plot(found: Synchrony, scale: Scale) -> Plot:
    plot = Plot((0.0, float(found.seconds)), scale)
    plot.columns("block", [(b.begin_s, b.end_s) for b in found.blocks if b.kind == "marked"])
    plot.columns("paced", [(p.begin_s, p.end_s) for p in found.pacing])
    for tick in scale.ticks:
        plot.level("grid", tick)
    return plot


def _behind(found: Synchrony, words: Words) -> list[tuple[str, str]]:
    legend = []
    if any(block.kind == "marked" for block in found.blocks):
        legend.append(("block", words("charts.legend.block")))
    if found.pacing:
        legend.append(("paced", words("together.legend.paced")))
    return legend


def _lead(found: Synchrony, names: dict[str, str], words: Words) -> Picture | None:
    """The lag of the highest correlation in each minute: large where chance seldom reaches it."""
    moving = found.moving
    if moving is None or found.rsa is None or not np.isfinite(moving.best_r).any():
        return None
    most = float(found.rsa.lags_s[-1])
    plot = _plot(found, Scale(-most - EDGE_S, most + EDGE_S, (-most, 0.0, most)))
    beyond = moving.best_r > moving.chance_r
    sorts = (("dot faint", ~beyond), ("dot lead", beyond))
    for kind, which in sorts:
        chosen = which & np.isfinite(moving.lag_s)
        points = zip(moving.t_s[chosen].tolist(), moving.lag_s[chosen].tolist(), strict=True)
        plot.dots(kind, points)
    known = np.isfinite(moving.best_r)
    ahead = {"a": beyond & (moving.lag_s > 0), "b": beyond & (moving.lag_s < 0)}
    summary = words(
        f"together.lead.{_led(found)}",
        n=words.number(int(np.count_nonzero(beyond & known))),
        of=words.number(int(np.count_nonzero(known))),
        chance=words.number(0.05 * float(np.count_nonzero(known)), 1),
        a=words.number(int(np.count_nonzero(ahead["a"]))),
        b=words.number(int(np.count_nonzero(ahead["b"]))),
        **{f"name_{who}": names[who] for who in names},
    )
    texts = (words.number(-most), "0", words.number(most, sign=True))
    ticks = [Tick(plot.scale.y(v), t) for v, t in zip(plot.scale.ticks, texts, strict=True)]
    legend = [(kind, words(f"together.legend.{kind.split()[1]}")) for kind, _ in sorts]
    legend += _behind(found, words)
    return Picture("lead", words("unit.s"), plot, ticks, summary, legend)


def _led(found: Synchrony) -> str:
    """Which sentence says what the minutes tell: by the answer, and whether one leads."""
    if found.verdict == "synchronous":
        return "shown" if found.leads else "unled"
    return found.verdict


def _lags(key: str, lagged: Lagged, words: Words) -> Picture:
    most = float(lagged.lags_s[-1])
    plot = Plot((-most, most), WHOLE)
    lags = lagged.lags_s.tolist()
    upper = list(zip(lags, lagged.chance_high.tolist(), strict=True))
    lower = list(zip(lags, lagged.chance_low.tolist(), strict=True))
    plot.area("chance", [*upper, *reversed(lower)])
    for tick in WHOLE.ticks:
        plot.level("zero" if tick == 0 else "grid", tick)
    plot.upright("grid", [0.0])
    plot.level("border", lagged.chance_r)
    plot.curve("found", list(zip(lags, lagged.r.tolist(), strict=True)), 1.5)
    plot.dots("dot best", [(lagged.best_lag_s, lagged.best_r)])
    summary = words(
        f"together.{key}.summary",
        r0=words.number(lagged.r0, 2),
        best=words.number(lagged.best_r, 2),
        lag=words.number(lagged.best_lag_s, 1),
        chance=words.number(lagged.chance_r, 2),
        p=words.number(lagged.p, 3),
    )
    legend = [
        (kind, words(f"together.legend.{name}"))
        for kind, name in (
            ("found", "found"),
            ("chance", "chance"),
            ("border", "highest"),
            ("dot best", "best"),
        )
    ]
    ticks = [Tick(WHOLE.y(v), words.number(v, 1)) for v in WHOLE.ticks]
    return Picture(key, words("together.correlation"), plot, ticks, summary, legend)


def lag_ticks(lagged: Lagged, words: Words) -> list[Tick]:
    """Every five seconds of a lag."""
    most = float(lagged.lags_s[-1])
    first = -(most // LAG_TICKS) * LAG_TICKS
    places = np.arange(first, most + 0.1, LAG_TICKS)
    scale = Scale(-most, most, ())
    return [Tick(scale.share(v), words.number(v, sign=True)) for v in places.tolist()]
