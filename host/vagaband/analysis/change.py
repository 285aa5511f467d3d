"""Whether a stretch differs from the baseline: a change only beyond what chance can make.

Half of the interval holds three things: how well so few epochs show a mean (their scatter,
neighbours being alike, and never less than rsa.md §5 gives), how well the baseline is known, and
for the own baseline how far a person's days lie apart. It is simultaneous for all comparisons of
the session (Bonferroni). A value within it is "no difference shown".
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Unpack

import numpy as np

from vagaband.analysis.baseline import is_comparable
from vagaband.analysis.model import Baseline, Claim, Moment, Reading
from vagaband.analysis.regions import HP_KNOWN
from vagaband.analysis.saying import LEAST_EPOCHS, LEAST_VALID, Where, said, unsaid, why_no_sum
from vagaband.analysis.uncertainty import (
    MEDIAN_OVER_MEAN,
    Scatter,
    estimator_sd,
    hp_sd,
    normal_quantile,
    scatter_of,
)
from vagaband.reference.run_numbers import EPOCH_S
from vagaband.session import Floats

UNITS = {"hp": "ms", "rsa": "ln"}
APART_S = 3 * EPOCH_S  # between epochs that are no neighbours


@dataclass(frozen=True)
class Comparison:
    """What all comparisons of a session share: how epochs scatter, and how many there are."""

    hp: Scatter
    rsa: dict[str, Scatter]
    count: int


def comparison_of(reading: Reading, count: int) -> Comparison:
    """Scatter within the stretches between the bounds of blocks and gaps in the epochs."""
    bounds = sorted({t for block in reading.blocks for t in (block.begin_s, block.end_s)})
    groups: dict[int, list[Moment]] = {}
    number, last = 0, -1.0
    for moment in reading.moments:
        middle_s = moment.t_s + EPOCH_S / 2
        crossed = bisect_left(bounds, middle_s) != bisect_left(bounds, last)
        number += crossed or middle_s - last > APART_S
        last = middle_s
        groups.setdefault(number, []).append(moment)
    stretches = list(groups.values())
    return Comparison(
        scatter_of([_hp_of(stretch) for stretch in stretches]),
        {k: scatter_of([_rsa_of(stretch, k) for stretch in stretches]) for k in ("pb2", "bp")},
        count,
    )


def against_baseline(
    stretch: Sequence[Moment], baseline: Baseline, comparison: Comparison, **where: Unpack[Where]
) -> Iterator[Claim]:
    """Heart period and RSA of a stretch, each epoch against the baseline of its hour (`baseline`
    is that of the middle): a claim of change, of no difference, or of why neither. `where` goes
    with the claim: begin_s, end_s, block, note."""
    yield _hp(stretch, baseline, comparison, where)
    yield _rsa(stretch, baseline, comparison, where)


def _hp(
    stretch: Sequence[Moment], baseline: Baseline, comparison: Comparison, where: Where
) -> Claim:
    apart = np.array([m.d_hp_ms for m in stretch if m.d_hp_ms is not None], float)
    why = why_no_sum(stretch, hp=True) or ("" if len(apart) else "no_baseline")
    if why:
        return unsaid("hp_change", "ms", why, n=len(apart), baseline=baseline.kind, **where)
    sd = max(comparison.hp.mean_sd(apart), hp_sd(len(apart)))
    of_level = _level_sd(baseline, comparison.hp, hp_sd(baseline.epochs), baseline.hp_day_sd)
    found = _result("hp", apart, math.hypot(sd, of_level), comparison)
    return said(*found, n=len(apart), baseline=baseline.kind, **where)


def _rsa(
    stretch: Sequence[Moment], baseline: Baseline, comparison: Comparison, where: Where
) -> Claim:
    counts = Counter(m.rsa_kind for m in stretch if is_comparable(m))
    kind = "pb2" if counts["pb2"] >= counts["bp"] else "bp"
    known = [m.d_rsa_ln for m in stretch if m.rsa_kind == kind and m.d_rsa_ln is not None]
    apart = np.array(known, float)
    why = why_no_sum(stretch) or _why_uneven(stretch, counts[kind])
    why = why or ("" if len(apart) else "no_baseline")
    if why:
        return unsaid("rsa_change", "ln", why, n=len(apart), baseline=baseline.kind, **where)
    scatter = comparison.rsa[kind]
    sd = max(scatter.mean_sd(apart), estimator_sd(len(apart)))
    of_level = _level_sd(baseline, scatter, estimator_sd(baseline.epochs), baseline.rsa_day_sd)
    found = _result("rsa", apart, math.hypot(sd, of_level), comparison)
    return said(*found, n=len(apart), about=kind, baseline=baseline.kind, **where)


def _why_uneven(stretch: Sequence[Moment], comparable: int) -> str:
    """Why the RSA of a stretch may not be held against the baseline, where it is there."""
    if comparable >= max(LEAST_EPOCHS, LEAST_VALID * sum(m.valid for m in stretch)):
        return ""
    paced = sum(m.rsa_why == "paced" for m in stretch)
    slow = sum(m.slow for m in stretch) - paced
    if paced <= 0 and slow <= 0:
        return "short"
    return "paced" if paced > slow else "slow_breathing"


def _level_sd(baseline: Baseline, scatter: Scatter, least: float, day_sd: float) -> float:
    """SD of the baseline's median; for the own one, of the day that is held against it."""
    if baseline.kind == "own":
        return day_sd * math.sqrt(1 + 1 / max(baseline.days, 1))
    return MEDIAN_OVER_MEAN * max(scatter.sd * scatter.of_mean(baseline.epochs), least)


def _result(
    what: str, apart: Floats, sd: float, comparison: Comparison
) -> tuple[str, float, str, tuple[float, float]]:
    """Kind, value, unit and interval of what so many epochs differ by."""
    difference = float(apart.mean())
    half = normal_quantile(comparison.count) * sd
    result = "change" if abs(difference) > half else "no_difference"
    interval = difference - half, difference + half
    return f"{what}_{result}", difference, UNITS[what], interval


def _hp_of(moments: Sequence[Moment]) -> Floats:
    known = [m.mean_hp_ms for m in moments if m.mean_hp_ms and m.reason in HP_KNOWN]
    return np.array(known, float)


def _rsa_of(moments: Sequence[Moment], kind: str) -> Floats:
    chosen = [m.rsa_ln for m in moments if m.rsa_kind == kind and is_comparable(m)]
    return np.array(chosen, float)
