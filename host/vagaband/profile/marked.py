"""Marked moments as stretches to be compared: what is left of each, and of its controls.

A mark without an end stands for the five minutes from it on; a marked stretch for itself, at most
its first hour, and as a moment when it is under two minutes. What overlaps an earlier mark of the
same tag is the same moment.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vagaband.profile.clock import local
from vagaband.profile.controls import Controls
from vagaband.profile.model import SAYS_NOTHING, History, Mark
from vagaband.profile.tiles import Tiles
from vagaband.profile.usual import TILE_S, usual_of
from vagaband.profile.windows import means_of
from vagaband.reference.run_numbers import EPOCH_S
from vagaband.session import Floats

MOMENT_S = 300.0
LEAST_S, MOST_S = 120.0, 3600.0
LEAST_CONTROLS, LEAST_CONTROL_DAYS = 6, 3


@dataclass(frozen=True)
class Moments:
    """Stretches that marks stand for, (n,) each, and the tags of each."""

    begin_s: Floats
    seconds: Floats
    day: NDArray[np.int64]
    hour: Floats
    tags: tuple[frozenset[str], ...]

    def of_tag(self, tag: str) -> list[int]:
        """Indexes of its moments, without those that overlap an earlier one."""
        kept: list[int] = []
        for k in np.argsort(self.begin_s, kind="stable").tolist():
            if tag not in self.tags[k]:
                continue
            if not kept or self.begin_s[k] >= self.begin_s[kept[-1]] + self.seconds[kept[-1]]:
                kept.append(k)
        return kept


@dataclass(frozen=True)
class Left:
    """Of one quantity: what is left of each moment when the usual is taken off (n,), NaN where it
    can't be said (`read`: it could be read, and lacks controls); and of its controls, sum and
    weight by day (n, d); a row's weight is 1."""

    read: NDArray[np.bool_]
    marked: Floats
    control: Floats
    weight: Floats


def moments_of(history: History) -> Moments:
    """All marks that have a tag, or a kind that is one."""
    tags = [frozenset(_tags(mark)) for mark in history.marks]
    marks = [(mark, own) for mark, own in zip(history.marks, tags, strict=True) if own]
    begin_s = np.array([mark.at_s for mark, _ in marks], float)
    seconds = np.array([_seconds(mark) for mark, _ in marks], float)
    day, hour = local(begin_s, history.zone)
    return Moments(begin_s, seconds, day, hour, tuple(own for _, own in marks))


class Ground:
    """A history's marked moments and unmarked time, side by side. `days` are all of both."""

    def __init__(self, history: History) -> None:
        self.epochs = history.epochs
        self.controls = Controls(history)
        self.tiles = self.controls.tiles(TILE_S)
        self.moments = moments_of(history)
        self.days = np.unique(np.concatenate([self.tiles.day, self.moments.day]))

    def of_tiles(self, values: Floats) -> Floats:
        """Means of a quantity (one an epoch) in the unmarked tiles."""
        return means_of(self.epochs, values, self.tiles.begin_s, TILE_S)

    def left(self, values: Floats) -> Left:
        """What is left of a quantity (one an epoch)."""
        usual = usual_of(self.of_tiles(values), self.tiles)
        moments, n = self.moments, len(self.moments.begin_s)
        of_days = (np.zeros((n, len(self.days))) for _ in range(2))
        left = Left(np.zeros(n, bool), np.full(n, np.nan), *of_days)
        for seconds in np.unique(moments.seconds).tolist():
            these = np.flatnonzero(moments.seconds == seconds)
            means = means_of(self.epochs, values, moments.begin_s[these], seconds)
            left.read[these] = np.isfinite(means)
            left.marked[these] = usual.left(means, moments.day[these], moments.hour[these])
            tiles = self.controls.tiles(seconds)
            means = means_of(self.epochs, values, tiles.begin_s, tiles.seconds)
            of_tile = usual.left(means, tiles.day, tiles.hour)
            for k in these.tolist():
                self._put_controls(left, k, tiles, of_tile)
        return left

    def _put_controls(self, left: Left, k: int, tiles: Tiles, of_tile: Floats) -> None:
        near = tiles.near(float(self.moments.hour[k])) & np.isfinite(of_tile)
        which, n = np.searchsorted(self.days, tiles.day[near]), len(self.days)
        count = np.bincount(which, minlength=n)
        if count.sum() < LEAST_CONTROLS or (count > 0).sum() < LEAST_CONTROL_DAYS:
            left.marked[k] = np.nan
            return
        left.control[k] = np.bincount(which, of_tile[near], n) / count.sum()
        left.weight[k] = count / count.sum()


def _tags(mark: Mark) -> tuple[str, ...]:
    kind = mark.kind.casefold()
    return mark.tags if kind in SAYS_NOTHING else (*mark.tags, kind)


def _seconds(mark: Mark) -> float:
    seconds = 0.0 if mark.until_s is None else mark.until_s - mark.at_s
    if seconds < LEAST_S:
        return MOMENT_S
    return EPOCH_S * round(min(seconds, MOST_S) / EPOCH_S)
