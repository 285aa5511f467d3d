"""Several times together: their mean with its interval, in which a day counts once."""

import math
from collections.abc import Sequence
from datetime import datetime, tzinfo

import numpy as np

from vagaband.analysis.uncertainty import student_quantile
from vagaband.profile.model import Estimate
from vagaband.profile.why import FEW_DAYS, FEW_TIMES

LEAST_TIMES = 3
LEAST_DAYS = 3


def over_days(
    values: Sequence[float],
    at_s: Sequence[float],
    zone: tzinfo,
    comparisons: int = 1,
    control_sd: float = 0.0,
) -> Estimate:
    """Mean of what was found at several times, each NaN where unknown.

    The mean over days of each day's mean, with Student's interval: what happens twice on a day may
    not be twice the evidence. `control_sd` is how well what it was held against is known, as SD.
    `smallest` holds for so many comparisons together (Bonferroni).
    """
    known = [(v, t) for v, t in zip(values, at_s, strict=True) if math.isfinite(v)]
    if len(known) < LEAST_TIMES:
        return Estimate(None, None, None, len(known), why=FEW_TIMES)
    by_day: dict[object, list[float]] = {}
    for value, when_s in known:
        by_day.setdefault(datetime.fromtimestamp(when_s, zone).date(), []).append(value)
    if len(by_day) < LEAST_DAYS:
        return Estimate(None, None, None, len(known), why=FEW_DAYS)
    means = np.array([np.mean(day) for day in by_day.values()])
    freedom = len(means) - 1
    sd = math.hypot(float(means.std(ddof=1)) / math.sqrt(len(means)), control_sd)
    value, half = float(means.mean()), student_quantile(freedom) * sd
    smallest = student_quantile(freedom, comparisons) * sd
    return Estimate(value, value - half, value + half, len(known), smallest)
