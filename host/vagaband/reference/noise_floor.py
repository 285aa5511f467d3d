"""RSA that timing noise alone would show: below it there is nothing to see.

Beats that are off by independent errors of standard deviation s make a metronome's intervals
vary by s²·(2, -1 at lag 1). Held at 2 Hz and filtered as PB2 filters, that is a variance, and the
logarithm of a 30 s sample of it the floor.
"""

import numpy as np

from vagaband.reference.gain import pb2_taps
from vagaband.reference.rsa import EPOCH_SAMPLES, GRID_HZ, band_pass_taps
from vagaband.reference.zero_phase import low_pass
from vagaband.session import Floats

MARGIN_LN = 1.0  # a value under floor + margin is "too low to measure"
UPSTROKE_LOW_PASS_HZ = 8.0  # the wave whose crossing is a beat's time
SECOND_DIFFERENCE_GAIN = np.sqrt(6.0)  # of white noise: 1 + 4 + 1
MEDIAN_OF_ABS_NORMAL = 0.6745


def floor_ln_ms2(jitter_ms: float, mean_hp_ms: float) -> float:
    """PB2 of a metronome whose beats are off by `jitter_ms` (SD), mean over epochs."""
    return _floor(pb2_taps(), jitter_ms, mean_hp_ms)


def bp_floor_ln_ms2(jitter_ms: float, mean_hp_ms: float) -> float:
    """The same of BP-RSA."""
    return _floor(band_pass_taps(), jitter_ms, mean_hp_ms)


def too_low_to_measure(ln_ms2: float, jitter_ms: float, mean_hp_ms: float) -> bool:
    """Whether a PB2 value can't be told from timing noise."""
    return ln_ms2 < floor_ln_ms2(jitter_ms, mean_hp_ms) + MARGIN_LN


def beat_jitter_ms(t_s: Floats, counts: Floats, beats_s: Floats) -> Floats:
    """SD (ms) of each beat's time, shape (b,), by white noise of the light: counts (n,) at evenly
    spaced `t_s`. Movement and a changing transit time are not in it: a lower bound.

    A crossing of a wave with slope v and noise s moves by s/v; the mid-level it crosses is the
    mean of foot and peak, each with that noise, which adds half of its variance.
    """
    rate_hz = (len(t_s) - 1) / (t_s[-1] - t_s[0])
    wave = low_pass(-counts, rate_hz, UPSTROKE_LOW_PASS_HZ)
    slope = np.gradient(wave, 1 / rate_hz)
    at_beats = np.interp(beats_s, t_s, slope)
    noise = _white_noise(counts) * _noise_gain(rate_hz)
    return 1000 * np.sqrt(1.5) * noise / np.maximum(at_beats, 1e-9)


def _floor(taps: Floats, jitter_ms: float, mean_hp_ms: float) -> float:
    """ln variance, less what the logarithm of a short sample is below that of the variance."""
    lags = np.arange(EPOCH_SAMPLES + len(taps)) / GRID_HZ
    held = _held_autocovariance(lags * 1000 / mean_hp_ms)
    both_sides = np.concatenate([held[:0:-1], held])
    shape = np.convolve(taps, taps)  # symmetric taps: their own autocorrelation
    filtered = np.convolve(both_sides, shape, mode="same")
    centre = len(held) - 1
    autocovariance = filtered[centre : centre + EPOCH_SAMPLES]
    freedom = _degrees_of_freedom(autocovariance)
    return float(2 * np.log(jitter_ms) + np.log(autocovariance[0]) + _mean_ln_chi2(freedom))


def _held_autocovariance(lag_beats: Floats) -> Floats:
    """Of a metronome with unit jitter, each interval held until the next: triangles of one beat's
    width for the variance 2 and the covariance -1 of neighbours."""

    def triangle(at: Floats) -> Floats:
        return np.maximum(0.0, 1.0 - np.abs(at))

    return 2 * triangle(lag_beats) - triangle(lag_beats - 1) - triangle(lag_beats + 1)


def _degrees_of_freedom(autocovariance: Floats) -> float:
    """Of the variance of one epoch of a correlated series (Satterthwaite)."""
    index = np.arange(len(autocovariance))
    ratio = autocovariance[np.abs(index[:, None] - index)] / autocovariance[0]
    return len(autocovariance) ** 2 / float(np.sum(ratio**2))


def _mean_ln_chi2(freedom: float) -> float:
    """Mean of ln(chi²/f) with f degrees of freedom: digamma(f/2) - ln(f/2), asymptotically."""
    return -1 / freedom - 1 / (3 * freedom**2)


def _white_noise(counts: Floats) -> float:
    """SD of the white part of the light, by the median of its second differences."""
    spread = np.median(np.abs(np.diff(counts, 2))) / MEDIAN_OF_ABS_NORMAL
    return float(spread / SECOND_DIFFERENCE_GAIN)


def _noise_gain(rate_hz: float) -> float:
    """SD of white noise behind the low-pass, over that before it."""
    impulse = np.zeros(2 * round(rate_hz) + 1)
    impulse[len(impulse) // 2] = 1.0
    return float(np.sqrt(np.sum(low_pass(impulse, rate_hz, UPSTROKE_LOW_PASS_HZ) ** 2)))
