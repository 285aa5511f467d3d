"""Lagged correlation of two lines with holes, for many lines at once."""

import numpy as np

from vagaband.session import Floats

PEAK_S = 4  # lags on either side of the highest that its parabola stands on


def lags_of(most_s: int) -> Floats:
    """Every second from -`most_s` to `most_s`."""
    return np.arange(-most_s, most_s + 1, dtype=float)


def detrended(lines: Floats) -> Floats:
    """Lines (..., n) less their straight line; all with the same holes (NaN)."""
    known = np.isfinite(lines.reshape(-1, lines.shape[-1])[0])
    u = np.linspace(-1, 1, lines.shape[-1])
    basis, _ = np.linalg.qr(np.stack([np.ones(known.sum()), u[known]], axis=1))
    left = np.full(lines.shape, np.nan)
    values = lines[..., known]
    left[..., known] = values - (values @ basis) @ basis.T
    return left


def correlations(a: Floats, b: Floats, most_s: int) -> Floats:
    """Pearson's r (s, k) of lines a (s, n) with b (n,) at each lag, over the seconds that both
    have; NaN where there are fewer than three or no variance."""
    n = len(b)
    at = np.arange(n)[:, None] + lags_of(most_s).astype(int)
    outside = (at < 0) | (at >= n)
    there = np.isfinite(b)[np.clip(at, 0, n - 1)] & ~outside
    later = np.where(there, np.where(np.isfinite(b), b, 0.0)[np.clip(at, 0, n - 1)], 0.0)
    known = np.isfinite(a)
    if (known == known[0]).all():
        known = known[:1]
    known, a, seen = known.astype(float), np.where(np.isfinite(a), a, 0.0), there.astype(float)
    count = known @ seen
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_a, mean_b = a @ seen / count, known @ later / count
        spread_a = (a**2) @ seen / count - mean_a**2
        spread_b = known @ later**2 / count - mean_b**2
        r = (a @ later / count - mean_a * mean_b) / np.sqrt(spread_a * spread_b)
    return np.where(count < 3, np.nan, r)


def peaks(r: Floats, most_s: int) -> Floats:
    """The lag (s,) of the highest of correlations (s, k): by a parabola around it, which chance
    moves less than the highest itself."""
    reach = min(PEAK_S, most_s)
    top = np.nanargmax(r, axis=1)
    middle = np.clip(top, reach, 2 * most_s - reach)
    x = np.arange(-reach, reach + 1.0)
    near = np.take_along_axis(r, middle[:, None] + x.astype(int), axis=1)
    bend, slope, _ = np.linalg.pinv(np.vander(x, 3)) @ np.nan_to_num(near).T
    with np.errstate(divide="ignore", invalid="ignore"):
        vertex = np.where(bend < 0, middle - slope / (2 * bend), top)
    return np.clip(vertex, middle - reach, middle + reach) - most_s
