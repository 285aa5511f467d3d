"""Breaths in a signal of breathing itself (belt, airflow), to score an estimate against.

Advanced counting after Schäfer and Kratky 2008 (Ann Biomed Eng 36:476): extremes of the
band-passed signal make a breath only where they reach beyond a share of the usual ones.
"""

import numpy as np

from vagaband.reference.peak_to_trough import Breaths
from vagaband.reference.zero_phase import band
from vagaband.session import Floats

BAND_HZ = (0.05, 0.7)  # 3 to 42 breaths a minute
USUAL_PERCENTILE = 75  # (Schäfer & Kratky: the third quartile)
LEAST_SHARE = 0.3  # of the usual excursion from trough to peak
STEADY = 0.35  # a window's breaths may differ so much from their median before it is no rate


def breaths_of(signal: Floats, rate_hz: float) -> Breaths:
    """Breaths of a signal (n,) that rises with inspiration; times in seconds from its start."""
    wave = band(signal, rate_hz, BAND_HZ)
    turns = np.flatnonzero(np.diff(np.sign(np.diff(wave)))) + 1
    if len(turns) < 3:
        return Breaths(np.empty(0), np.empty(0))
    swings = np.repeat(np.abs(np.diff(wave[turns])), np.diff(turns))  # each as long as it lasts
    usual = float(np.percentile(swings, USUAL_PERCENTILE))
    turns = _without_ripples(wave, turns.tolist(), LEAST_SHARE * usual)
    if len(turns) > 1 and wave[turns[0]] > wave[turns[1]]:
        turns = turns[1:]  # begin with an onset
    onsets, peaks = np.array(turns[::2]), np.array(turns[1::2])
    count = max(0, min(len(onsets) - 1, len(peaks)))
    if not count:
        return Breaths(np.empty(0), np.empty(0))
    return Breaths(onsets[: count + 1] / rate_hz, peaks[:count] / rate_hz)


def rate_per_min(breaths: Breaths, start_s: float, end_s: float) -> float | None:
    """Breaths a minute between two times; None with fewer than two whole breaths there, or with
    breaths so uneven that they have no rate."""
    onsets_s = breaths.onsets_s
    inside = onsets_s[(onsets_s >= start_s) & (onsets_s <= end_s)]
    if len(inside) < 3:
        return None
    lengths_s = np.diff(inside)
    uneven = np.median(np.abs(lengths_s - np.median(lengths_s))) / np.median(lengths_s)
    return None if uneven > STEADY else float(60 * len(lengths_s) / (inside[-1] - inside[0]))


def _without_ripples(wave: Floats, turns: list[int], least: float) -> list[int]:
    """Turning points whose every swing is at least `least`: the smallest is taken out in turn,
    both its ends together, so peaks and troughs go on alternating."""
    turns = list(turns)
    while len(turns) > 2:
        swings = np.abs(np.diff(wave[turns]))
        k = int(np.argmin(swings))
        if swings[k] >= least:
            break
        ends = slice(k, k + 2)
        if k == 0:
            ends = slice(0, 1)
        elif k == len(swings) - 1:
            ends = slice(k + 1, k + 2)
        del turns[ends]
    return turns
