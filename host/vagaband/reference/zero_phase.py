"""Zero-phase filters: the squared magnitude of a Butterworth filter, applied to the spectrum.

That is what running the filter forward and backward gives (Gustafsson 1996), without its
start-up. Ends are mirrored about their end points, so a level or a drift does not ring.
"""

import numpy as np

from vagaband.session import Floats

ORDER = 2
MIRROR_S = 5.0


def low_pass(samples: Floats, rate_hz: float, cutoff_hz: float) -> Floats:
    """Samples (n,) without what is faster than `cutoff_hz` (half amplitude)."""
    return _shaped(samples, rate_hz, 0.0, cutoff_hz)


def band(samples: Floats, rate_hz: float, band_hz: tuple[float, float]) -> Floats:
    """Samples (n,) within a band (half amplitude at its edges)."""
    return _shaped(samples, rate_hz, *band_hz)


def _shaped(samples: Floats, rate_hz: float, low_hz: float, high_hz: float) -> Floats:
    count = min(round(MIRROR_S * rate_hz), len(samples) - 1)
    padded = np.pad(samples, count, mode="reflect", reflect_type="odd")
    line = np.linspace(padded[0], padded[-1], len(padded))  # the spectrum sees no step at the ends
    size = _fast_size(len(padded))
    spectrum = np.fft.rfft(padded - line, size)
    frequency = np.fft.rfftfreq(size, 1 / rate_hz)
    gain = 1 / (1 + (frequency / high_hz) ** (2 * ORDER))
    if low_hz:
        gain *= 1 - 1 / (1 + (frequency / low_hz) ** (2 * ORDER))
    filtered = np.fft.irfft(spectrum * gain, size)[: len(padded)]
    if not low_hz:
        filtered += line
    return filtered[count : count + len(samples)]


def _fast_size(least: int) -> int:
    """The smallest 2^a·3^b that holds `least` samples: quick to transform."""
    powers = [1 << bits for bits in range(least.bit_length() + 1)]
    return min(two * three for two in powers for three in (1, 3, 9, 27) if two * three >= least)
