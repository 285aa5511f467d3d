"""Several times together: their mean with its interval, in which a day counts once."""

import math
from collections.abc import Sequence
from datetime import datetime, tzinfo

import numpy as np

from vagaband.analysis.uncertainty import student_quantile
from vagaband.profile.clock import hours_apart, local
from vagaband.profile.controls import NEAR_H
from vagaband.profile.model import Estimate
from vagaband.profile.why import FEW_DAYS, FEW_TIMES
from vagaband.session import Floats

LEAST_TIMES = 3
LEAST_DAYS = 3


def over_days(
    values: Sequence[float],
    at_s: Sequence[float],
    zone: tzinfo,
    comparisons: int,
    control_sds: Sequence[float],
) -> Estimate:
    """Mean of what was found at several times, each NaN where unknown.

    The mean over days of each day's mean, with Student's interval: what happens twice on a day may
    not be twice the evidence. `control_sds` is how well each time's controls are known: those of
    one hour are the same, and so is their error. `smallest` holds for so many comparisons together
    (Bonferroni).
    """
    known = [(v, t) for v, t in zip(values, at_s, strict=True) if math.isfinite(v)]
    kept = np.isfinite(values)
    if len(known) < LEAST_TIMES:
        return Estimate(None, None, None, len(known), why=FEW_TIMES)
    by_day: dict[object, list[float]] = {}
    for value, when_s in known:
        by_day.setdefault(datetime.fromtimestamp(when_s, zone).date(), []).append(value)
    if len(by_day) < LEAST_DAYS:
        return Estimate(None, None, None, len(known), why=FEW_DAYS)
    shared = _shared_sd(np.array(control_sds)[kept], np.array(at_s)[kept], zone)
    means = np.array([np.mean(day) for day in by_day.values()])
    freedom = len(means) - 1
    sd = math.hypot(float(means.std(ddof=1)) / math.sqrt(len(means)), shared)
    value, half = float(means.mean()), student_quantile(freedom) * sd
    smallest = student_quantile(freedom, comparisons) * sd
    return Estimate(value, value - half, value + half, len(known), smallest)


def _shared_sd(sds: Floats, at_s: Floats, zone: tzinfo) -> float:
    """SD of the mean error of controls (n,) that is not seen in how the times scatter: what the
    hours around each pair of times have in common."""
    _, hour = local(at_s, zone)
    apart = np.array([hours_apart(hour, one) for one in hour.tolist()])
    alike = np.clip(1 - apart / (2 * NEAR_H), 0, 1)
    np.fill_diagonal(alike, 0.0)
    return math.sqrt(float(sds @ alike @ sds)) / len(sds)
