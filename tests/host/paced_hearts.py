"""Hearts that breathe with a pacer, as intervals: for the resonance assessment.

Beside the breath they have what a real one has at rest: a slow wave around 0.1 Hz (0.03 Hz wide),
a wander below that, jitter from beat to beat; and the breath itself is uneven in depth and time.
"""

from collections.abc import Callable

import numpy as np
from vagaband.session import Exercise, Interval, Pace, Session

RATES = (6.5, 6.0, 5.5, 5.0, 4.5)
STEP_S = 0.25
SLOW_HZ, SLOW_WIDTH_HZ = 0.1, 0.03
DEPTH_SD, LATE_SD = 0.12, 0.03  # from breath to breath: of its size; of its time, in breaths
WANDER_HZ = (0.002, 0.05)
FREE_HZ, FREE_MS = 0.23, 22.0
RATE_S, REST_S, LEAD_S = 180.0, 60.0, 10.0


def slow_wave(rng: np.random.Generator, n: int) -> np.ndarray:
    """Resonant noise of sd 1, shape (n,)."""
    keep = np.exp(-np.pi * SLOW_WIDTH_HZ * STEP_S)
    kicks = rng.normal(size=n) + 1j * rng.normal(size=n)
    state, states = kicks[0], np.empty(n, complex)
    for k in range(n):
        state = keep * state + np.sqrt(1 - keep**2) * kicks[k]
        states[k] = state
    return np.real(states * np.exp(2j * np.pi * SLOW_HZ * STEP_S * np.arange(n)))


def wander(rng: np.random.Generator, n: int) -> np.ndarray:
    """1/f noise of sd 1 below the breath, shape (n,)."""
    hz = np.fft.rfftfreq(n, STEP_S)
    inside = (hz >= WANDER_HZ[0]) & (hz <= WANDER_HZ[1])
    size = np.where(inside, np.maximum(hz, WANDER_HZ[0]) ** -0.5, 0.0)
    wave = np.fft.irfft(size * (rng.normal(size=len(hz)) + 1j * rng.normal(size=len(hz))), n)
    return wave / wave.std()


def breath(rng: np.random.Generator, t_s: np.ndarray, hz: float, amplitude_ms: float):
    """The breath's wave at `t_s` after its pace began."""
    turns = t_s * hz
    n = int(turns[-1]) + 3
    depth = np.exp(np.interp(turns, np.arange(n), rng.normal(0, DEPTH_SD, n)))
    angle = 2 * np.pi * (turns + np.interp(turns, np.arange(n), rng.normal(0, LATE_SD, n)))
    return amplitude_ms * depth * (np.sin(angle) + 0.1 * np.sin(2 * angle))


def assessed(
    rng: np.random.Generator, swing_ms: Callable[[float], float], rate_s: float = RATE_S
) -> Session:
    """A session with one resonance assessment of someone with a swing (ms) at each rate."""
    hp_ms, slow_ms = rng.uniform(650, 1100), rng.uniform(4, 9)
    rates = rng.permutation(RATES)
    n = int((len(rates) * (rate_s + REST_S) + 3 * LEAD_S) / STEP_S)
    grid_s = np.arange(n) * STEP_S
    wave = FREE_MS * np.sin(2 * np.pi * FREE_HZ * grid_s)
    paces, begin_s = [], LEAD_S
    for rate in rates:
        end_s = begin_s + rate_s
        now = (grid_s >= begin_s) & (grid_s < end_s)
        wave[now] = breath(rng, grid_s[now] - begin_s, rate / 60, swing_ms(rate) / 2)
        paces += [Pace(begin_s, rate / 60), Pace(end_s, 0.0)]
        begin_s = end_s + REST_S
    wave += slow_ms * slow_wave(rng, n) + 10 * wander(rng, n)
    exercises = [Exercise(LEAD_S, "resonance"), Exercise(paces[-1].t_s, "")]
    empty = np.zeros(0)
    intervals = beats_of(rng, hp_ms, grid_s, wave)
    return Session("test", 0, empty, empty, empty, intervals, [], paces=paces, exercises=exercises)


def beats_of(
    rng: np.random.Generator, hp_ms: float, grid_s: np.ndarray, wave_ms: np.ndarray
) -> list[Interval]:
    """Intervals that follow a wave, each by its value in the interval's middle."""
    intervals, t_s = [], 0.0
    while t_s < grid_s[-1] - 3:
        at = (t_s + hp_ms / 2000) / STEP_S
        k = int(at)
        value = wave_ms[k] + (wave_ms[k + 1] - wave_ms[k]) * (at - k)
        ibi_ms = float(hp_ms + value + rng.normal(0, 4))
        intervals.append(Interval(t_s, ibi_ms, "ok", 0))
        t_s += ibi_ms / 1000
    return intervals


def peaked(best: float, top_ms: float, step_ln: float = 0.5) -> Callable[[float], float]:
    """Swings that fall by so much (ln of the variance) with each half a breath a minute."""
    return lambda rate: top_ms * np.exp(-step_ln * abs(rate - best) / 0.5 / 2)


def flat(top_ms: float) -> Callable[[float], float]:
    """The same swing at every rate."""
    return lambda rate: top_ms
