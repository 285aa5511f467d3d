"""What chance makes of two lines: others like A, that have nothing to do with B.

Running RSA is so alike from second to second that two strangers' lines correlate often. A line
of chance is Gaussian noise with A's own autocorrelation (that of A padded with zeros, so that
its end does not go over into its begin), as Prichard and Theiler's phase-randomised series
(1994, Phys Rev Lett 73:951) have A's spectrum. Circular shifts of A make too few different
lines in so short a time, so that chance looks smaller than it is (`tests` print how often each
calls strangers synchronous).
"""

from collections.abc import Callable

import numpy as np

from vagaband.session import Floats
from vagaband.synchrony.lagged import correlations, detrended, lags_of, peaks
from vagaband.synchrony.model import Lagged

DRAWS = 999
LAG_DRAWS = 400
LONGEST_DRAWN_S = 7200
COMMON_S = 150.0  # over which what is in common fades from itself
OUTSIDE = 0.5  # % of drawn lags on either side: what they are drawn from is only estimated
LEAST_SHIFT_S = 45
LEVEL = 0.05
MOST_AT_ONCE = 4_000_000  # values of drawn lines


def lines_like(a: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Lines (draws, n) with the autocorrelation and the holes of a detrended line (n,), and
    detrended too. For its autocorrelation the holes are bridged: where only what is between them
    counted, chance was made too rough, and strangers with holes too often synchronous."""
    known = np.flatnonzero(np.isfinite(a))
    bridged = np.interp(np.arange(len(a)), known, a[known], np.nan, np.nan)
    lines = _noise(covariance(bridged, bridged)[: len(a)], draws, rng)
    lines[:, ~np.isfinite(a)] = np.nan
    return detrended(lines)


def covariance(a: Floats, b: Floats) -> Floats:
    """Covariance (2 n,) of b later than a by 0 .. n - 1 s, then by -n .. -1 s; towards the ends
    it goes to nothing (biased), as sums of fewer seconds do."""
    n = len(a)
    known = [np.fft.rfft(np.isfinite(line).astype(float), 2 * n) for line in (a, b)]
    values = [np.fft.rfft(np.where(np.isfinite(line), line, 0.0), 2 * n) for line in (a, b)]
    pairs, sums = (np.fft.irfft(np.conj(x) * y, 2 * n) for x, y in (known, values))
    lag = np.minimum(np.arange(2 * n), 2 * n - np.arange(2 * n))
    return np.where(pairs > 0.5, sums / np.maximum(pairs, 0.5), 0.0) * (1 - lag / n)


def _noise(alike: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Gaussian noise (draws, n) with an autocovariance (n,), as far as there is such."""
    n = len(alike)
    power = np.fft.rfft(np.concatenate([alike, [0.0], alike[:0:-1]])).real
    size = np.sqrt(n * np.maximum(power, 0.0))
    drawn = rng.normal(size=(draws, n + 1)) + 1j * rng.normal(size=(draws, n + 1))
    return np.fft.irfft(size * drawn, 2 * n, axis=1)[:, :n]


def shifted(a: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Circular shifts (draws, n) of a line (n,), by at least 45 s and a quarter of it."""
    n = len(a)
    least = max(LEAST_SHIFT_S, n // 4)
    by = rng.integers(least, n - least + 1, draws)
    return a[(np.arange(n) - by[:, None]) % n]


def lagged_of(a: Floats, b: Floats, most_s: int, rng: np.random.Generator) -> Lagged:
    """The lagged correlation of two lines (n,) against chance."""
    a, b = detrended(a), detrended(b)
    r = correlations(a[None], b, most_s)
    chance = _by_chance(a, b, most_s, rng)
    circular = _against(b, most_s, DRAWS, lambda draws: shifted(a, draws, rng))
    highest = np.nanmax(chance, axis=1)
    low, high = np.nanpercentile(chance, [50 * LEVEL, 100 - 50 * LEVEL], axis=0)
    best_r, best_lag_s = float(np.nanmax(r)), float(peaks(r, most_s)[0])
    low_s, high_s = _lag_interval(a, b, best_lag_s, most_s, rng)
    return Lagged(
        lags_s=lags_of(most_s),
        r=r[0],
        chance_low=low,
        chance_high=high,
        r0=float(r[0, most_s]),
        best_lag_s=best_lag_s,
        best_r=best_r,
        low_s=low_s,
        high_s=high_s,
        p=p_of(best_r, highest),
        p_circular=p_of(best_r, np.nanmax(circular, axis=1)),
        chance_r=float(np.percentile(highest, 100 * (1 - LEVEL))),
    )


def p_alone(a: Floats, b: Floats, most_s: int, rng: np.random.Generator) -> float:
    """The same p of two lines (n,), and nothing else."""
    a, b = detrended(a), detrended(b)
    best_r = float(np.nanmax(correlations(a[None], b, most_s)))
    return p_of(best_r, np.nanmax(_by_chance(a, b, most_s, rng), axis=1))


def p_of(found: float, chance: Floats) -> float:
    """Share of what chance makes that reaches it, what was found counted in."""
    return float((1 + np.count_nonzero(chance >= found)) / (1 + len(chance)))


def _by_chance(a: Floats, b: Floats, most_s: int, rng: np.random.Generator) -> Floats:
    """Correlations (draws, k) of lines like a (n,) with b (n,), both detrended."""
    return _against(b, most_s, DRAWS, lambda draws: lines_like(a, draws, rng))


def _against(b: Floats, most_s: int, draws: int, drawn: Callable[[int], Floats]) -> Floats:
    """Correlations (draws, k) of drawn lines with b (n,), so many at a time as fit in memory."""
    at_once = max(1, MOST_AT_ONCE // len(b))
    counts = [min(at_once, draws - first) for first in range(0, draws, at_once)]
    return np.concatenate([correlations(drawn(count), b, most_s) for count in counts])


def _lag_interval(
    a: Floats, b: Floats, lag_s: float, most_s: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Where 95 % of the lags lie between two lines that have as much in common as these, so much
    later in B, and each its own noise beside. What is in common is itself estimated, so that 99 %
    of what is drawn from it makes the 95 % (`tests` print how often it holds the lag)."""
    seconds = len(a)
    n = min(seconds, LONGEST_DRAWN_S)
    cross, later = covariance(a, b), round(lag_s)
    ahead, behind = cross[later + np.arange(n)], cross[later - np.arange(n)]
    fade = np.clip(1 - np.arange(n) / COMMON_S, 0, 1)
    common = fade * (ahead + behind) / 2
    rests = [covariance(line, line)[:n] - common for line in (a, b)]
    shared = _noise(np.pad(common, (0, 2 * most_s)), LAG_DRAWS, rng)
    led = shared[:, most_s : most_s + n] + _noise(rests[0], LAG_DRAWS, rng)
    follows = shared[:, most_s - later : most_s - later + n] + _noise(rests[1], LAG_DRAWS, rng)
    r = np.stack(
        [
            np.mean(led[:, max(0, -k) : n - max(0, k)] * follows[:, max(0, k) : n + min(0, k)], 1)
            for k in range(-most_s, most_s + 1)
        ],
        axis=1,
    )
    low_s, high_s = np.percentile(peaks(r, most_s), [OUTSIDE, 100 - OUTSIDE])
    return min(float(low_s), lag_s), max(float(high_s), lag_s)
