"""A line through days that are alike: least squares that does not know how alike they are.

Noise of days is taken as part that stays (correlation RHO from a day to the next, falling with the
days between, so that missing days count) and part that is new each day. Which, the days themselves
say badly when they are few: so every combination has its say, weighed by its restricted likelihood
(REML), and the interval is that of the mixture of their Student's distributions.
"""

from dataclasses import dataclass

import numpy as np

from vagaband.analysis.uncertainty import LEVEL, student_share
from vagaband.session import Floats

RHO = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98)  # the last: weeks of drift
NEW = (0.0, 0.25, 0.5, 0.75, 0.9)  # share of the variance that is new each day
STEPS = 60  # halvings of the place of a quantile


@dataclass(frozen=True)
class Mixture:
    """What is known of one coefficient: Student's distributions (k,) and their weights."""

    middle: Floats
    se: Floats
    weight: Floats
    freedom: int

    @property
    def mean(self) -> float:
        """Its middle."""
        return float(self.middle @ self.weight)

    def quantile(self, share: float) -> float:
        """The value below which so much of it lies."""
        low = float(np.min(self.middle - 1e3 * self.se))
        high = float(np.max(self.middle + 1e3 * self.se))
        for _ in range(STEPS):
            value = (low + high) / 2
            t = (value - self.middle) / self.se
            below = 0.5 + 0.5 * np.sign(t) * student_share(t, self.freedom)
            low, high = (value, high) if below @ self.weight < share else (low, value)
        return (low + high) / 2

    def interval(self, comparisons: int = 1) -> tuple[float, float]:
        """The 95 % interval, simultaneous for so many comparisons (Bonferroni)."""
        outside = (1 - LEVEL) / comparisons / 2
        return self.quantile(outside), self.quantile(1 - outside)


def coefficient(values: Floats, day: Floats, columns: Floats, which: int) -> Mixture:
    """Of the least squares of values (n,) on columns (n, p) at days (n,), n > p."""
    n, p = columns.shape
    apart = np.abs(day[:, None] - day)
    fits = [_fits(rho**apart, values, columns, which) for rho in RHO]  # 0 ** 0 is 1
    middle, se, likely = (np.concatenate(parts) for parts in zip(*fits, strict=True))
    weight = np.exp(likely - likely.max())
    return Mixture(middle, se, weight / weight.sum(), n - p)


def _fits(stays: Floats, values: Floats, columns: Floats, which: int) -> tuple[Floats, ...]:
    """Coefficient, its standard error and log likelihood for each share of NEW, (k,) each; `stays`
    (n, n) is how alike the days are in what stays."""
    n, p = columns.shape
    new = np.array(NEW)[:, None, None]
    root = np.linalg.cholesky((1 - new) * stays + new * np.eye(n))
    even = np.linalg.solve(root, np.column_stack([columns, values])[None])  # days made alone
    x, y = even[..., :p], even[..., p:]
    inner = np.swapaxes(x, 1, 2) @ x
    beta = np.linalg.solve(inner, np.swapaxes(x, 1, 2) @ y)
    left = np.maximum(np.sum((y - x @ beta) ** 2, axis=(1, 2)), 1e-12)
    _, of_inner = np.linalg.slogdet(inner)
    of_root = np.sum(np.log(np.diagonal(root, axis1=1, axis2=2)), axis=1)
    likely = -of_root - of_inner / 2 - (n - p) / 2 * np.log(left)
    se: Floats = np.sqrt(left / (n - p) * np.linalg.inv(inner)[:, which, which])
    return beta[:, which, 0].astype(np.float64), se, likely
