"""Lock-in RSA: the swing of the heart period at a breathing rate that is known, as a pacer's is.

Least squares on the beats as they are, without a grid: level, drift and curvature over the window,
and a cosine and sine at the breathing rate. PB2 is blind below 0.15 Hz; this is not.
"""

from dataclasses import dataclass

import numpy as np

from vagaband.session import Floats

LEAST_BREATHS = 6
LEAST_S = 60.0
RATE_HZ_RANGE = (0.05, 0.5)
LEAST_PER_BREATH = 2.0  # beats; fewer can't tell a breath from its alias
BESIDE = (-3.0, -2.0, 2.0, 3.0)  # neighbours in 1 / window: near, and free of the breath itself
NEAR = (1, 2, 3)  # turns over the window
LEAST_COVER = 0.8  # of the window, by intervals that are not left out


@dataclass(frozen=True)
class LockIn:
    """RSA at one breathing rate. The heart period is longest at phase 0 of a cosine that begins
    `phase_rad` into the breath, counted from t = 0."""

    ln_ms2: float  # of half the squared amplitude: a sinusoid's variance
    se_ln: float  # its standard error, by what is left at the frequencies on either side
    swing_ms: float  # from trough to peak: twice the amplitude
    phase_rad: float
    coherence: float  # share of the variance (drift removed) at the breathing rate
    breaths: float


def lock_in(t_s: Floats, ibi_ms: Floats, breath_hz: float) -> LockIn | None:
    """Lock-in over all intervals (n,) in ms that begin at `t_s`; leave flagged ones out.

    None below six breaths or 60 s, with too few beats a breath, too much left out, or no swing.
    """
    low, high = RATE_HZ_RANGE
    if len(ibi_ms) < 8 or not low <= breath_hz <= high:
        return None
    start, stop = float(t_s[0]), float(t_s[-1] + ibi_ms[-1] / 1000)
    length_s, covered_s = stop - start, float(np.sum(ibi_ms)) / 1000
    breaths = length_s * breath_hz
    if breaths < LEAST_BREATHS - 0.5 or length_s < LEAST_S - 2.0:  # beats don't fill a window
        return None
    if covered_s < LEAST_COVER * length_s or len(ibi_ms) < LEAST_PER_BREATH * breaths:
        return None
    middle_s = t_s + ibi_ms / 2000
    trend, fit, rest = _fit(middle_s, ibi_ms, breath_hz, length_s)
    amplitude_ms = float(np.hypot(fit[3], fit[4]))
    left = ibi_ms - trend @ np.linalg.lstsq(trend, ibi_ms)[0]
    if amplitude_ms < 1e-3:
        return None
    beside_hz = breath_hz + np.array(BESIDE) / length_s
    beside_ms = 2 * np.exp(-2j * np.pi * np.outer(beside_hz, middle_s)) @ rest / len(rest)
    return LockIn(
        ln_ms2=float(np.log(amplitude_ms**2 / 2)),
        se_ln=float(2 * np.sqrt(np.mean(np.abs(beside_ms) ** 2) / 2) / amplitude_ms),
        swing_ms=2 * amplitude_ms,
        phase_rad=float(np.arctan2(fit[4], fit[3])),
        coherence=float(1 - np.sum(rest**2) / np.sum(left**2)),
        breaths=breaths,
    )


def _fit(
    middle_s: Floats, ibi_ms: Floats, breath_hz: float, length_s: float
) -> tuple[Floats, Floats, Floats]:
    """Terms of the drift (n, 3); coefficients of these, the cosine and the sine (5,); the rest."""
    u = (middle_s - middle_s.mean()) / length_s
    turn = 2 * np.pi * breath_hz * middle_s
    trend = np.stack([np.ones_like(u), u, u**2], axis=1)
    wave = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    fit = np.linalg.lstsq(np.concatenate([trend, wave], axis=1), ibi_ms)[0]
    rest = ibi_ms - trend @ fit[:3] - wave @ fit[3:]
    return trend, fit.astype(np.float64), rest


def disturbance(t_s: Floats, ibi_ms: Floats, breath_hz: float) -> float:
    """What disturbs the amplitude, ms² s: its variance over L seconds is this divided by L.

    Of what is left beside the breath, the part in phase with it (the part out of phase, as of a
    breath that comes late, turns the wave and hardly changes its size), at the frequencies closest
    to its own: 1 to 3 turns over the window. Chance alone makes it vary by a factor of 1.4; take
    the mean of several windows.
    """
    length_s = float(t_s[-1] + ibi_ms[-1] / 1000 - t_s[0])
    middle_s = t_s + ibi_ms / 2000
    _, fit, rest = _fit(middle_s, ibi_ms, breath_hz, length_s)
    phase = np.arctan2(fit[4], fit[3])
    in_phase = 2 * rest * np.cos(2 * np.pi * breath_hz * middle_s - phase)
    turns = np.exp(-2j * np.pi * np.outer(np.array(NEAR) / length_s, middle_s))
    return float(np.mean(np.abs(turns @ in_phase / len(rest)) ** 2) * length_s)


def last_breaths(t_s: Floats, ibi_ms: Floats, breath_hz: float, end_s: float) -> LockIn | None:
    """Lock-in over the last six breaths, and at least 60 s, before `end_s`."""
    first_s = end_s - max(LEAST_S, LEAST_BREATHS / breath_hz)
    inside = (t_s >= first_s) & (t_s + ibi_ms / 1000 <= end_s)
    return lock_in(t_s[inside], ibi_ms[inside], breath_hz)
