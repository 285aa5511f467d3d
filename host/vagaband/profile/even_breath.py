"""BP-RSA as the chain would give it at one breathing rate: its own known gain taken off."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from vagaband.profile.model import Epochs
from vagaband.reference.gain import bp_gain_ln
from vagaband.session import Floats

RATES_HZ = np.linspace(0.08, 0.60, 53)
PERIODS_MS = np.arange(400.0, 1601.0, 50.0)
USUAL_HZ = 0.25  # where the chain of BP-RSA is flat


def at_even_gain(epochs: Epochs) -> Floats:
    """RSA (n,) in ln as if each breath had been of USUAL_HZ; NaN where the rate is not known."""
    period = np.where(np.isfinite(epochs.hp_ms), epochs.hp_ms, PERIODS_MS[0])
    usual = _gain(np.full(len(period), USUAL_HZ), period)
    return epochs.rsa_ln - _gain(epochs.breath_per_min / 60, period) + usual


def _gain(rate_hz: Floats, period_ms: Floats) -> Floats:
    """The chain's gain in ln, linear between the places of a table; NaN at a rate of NaN."""
    table = _table()
    row, right = _place(RATES_HZ, rate_hz)
    column, below = _place(PERIODS_MS, period_ms)
    near = (1 - below) * table[row, column] + below * table[row, column + 1]
    far = (1 - below) * table[row + 1, column] + below * table[row + 1, column + 1]
    return (1 - right) * near + right * far


def _place(grid: Floats, values: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Index of the place below each value, and the share of the way to the next."""
    place = np.clip((values - grid[0]) / (grid[1] - grid[0]), 0, len(grid) - 1.001)
    index = np.floor(np.nan_to_num(place)).astype(np.intp)
    return index, place - index


@cache
def _table() -> Floats:
    """The gain at each rate and period, (rates, periods)."""
    return np.array([[bp_gain_ln(float(f), float(t)) for t in PERIODS_MS] for f in RATES_HZ])
