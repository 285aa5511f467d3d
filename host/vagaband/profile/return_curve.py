"""When RSA was back after a challenge, by all curves that its noise allows.

The course back is a Weibull curve from a start to a level: level + (start - level) exp(-(t/T)^k),
which holds an exponential (k = 1), a late return (k > 1) and a quick one with a tail (k < 1). All
T and k of a grid are weighed by how well they fit (Bayes' rule; start and level normal and
integrated in closed form), and the time of the crossing is drawn from them: its median and its
central 95 %. So the noise of the running RSA and of the baseline are in the interval, and no
single lucky step makes a return. Nothing is said beyond what was watched.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vagaband.analysis.uncertainty import LEVEL
from vagaband.profile.running import STEP_S, Running
from vagaband.session import Floats

MARGIN_LN = 0.3  # below the baseline, and still back at it (DESIGN §7)
SCALES_S = np.geomspace(8.0, 7200.0, 32)
POWERS = np.array([0.6, 0.8, 1.0, 1.4, 2.0, 3.0, 5.0])
LEVEL_SD = 0.2  # ln, by which the level after may lie off that before
START_SD = 0.4  # ln, by which the start may lie off the mean during the challenge
DRAWS = 4000
LOOKS_S = (300.0, 600.0, 1200.0, math.inf)
SETTLED = 2 / 3
LEAST_STEPS = 8  # of 15 s: two minutes (rsa.md §5)
WITHIN = (np.arange(5) + 0.5) / 5 - 0.5  # of a step: it shows the mean of its course


@dataclass(frozen=True)
class Known:
    """A level and how well it is known (SD); of RSA in ln, of the heart period in ms."""

    value: float
    sd: float


@dataclass(frozen=True)
class Levels:
    """Where RSA was before, and during the challenge; `own` is the baseline where it is not that
    of before."""

    rest: Known
    during: Known
    own: Known | None = None


def return_of(
    steps: Running, end_s: float, levels: Levels, sd: float
) -> tuple[float, float, float]:
    """Seconds from the end of a challenge (`end_s`) to the return: middle, and 95 % interval;
    infinite beyond what was watched.

    From the steps (n,) after it, each with noise `sd` (ln; what neighbours have alike is in it),
    or more where no curve comes so near to them. Life goes on after a return: so no more is looked
    at than is needed to have it in the first two thirds.
    """
    found = math.inf, math.inf, math.inf
    for look_s in LOOKS_S:
        seen = steps.between(end_s, end_s + look_s)
        if len(seen.at_s) >= LEAST_STEPS:
            found = _return(seen, end_s, levels, sd)
        if found[2] <= SETTLED * look_s or len(seen.at_s) == len(steps.at_s):
            break
    return found


def _return(steps: Running, end_s: float, levels: Levels, sd: float) -> tuple[float, float, float]:
    """The same by all of these steps."""
    t_s, rest, during = steps.at_s - end_s, levels.rest, levels.during
    shapes = _shapes(t_s)
    start = np.array([rest.value, during.value])
    spread = np.array([math.hypot(rest.sd, LEVEL_SD), math.hypot(during.sd, START_SD)])
    fits = _fits(shapes, steps.rsa_ln, start, spread, sd)
    if fits.misfit > 1:
        fits = _fits(shapes, steps.rsa_ln, start, spread, sd * fits.misfit)
    rng = np.random.default_rng(9)
    cell = rng.choice(len(fits.weights), DRAWS, p=fits.weights)
    noise = rng.normal(size=(DRAWS, 2))
    drawn = fits.means[cell] + np.einsum("dij,dj->di", fits.roots[cell], noise)
    level, first = drawn.T
    crossed_s = _crossings(level, first, _baseline(levels, level, rng) - MARGIN_LN, cell)
    crossed_s[crossed_s > t_s[-1] + STEP_S / 2] = np.inf
    tail = 50 * (1 - LEVEL)
    found = np.percentile(crossed_s, [50, tail, 100 - tail], method="nearest").tolist()
    return found[0], found[1], found[2]


def _baseline(levels: Levels, level: Floats, rng: np.random.Generator) -> Floats:
    """The baseline that goes with each drawn level, (d,)."""
    noise, rest, own = rng.normal(size=len(level)), levels.rest, levels.own
    if own:
        return own.value + own.sd * noise
    known = rest.sd**2 / (rest.sd**2 + LEVEL_SD**2)  # share of it in what the level is off
    return rest.value + known * (level - rest.value) + rest.sd * math.sqrt(1 - known) * noise


def _shapes(t_s: Floats) -> Floats:
    """Share of the way that is left at each step, (cells, n): the mean over the step."""
    fine_s = np.maximum(t_s[:, None] + STEP_S * WITHIN, 0.0)
    scaled = fine_s[None] / SCALES_S[:, None, None]
    left = np.exp(-(scaled[:, None] ** POWERS[:, None, None])).mean(axis=-1)
    return left.reshape(-1, len(t_s))


@dataclass(frozen=True)
class _Fits:
    """Weight of each cell (c,), mean (c, 2) and root of the covariance (c, 2, 2) of level and
    start; `misfit` of the best: what it leaves, over the noise."""

    weights: Floats
    means: Floats
    roots: Floats
    misfit: float


def _fits(shapes: Floats, rsa_ln: Floats, start: Floats, spread: Floats, sd: float) -> _Fits:
    """Of each cell's shape given the steps: linear least squares with normal priors."""
    design = np.stack([1 - shapes, shapes], axis=-1)
    apart = rsa_ln - design @ start
    transposed = np.swapaxes(design, 1, 2)
    precision = transposed @ design / sd**2 + np.diag(spread**-2.0)
    pulled = (transposed @ apart[:, :, None])[:, :, 0] / sd**2
    covariance = np.linalg.inv(precision)
    means = np.einsum("cij,cj->ci", covariance, pulled)
    fit = np.einsum("ci,ci->c", pulled, means) - np.sum((apart / sd) ** 2, axis=1)
    evidence = (fit - np.linalg.slogdet(precision)[1]) / 2
    weights = np.exp(evidence - evidence.max())
    best = int(np.argmax(weights))
    left = apart[best] - design[best] @ means[best]
    roots = np.asarray(np.linalg.cholesky(covariance), np.float64)
    misfit = float(np.sqrt(np.mean(left**2))) / sd
    return _Fits(weights / weights.sum(), start + means, roots, misfit)


def _crossings(level: Floats, first: Floats, aim: Floats, cell: NDArray[np.int64]) -> Floats:
    """When each drawn curve reaches its aim, (d,): at once where it starts there, else never."""
    scale_s, power = np.repeat(SCALES_S, len(POWERS)), np.tile(POWERS, len(SCALES_S))
    with np.errstate(divide="ignore", invalid="ignore"):
        left = (level - aim) / (level - first)
        crossed_s = scale_s[cell] * (-np.log(left)) ** (1 / power[cell])
    never = (level <= aim) | ~np.isfinite(crossed_s)
    return np.where(first >= aim, 0.0, np.where(never, np.inf, crossed_s))
