"""Drawing in SVG that stretches with the page: curves, dots, bands and lines in data's own units.

A plot's y grows downwards from 0 to 100, its x is what the axis counts (seconds, or a difference).
The picture is stretched to the room there is, and its strokes are not: a dot is a very short
stroke with round or square ends, so that a thousand are one short path and keep their shape (one
of no length and square ends is no sign on paper). Zooming is another view box. Tick labels are
text of the page's own size, placed in per cent.

Not a charting library: Vega-Lite's bundle is 0.9 MB in each page and runs code that it makes
(`unsafe-eval`), which the page's policy forbids; uPlot draws on a canvas, which neither prints
sharply nor stands there without scripts. This is one drawing for screen, paper and no script.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

HEIGHT = 100.0
CAP = 14.0  # half the height of the end of a reach
NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
TIME_STEPS_S = (30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600)


@dataclass(frozen=True)
class Scale:
    """A range of values, low below high, and its ticks."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def y(self, value: float) -> float:
        """Where a value is, 0 at the top; what is beyond the range is at its edge."""
        share = (value - self.low) / (self.high - self.low)
        return HEIGHT * (1 - min(1.0, max(0.0, share)))

    def share(self, value: float) -> float:
        """Place in per cent from the left (or the bottom)."""
        return 100 * (value - self.low) / (self.high - self.low)


def scale_of(values: Iterable[float], least_span: float, count: int = 4) -> Scale:
    """A scale that holds the values, over at least `least_span`, with round ends."""
    known = [value for value in values if math.isfinite(value)]
    low, high = (min(known), max(known)) if known else (0.0, least_span)
    if high - low < least_span:
        middle = (low + high) / 2
        low, high = middle - least_span / 2, middle + least_span / 2
    step = nice_step((high - low) / count)
    first, last = math.floor(low / step), math.ceil(high / step)
    return Scale(first * step, last * step, tuple(k * step for k in range(first, last + 1)))


def decimals(ticks: Sequence[float], most: int = 2) -> int:
    """So many that neighbouring ticks, evenly apart, are written as they are."""
    step = ticks[1] - ticks[0]
    exact = (n for n in range(most) if abs(step * 10**n - round(step * 10**n)) < 1e-6)
    return next(exact, most)


def nice_step(rough: float) -> float:
    """The round number at or over `rough`: 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * nice for nice in NICE if power * nice >= rough * (1 - 1e-9))


def time_ticks(seconds: float, zero_s: float, most: int = 8) -> list[float]:
    """Whole times of the day within 0..seconds; the axis begins at `zero_s` after midnight."""
    step = next((s for s in TIME_STEPS_S if seconds / s <= most), 86400)
    first = -(-zero_s // step) * step
    return [t - zero_s for t in _range(first, zero_s + seconds, step)]


def _range(first: float, last: float, step: float) -> Iterable[float]:
    while first <= last:
        yield first
        first += step


@dataclass
class Path:
    """One stroke or area of a picture; `kind` is its class in the style sheet."""

    kind: str
    d: str


@dataclass
class Plot:
    """What is drawn within the axes, in order from the back to the front."""

    x: tuple[float, float]
    scale: Scale
    paths: list[Path] = field(default_factory=list)

    def curve(self, kind: str, points: Sequence[tuple[float, float]], gap: float) -> None:
        """A line through points in order of x, broken where the next is farther than `gap`."""
        d, last = [], -math.inf
        for x, value in points:
            d.append(f"{'M' if x - last > gap else 'L'}{number(x)} {number(self.scale.y(value))}")
            last = x
        self._add(kind, "".join(d))

    def dots(self, kind: str, points: Iterable[tuple[float, float]]) -> None:
        """A dot at each point."""
        self.dots_at(kind, ((x, self.scale.y(value)) for x, value in points))

    def dots_at(self, kind: str, places: Iterable[tuple[float, float]]) -> None:
        """A dot at each place of the picture itself."""
        self._add(kind, "".join(f"M{number(x)} {number(y)}v.2" for x, y in places))

    def columns(self, kind: str, stretches: Iterable[tuple[float, float]]) -> None:
        """The whole height over each stretch of x."""
        d = "".join(f"M{number(a)} 0H{number(b)}V{HEIGHT:g}H{number(a)}z" for a, b in stretches)
        self._add(kind, d)

    def band(self, kind: str, low: float, high: float) -> None:
        """The whole width between two values."""
        a, b = self.x
        top, bottom = number(self.scale.y(high)), number(self.scale.y(low))
        self._add(kind, f"M{number(a)} {top}H{number(b)}V{bottom}H{number(a)}z")

    def level(self, kind: str, value: float) -> None:
        """A line across at a value."""
        at = number(self.scale.y(value))
        self._add(kind, f"M{number(self.x[0])} {at}H{number(self.x[1])}")

    def reach(self, kind: str, low: float, high: float, y: float = HEIGHT / 2) -> None:
        """From one place to another, with an end to each, at a height of the picture itself."""
        a, b, top, bottom = number(low), number(high), number(y - CAP), number(y + CAP)
        self._add(kind, f"M{a} {top}V{bottom}M{b} {top}V{bottom}M{a} {number(y)}H{b}")

    def span(self, kind: str, x: float, low: float, high: float) -> None:
        """A line upwards between two values."""
        self._add(kind, f"M{number(x)} {number(self.scale.y(low))}V{number(self.scale.y(high))}")

    def area(self, kind: str, corners: Sequence[tuple[float, float]]) -> None:
        """What lies between points, in their order."""
        places = "L".join(f"{number(x)} {number(self.scale.y(value))}" for x, value in corners)
        self._add(kind, f"M{places}z")

    def bars(self, kind: str, stretches: Iterable[tuple[float, float, float]]) -> None:
        """From the bottom up to a value over each stretch of x: begin, end, value."""
        d = (
            f"M{number(a)} {HEIGHT:g}V{number(self.scale.y(value))}H{number(b)}V{HEIGHT:g}z"
            for a, b, value in stretches
        )
        self._add(kind, "".join(d))

    def upright(self, kind: str, places: Iterable[float]) -> None:
        """A line from top to bottom at each place."""
        self._add(kind, "".join(f"M{number(x)} 0V{HEIGHT:g}" for x in places))

    def _add(self, kind: str, d: str) -> None:
        if d:
            self.paths.append(Path(kind, d))


def number(value: float) -> str:
    """A coordinate, short."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
