"""Whether a stretch differs from the baseline: a change only beyond what chance can make.

Half of the interval holds three things: how well so few epochs show a mean (their scatter,
neighbours being alike, and never less than rsa.md §5 gives), how well the baseline is known, and
for the own baseline how far a person's days lie apart. It is simultaneous for all comparisons of
the session (Bonferroni). A value within it is "no difference shown".
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from vagaband.analysis.baseline import is_comparable
from vagaband.analysis.model import Baseline, Claim, Moment, Reading
from vagaband.analysis.regions import HP_KNOWN, level_of
from vagaband.analysis.saying import LEAST_EPOCHS, LEAST_VALID, said, unsaid, why_no_sum
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

APART_S = 3 * EPOCH_S  # between epochs that are no neighbours


@dataclass(frozen=True)
class Comparison:
    """What all comparisons of a session share: how epochs scatter, and how many there are."""

    hp: Scatter
    rsa: dict[str, Scatter]
    count: int


@dataclass(frozen=True)
class _Against:
    """One number of a stretch beside the baseline's."""

    what: str  # "hp" or "rsa"
    unit: str
    values: Floats
    level: float
    sd: float  # of the mean of the values and of the level together
    about: str = ""
    where: dict = field(default_factory=dict)


def comparison_of(reading: Reading, count: int) -> Comparison:
    """Scatter within the stretches between the bounds of blocks and gaps in the epochs."""
    bounds = sorted({t for block in reading.blocks for t in (block.begin_s, block.end_s)})
    groups: dict[int, list[Moment]] = {}
    number, last = 0, -1.0
    for moment in reading.moments:
        middle_s = moment.t_s + EPOCH_S / 2
        crossed = bool(bounds) and np.searchsorted(bounds, middle_s) != np.searchsorted(
            bounds, last
        )
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
    stretch: Sequence[Moment], baseline: Baseline, comparison: Comparison, **where: float | int
) -> Iterator[Claim]:
    """Heart period and RSA of a stretch against a baseline: a claim of change, of no difference,
    or of why neither. `where` goes with the claim: begin_s, end_s, block, note."""
    yield _hp(stretch, baseline, comparison, where)
    yield _rsa(stretch, baseline, comparison, where)


def _hp(
    stretch: Sequence[Moment], baseline: Baseline, comparison: Comparison, where: dict
) -> Claim:
    values, level = _hp_of(stretch), baseline.hp_ms
    why = why_no_sum(stretch, hp=True) or ("" if level else "no_baseline")
    if why or level is None:
        return unsaid("hp_change", "ms", why, n=len(values), baseline=baseline.kind, **where)
    sd = max(comparison.hp.mean_sd(values), hp_sd(len(values)))
    of_level = _level_sd(baseline, comparison.hp, hp_sd(baseline.epochs), baseline.hp_day_sd)
    both = math.hypot(sd, of_level)
    return _claim(_Against("hp", "ms", values, level, both, "", where), baseline, comparison)


def _rsa(
    stretch: Sequence[Moment], baseline: Baseline, comparison: Comparison, where: dict
) -> Claim:
    counts = Counter(m.rsa_kind for m in stretch if is_comparable(m))
    kind = "pb2" if counts["pb2"] >= counts["bp"] else "bp"
    values, level = _rsa_of(stretch, kind), level_of(baseline, kind)[0]
    why = why_no_sum(stretch) or _why_uneven(stretch, len(values))
    why = why or ("" if level is not None else "no_baseline")
    if why or level is None:
        return unsaid("rsa_change", "ln", why, n=len(values), baseline=baseline.kind, **where)
    scatter = comparison.rsa[kind]
    sd = max(scatter.mean_sd(values), estimator_sd(len(values)))
    of_level = _level_sd(baseline, scatter, estimator_sd(baseline.epochs), baseline.rsa_day_sd)
    both = math.hypot(sd, of_level)
    return _claim(_Against("rsa", "ln", values, level, both, kind, where), baseline, comparison)


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


def _claim(against: _Against, baseline: Baseline, comparison: Comparison) -> Claim:
    difference = float(against.values.mean()) - against.level
    half = normal_quantile(comparison.count) * against.sd
    result = "change" if abs(difference) > half else "no_difference"
    return said(
        f"{against.what}_{result}",
        difference,
        against.unit,
        (difference - half, difference + half),
        n=len(against.values),
        about=against.about,
        baseline=baseline.kind,
        **against.where,
    )


def _hp_of(moments: Sequence[Moment]) -> Floats:
    known = [m.mean_hp_ms for m in moments if m.mean_hp_ms and m.reason in HP_KNOWN]
    return np.array(known, float)


def _rsa_of(moments: Sequence[Moment], kind: str) -> Floats:
    chosen = [m.rsa_ln for m in moments if m.rsa_kind == kind and is_comparable(m)]
    return np.array(chosen, float)
