"""HF power of the heart period: 0.15 to 0.40 Hz, in ms² (Task Force 1996, Eur Heart J 17).

Cubic spline at 4 Hz, linear drift removed, Welch's averaged periodograms of 120 s with a Hann
window and half overlap, summed over the band one-sided: a sinusoid of amplitude A gives A²/2.
"""

import numpy as np

from vagaband.reference.even_grid import on_grid
from vagaband.reference.rsa import LEAST_VARIANCE_MS2
from vagaband.session import Floats

GRID_HZ = 4.0
WINDOW_S = 120.0
BAND_HZ = (0.15, 0.40)
LEAST_S = 60.0  # ten periods of the slowest rate in the band, nearly


def hf_power_ms2(ibi_ms: Floats) -> float | None:
    """HF power in ms² of one unbroken run of intervals (ms); None below 60 s."""
    frequency_hz, density = spectrum(ibi_ms)
    if not len(density):
        return None
    inside = (frequency_hz >= BAND_HZ[0]) & (frequency_hz <= BAND_HZ[1])
    return float(np.sum(density[inside]) * frequency_hz[1])


def ln_hf_power(ibi_ms: Floats) -> float | None:
    """ln of the HF power in ms²; None where there is none."""
    power = hf_power_ms2(ibi_ms)
    return float(np.log(power)) if power and power >= LEAST_VARIANCE_MS2 else None


def spectrum(ibi_ms: Floats) -> tuple[Floats, Floats]:
    """One-sided power density (k,) in ms²/Hz at frequencies (k,); empty below 60 s."""
    ends_s = np.cumsum(ibi_ms) / 1000
    if len(ibi_ms) < 3 or ends_s[-1] < LEAST_S:
        return np.empty(0), np.empty(0)
    period_ms = on_grid(ends_s, np.asarray(ibi_ms, dtype=np.float64), GRID_HZ)[1]
    size = min(len(period_ms), round(WINDOW_S * GRID_HZ))
    starts = np.arange(0, len(period_ms) - size + 1, max(1, size // 2))
    taper = np.hanning(size + 1)[:-1]
    powers = [
        np.abs(np.fft.rfft(taper * _level(period_ms[start : start + size]))) ** 2
        for start in starts
    ]
    density: Floats = 2 * np.mean(powers, axis=0) / (GRID_HZ * np.sum(taper**2))
    return np.arange(len(density), dtype=np.float64) * (GRID_HZ / size), density


def _level(values: Floats) -> Floats:
    """The values (n,) less their straight line."""
    u = np.linspace(-1, 1, len(values))
    slope = np.sum(u * values) / np.sum(u**2)
    return values - values.mean() - slope * u
