"""What is usual for a person on a day at an hour, from unmarked time: day + hour.

Days differ by more than most things do to a heart, and a person marks more on some days than on
others: so each day has a level of its own, and all days share one curve over the hours (two
harmonics). What is left of a marked stretch is compared with what is left of its controls.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vagaband.profile.tiles import Tiles
from vagaband.session import Floats

TILE_S = 300.0
LEAST_ON_DAY = 6  # tiles: half an hour, for a day to have a level
HARMONICS = np.array([1, 2])
FLAT = 10.0  # tiles that say so


@dataclass(frozen=True)
class Usual:
    """Level of each day (d,), and the curve over the hours."""

    days: NDArray[np.int64]
    level: Floats
    curve: Floats

    def left(self, values: Floats, day: NDArray[np.int64], hour: Floats) -> Floats:
        """Values (n,) less what is usual; NaN on a day that has no level."""
        if not len(self.days):
            return np.full(len(values), np.nan)
        index = np.minimum(np.searchsorted(self.days, day), len(self.days) - 1)
        level = np.where(self.days[index] == day, self.level[index], np.nan)
        return values - level - self.of_hour(hour)

    def of_hour(self, hour: Floats) -> Floats:
        """What the hours of day (n,) add to the level."""
        return _harmonics(hour) @ self.curve


@dataclass(frozen=True)
class Slope:
    """Of a quantity on another within days; `leaning` (d,) is what each day adds to its error."""

    value: float
    days: NDArray[np.int64]
    leaning: Floats


def usual_of(values: Floats, tiles: Tiles) -> Usual:
    """Fit to the means of unmarked tiles (n,), NaN where unknown."""
    fit = _within_days(values, tiles, _harmonics(tiles.hour))
    return Usual(fit.days, fit.level, fit.weights)


def slope_within_days(values: Floats, on: Floats, tiles: Tiles, least: float) -> Slope:
    """Slope of the means of unmarked tiles (n,) on another mean, day and hour being equal.

    Where that other one differs by less than `least` the slope goes to none: what stays the same
    has shown nothing, and a steep slope through it would make effects of nearly equal numbers.
    """
    columns = np.column_stack([on, _harmonics(tiles.hour)])
    fit = _within_days(values, tiles, columns, least)
    leaning = _sums((fit.pulls[0] * fit.rest)[:, None], fit.which, len(fit.days))
    return Slope(float(fit.weights[0]), fit.days, leaning[:, 0])


@dataclass(frozen=True)
class _Fit:
    """Least squares within days: of the tiles used, what each pulls at the weights (columns, n),
    and what is left of it."""

    days: NDArray[np.int64]
    which: NDArray[np.intp]  # day of each tile used
    weights: Floats
    level: Floats
    pulls: Floats
    rest: Floats


def _within_days(values: Floats, tiles: Tiles, columns: Floats, least: float = 0.0) -> _Fit:
    known = np.isfinite(values) & np.isfinite(columns).all(axis=1)
    _, which, count = np.unique(tiles.day[known], return_inverse=True, return_counts=True)
    known[known] = (count >= LEAST_ON_DAY)[which]
    days, which = np.unique(tiles.day[known], return_inverse=True)
    mean_y, mean_x = (_by_day(v[known], which, len(days)) for v in (values[:, None], columns))
    x, y = columns[known] - mean_x[which], values[known] - mean_y[which, 0]
    # Where hours overlap little from day to day, the curve is not known: it stays near flat
    flat = np.full(x.shape[1], np.sqrt(FLAT))
    flat[: -2 * len(HARMONICS)] = np.sqrt(len(y)) * least
    pulls = np.linalg.pinv(np.vstack([x, np.diag(flat)]))[:, : len(y)]
    weights: Floats = pulls @ y
    return _Fit(days, which, weights, mean_y[:, 0] - mean_x @ weights, pulls, y - x @ weights)


def _by_day(values: Floats, which: NDArray[np.intp], days: int) -> Floats:
    """Mean of each day of columns (n, k), (days, k)."""
    return _sums(values, which, days) / np.bincount(which, minlength=days)[:, None]


def _sums(values: Floats, which: NDArray[np.intp], days: int) -> Floats:
    total = np.zeros((days, values.shape[1]))
    np.add.at(total, which, values)
    return total


def _harmonics(hour: Floats) -> Floats:
    turn = 2 * np.pi * hour[:, None] / 24 * HARMONICS
    return np.concatenate([np.cos(turn), np.sin(turn)], axis=1)
