"""Stretches in which the heart swings slowly and clearly, found in the intervals alone.

Slow breathing makes such a swing; the vessels' own slow wave (0.1 Hz) can make a like one. Two
signs count, of the tallest local maximum between 0.05 and 0.15 Hz over 64 s, with as much of the
wave's first harmonic as slow breathing gives (a breath at twice it gives more): that it holds
nearly all of the power from 0.04 to 0.4 Hz; or most of it, while it is several times larger than
the slow waves usual in the recording. `tests` state how often it errs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vagaband.analysis.heart_series import HeartRun
from vagaband.analysis.spectra import (
    GRID_HZ,
    WINDOW_S,
    frequencies_hz,
    near,
    power_of,
    tallest_peak,
    windows_of,
)
from vagaband.session import Floats

SLOW_HZ = (0.05, 0.15)
FROM_HZ = 0.04
DRIFT_HZ = 0.02  # a step or a drift, as of posture, is largest here: then no peak beyond counts
MOST_HARMONIC = 0.2  # of the wave; 0.11 to 0.19 in the paced breathing of wearablehrv_P37
STEP_S = 4.0  # between windows
SHARE_ALONE = 0.83
SHARE_LARGE, TIMES_USUAL = 0.7, 5.0
USUAL_PERCENTILE = 25  # of the recording's windows: also where half of it is an exercise
LEAST_WINDOWS = 3  # in a row, at one rate
SAME_RATE_HZ = 0.6 / 60
EDGE_S = 12.0  # a window of which so much lies outside still shows the wave: Hann hardly sees it


@dataclass(frozen=True)
class SlowRhythm:
    """A stretch with a slow, clear swing and its rate."""

    begin_s: float
    end_s: float
    hz: float


@dataclass(frozen=True)
class _Seen:
    """One run: begin (s), share, rate (Hz), peak and slow power of each window."""

    begins_s: Floats
    share: Floats
    hz: Floats
    peak: Floats
    slow: Floats


def slow_rhythms(runs: Sequence[HeartRun]) -> list[SlowRhythm]:
    """All such stretches, in order, those that touch at one rate joined."""
    seen = [_windows(run) for run in runs]
    slow = np.concatenate([one.slow for one in seen]) if seen else np.zeros(0)
    if not len(slow):
        return []
    usual = float(np.percentile(slow, USUAL_PERCENTILE))
    found = [stretch for one in seen for stretch in _stretches(one, usual)]
    joined: list[SlowRhythm] = []
    for one in found:
        last = joined[-1] if joined else None
        if last and one.begin_s <= last.end_s and abs(one.hz - last.hz) <= SAME_RATE_HZ:
            joined[-1] = SlowRhythm(last.begin_s, one.end_s, (last.hz + one.hz) / 2)
        elif last and one.begin_s < last.end_s:
            joined.append(SlowRhythm(last.end_s, max(one.end_s, last.end_s), one.hz))
        else:
            joined.append(one)
    return joined


def _windows(run: HeartRun) -> _Seen:
    begins_s, windows, usable = windows_of(run)
    step = int(STEP_S * GRID_HZ)
    begins_s, windows, usable = begins_s[::step], windows[::step], usable[::step]
    begins_s, windows = begins_s[usable], windows[usable]
    if not len(begins_s):
        return _Seen(*[np.zeros(0)] * 5)
    power, hz = power_of(windows), frequencies_hz()
    peak = tallest_peak(power, *SLOW_HZ)
    rate_hz = hz[peak]
    at_peak, breath = near(rate_hz), hz >= FROM_HZ
    total = (power * breath).sum(axis=1)
    fundamental = (power * at_peak * breath).sum(axis=1)
    harmonic = (power * (near(2 * rate_hz) & ~at_peak) * breath).sum(axis=1)
    wave = fundamental + np.minimum(harmonic, MOST_HARMONIC * fundamental)
    tallest = power[np.arange(len(peak)), peak] >= power[:, hz >= DRIFT_HZ].max(axis=1)
    is_wave = (total > 0) & (peak >= 0) & tallest
    share = np.divide(wave, total, out=np.zeros(len(total)), where=is_wave)
    slow = power[:, (hz >= FROM_HZ) & (hz <= SLOW_HZ[1])].sum(axis=1)
    return _Seen(begins_s, share, rate_hz, (power * at_peak).sum(axis=1), slow)


def _stretches(seen: _Seen, usual: float) -> list[SlowRhythm]:
    large = (seen.share >= SHARE_LARGE) & (seen.peak >= TIMES_USUAL * usual)
    clear = (seen.share >= SHARE_ALONE) | large
    found, first = [], 0
    while first < len(clear):
        if not clear[first]:
            first += 1
            continue
        last = first
        while last + 1 < len(clear) and clear[last + 1] and _goes_on(seen, first, last):
            last += 1
        if last - first + 1 >= LEAST_WINDOWS:
            hz = float(np.median(seen.hz[first : last + 1]))
            begin_s, end_s = float(seen.begins_s[first]), float(seen.begins_s[last]) + WINDOW_S
            found.append(SlowRhythm(begin_s + EDGE_S, end_s - EDGE_S, hz))
        first = last + 1
    return found


def _goes_on(seen: _Seen, first: int, last: int) -> bool:
    """Whether the window after `last` follows at once, at the stretch's own rate."""
    rate_hz = float(np.median(seen.hz[first : last + 1]))
    at_once = seen.begins_s[last + 1] - seen.begins_s[last] <= 1.5 * STEP_S
    return bool(at_once and abs(seen.hz[last + 1] - rate_hz) <= SAME_RATE_HZ)
