"""What many recordings say together: pooled figures with bootstrap 95 % intervals.

F1, sensitivity, PPV and interval error are pooled over beats and resampled by blocks of 10 s;
the others are medians over recordings or epochs, which are resampled themselves. The draws are
the same for every detector, so a difference of two has an interval of its own (Efron &
Tibshirani 1993).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from vagaband.bench.measure import ERROR_MS, FN, FP, INTERVALS, TP, Measured
from vagaband.session import Floats

DRAWS = 2000
SEED = 1
INTERVAL_PCT = (2.5, 97.5)


@dataclass(frozen=True)
class Figure:
    """A value with its 95 % interval; None where there is nothing, or too little for one."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Figures:
    """One detector on one set of recordings."""

    beats: int  # of the reference, as are the two below
    found: int
    false: int
    f1_pct: Figure
    sensitivity_pct: Figure
    ppv_pct: Figure
    interval_error_ms: Figure
    rmssd_error_ln: Figure  # median of |ln| over recordings
    rsa_error_ln: Figure  # median of |ln| over epochs
    rsa_bias_ln: Figure  # median
    epochs: int
    epochs_of_reference: int
    first_beat_s: Figure  # median over recordings
    first_given_s: Figure
    crashes: int


@dataclass(frozen=True)
class Draws:
    """Sums over blocks, (5,), and over each of the bootstrap's samples of them, (draws, 5)."""

    total: Floats
    samples: Floats


Quantity = Callable[[Floats], Floats]  # sums (..., 5) -> values (...)


def f1(sums: Floats) -> Floats:
    """F1 in %."""
    return _share(2 * sums[..., TP], 2 * sums[..., TP] + sums[..., FP] + sums[..., FN])


def sensitivity(sums: Floats) -> Floats:
    """In %."""
    return _share(sums[..., TP], sums[..., TP] + sums[..., FN])


def ppv(sums: Floats) -> Floats:
    """In %."""
    return _share(sums[..., TP], sums[..., TP] + sums[..., FP])


def interval_error(sums: Floats) -> Floats:
    """Mean absolute error of intervals in ms; NaN without any."""
    none = sums[..., INTERVALS] == 0
    return np.where(none, np.nan, sums[..., ERROR_MS] / np.where(none, 1, sums[..., INTERVALS]))


def _share(part: Floats, whole: Floats) -> Floats:
    return np.where(whole > 0, 100 * part / np.where(whole > 0, whole, 1), 0.0)


def draw(recordings: Sequence[Measured]) -> Draws:
    """The blocks of the recordings, pooled and resampled."""
    blocks = np.concatenate([measured.blocks for measured in recordings])
    n = len(blocks)
    weights = np.random.default_rng(SEED).multinomial(n, np.full(n, 1 / n), size=DRAWS)
    return Draws(blocks.sum(axis=0), weights @ blocks)


def pooled(draws: Draws, quantity: Quantity) -> Figure:
    """A quantity of the pooled blocks."""
    return _figure(float(quantity(draws.total)), quantity(draws.samples))


def difference(ours: Draws, theirs: Draws, quantity: Quantity) -> Figure:
    """Ours less theirs, in pairs: the same blocks in every draw."""
    value = float(quantity(ours.total) - quantity(theirs.total))
    return _figure(value, quantity(ours.samples) - quantity(theirs.samples))


def median(values: Sequence[float] | Floats) -> Figure:
    """The median of some values, resampled; an interval from three on."""
    known = np.asarray(values, dtype=np.float64)
    if not len(known):
        return Figure(None)
    if len(known) < 3:
        return Figure(float(np.median(known)))
    chosen = np.random.default_rng(SEED).integers(0, len(known), (DRAWS, len(known)))
    return _figure(float(np.median(known)), np.median(known[chosen], axis=1))


def _figure(value: float, samples: Floats) -> Figure:
    known = samples[np.isfinite(samples)]
    if not np.isfinite(value):
        return Figure(None)
    if not len(known):
        return Figure(value)
    low, high = np.percentile(known, INTERVAL_PCT)
    return Figure(value, float(low), float(high))


def figures(recordings: Sequence[Measured], draws: Draws) -> Figures:
    """All figures of one detector on a set; `draws` are those of the same recordings."""
    rsa = np.concatenate([np.empty(0), *(measured.rsa_ln for measured in recordings)])
    rmssd = [abs(each.rmssd_ln) for each in recordings if each.rmssd_ln is not None]
    total = draws.total
    return Figures(
        beats=round(total[TP] + total[FN]),
        found=round(total[TP]),
        false=round(total[FP]),
        f1_pct=pooled(draws, f1),
        sensitivity_pct=pooled(draws, sensitivity),
        ppv_pct=pooled(draws, ppv),
        interval_error_ms=pooled(draws, interval_error),
        rmssd_error_ln=median(rmssd),
        rsa_error_ln=median(np.abs(rsa)),
        rsa_bias_ln=median(rsa),
        epochs=len(rsa),
        epochs_of_reference=sum(each.epochs for each in recordings),
        first_beat_s=median([each.first_s for each in recordings if each.first_s is not None]),
        first_given_s=median(
            [each.first_given_s for each in recordings if each.first_given_s is not None]
        ),
        crashes=sum(bool(each.crash) for each in recordings),
    )
