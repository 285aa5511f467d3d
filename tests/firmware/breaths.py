"""Beats of a synthetic heart whose breathing is known: interval, height and level of each."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rng = np.random.Generator
GRID_HZ = 8


@dataclass(frozen=True)
class Beats:
    """Of each beat, shape (n,): interval before it (1/8 ms), height (counts x 36), level (counts).

    `t_s` is its time; `breaths(a, b)` the breaths a minute between two times.
    """

    t_s: Floats
    ibi: NDArray[np.int64]
    height: NDArray[np.int64]
    level: NDArray[np.int64]
    phase: Floats  # breaths since the start, on the grid

    def rate(self, from_s: float, to_s: float) -> float:
        """Breaths a minute between two times."""
        at = np.interp([from_s, to_s], np.arange(len(self.phase)) / GRID_HZ, self.phase)
        return float(60 * (at[1] - at[0]) / (to_s - from_s))


def coloured(rng: Rng, n: int, power_of_hz: Callable[[Floats], Floats]) -> Floats:
    """Gaussian noise on the grid, rms 1, whose power at a frequency goes as `power_of_hz`."""
    hz = np.fft.rfftfreq(n, 1 / GRID_HZ)
    size = np.sqrt(np.where(hz > 0, power_of_hz(np.maximum(hz, 1e-9)), 0))
    wave = np.fft.irfft(size * (rng.normal(size=len(hz)) + 1j * rng.normal(size=len(hz))), n)
    return wave / wave.std()


def one_over_f(hz: Floats) -> Floats:
    """Power that falls with frequency, 0.003 to 0.5 Hz."""
    return np.where((hz > 0.003) & (hz < 0.5), 1 / hz, 0)


def mayer(hz: Floats) -> Floats:
    """The slow wave of blood pressure around 0.1 Hz."""
    return np.exp(-0.5 * ((hz - 0.095) / 0.015) ** 2)


@dataclass(frozen=True)
class Person:
    """How someone breathes, and what else moves the interval, height and level of the beats."""

    rate: float = 15.0  # breaths a minute
    hp_ms: float = 850.0
    unsteady: float = 0.1  # of the breathing rate: relative rms, from breath to breath and slower
    rsa_ms: float = 30.0  # amplitude of the breath in the interval
    lf_ms: float = 15.0  # rms of the Mayer wave in it
    vlf_ms: float = 15.0  # rms of the 1/f wander in it
    jitter_ms: float = 4.0  # of a beat's time
    am: float = 0.04  # amplitude of the breath in the height, relative
    vaso: float = 0.03  # rms of the Mayer wave
    am_wander: float = 0.03  # rms of the 1/f wander
    am_noise: float = 0.01
    bm: float = 0.15  # amplitude of the breath in the level, of the pulse height
    bm_vaso: float = 0.05
    bm_wander: float = 0.2
    bm_noise: float = 0.05
    harmonic: float = 0.2  # second harmonic of the breath
    pulse: float = 1300.0  # counts
    dc: float = 131072.0


STILL = {"rsa_ms": 0.0, "am": 0.0, "bm": 0.0}  # a person who doesn't breathe
NO_MAYER = {"lf_ms": 0.0, "vaso": 0.0, "bm_vaso": 0.0}
NO_WANDER = {"vlf_ms": 0.0, "am_wander": 0.0, "bm_wander": 0.0}


def beats_of(who: Person, rng: Rng, seconds: float) -> Beats:
    """The beats of someone in `seconds`."""
    n = int((seconds + 10) * GRID_HZ)
    phase = _breaths(who, rng, n)

    def breath() -> Floats:
        turn = phase + rng.uniform()
        return np.sin(2 * np.pi * turn) + who.harmonic * np.sin(
            4 * np.pi * turn + rng.uniform(0, 2 * np.pi)
        )

    slow = coloured(rng, n, mayer)
    period = who.hp_ms + who.rsa_ms * breath() + who.lf_ms * slow
    period += who.vlf_ms * coloured(rng, n, one_over_f)
    lagged = np.roll(slow, int(2 * GRID_HZ))
    am = 1 + who.am * breath() + who.vaso * lagged + who.am_wander * coloured(rng, n, one_over_f)
    bm = who.bm * breath() + who.bm_vaso * lagged + who.bm_wander * coloured(rng, n, one_over_f)
    grid_s = np.arange(n) / GRID_HZ
    t_s = _times(period, who.hp_ms, seconds)
    seen = t_s + rng.normal(0, who.jitter_ms / 1000, len(t_s))
    ibi = np.diff(seen, prepend=seen[0] - who.hp_ms / 1000)
    height = np.interp(t_s, grid_s, am) + rng.normal(0, who.am_noise, len(t_s))
    level = np.interp(t_s, grid_s, bm) + rng.normal(0, who.bm_noise, len(t_s))
    return Beats(
        t_s,
        np.rint(8000 * ibi).astype(int),
        np.rint(36 * who.pulse * np.maximum(height, 0.1)).astype(int),
        np.rint(who.dc + who.pulse * level).astype(int),
        phase,
    )


def _breaths(who: Person, rng: Rng, n: int) -> Floats:
    """Breaths since the start, on the grid: no two of the same length."""
    wander = coloured(rng, n, lambda hz: np.where(hz < who.rate / 120, 1 / (hz + 0.03), 0))
    return np.cumsum(who.rate / 60 * np.exp(who.unsteady * wander)) / GRID_HZ


def _times(period_ms: Floats, hp_ms: float, seconds: float) -> Floats:
    """Beat times; each interval is the period in its middle."""
    grid_s = np.arange(len(period_ms)) / GRID_HZ
    t, times = 0.0, []
    while t < seconds:
        times.append(t)
        t += max(0.3, float(np.interp(t + hp_ms / 2000, grid_s, period_ms)) / 1000)
    return np.array(times)


def anyone(rng: Rng, rate: float) -> Person:
    """A person breathing at `rate`, with all else drawn from what is seen in people."""

    def within(low: float, high: float) -> float:
        return float(np.exp(rng.uniform(np.log(low), np.log(high))))

    hp_ms = rng.uniform(550, 1100)
    hp_ms = min(hp_ms, 0.42 * 60000 / rate)
    return Person(
        rate=rate,
        hp_ms=hp_ms,
        unsteady=within(0.03, 0.25),
        rsa_ms=within(5, 60) * min(2.5, 15 / rate),
        lf_ms=within(5, 30),
        vlf_ms=within(5, 30),
        jitter_ms=within(2, 6),
        am=within(0.01, 0.08),
        vaso=within(0.01, 0.06),
        am_wander=within(0.01, 0.06),
        am_noise=within(0.005, 0.02),
        bm=within(0.04, 0.4),
        bm_vaso=within(0.02, 0.15),
        bm_wander=within(0.05, 0.5),
        bm_noise=within(0.02, 0.08),
        harmonic=rng.uniform(0, 0.3),
    )


def as_bytes(beats: Beats) -> bytes:
    """As the scripts in the engines read them: interval, height, level, flag of each beat."""
    flagged = np.zeros(len(beats.ibi), int)
    rows = np.column_stack([np.clip(beats.ibi, 1, 32000), beats.height, beats.level, flagged])
    return rows.astype("<i4").tobytes()
