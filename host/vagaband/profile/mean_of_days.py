"""Several times together: their mean with its interval, in which a day counts once."""

import math
from collections.abc import Sequence
from datetime import tzinfo

import numpy as np

from vagaband.analysis.uncertainty import student_quantile
from vagaband.profile.clock import hours_apart, local
from vagaband.profile.model import Estimate
from vagaband.profile.tiles import NEAR_H
from vagaband.profile.why import FEW_OTHER_DAYS, FEW_TIMES
from vagaband.session import Floats

LEAST_TIMES = 3
LEAST_DAYS = 3


def mean_of_days(
    values: Sequence[float],
    at_s: Sequence[float],
    zone: tzinfo,
    comparisons: int,
    control_sds: Sequence[float],
) -> Estimate:
    """Mean of what was found at several times, each NaN where unknown.

    The mean over days of each day's mean, with Student's interval: what happens twice on a day may
    not be twice the evidence. `control_sds` is how well each time's controls are known: those of
    one hour are the same, and so is their error. `smallest` holds for so many
    comparisons together (Bonferroni).
    """
    known = np.isfinite(values)
    n = int(known.sum())
    if n < LEAST_TIMES:
        return Estimate(None, None, None, n, why=FEW_TIMES)
    day, hour = local(np.array(at_s)[known], zone)
    _, which, times = np.unique(day, return_inverse=True, return_counts=True)
    if len(times) < LEAST_DAYS:
        return Estimate(None, None, None, n, why=FEW_OTHER_DAYS)
    shared = _shared_sd(np.array(control_sds)[known], hour)
    means = np.bincount(which, np.array(values)[known]) / times
    freedom = len(means) - 1
    sd = math.hypot(float(means.std(ddof=1)) / math.sqrt(len(means)), shared)
    value, half = float(means.mean()), student_quantile(freedom) * sd
    smallest = student_quantile(freedom, comparisons) * sd
    return Estimate(value, value - half, value + half, n, smallest)


def _shared_sd(sds: Floats, hour: Floats) -> float:
    """SD of the mean error of controls (n,) that is not seen in how the times scatter: what the
    hours around each pair of times have in common."""
    apart = np.array([hours_apart(hour, one) for one in hour.tolist()])
    alike = np.clip(1 - apart / (2 * NEAR_H), 0, 1)
    np.fill_diagonal(alike, 0.0)
    return math.sqrt(float(sds @ alike @ sds)) / len(sds)
