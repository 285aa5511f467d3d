"""A difference of two means over days that hang together: its interval by drawing whole days.

The days with marks and the days without are drawn again, each for itself (cluster bootstrap), and
each drawing is divided by its own standard error (bootstrap-t): with few days the plain percentile
interval is too narrow. Drawings of few days say little of the far tail that many comparisons need:
there it is Student's, of one degree of freedom less than there are days with marks.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vagaband.analysis.uncertainty import LEVEL, student_quantile
from vagaband.session import Floats

DRAWN = 1999
LEAST_SE = 1e-3  # of a drawing: one in which a single day came up all the time has none


@dataclass(frozen=True)
class Difference:
    """Value, half of its 95 % interval, and what it must exceed to be told from none, that and so
    many others being looked at (Bonferroni)."""

    value: float
    half: float
    smallest: float


@dataclass(frozen=True)
class Sums:
    """Of each day, (days,): sum and weight of the marked stretches and of their controls, and
    what else each day adds to the error of the difference."""

    marked: Floats
    marks: Floats
    control: Floats
    controls: Floats
    extra: Floats


def difference_of(sums: Sums, comparisons: int, seed: int = 9) -> Difference:
    """Mean of the marked less mean of the controls, over at least two days with marks."""
    value, se = (float(v[0]) for v in _studied(sums, np.ones((1, len(sums.marks)))))
    weights = np.zeros((DRAWN, len(sums.marks)))
    rng = np.random.default_rng(seed)
    for part in (sums.marks > 0, sums.marks == 0):
        weights[:, part] = _drawn(rng, int(part.sum()))
    drawn, drawn_se = _studied(sums, weights)
    t = np.abs(drawn - value) / np.maximum(drawn_se, LEAST_SE * se)
    half = se * float(np.quantile(t, LEVEL))
    days = int((sums.marks > 0).sum())
    return Difference(value, half, max(half, se * student_quantile(days - 1, comparisons)))


def _drawn(rng: np.random.Generator, n: int) -> NDArray[np.int64]:
    """How often each of so many days comes up, (drawings, n)."""
    chosen = rng.integers(0, max(n, 1), (DRAWN, n)) + n * np.arange(DRAWN)[:, None]
    return np.bincount(chosen.ravel(), minlength=DRAWN * n).reshape(DRAWN, n)


def _studied(sums: Sums, weights: Floats) -> tuple[Floats, Floats]:
    """Difference and its standard error for each weighing of the days, (drawings,) each."""
    marks, controls = weights @ sums.marks, np.maximum(weights @ sums.controls, 1e-12)
    marked, control = weights @ sums.marked / marks, weights @ sums.control / controls
    error = (sums.marked - np.outer(marked, sums.marks)) / marks[:, None]
    error -= (sums.control - np.outer(control, sums.controls)) / controls[:, None]
    error += sums.extra
    days = int((sums.marks > 0).sum())
    variance = np.sum(weights * error**2, axis=1) * days / (days - 1)
    return marked - control + (weights - 1) @ sums.extra, np.sqrt(variance)
