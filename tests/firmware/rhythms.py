"""Rhythms for the tests, in ms: without order, breathing strongly, paced, with early beats."""

import numpy as np
from light import FULL_SCALE, RATE_HZ
from vagaband.board.heart import Heart

LONGEST_MS, SHORTEST_MS = 1990, 310


def disordered(rng, kind, rate_bpm, seconds, spread=0.2):
    """Every interval by chance, as in atrial fibrillation: no interval knows the one before it.

    `spread` is the standard deviation over the mean; 0.15 to 0.3 is what records show.
    """
    n = int(seconds * rate_bpm / 60)
    mean_ms = 60_000 / rate_bpm
    draws = {
        "normal": lambda: 1 + rng.normal(0, spread, n),
        "lognormal": lambda: np.exp(rng.normal(0, spread, n)),
        "gamma": lambda: rng.gamma(spread**-2, spread**2, n),
        "uniform": lambda: 1 + rng.uniform(-spread, spread, n) * np.sqrt(3),
    }
    return np.clip(mean_ms * draws[kind](), SHORTEST_MS, LONGEST_MS)


def swinging(rng, hp_ms, breath_hz, seconds, *, swing_ms=300, uneven=0.0):
    """Strong breathing: `swing_ms` from peak to trough, slow waves, jitter of 5 ms.

    `uneven` is the spread of each breath's length and depth, on a log scale.
    """
    t_s, phase, rate_hz, depth = 0.0, rng.uniform(0, 2 * np.pi), breath_hz, 1.0
    slow = rng.uniform(0, 2 * np.pi, 2)
    ibis = []
    while t_s < seconds:
        if phase > 2 * np.pi:
            phase -= 2 * np.pi
            rate_hz = breath_hz * np.exp(rng.normal(0, uneven))
            depth = np.exp(rng.normal(0, uneven))
        wave = swing_ms / 2 * depth * np.sin(phase) + rng.normal(0, 5)
        wave += 15 * np.sin(0.2 * np.pi * t_s + slow[0]) + 15 * np.sin(
            0.02 * np.pi * t_s + slow[1]
        )
        ibis.append(max(SHORTEST_MS, hp_ms + wave))
        t_s += ibis[-1] / 1000
        phase += 2 * np.pi * rate_hz * ibis[-1] / 1000
    return np.array(ibis)


def paced(rng, hp_ms, seconds, *, jitter_ms=2.0, transit_ms=3.0, breath_hz=0.25):
    """A pacemaker's beats as a pulse sees them: jitter, and a transit time that breathes."""
    beats = np.arange(0, seconds * 1000, hp_ms)
    beats = beats + rng.normal(0, jitter_ms, len(beats))
    beats += transit_ms * np.sin(2 * np.pi * breath_hz * beats / 1000)
    return np.diff(beats)


def with_early_beats(rng, ibis, per_minute):
    """Beats 30 % early, each with its pause."""
    beats = np.concatenate([[0], np.cumsum(ibis)])
    n = round(per_minute * beats[-1] / 60_000)
    for k in rng.choice(np.arange(5, len(beats) - 5, 2), n, replace=False):
        beats[k] -= 0.3 * ibis[k - 1]
    return np.diff(beats)


class Given(Heart):
    """A heart whose intervals are given."""

    def __init__(self, spec, ibis):
        super().__init__(spec)
        self._ibis = list(ibis)
        self._k = -1

    def _interval_ms(self, t_s):
        self._k = min(self._k + 1, len(self._ibis) - 1)
        return float(self._ibis[self._k])


def light_of(ibis, seconds, noise_rms=10, seed=1, spec="seed=4"):
    """IR counts at 100 Hz of a heart with these intervals."""
    t_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    _, ir = Given(spec, ibis).light(t_s)
    ir = ir + np.random.default_rng(seed).normal(0, noise_rms, len(ir))
    return np.clip(np.rint(ir), 0, FULL_SCALE).astype(np.int64)
