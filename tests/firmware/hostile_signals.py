"""Light that is hard on a beat detector: seeded, with the beats in it known, or none in it.

All in IR counts of the chip, systole down, at any rate; times in s.
"""

import numpy as np
from light import FULL_SCALE, Counts
from numpy.typing import NDArray
from vagaband.board.heart import Heart

Floats = NDArray[np.float64]

DC = 131072  # a finger at the default current
PULSE_BAND_HZ = (0.5, 8.0)


def to_counts(light: Floats) -> Counts:
    """Light as the converter gives it."""
    return np.clip(np.rint(light), 0, FULL_SCALE).astype(np.int64)


def times(seconds: float, rate_hz: int) -> Floats:
    """Times of the samples, shape (n,)."""
    return np.arange(round(seconds * rate_hz)) / rate_hz


def white(seconds: float, rate_hz: int, rms: float, seed: int) -> Floats:
    """White noise, shape (n,)."""
    return np.random.default_rng(seed).normal(0, rms, round(seconds * rate_hz))


def coloured(
    seconds: float, rate_hz: int, rms: float, seed: int, band_hz: tuple[float, float], slope=0.0
) -> Floats:
    """Noise within a band, its amplitude falling as frequency to the power of `slope`."""
    spectrum = np.fft.rfft(white(seconds, rate_hz, 1, seed))
    hz = np.fft.rfftfreq(round(seconds * rate_hz), 1 / rate_hz)
    inside = (hz >= band_hz[0]) & (hz <= band_hz[1])
    spectrum[~inside] = 0
    spectrum[inside] *= np.maximum(hz[inside], 1e-9) ** -slope
    noise = np.fft.irfft(spectrum, round(seconds * rate_hz))
    return noise * rms / noise.std()


def walk(seconds: float, rate_hz: int, rms_a_second: float, seed: int) -> Floats:
    """A random walk."""
    return np.cumsum(white(seconds, rate_hz, rms_a_second / np.sqrt(rate_hz), seed))


def hum(seconds: float, rate_hz: int, hz: float, amplitude: float) -> Floats:
    """A sine; above half the rate it folds back as it does in the converter."""
    return amplitude * np.sin(2 * np.pi * hz * times(seconds, rate_hz) + 1)


def drift(seconds: float, rate_hz: int, amplitude: float) -> Floats:
    """Slow waves from 0.006 to 0.25 Hz, each of this amplitude."""
    t_s = times(seconds, rate_hz)
    waves = [np.sin(2 * np.pi * hz * t_s + k) for k, hz in enumerate((0.006, 0.03, 0.1, 0.25))]
    return amplitude * np.sum(waves, axis=0)


def heart(
    bpm: float, seconds: float, rate_hz: int, seed: int = 3, varies: float = 0.02, **keys: float
) -> tuple[Floats, Floats]:
    """Light, shape (n,), and beat times of a heart; `varies`: breathing's share of its period."""
    hp_ms = 60000 / bpm
    rsa = max(-5.0, 2 * np.log(varies * hp_ms / np.sqrt(2)))
    spec = {"hp": hp_ms, "rsa": rsa, "lf": 0, "vlf": 0, "drift": 0.1, "seed": seed} | keys
    made = Heart(",".join(f"{name}={value}" for name, value in spec.items()))
    return made.light(times(seconds, rate_hz))[1], made.truth_beats_s(seconds)


def pulses(
    beats_s: Floats, seconds: float, rate_hz: int, height: float = 1300, dicrotic: float = 0.2
) -> Floats:
    """Light with a pulse at each of the given times, its dicrotic wave as high as asked."""
    t_s = times(seconds, rate_hz)
    wave = np.zeros(len(t_s))
    for beat_s in beats_s:
        since_s = t_s - beat_s
        near = np.abs(since_s - 1) < 1.5
        since_s = since_s[near]
        fall = np.exp(-((np.maximum(since_s - 0.07, 0) / 0.21) ** 1.15))
        again = dicrotic * np.exp(-(((since_s - 0.36) / 0.07) ** 2))
        wave[near] += fall / (1 + np.exp(-since_s / 0.02)) + again
    return DC - height * wave


def irregular(bpm: float, seconds: float, seed: int) -> Floats:
    """Beat times of a rhythm as in atrial fibrillation: no interval follows from the last."""
    rng = np.random.default_rng(seed)
    intervals = np.clip(rng.normal(60 / bpm, 0.2 * 60 / bpm, 2000), 0.33, 2)
    beats_s = 0.4 + np.cumsum(intervals)
    return beats_s[beats_s < seconds]


def noise_at_snr(light: Floats, rate_hz: int, snr_db: float, seed: int) -> Floats:
    """White noise to add: pulse power over noise power is `snr_db`, both within 0.5-8 Hz."""
    noise = white(len(light) / rate_hz, rate_hz, 1, seed)
    hz = np.fft.rfftfreq(len(light), 1 / rate_hz)
    inside = (hz >= PULSE_BAND_HZ[0]) & (hz <= PULSE_BAND_HZ[1])

    def power(wave: Floats) -> float:
        return float((np.abs(np.fft.rfft(wave - wave.mean())[inside]) ** 2).sum())

    return noise * np.sqrt(power(light) / power(noise) / 10 ** (snr_db / 10))
