"""Series of intervals in 1/8 ms: golden vectors, breathing hearts, and faults put into them."""

import numpy as np
from numpy.typing import NDArray

Ibis = list[int]
Rng = np.random.Generator


def _sines(count: int, level: int, *waves: tuple[float, float]) -> Ibis:
    k = np.arange(count)
    wave = np.round(sum(size * np.sin(2 * np.pi * rate * k) for size, rate in waves))
    return (8 * (level + wave)).astype(int).tolist()


def _pseudo_random(count: int) -> Ibis:
    state, values = 12345, []
    for _ in range(count):
        state = (1103515245 * state + 12345) & 0x7FFFFFFF
        values.append(8 * (820 + ((state >> 16) % 81) - 40))
    return values


NONE = -0x800000
# intervals; RSA of the epochs in 1/65536 ln. They are published with the method's integer form.
GOLDEN: dict[str, tuple[Ibis, list[int]]] = {
    "V1": (_sines(150, 850, (30, 0.2125)), [408989, 405232, 408876]),
    "V2": (_sines(180, 700, (8, 0.21), (40, 0.07)), [213027, 225511, 226702]),
    "V3": (_sines(130, 1000, (60, 0.1)), [249205] * 3),
    "V4": ([8 * 850] * 150, [NONE] * 3),
    "V5": ([8 * (800 + 10 * (k & 1)) for k in range(150)], [-3600, -4103, -2581]),
    "V6": (_sines(280, 450, (10, 0.15)), [228319, 226261, 229159]),
    "V7": (_pseudo_random(160), [384424, 312141, 336300]),
}


def amplitude_ms(ln_ms2: float) -> float:
    """Amplitude of a sine whose variance is exp(`ln_ms2`)."""
    return float(np.sqrt(2 * np.exp(ln_ms2)))


def breathing(
    rng: Rng,
    hp_ms: float,
    swing_ms: float,
    breath_hz: float,
    seconds: float,
    *,
    slow_ms: float = 0,
    jitter_ms: float = 0,
) -> Ibis:
    """A heart that breathes: `swing_ms` is half the peak-to-trough swing of its period.

    `slow_ms` is the amplitude of slow waves, at 0.1 and at 0.01 Hz.
    """
    phase = rng.uniform(0, 2 * np.pi, 2)
    t_s, ibis = 0.0, []
    while t_s < seconds:
        wave = swing_ms * np.sin(2 * np.pi * breath_hz * t_s + phase[0])
        slow = np.sin(0.2 * np.pi * t_s + phase[1]) + 0.8 * np.sin(0.02 * np.pi * t_s)
        period_ms = hp_ms + wave + slow_ms * slow + rng.normal(0, jitter_ms)
        ibis.append(round(8 * max(250.0, period_ms)))
        t_s += ibis[-1] / 8000
    return ibis


def _beats(ibis: Ibis) -> list[int]:
    return [0, *np.cumsum(ibis).tolist()]


def _ibis(beats: list[int]) -> Ibis:
    return np.diff(np.array(beats)).tolist()


def missed(ibis: Ibis, places: list[int], rng: Rng) -> Ibis:
    """The series when the detector missed the beat at each place."""
    beats = _beats(ibis)
    return _ibis([beat for k, beat in enumerate(beats) if k not in places])


def extra(ibis: Ibis, places: list[int], rng: Rng) -> Ibis:
    """The series with a false beat 15 to 85 % into the interval at each place."""
    beats = _beats(ibis)
    for k in reversed(places):
        beats.insert(k + 1, beats[k] + int(ibis[k] * rng.uniform(0.15, 0.85)))
    return _ibis(beats)


def premature(ibis: Ibis, places: list[int], rng: Rng) -> Ibis:
    """The series with the beat at each place 15 to 40 % of its interval early."""
    beats = _beats(ibis)
    for k in places:
        beats[k] -= int(ibis[k - 1] * rng.uniform(0.15, 0.40))
    return _ibis(beats)


def places_every(ibis: Ibis, seconds: float, rng: Rng) -> list[int]:
    """Beat numbers `seconds` apart, from 10 to 25 beats in, none among the last five."""
    step = int(seconds * 8000 / np.mean(ibis))
    return list(range(int(rng.integers(10, 25)), len(ibis) - 5, step))


def as_bytes(ibis: Ibis) -> bytes:
    """As the scripts read them."""
    return np.asarray(ibis, "<i4").tobytes()


def in_ms(ibis: Ibis) -> NDArray[np.float64]:
    """In ms."""
    return np.asarray(ibis) / 8
