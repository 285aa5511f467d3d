"""Windows of a minute: how much is in step, and who leads when."""

import numpy as np

from vagaband.session import Floats
from vagaband.synchrony.chance import LEVEL, lines_like
from vagaband.synchrony.lagged import correlations, detrended, peaks
from vagaband.synchrony.model import InStep, Moving

WINDOW_S, STEP_S = 60, 10
LEAST_KNOWN = 45  # seconds of a window that both have
DRAWS = 199
MOST_LOOKED_AT = 24  # windows that chance is tried in
MOST_CHANCE_S = 3600  # of the axis: chance's share in step is tried in so much of it


def moving_of(a: Floats, b: Floats, most_s: int, rng: np.random.Generator) -> Moving:
    """Of two lines (n,), their own straight lines left out."""
    a, b = detrended(a), detrended(b)
    begins = _begins(a, b)
    r = np.full((len(begins), 2 * most_s + 1), np.nan)
    for row, begin in enumerate(begins):
        part = slice(begin, begin + WINDOW_S)
        r[row] = correlations(a[None, part], b[part], most_s)[0]
    known = np.isfinite(r).all(axis=1)
    lag_s = np.full(len(begins), np.nan)
    lag_s[known] = peaks(r[known], most_s)
    return Moving(
        t_s=np.array(begins, float) + WINDOW_S / 2,
        r0=r[:, most_s],
        r=r,
        lag_s=lag_s,
        best_r=np.where(known, np.nan_to_num(r, nan=-1.0).max(axis=1, initial=-1.0), np.nan),
        chance_r=_chance_r(a, b, begins, most_s, rng),
    )


def in_step(a: Floats, b: Floats, found: Moving, rng: np.random.Generator) -> InStep | None:
    """How much of two lines (n,) is in step, and how much chance makes so."""
    known = np.isfinite(found.r0)
    if not known.any():
        return None
    first = int(found.t_s[np.argmax(known)]) - WINDOW_S // 2
    part = slice(first, first + MOST_CHANCE_S)
    a, b = detrended(a[part]), detrended(b[part])
    lines = lines_like(a, DRAWS, rng)
    parts = [slice(begin, begin + WINDOW_S) for begin in _begins(a, b)]
    r0 = np.array([correlations(lines[:, part], b[part], 0)[:, 0] for part in parts])
    low, high = np.percentile(np.mean(r0 > 0, axis=0), [50 * LEVEL, 100 - 50 * LEVEL])
    return InStep(float(np.mean(found.r0[known] > 0)), float(low), float(high))


def _begins(a: Floats, b: Floats) -> list[int]:
    """Of the windows with enough of both."""
    both = np.concatenate([[0], np.cumsum(np.isfinite(a) & np.isfinite(b))])
    begins = range(0, len(a) - WINDOW_S + 1, STEP_S)
    return [k for k in begins if both[k + WINDOW_S] - both[k] >= LEAST_KNOWN]


def _chance_r(
    a: Floats, b: Floats, begins: list[int], most_s: int, rng: np.random.Generator
) -> float:
    """What the highest correlation of a window reaches by chance in 5 %."""
    if not begins:
        return float("nan")
    some = begins[:: -(-len(begins) // MOST_LOOKED_AT)]
    highest = []
    for begin in some:
        part = slice(begin, begin + WINDOW_S)
        drawn = lines_like(a, max(1, DRAWS // len(some)), rng)[:, part]
        highest.append(np.nanmax(correlations(drawn, b[part], most_s), axis=1))
    return float(np.percentile(np.concatenate(highest), 100 * (1 - LEVEL)))
