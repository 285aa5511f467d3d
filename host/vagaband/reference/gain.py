"""What the chain makes of a swing of the heart period at a breathing rate, in ln.

PB2 is no flat measure: its polynomial and band-pass weigh each rate differently, and holding each
interval until the next takes the more, the faster the breath. The gain is what a sinusoid's own
ln(A²/2) gains or loses on the way, so a reader can tell a change of breath from a change of tone.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from vagaband.reference.rsa import GRID_HZ, band_pass_taps, polynomial_weights
from vagaband.session import Floats

BLIND_BELOW_HZ = 0.15  # PB2 loses over 1 ln below it: it is never shown alone there
IMAGES = 20  # of the held series on either side that still count


@dataclass(frozen=True)
class Beside:
    """What stands beside a PB2 value: breathing rate, the gain there, and whether the value may
    stand without lock-in RSA. `note` is empty only where nothing has to be said."""

    breath_hz: float | None
    gain_ln: float | None
    alone: bool
    note: str


def beside_pb2(breath_hz: float | None, mean_hp_ms: float) -> Beside:
    """What to show beside PB2 at this breathing rate (None: unknown) and mean heart period."""
    if breath_hz is None:
        note = "Breathing rate unknown: a slow breath would not be seen by PB2."
        return Beside(None, None, False, note)
    gain = pb2_gain_ln(breath_hz, mean_hp_ms)
    if breath_hz >= BLIND_BELOW_HZ:
        return Beside(breath_hz, gain, True, "")
    note = f"PB2 loses {-gain:.1f} ln at {60 * breath_hz:.1f} breaths a minute: read lock-in RSA."
    return Beside(breath_hz, gain, False, note)


def pb2_gain_ln(breath_hz: float, mean_hp_ms: float | None = None) -> float:
    """Gain of PB2 in ln power at a breathing rate: of the filters on their own grid, or of the
    whole chain for a heart with this mean period."""
    return _gain_ln(pb2_taps(), breath_hz, mean_hp_ms)


def bp_gain_ln(breath_hz: float, mean_hp_ms: float | None = None) -> float:
    """The same of BP-RSA, which leaves the polynomial out."""
    return _gain_ln(band_pass_taps(), breath_hz, mean_hp_ms)


@cache
def pb2_taps() -> Floats:
    """The polynomial's residual and the band-pass as one filter at 2 Hz, shape (51,)."""
    residual = -polynomial_weights()
    residual[len(residual) // 2] += 1.0
    taps = np.convolve(residual, band_pass_taps())
    taps.setflags(write=False)  # they are computed once
    return taps


def _gain_ln(taps: Floats, breath_hz: float, mean_hp_ms: float | None) -> float:
    """ln of the power gain. Holding each interval for a heart period T weighs a swing of f, and
    its images at f + m/T, by sinc(fT + m) (zero-order hold); the filter then weighs each."""
    if mean_hp_ms is None:
        return float(np.log(_response(taps, np.array([breath_hz]))[0] ** 2))
    period_s = mean_hp_ms / 1000
    image = np.arange(-IMAGES, IMAGES + 1)
    held = np.sinc(breath_hz * period_s + image)
    passed = held * _response(taps, breath_hz + image / period_s)
    return float(np.log(np.sum(passed**2)))


def _response(taps: Floats, frequency_hz: Floats) -> Floats:
    """Real response (k,) of symmetric taps on the 2 Hz grid; folding comes by itself."""
    index = np.arange(len(taps)) - len(taps) // 2
    return np.cos(2 * np.pi * np.outer(frequency_hz / GRID_HZ, index)) @ taps
