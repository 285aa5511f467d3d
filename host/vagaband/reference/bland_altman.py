"""Agreement of two methods: bias and limits of agreement, each with its confidence interval.

Bland and Altman 1999 (Stat Methods Med Res 8:135). With several values per person the values are
no independent sample: then the spread is put together of that between and that within persons
(Bland and Altman 2007, J Biopharm Stat 17:571, true value varying), and the intervals come from
drawing whole persons anew (bootstrap). Share within a margin: Wilson 1927.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vagaband.session import Floats

NORMAL = 1.959964  # of a normal distribution 95 % lie within so many standard deviations
MARGIN_LN = 0.2
DRAWS = 1000
FEWEST_PERSONS = 5  # fewer give no spread between persons to draw from
FEWEST_PAIRS = 3
ROUNDING = 1e-9  # a difference of just the margin is within it

Range = tuple[float, float]


@dataclass(frozen=True)
class Agreement:
    """Differences (ours less theirs) over n pairs; each `*_ci` is a 95 % interval, None where the
    data can't give one, which `note` explains."""

    n: int
    persons: int | None
    bias: float
    bias_ci: Range | None
    sd: float
    limits: Range
    lower_ci: Range | None
    upper_ci: Range | None
    slope: float  # of the difference on the mean of the two: not 0 where the bias grows with size
    margin: float
    within: float  # share of pairs that differ by at most the margin
    within_ci: Range | None
    note: str


def agreement(
    ours: Floats,
    theirs: Floats,
    persons: Sequence[Hashable] | None = None,
    margin: float = MARGIN_LN,
) -> Agreement | None:
    """Agreement of pairs, shape (n,) each; those with a value that is not finite are left out.

    `persons` says whose each pair is. Without it every pair counts as independent. None below
    three pairs.
    """
    ours, theirs = np.asarray(ours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    whole = np.isfinite(ours) & np.isfinite(theirs)
    difference, mean = (ours - theirs)[whole], (ours + theirs)[whole] / 2
    if len(difference) < FEWEST_PAIRS:
        return None
    whose = None if persons is None else _numbered(persons)[whole]
    bias, sd = _bias_and_sd(difference, whose)
    within = float(np.mean(_near(difference, margin)))
    if whose is None:
        intervals = _independent(difference, within)
    else:
        intervals = _drawn(difference, whose, margin)
    return Agreement(
        n=len(difference),
        persons=None if whose is None else len(np.unique(whose)),
        bias=bias,
        sd=sd,
        limits=(bias - NORMAL * sd, bias + NORMAL * sd),
        slope=_slope(mean, difference),
        margin=margin,
        within=within,
        note=_note(difference, whose),
        **intervals,
    )


def student_t(freedom: int) -> float:
    """The t that 95 % of Student's distribution lies within, for a whole number of degrees of
    freedom: its closed form (Abramowitz & Stegun 26.7.3-4), inverted by halving."""
    low, high = 1.9, 13.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _share_within(middle, freedom) < 0.95 else (low, middle)
    return (low + high) / 2


def _share_within(t: float, freedom: int) -> float:
    angle = np.arctan(t / np.sqrt(freedom))
    cosine, sine = np.cos(angle), np.sin(angle)
    odd = freedom % 2
    term, total = (cosine if odd else 1.0), 0.0
    for k in range(2 + odd, freedom + 1, 2):
        total += term
        term *= cosine**2 * (k - 1) / k
    return float(2 / np.pi * (angle + sine * total)) if odd else float(sine * total)


def _bias_and_sd(difference: Floats, whose: NDArray[np.int64] | None) -> Range:
    """Bias, and the standard deviation of one difference of one person."""
    if whose is None:
        return float(difference.mean()), float(difference.std(ddof=1))
    bias, sd = _of_persons(*_per_person(difference, whose))
    return float(bias), float(sd)


def _per_person(difference: Floats, whose: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
    """Count, mean and sum of squares about the mean of each person's differences, (k,) each."""
    groups = [difference[whose == k] for k in np.unique(whose)]
    sizes = np.array([len(group) for group in groups], dtype=np.float64)
    means = np.array([group.mean() for group in groups])
    squares = np.array([np.sum((group - group.mean()) ** 2) for group in groups])
    return sizes, means, squares


def _of_persons(sizes: Floats, means: Floats, squares: Floats) -> tuple[Floats, Floats]:
    """Bias and standard deviation from persons along the last axis, shapes (..., k): a one-way
    analysis of variance, the part between persons added to that within."""
    total, persons = sizes.sum(axis=-1), sizes.shape[-1]
    bias = (sizes * means).sum(axis=-1) / total
    within = squares.sum(axis=-1) / np.maximum(total - persons, 1)
    if persons < 2:
        return bias, np.sqrt(within)
    between = (sizes * (means - bias[..., None]) ** 2).sum(axis=-1) / (persons - 1)
    per_person = (total - (sizes**2).sum(axis=-1) / total) / (persons - 1)
    return bias, np.sqrt(within + np.maximum(0.0, (between - within) / per_person))


def _independent(difference: Floats, within: float) -> dict[str, Range | None]:
    """The intervals of pairs that are independent of each other."""
    n, t = len(difference), student_t(len(difference) - 1)
    bias, sd = _bias_and_sd(difference, None)
    of_bias = t * sd / float(np.sqrt(n))
    of_limit = t * sd * float(np.sqrt(1 / n + NORMAL**2 / (2 * (n - 1))))
    low, high = bias - NORMAL * sd, bias + NORMAL * sd
    return {
        "bias_ci": (bias - of_bias, bias + of_bias),
        "lower_ci": (low - of_limit, low + of_limit),
        "upper_ci": (high - of_limit, high + of_limit),
        "within_ci": _wilson(within, n),
    }


def _drawn(difference: Floats, whose: NDArray[np.int64], margin: float) -> dict[str, Range | None]:
    """The intervals from drawing whole persons anew; none where there are too few."""
    names = ("bias_ci", "lower_ci", "upper_ci", "within_ci")
    sizes, means, squares = _per_person(difference, whose)
    persons = len(sizes)
    if persons < FEWEST_PERSONS:
        return dict.fromkeys(names)
    near = np.array([np.sum(_near(difference[whose == k], margin)) for k in np.unique(whose)])
    drawn = np.random.default_rng(1999).integers(0, persons, (DRAWS, persons))
    bias, sd = _of_persons(sizes[drawn], means[drawn], squares[drawn])
    share = near[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    values = np.stack([bias, bias - NORMAL * sd, bias + NORMAL * sd, share], axis=1)
    low, high = np.percentile(values, [2.5, 97.5], axis=0).tolist()
    return {name: (low[k], high[k]) for k, name in enumerate(names)}


def _near(difference: Floats, margin: float) -> NDArray[np.bool_]:
    return np.abs(difference) <= margin + ROUNDING


def _wilson(share: float, n: int) -> Range:
    z2 = NORMAL**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = NORMAL / (1 + z2 / n) * np.sqrt(share * (1 - share) / n + z2 / (4 * n**2))
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))


def _slope(mean: Floats, difference: Floats) -> float:
    off = mean - mean.mean()
    power = float(np.sum(off**2))
    return float(np.sum(off * difference)) / power if power > 0 else 0.0


def _numbered(persons: Sequence[Hashable]) -> NDArray[np.int64]:
    order = {person: k for k, person in enumerate(dict.fromkeys(persons))}
    return np.array([order[person] for person in persons], dtype=np.int64)


def _note(difference: Floats, whose: NDArray[np.int64] | None) -> str:
    if whose is None:
        return (
            "Intervals take the pairs as independent: with several of one person or one "
            "recording they are too narrow."
        )
    persons = len(np.unique(whose))
    if persons < FEWEST_PERSONS:
        return f"No intervals: {persons} persons can't say how persons differ."
    return f"Intervals from drawing the {persons} persons anew; {len(difference)} pairs."
