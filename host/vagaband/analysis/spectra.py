"""Spectra of the heart period over 64 s, many at once (rsa.md §1.8): the intervals on a 2 Hz grid
by straight lines, linear trend removed, Hann, padded with zeros to 1024 points."""

from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from vagaband.analysis.heart_series import HeartRun
from vagaband.session import Floats

WINDOW_S = 64.0
GRID_HZ = 2.0
POINTS = int(WINDOW_S * GRID_HZ)
PADDED = 1024
BAND_HZ = (0.0033, 0.4)
PEAK_HALF_WIDTH_HZ = 0.015
MOST_CORRECTED = 0.1  # of a window's time


@cache
def frequencies_hz() -> Floats:
    """The frequencies (k,) of the padded spectrum that lie in the band."""
    every = np.arange(PADDED // 2 + 1, dtype=np.float64) * (GRID_HZ / PADDED)
    return every[(every >= BAND_HZ[0]) & (every <= BAND_HZ[1])]


@cache
def _transform() -> tuple[Floats, Floats]:
    """Trend removal, Hann and Fourier's cosine and sine in one: matrices (points, k)."""
    u = np.linspace(-1, 1, POINTS)
    trend = np.stack([np.ones(POINTS), u], axis=1)
    residual = np.eye(POINTS) - trend @ np.linalg.pinv(trend)
    angle = 2 * np.pi * np.outer(np.arange(POINTS) / GRID_HZ, frequencies_hz())
    shaped = residual * np.hanning(POINTS)
    return shaped @ np.cos(angle), shaped @ np.sin(angle)


def power_of(windows: Floats) -> Floats:
    """Power (w, k) of windows (w, points) on the 2 Hz grid."""
    cosine, sine = _transform()
    return (windows @ cosine) ** 2 + (windows @ sine) ** 2


def windows_of(run: HeartRun) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """All windows of a run: begins (w,) in s, half a second apart; values (w, points), a view;
    and whether at most a tenth of its time lies in corrected intervals (w,)."""
    grid_s = np.arange(run.begin_s, run.end_s, 1 / GRID_HZ)
    if len(grid_s) < POINTS or np.count_nonzero(run.sound) < 2:
        return np.zeros(0), np.zeros((0, POINTS)), np.zeros(0, bool)
    middle_s = run.t_s + run.ibi_ms / 2000
    wave = np.interp(grid_s, middle_s[run.sound], run.ibi_ms[run.sound])
    holder = np.searchsorted(run.t_s, grid_s, side="right") - 1
    corrected = np.concatenate([[0], np.cumsum(~run.sound[holder])])
    share = (corrected[POINTS:] - corrected[:-POINTS]) / POINTS
    return grid_s[: len(share)], sliding_window_view(wave, POINTS), share <= MOST_CORRECTED


def tallest_peak(power: Floats, low_hz: float, high_hz: float) -> NDArray[np.intp]:
    """Index (w,) of the largest local maximum between two frequencies; -1 where there is none.

    A peak at the edge of the band is no local maximum, and no rhythm.
    """
    hz = frequencies_hz()
    inner = power[:, 1:-1]
    is_peak = (inner > power[:, :-2]) & (inner > power[:, 2:])
    is_peak &= (hz[1:-1] >= low_hz) & (hz[1:-1] <= high_hz)
    tallest = np.argmax(np.where(is_peak, inner, -1.0), axis=1)
    return np.where(is_peak.any(axis=1), tallest + 1, -1)


def near(hz: Floats) -> NDArray[np.bool_]:
    """Which frequencies (w, k) lie within a peak's half width of `hz` (w,)."""
    return np.abs(frequencies_hz() - hz[:, None]) <= PEAK_HALF_WIDTH_HZ
