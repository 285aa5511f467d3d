"""How sure a number is: 95 % intervals that know that neighbouring epochs are alike."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np

from vagaband.session import Floats

LEVEL = 0.95
RESAMPLED = 400
BLOCK = 10  # epochs: five minutes stay together when epochs are drawn again
LEAST_TO_DRAW = 4 * BLOCK
LEAST_IN_STRETCH = 4  # epochs, to tell how they scatter
MOST_ALIKE = 0.8  # autocorrelation of neighbouring epochs, at most
# SD of mean RSA (ln) over so many minutes of a stationary heart: rsa.md §5
ESTIMATOR_SD = ((0.25, 0.38), (0.5, 0.33), (1, 0.30), (2, 0.20), (3, 0.16), (5, 0.11), (10, 0.09))
MEDIAN_OVER_MEAN = math.sqrt(math.pi / 2)  # SD of a median over that of a mean
MAD_TO_SD = 1.4826
HP_EPOCH_SD_MS = 10.0  # SD of the mean heart period of 30 s that the slow waves make
EPOCHS_PER_MIN = 2.0


def estimator_sd(epochs: float) -> float:
    """SD (ln) of mean RSA over so many epochs from sampling alone; beyond ten minutes it falls by
    the root of the length."""
    minutes = epochs / EPOCHS_PER_MIN
    lengths, sds = zip(*ESTIMATOR_SD, strict=True)
    if minutes > lengths[-1]:
        return sds[-1] * math.sqrt(lengths[-1] / minutes)
    return float(np.exp(np.interp(np.log(max(minutes, lengths[0])), np.log(lengths), np.log(sds))))


def hp_sd(epochs: float) -> float:
    """The same of the mean heart period, in ms."""
    return HP_EPOCH_SD_MS / math.sqrt(max(epochs, 1))


def normal_quantile(comparisons: int = 1) -> float:
    """Of a two-sided 95 % interval, simultaneous for so many comparisons (Bonferroni)."""
    return NormalDist().inv_cdf(1 - (1 - LEVEL) / (2 * max(comparisons, 1)))


def student_share(t: Floats, freedom: int) -> Floats:
    """Share of Student's t within +-|t|, elementwise (Abramowitz and Stegun, 26.7.3 and .4)."""
    angle = np.arctan(np.abs(t) / math.sqrt(freedom))
    odd = freedom % 2
    term = np.cos(angle) if odd else np.ones_like(angle)
    total = np.zeros_like(angle)
    for k in range(odd, freedom - 1, 2):
        total += term
        term = term * np.cos(angle) ** 2 * (k + 1) / (k + 2)
    return 2 / math.pi * (angle + np.sin(angle) * total) if odd else np.sin(angle) * total


@cache
def student_quantile(freedom: int, comparisons: int = 1) -> float:
    """As `normal_quantile`, where the SD is known from so many degrees of freedom only."""
    low, high = 0.0, 1e6
    while high - low > 1e-6 * high:
        middle = (low + high) / 2
        inside = student_share(np.array(middle), freedom) < 1 - (1 - LEVEL) / max(comparisons, 1)
        low, high = (middle, high) if inside else (low, middle)
    return high


@dataclass(frozen=True)
class Scatter:
    """How epochs scatter about the mean of their own stretch: SD, and likeness of neighbours (0 to
    0.8)."""

    sd: float
    likeness: float

    def mean_sd(self, values: Floats) -> float:
        """SD of the mean of some epochs (n,): by the pooled scatter, or by their own if larger."""
        own = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
        return max(self.sd, own) * self.of_mean(len(values))

    def of_mean(self, n: int) -> float:
        """SD of a mean of so many epochs over that of one."""
        return math.sqrt((1 + self.likeness) / (1 - self.likeness) / max(n, 1))


def scatter_of(stretches: Sequence[Floats]) -> Scatter:
    """Of stretches of epochs in order, each about its own mean: what differs between stretches is
    no scatter. The SD is the median one of an epoch's stretch, so that a single stretch in
    transition does not decide; likeness is pooled, and corrected for its bias in short series."""
    sds, weights, lagged = [], [], 0.0
    for values in stretches:
        sd = float(np.std(values, ddof=1)) if len(values) >= LEAST_IN_STRETCH else 0.0
        if sd > 0:
            left = (values - values.mean()) / sd
            lagged += float(np.sum(left[1:] * left[:-1]))
            sds.append(sd)
            weights.append(len(values))
    if not sds:
        return Scatter(0.0, 0.0)
    order = np.argsort(sds)
    middle = np.searchsorted(np.cumsum(np.array(weights)[order]), sum(weights) / 2)
    likeness = lagged / (sum(weights) - len(weights))
    likeness += (1 + 3 * likeness) * len(weights) / sum(weights)
    return Scatter(sds[order[middle]], min(max(likeness, 0.0), MOST_ALIKE))


def median_interval(values: Floats, floor_sd: float = 0.0, seed: int = 8) -> tuple[float, float]:
    """Interval of the median of epochs in order, (n,): by their spread near it and likeness, or
    `floor_sd`; from 20 minutes on at least that of blocks of epochs drawn again (bootstrap)."""
    median = float(np.median(values))
    spread = MAD_TO_SD * float(np.median(np.abs(values - median)))
    sd = MEDIAN_OVER_MEAN * max(spread * scatter_of([values]).of_mean(len(values)), floor_sd)
    half = normal_quantile() * sd
    if len(values) < LEAST_TO_DRAW:
        return median - half, median + half
    rng = np.random.default_rng(seed)
    count = -(-len(values) // BLOCK)
    first = rng.integers(0, len(values) - BLOCK + 1, (RESAMPLED, count))
    index = (first[:, :, None] + np.arange(BLOCK)).reshape(RESAMPLED, -1)[:, : len(values)]
    drawn = np.median(values[index], axis=1)
    low, high = np.percentile(drawn, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
    return min(float(low), median - half), max(float(high), median + half)
