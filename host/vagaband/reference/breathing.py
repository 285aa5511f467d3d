"""Breathing rate from the pulse itself: three modulations, fused, and how sure that is.

Each modulation (interval, height, level) has a spectrum over a window; the rate is the peak of
their mean, weighed by how clearly each has one peak. As in Karlen et al. 2013's smart fusion
(the best of those compared by Charlton et al. 2018, IEEE Rev Biomed Eng 11:2) an estimate
counts only where the modulations agree. Spectra are those of the slopes: the slow waves of
vessels and heart (about 0.1 Hz, and all below) would else outweigh a quiet breath.
"""

from dataclasses import dataclass

import numpy as np

from vagaband.reference.modulation import Modulations
from vagaband.session import Floats

WINDOW_S = 60.0
GRID_HZ = 4.0
RATE_HZ_RANGE = (4 / 60, 30 / 60)
BELOW_HEART = 0.45  # of the heart rate: faster breathing shows as its alias
PADDED = 4096  # points of each spectrum: 0.06 breaths a minute apart
PEAK_WIDTH = 1.5  # a peak's half width, in 1 / window
OUTLIER = 4.0  # median absolute deviations (as SD) beyond which a beat's value is held
MEDIAN_TO_SD = 1.4826
AGREE_HZ = 1.5 / 60  # modulations that say the same rate
GOOD_AGREEING = 2  # of three
GOOD_SHARE = 0.5  # of the fused power within the peak
MAYER_HZ = 9 / 60  # below it, what all three share may be the vessels' own slow wave (Mayer),
MAYER_SHARE = 0.75  # which is broader than a slow, steady breath
LEAST_S = 30.0
LEAST_BREATHS = 3.0  # in the window, of a rate that it can show
LEAST_BEATS = 16
LEAST_COVER = 0.8  # of the window between first and last beat


@dataclass(frozen=True)
class BreathRate:
    """Breathing rate of one window. `share` is how much of the fused power the peak holds,
    `agreeing` how many of the three modulations peak there; `confidence` is "good" or "poor"."""

    rate_per_min: float
    agreeing: int
    share: float
    confidence: str
    each_per_min: dict[str, float]


def breath_rate(found: Modulations, start_s: float, end_s: float) -> BreathRate | None:
    """The rate between two times (60 s apart for the stated accuracy); None with too few beats."""
    inside = (found.t_s >= start_s) & (found.t_s <= end_s)
    t_s, length_s = found.t_s[inside], end_s - start_s
    if length_s < LEAST_S or len(t_s) < LEAST_BEATS:
        return None
    if t_s[-1] - t_s[0] < LEAST_COVER * length_s:
        return None
    heart_hz = 1 / float(np.median(np.diff(t_s)))
    high_hz = min(RATE_HZ_RANGE[1], BELOW_HEART * heart_hz)
    low_hz = max(RATE_HZ_RANGE[0], LEAST_BREATHS / length_s)
    every_hz = np.arange(PADDED // 2 + 1, dtype=np.float64) * (GRID_HZ / PADDED)
    rates_hz = every_hz[(every_hz >= low_hz) & (every_hz <= high_hz)]
    width_hz = PEAK_WIDTH / length_s
    fused, each = np.zeros(len(rates_hz)), {}
    for name, values in found.series().items():
        power = _spectrum(t_s, values[inside], rates_hz)
        peak = int(np.argmax(power))
        each[name] = float(rates_hz[peak])
        fused += _share_near(power, rates_hz, each[name], width_hz) ** 2 * power
    if not fused.any() or not len(rates_hz):
        return None
    rate_hz = float(rates_hz[int(np.argmax(fused))])
    share = _share_near(fused, rates_hz, rate_hz, width_hz)
    # Near the slope's peak that of the wave itself is truer: a slope leans to the fast.
    own = np.where(np.abs(rates_hz - rate_hz) <= 1 / length_s, fused / rates_hz**2, 0.0)
    rate_hz = float(rates_hz[int(np.argmax(own))])
    agreeing = sum(abs(hz - rate_hz) <= AGREE_HZ for hz in each.values())
    least_share = GOOD_SHARE if rate_hz >= MAYER_HZ else MAYER_SHARE
    good = agreeing >= GOOD_AGREEING and share >= least_share
    return BreathRate(
        rate_per_min=60 * rate_hz,
        agreeing=agreeing,
        share=share,
        confidence="good" if good else "poor",
        each_per_min={name: 60 * hz for name, hz in each.items()},
    )


def _spectrum(t_s: Floats, values: Floats, rates_hz: Floats) -> Floats:
    """Power at the rates (k,), sum 1, of the slope of one modulation known at uneven times; all 0
    where it is constant or unknown."""
    known = np.isfinite(values)
    if np.count_nonzero(known) < LEAST_BEATS:
        return np.zeros(len(rates_hz))
    held = _held_in(values[known])
    if np.ptp(held) == 0:
        return np.zeros(len(rates_hz))
    grid_s = np.arange(t_s[0], t_s[-1], 1 / GRID_HZ)[:PADDED]
    wave = np.interp(grid_s, t_s[known], held)
    u = np.linspace(-1, 1, len(wave))
    wave = wave - np.polynomial.Polynomial.fit(u, wave, 2)(u)
    wave *= np.hanning(len(wave))
    bins = np.rint(rates_hz * PADDED / GRID_HZ).astype(np.int64)
    power = np.abs(np.fft.rfft(wave, PADDED)[bins] * rates_hz) ** 2
    total = float(power.sum())
    return power / total if total > 0 else power


def _held_in(values: Floats) -> Floats:
    """The values with outliers held at the edge of what is usual."""
    middle = np.median(values)
    reach = OUTLIER * MEDIAN_TO_SD * np.median(np.abs(values - middle))
    return np.clip(values, middle - reach, middle + reach)


def _share_near(power: Floats, rates_hz: Floats, rate_hz: float, width_hz: float) -> float:
    total = float(power.sum())
    near = np.abs(rates_hz - rate_hz) <= width_hz
    return float(power[near].sum()) / total if total > 0 else 0.0
