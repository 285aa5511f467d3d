"""Respiratory sinus arrhythmia after Porges and Bohrer, profile PB2, in float64.

Lewis, Furman, McCool and Porges 2012 (Biol Psychol 89): heart period sampled at 2 Hz, a 21-point
cubic moving polynomial subtracted, band-pass 0.12 to 0.40 Hz, ln of the variance per 30 s.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from vagaband.session import Floats

GRID_HZ = 2.0
EPOCH_SAMPLES = 60  # 30 s
POLYNOMIAL_POINTS = 21
POLYNOMIAL_DEGREE = 3
BAND_HZ = (0.12, 0.40)  # half amplitude
BAND_TAPS = 31
LEAST_VARIANCE_MS2 = 0.01  # below it there is no rhythm to take a logarithm of


@dataclass(frozen=True)
class RefEpoch:
    """One 30 s epoch; `t_s` is its start after the run's first beat; None at zero variance."""

    t_s: float
    ln_ms2: float | None
    bp_ln_ms2: float | None


@dataclass(frozen=True)
class Filtered:
    """A run's heart period at 2 Hz through the filters; both series (n,) in ms, on the same grid,
    from `start_s` after the run's first beat: the first instant with all input for both."""

    start_s: float
    porges: Floats
    band_only: Floats

    def epoch(self, first: int) -> RefEpoch | None:
        """The 30 s epoch from grid sample `first` on; None where the run does not cover it."""
        part = slice(first, first + EPOCH_SAMPLES)
        if first < 0 or part.stop > len(self.porges):
            return None
        return RefEpoch(
            t_s=self.start_s + first / GRID_HZ,
            ln_ms2=ln_variance(self.porges[part]),
            bp_ln_ms2=ln_variance(self.band_only[part]),
        )


def rsa_epochs(ibi_ms: Sequence[float] | Floats) -> list[RefEpoch]:
    """RSA in ln(ms²) of every whole epoch of one unbroken run of intervals, in ms.

    The first epoch starts 12.5 s after the first beat. BP-RSA leaves the polynomial out, on the
    same epochs.
    """
    run = filtered(ibi_ms)
    epochs = [run.epoch(first) for first in range(0, len(run.porges), EPOCH_SAMPLES)]
    return [epoch for epoch in epochs if epoch is not None]


def filtered(ibi_ms: Sequence[float] | Floats) -> Filtered:
    """The heart period of one unbroken run of intervals (ms) through both filters."""
    period_ms = hold_at_grid(ibi_ms)
    polynomial_edge = POLYNOMIAL_POINTS // 2
    trend = _filtered(period_ms, polynomial_weights())
    detrended = period_ms[polynomial_edge : polynomial_edge + len(trend)] - trend
    # The mean would leave the band-pass only through rounding; without it there is none.
    level = period_ms.mean() if len(period_ms) else 0.0
    return Filtered(
        start_s=(polynomial_edge + BAND_TAPS // 2) / GRID_HZ,
        porges=_filtered(detrended, band_pass_taps()),
        band_only=_filtered(period_ms - level, band_pass_taps())[polynomial_edge:],
    )


def hold_at_grid(ibi_ms: Sequence[float] | Floats) -> Floats:
    """Heart period at 2 Hz from the first beat: the interval that contains each instant, (n,)."""
    intervals = np.asarray(ibi_ms, dtype=np.float64)
    return intervals[held_at_grid(intervals)]


def held_at_grid(ibi_ms: Floats) -> NDArray[np.intp]:
    """Index of the interval that contains each instant of a 2 Hz grid from the first beat, (n,).

    An interval contains its first beat and not its last. Intervals of zero length count nowhere.
    """
    beats_ms = np.concatenate([[0.0], np.cumsum(ibi_ms)])
    step_ms = 1000.0 / GRID_HZ
    grid_ms = np.arange(int(np.ceil(beats_ms[-1] / step_ms))) * step_ms
    return np.searchsorted(beats_ms, grid_ms, side="right") - 1


@cache
def polynomial_weights() -> Floats:
    """Weights (21,) of the centre value of a least-squares cubic (Savitzky & Golay 1964)."""
    half = POLYNOMIAL_POINTS // 2
    powers = np.vander(np.arange(-half, half + 1.0), POLYNOMIAL_DEGREE + 1, increasing=True)
    return _fixed(np.linalg.pinv(powers)[0])


@cache
def band_pass_taps() -> Floats:
    """Hamming-windowed sinc (31,), half amplitude at 0.12 and 0.40 Hz, unit gain midway."""
    index = np.arange(BAND_TAPS) - BAND_TAPS // 2
    low, high = (2.0 * edge_hz / GRID_HZ for edge_hz in BAND_HZ)
    taps = (high * np.sinc(high * index) - low * np.sinc(low * index)) * np.hamming(BAND_TAPS)
    centre_hz = sum(BAND_HZ) / 2
    return _fixed(taps / np.sum(taps * np.cos(2 * np.pi * centre_hz / GRID_HZ * index)))


def _fixed(taps: Floats) -> Floats:
    """They are computed once: nobody may change them."""
    taps.setflags(write=False)
    return taps


def ln_variance(samples_ms: NDArray[np.float64]) -> float | None:
    """ln of the variance (N-1) in ms²; None where there is next to none."""
    variance = float(np.var(samples_ms, ddof=1))
    return float(np.log(variance)) if variance >= LEAST_VARIANCE_MS2 else None


def _filtered(samples: Floats, symmetric_taps: Floats) -> Floats:
    """Only the samples for which the filter has all its input; none for a short run."""
    if len(samples) < len(symmetric_taps):
        return np.empty(0)
    return np.convolve(samples, symmetric_taps, mode="valid")
