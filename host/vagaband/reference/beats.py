"""Beats in light, offline and zero-phase: what a device's own beats are held against.

Detection after Elgendi, Norton, Brearley, Abbott and Schuurmans 2013 (PLoS ONE 8:e76585): two
moving averages over the squared, clipped pulse. A beat's time is where the low-passed upstroke
crosses half its height. What is not shaped like its neighbours is no pulse.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vagaband.reference.shape import likeness, typical
from vagaband.reference.zero_phase import band, low_pass
from vagaband.session import Floats

PULSE_BAND_HZ = (0.5, 8.0)
UPSTROKE_LOW_PASS_HZ = 8.0
PEAK_WINDOW_S = 0.111  # a systolic peak (Elgendi: W1)
BEAT_WINDOW_S = 0.667  # one beat (Elgendi: W2)
OFFSET = 0.02  # of the mean, added to the threshold (Elgendi: beta)
LEVEL_WINDOW_S = 10.0  # the pulse's size is taken over this long
CLIP = 4.0  # a bump of more than so many typical sizes counts as that: movement, a step
UPSTROKE_S = 0.45  # a foot lies at most so long before its peak
LONGEST_S = 3.0  # 20 beats a minute; a bump further than that from any other is none
CLOSEST_S = 0.3  # 200 beats a minute
DARK_COUNTS = 8000  # no finger: at the least current in use a finger gives several times more
HEIGHT_SHARE = (0.0001, 0.125)  # upstroke as a share of the light: less is noise, more is no pulse
NOISE_RATIO = 1.0  # upstroke at least so many times the mean |second difference|
LEAST_LIKENESS = 0.5
TYPICAL_LIKENESS = 0.7  # of the beats around: noise within the pulse band has 0.57
SHORTEST_S = 2.0
GAP_STEPS = 1.5  # a step of more than so many sample periods is a gap


@dataclass(frozen=True)
class Beats:
    """Beat times, shape (b,), in seconds; `likeness` -1..1 of each beat to its neighbours."""

    t_s: Floats
    likeness: Floats
    spans: list[tuple[float, float]]  # first and last sample of each gap-free stretch


def detect(t_s: Floats, counts: Floats) -> Beats:
    """Beats of light in counts (systole down) at times `t_s`, both of shape (n,).

    Each stretch between gaps, and within it each stretch with light, stands alone.
    """
    times, alike, spans = [], [], []
    for stretch in gap_free(t_s):
        spans.append((float(t_s[stretch.start]), float(t_s[stretch.stop - 1])))
        for lit in _lit(counts[stretch], t_s[stretch]):
            here, light = t_s[stretch][lit], counts[stretch][lit]
            rate_hz = (len(here) - 1) / (here[-1] - here[0])
            index, shape = _detect_uniform(light, rate_hz)
            times.append(np.interp(index, np.arange(len(here)), here))
            alike.append(shape)
    none = np.empty(0)
    return Beats(np.concatenate([none, *times]), np.concatenate([none, *alike]), spans)


def gap_free(t_s: Floats) -> list[slice]:
    """Stretches of sample times without a missing sample."""
    if len(t_s) < 2:
        return []
    steps = np.diff(t_s)
    cuts = np.flatnonzero(steps > GAP_STEPS * np.median(steps)) + 1
    edges = [0, *cuts.tolist(), len(t_s)]
    return [slice(a, b) for a, b in pairwise(edges) if b - a > 1]


def _lit(counts: Floats, t_s: Floats) -> Iterator[slice]:
    """Stretches of 2 s and more with a finger's light on the sensor."""
    edges = np.flatnonzero(np.diff(np.r_[False, counts >= DARK_COUNTS, False].astype(np.int8)))
    for start, stop in edges.reshape(-1, 2).tolist():
        if stop - start > 1 and t_s[stop - 1] - t_s[start] >= SHORTEST_S:
            yield slice(start, stop)


def _detect_uniform(counts: Floats, rate_hz: float) -> tuple[Floats, Floats]:
    """Beats in an unbroken stretch: fractional sample index (b,), likeness (b,)."""
    pulse = band(-counts, rate_hz, PULSE_BAND_HZ)
    smooth = low_pass(-counts, rate_hz, UPSTROKE_LOW_PASS_HZ)
    noise = float(np.mean(np.abs(np.diff(counts, 2))))
    found: list[tuple[float, float]] = []
    peak = 0
    for start, stop in _blocks(pulse, rate_hz):
        before, peak = peak, start + int(np.argmax(smooth[start:stop]))
        beat = mid_upstroke(smooth, max(before, peak - round(UPSTROKE_S * rate_hz)), peak)
        if beat is None or not _credible(beat[1], counts[int(beat[0])], noise):
            continue
        if found and beat[0] - found[-1][0] < CLOSEST_S * rate_hz:
            if beat[1] <= found[-1][1]:
                continue
            found.pop()
        found.append(beat)
    index = np.array([crossing for crossing, _ in found])
    alike = likeness(pulse, index, rate_hz)
    pulses = (alike >= LEAST_LIKENESS) & (typical(alike) >= TYPICAL_LIKENESS)
    pulses &= _in_company(index, LONGEST_S * rate_hz)
    return index[pulses], alike[pulses]


def _blocks(pulse: Floats, rate_hz: float) -> NDArray[np.int64]:
    """First and end sample of each block of interest, shape (k, 2)."""
    level = _typical_size(pulse, rate_hz)
    squared = np.clip(pulse / level, 0.0, CLIP) ** 2
    peak = _moving_mean(squared, PEAK_WINDOW_S * rate_hz)
    beat = _moving_mean(squared, BEAT_WINDOW_S * rate_hz)
    inside = peak > beat + OFFSET * squared.mean()
    edges = np.flatnonzero(np.diff(np.r_[False, inside, False].astype(np.int8))).reshape(-1, 2)
    return edges[edges[:, 1] - edges[:, 0] >= PEAK_WINDOW_S * rate_hz]


def _typical_size(pulse: Floats, rate_hz: float) -> Floats:
    """Root-mean-square of the pulse around each sample, from medians of 1 s powers: one burst of
    movement does not make the beats around it small."""
    second = max(1, round(rate_hz))
    count = max(1, len(pulse) // second)
    power = np.array([np.mean(part**2) for part in np.array_split(pulse, count)])
    reach = round(LEVEL_WINDOW_S / 2)
    padded = np.pad(power, reach, mode="reflect" if count > reach else "edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    centres = (np.arange(count) + 0.5) * len(pulse) / count
    size = np.sqrt(np.interp(np.arange(len(pulse)), centres, np.median(windows, axis=1)))
    return np.maximum(size, 1e-9)


def _moving_mean(values: Floats, window: float) -> Floats:
    """Centred mean over the odd number of samples nearest to `window`, ends mirrored."""
    half = min(round((window - 1) / 2), len(values) - 1)
    sums = np.cumsum(np.r_[0.0, np.pad(values, half, mode="reflect")])
    return (sums[2 * half + 1 :] - sums[: -2 * half - 1]) / (2 * half + 1)


def mid_upstroke(smooth: Floats, earliest: int, peak: int) -> tuple[float, float] | None:
    """Where the rise to a peak crosses half its height (fractional index), and its height in
    counts. None where the start cuts the rise off, or where nothing rises."""
    if peak == earliest:
        return None
    steepest = earliest + int(np.argmax(np.diff(smooth[earliest : peak + 1])))
    foot = earliest + int(np.argmin(smooth[earliest : steepest + 1]))
    middle = (smooth[foot] + smooth[peak]) / 2
    below = np.flatnonzero(smooth[foot:peak] < middle)
    if not len(below) or smooth[peak] <= smooth[foot]:
        return None
    last = foot + int(below[-1])
    crossing = last + (middle - smooth[last]) / (smooth[last + 1] - smooth[last])
    return float(crossing), float(smooth[peak] - smooth[foot])


def _in_company(index: Floats, longest: float) -> NDArray[np.bool_]:
    """Whether each beat (sample index) has another one near it, before or after."""
    near = np.diff(index, prepend=-np.inf, append=np.inf) <= longest
    return near[:-1] | near[1:]


def _credible(height: float, light: float, noise: float) -> bool:
    """Whether a rise of `height` counts can be a pulse in this light and this noise."""
    low, high = HEIGHT_SHARE
    return low * light <= height <= high * light and height >= NOISE_RATIO * noise
