"""What a person's heart does by itself from one stretch to the next, where nothing was marked.

People mark a moment when something is out of the ordinary, and begin an exercise when they are
tense. What is out of the ordinary comes back by itself, also without a glimmer or an exercise
(regression to the mean). So a change is held against quiet moments of the same person and hour
that began as far from the level of the minutes before them: change = level + slope * start, with
the slope of all quiet moments. Their scatter about it holds the estimator's noise and the heart's
own slow wander, and is what a change must stand out from.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache

import numpy as np

from vagaband.profile.model import History
from vagaband.profile.windows import Series
from vagaband.reference.bland_altman import student_t
from vagaband.reference.run_numbers import EPOCH_S
from vagaband.session import Floats

APART_S = 600.0  # a control stretch has no mark so near (DESIGN §7)
SAME_HOUR = 1.0
LEAD_S = 900.0  # before the stretch before: the level that it is held against
LEAST_CONTROLS = 10  # that do not overlap
MOST_FREEDOM = 400  # more make no difference to t
EXERCISES = ("pacing", "resonance", "marked")  # kinds of stretches that are not quiet


@dataclass(frozen=True)
class Shape:
    """Two stretches, so far apart: the second is held against the first."""

    before_s: float
    after_s: float
    apart_s: float = 0.0

    @property
    def seconds(self) -> float:
        """From the begin of the first to the end of the second."""
        return self.before_s + self.apart_s + self.after_s


@dataclass(frozen=True)
class Moves:
    """Of moments (n,), each the end of a first stretch: `change` is second less first, `start`
    first less the minutes before it; NaN where too little is known."""

    change: Floats
    start: Floats


@dataclass(frozen=True)
class Usual:
    """What quiet moments do: change = level + slope * start, give or take `sd`; the same without
    a start (`plain`). `controls` is how many stretches apart from each other it stands on."""

    level: float
    slope: float
    sd: float
    plain: float
    plain_sd: float
    controls: int

    def beyond(self, change: float, start: float) -> tuple[float, float]:
        """Change beyond the usual one, and the SD that such a difference has by itself. Without a
        known start it is held against the usual change alone."""
        if np.isfinite(start):
            usual, sd = self.level + self.slope * start, self.sd
        else:
            usual, sd = self.plain, self.plain_sd
        return change - usual, sd * float(np.sqrt(1 + 1 / self.controls))

    def quantile(self, comparisons: int = 1) -> float:
        """Of Student's t, for the SD is known from so many controls only."""
        return student_t(min(self.controls - 1, MOST_FREEDOM), comparisons)


def moves_of(series: Series, at_s: Floats, shape: Shape, share: float = 0.5) -> Moves:
    """What one column did around moments."""
    begin_s = at_s - shape.before_s
    first = series.known(begin_s, at_s, share)
    then_s = at_s + shape.apart_s
    second = series.known(then_s, then_s + shape.after_s, share)
    lead = series.known(begin_s - LEAD_S, begin_s, 1 / 3)
    return Moves(second - first, first - lead)


class Quiet:
    """The quiet moments of a history, ready to be asked what is usual."""

    def __init__(self, history: History) -> None:
        epochs = history.epochs
        self._zone = history.zone
        self._grid_s = epochs.at_s
        self._busy = busy_times(history)
        self._hour = hours_of(epochs.at_s, history.zone)
        self._of_shape = cache(self._measured)
        self.series = {
            "rsa": Series(epochs.at_s, epochs.rsa_ln),
            "hp": Series(epochs.at_s, epochs.hp_ms),
            "breath": Series(epochs.at_s, epochs.breath_per_min),
        }

    def usual(self, what: str, at_s: float, shape: Shape, any_hour: bool = False) -> Usual | None:
        """What is usual of "rsa" or "hp" at the hour of a moment (or at `any_hour`); None with
        too few controls."""
        hour, change, start, slope = self._of_shape(what, shape)
        apart = np.abs(hour - hours_of(np.array([at_s]), self._zone)[0])
        near = np.full(len(hour), any_hour) | (np.minimum(apart, 24 - apart) <= SAME_HOUR)
        controls = int(near.sum() * EPOCH_S / shape.seconds)
        if controls < LEAST_CONTROLS:
            return None
        rest = change[near] - slope * start[near]
        return Usual(
            level=float(rest.mean()),
            slope=slope,
            sd=float(rest.std(ddof=1)),
            plain=float(change[near].mean()),
            plain_sd=float(change[near].std(ddof=1)),
            controls=controls,
        )

    def _measured(self, what: str, shape: Shape) -> tuple[Floats, Floats, Floats, float]:
        """Hour, change and start of all quiet moments with both, and the slope between them."""
        begin_s = self._grid_s - shape.before_s
        quiet = ~overlaps(self._busy, begin_s, begin_s + shape.seconds)
        moves = moves_of(self.series[what], self._grid_s[quiet], shape)
        known = np.isfinite(moves.change) & np.isfinite(moves.start)
        change, start = moves.change[known], moves.start[known]
        return self._hour[quiet][known], change, start, slope_of(start, change)


def slope_of(start: Floats, change: Floats) -> float:
    """Least squares; 0 where nothing is known of it."""
    apart = start - start.mean() if len(start) else start
    square = float(apart @ apart)
    return float(apart @ change) / square if square > 0 else 0.0


def busy_times(history: History) -> Floats:
    """Begin and end (k, 2) of what is not quiet, in order, joined where they overlap: marks and
    exercises with ten minutes on either side."""
    marked = [(mark.at_s, mark.until_s or mark.at_s) for mark in history.marks]
    done = [(s.begin_s, s.end_s) for s in history.stretches if s.kind in EXERCISES]
    return joined((a - APART_S, b + APART_S) for a, b in [*marked, *done])


def joined(times: Iterable[tuple[float, float]]) -> Floats:
    """Stretches of time (k, 2) in order, those that overlap made one."""
    found: list[tuple[float, float]] = []
    for begin_s, end_s in sorted(times):
        if found and begin_s <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end_s))
        else:
            found.append((begin_s, end_s))
    return np.array(found, float).reshape(-1, 2)


def overlaps(busy: Floats, begin_s: Floats, end_s: Floats) -> np.ndarray:
    """Whether each window (n,) shares time with any of the joined stretches (k, 2)."""
    return np.searchsorted(busy[:, 0], end_s) > np.searchsorted(busy[:, 1], begin_s, "right")


def local_s(at_s: Floats, zone: tzinfo) -> Floats:
    """The same by the wearer's clock; zones change at whole quarters."""
    quarter, which = np.unique(at_s // 900, return_inverse=True)
    offsets = [datetime.fromtimestamp(900.0 * q, zone).utcoffset() for q in quarter.tolist()]
    shift_s = np.array([offset.total_seconds() if offset else 0.0 for offset in offsets])
    return at_s + shift_s[which] if len(at_s) else at_s


def hours_of(at_s: Floats, zone: tzinfo) -> Floats:
    """Hour of the day, 0 to 24, by the wearer's zone."""
    return local_s(at_s, zone) % 86400 / 3600
