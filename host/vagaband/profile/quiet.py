"""What a person's heart does by itself from one stretch to the next, where nothing was marked.

People mark a moment when something is out of the ordinary, and begin an exercise when they are
tense. What is out of the ordinary comes back by itself, also without a glimmer or an exercise
(regression to the mean). So a change is held against quiet moments of the same person and hour
that began as far from the level of the minutes before them: change = level + slope * start, with
the slope of all quiet moments. Their scatter about it holds the estimator's noise and the heart's
own slow wander, and is what a change must stand out from.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from vagaband.analysis.uncertainty import student_quantile
from vagaband.profile.busy import CLEAR_S, busy_times, meets
from vagaband.profile.clock import hours_apart, local
from vagaband.profile.model import History
from vagaband.profile.tiles import NEAR_H
from vagaband.profile.windows import Series
from vagaband.reference.run_numbers import EPOCH_S
from vagaband.session import Floats

LEAD_S = 900.0  # before the stretch before: the level that it is held against
LEAST_CONTROLS = 10  # that do not overlap
AT_HAND = 16  # shapes whose quiet moments are kept: of a year 10 MB each
MOST_FREEDOM = 100  # more make no difference to t


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


AROUND = Shape(120.0, 120.0)  # of a moment


@dataclass(frozen=True)
class Moves:
    """Of moments (n,), each the end of a first stretch: `change` is second less first, `start`
    first less the minutes before it; NaN where too little is known."""

    change: Floats
    start: Floats


@dataclass(frozen=True)
class UsualMove:
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
        return student_quantile(min(self.controls - 1, MOST_FREEDOM), comparisons)


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
        _, self._hour = local(epochs.at_s, history.zone)
        self._of_shape = lru_cache(AT_HAND)(self._measured)
        self.series = {
            "rsa": Series(epochs.at_s, epochs.rsa_ln),
            "hp": Series(epochs.at_s, epochs.hp_ms),
            "breath": Series(epochs.at_s, epochs.breath_per_min),
        }

    def usual(
        self, what: str, at_s: float, shape: Shape, any_hour: bool = False
    ) -> UsualMove | None:
        """What is usual of "rsa" or "hp" at the hour of a moment (or at `any_hour`); None with
        too few controls."""
        hour, change, start, slope = self._of_shape(what, shape)
        _, now = local(np.array([at_s]), self._zone)
        near = (hours_apart(hour, float(now[0])) <= NEAR_H) | any_hour
        controls = int(near.sum() * EPOCH_S / shape.seconds)
        if controls < LEAST_CONTROLS:
            return None
        rest = change[near] - slope * start[near]
        return UsualMove(
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
        end_s = begin_s + shape.seconds
        quiet = ~meets(self._busy, begin_s - CLEAR_S, end_s + CLEAR_S)
        moves = moves_of(self.series[what], self._grid_s[quiet], shape)
        known = np.isfinite(moves.change) & np.isfinite(moves.start)
        change, start = moves.change[known], moves.start[known]
        return self._hour[quiet][known], change, start, slope_on(start, change)


def slope_on(start: Floats, change: Floats) -> float:
    """Least squares; 0 where nothing is known of it."""
    apart = start - start.mean() if len(start) else start
    square = float(apart @ apart)
    return float(apart @ change) / square if square > 0 else 0.0
