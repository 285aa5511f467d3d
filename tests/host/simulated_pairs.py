"""Many pairs of hearts at once, beat by beat: strangers, pairs coupled on purpose, shared pacers.

Each heart has a breath whose rate wanders and whose depth and timing are uneven, RSA whose size
itself goes up and down (that is what synchrony is about), the vessels' slow wave near 0.1 Hz, a
wander below it, and jitter from beat to beat. All of it differs from heart to heart.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from vagaband.analysis.heart_series import HeartRun
from vagaband.session import Floats, Interval, Session
from vagaband.synchrony.align import Axis, together
from vagaband.synchrony.model import Course
from vagaband.synchrony.synchrony import courses_of

STEP_S = 0.25
LEAD_S = 10.0
TOTAL_LAG_S = 20.0  # of the common drive, at most, in either direction
SLOW_HZ, SLOW_WIDTH_HZ = 0.1, 0.03


@dataclass(frozen=True)
class Kind:
    """How hearts of a group differ: ranges from which each is drawn."""

    hp_ms: tuple[float, float] = (650.0, 1100.0)
    breath_hz: tuple[float, float] = (0.18, 0.32)
    rate_sd: tuple[float, float] = (0.03, 0.12)  # wander of the breathing rate, as a share
    rsa_ln: tuple[float, float] = (4.5, 7.5)
    rsa_sd: tuple[float, float] = (0.2, 0.8)  # of how its size goes up and down, ln of variance
    rsa_s: tuple[float, float] = (10.0, 60.0)  # how long it stays up or down (decay time)
    slow_ms: tuple[float, float] = (5.0, 25.0)
    wander_ms: tuple[float, float] = (8.0, 40.0)
    jitter_ms: float = 4.0


AT_REST = Kind()
WELL_SEEN = Kind(rsa_ln=(5.5, 8.0), slow_ms=(5.0, 15.0))  # breathing with a pacer
Pair = tuple[HeartRun, HeartRun]


@dataclass(frozen=True)
class Pacer:
    """A pace (breaths a minute), from and until when, and how unevenly it is followed: timing of
    each breath in breaths, SD."""

    per_min: Floats  # (n,): of each pair
    from_s: float = 0.0
    until_s: float = np.inf
    late_sd: float = 0.05


@dataclass(frozen=True)
class Coupling:
    """B's RSA goes up and down with A's: share of SD that is common (correlation), and by how
    many seconds B is later (n,)."""

    strength: float
    lag_s: Floats


def pairs(
    rng: np.random.Generator,
    n: int,
    minutes: float,
    kind: Kind = AT_REST,
    *,
    pacer: Pacer | None = None,
    coupling: Coupling | None = None,
    one_breath: bool = False,
) -> list[Pair]:
    """So many pairs as unbroken runs of intervals on one clock. With `one_breath` both breathe
    freely, and as one."""
    count = int((60 * minutes + LEAD_S + 5) / STEP_S)
    sizes = _sizes(rng, n, count, kind, coupling)
    turns = [_turns(rng, n, count, kind, pacer) for _ in sizes]
    if one_breath:
        turns[1] = turns[0] + 0.05 * _each_breath(rng, turns[0])
    waves = [_wave(rng, *both, kind) for both in zip(sizes, turns, strict=True)]
    hearts = [beats_of(rng, *wave, 60 * minutes, kind.jitter_ms) for wave in waves]
    return list(zip(*hearts, strict=True))


@cache
def coupled(n: int, minutes: float, sd: float, seed: int) -> tuple[list[Pair], Floats]:
    """So many pairs whose RSA has this SD (ln) in common, and by how many seconds B is later."""
    rng = np.random.default_rng(seed)
    lag_s = rng.uniform(-8, 8, n)
    kind = Kind(rsa_sd=(sd, sd))
    return pairs(rng, n, minutes, kind, coupling=Coupling(1.0, lag_s)), lag_s


def _uniform(rng: np.random.Generator, n: int, bounds: tuple[float, float]) -> Floats:
    return rng.uniform(*bounds, (n, 1))


def _sizes(
    rng: np.random.Generator, n: int, count: int, kind: Kind, coupling: Coupling | None
) -> tuple[Floats, Floats]:
    """How RSA goes up and down in A and in B, SD 1, (n, count) each."""
    decay_s = _uniform(rng, n, kind.rsa_s)
    if coupling is None:
        return (
            decaying(rng, n, count, decay_s),
            decaying(rng, n, count, _uniform(rng, n, kind.rsa_s)),
        )
    edge = int(TOTAL_LAG_S / STEP_S)
    common = decaying(rng, n, count + 2 * edge, decay_s)
    own = decaying(rng, n, count, decay_s)
    at = np.arange(count) + edge
    earlier = at - np.rint(coupling.lag_s[:, None] / STEP_S).astype(int)
    led = np.take_along_axis(common, earlier, axis=1)
    follows = coupling.strength * led + np.sqrt(1 - coupling.strength**2) * own
    return common[:, at], follows


def decaying(rng: np.random.Generator, n: int, count: int, decay_s: Floats | float) -> Floats:
    """Noise of SD 1, (n, count), whose likeness to itself decays (Ornstein and Uhlenbeck)."""
    keep = np.broadcast_to(np.exp(-STEP_S / np.asarray(decay_s, float)), (n, 1))[:, 0]
    kicks = rng.normal(size=(count, n))
    out = np.empty((count, n))
    out[0] = kicks[0]
    kicks *= np.sqrt(1 - keep**2)
    for k in range(1, count):
        out[k] = keep * out[k - 1] + kicks[k]
    return out.T


def _wave(
    rng: np.random.Generator, size: Floats, turns: Floats, kind: Kind
) -> tuple[Floats, Floats]:
    """Mean heart period (n, 1), and what it varies by (n, count), in ms."""
    n, count = size.shape
    depth = 0.15 * _each_breath(rng, turns)
    ln_ms2 = _uniform(rng, n, kind.rsa_ln) + _uniform(rng, n, kind.rsa_sd) * size
    breath = np.sqrt(2) * np.exp(ln_ms2 / 2 + depth) * np.sin(2 * np.pi * turns)
    slow = _uniform(rng, n, kind.slow_ms) * _slow_wave(rng, n, count)
    wander = _uniform(rng, n, kind.wander_ms) * _wander(rng, n, count)
    return _uniform(rng, n, kind.hp_ms), breath + slow + wander


def _turns(
    rng: np.random.Generator, n: int, count: int, kind: Kind, pacer: Pacer | None
) -> Floats:
    """Breaths since the beginning (n, count): free, or with a pacer while it runs."""
    rate = _uniform(rng, n, kind.breath_hz) * np.exp(
        _uniform(rng, n, kind.rate_sd) * decaying(rng, n, count, _uniform(rng, n, (5.0, 30.0)))
    )
    if pacer is None:
        turns = np.cumsum(rate, axis=1) * STEP_S
        return turns + rng.uniform(0, 1, (n, 1)) + 0.04 * _each_breath(rng, turns)
    t_s = np.arange(count) * STEP_S - LEAD_S
    on = (t_s >= pacer.from_s) & (t_s < pacer.until_s)
    turns = np.cumsum(np.where(on, pacer.per_min[:, None] / 60, rate), axis=1) * STEP_S
    begin = int(np.argmax(on))
    offset = rng.uniform(-0.1, 0.1, (n, 1)) - turns[:, [begin]]
    return turns + offset + pacer.late_sd * _each_breath(rng, turns)


def _each_breath(rng: np.random.Generator, turns: Floats) -> Floats:
    """Noise of SD 1 that changes from breath to breath (n, count)."""
    n = len(turns)
    drawn = rng.normal(size=(n, int(np.ptp(turns, axis=1).max()) + 3))
    at = turns - turns[:, :1]
    k = at.astype(int)
    left, right = (np.take_along_axis(drawn, k + step, axis=1) for step in (0, 1))
    return left + (right - left) * (at - k)


def _slow_wave(rng: np.random.Generator, n: int, count: int) -> Floats:
    """The vessels' resonance (n, count), SD 1."""
    decay_s = 1 / (np.pi * SLOW_WIDTH_HZ)
    state = decaying(rng, n, count, decay_s) + 1j * decaying(rng, n, count, decay_s)
    return np.real(state * np.exp(2j * np.pi * SLOW_HZ * STEP_S * np.arange(count)))


def _wander(rng: np.random.Generator, n: int, count: int) -> Floats:
    """1/f noise below the breath (n, count), SD 1."""
    hz = np.fft.rfftfreq(count, STEP_S)
    inside = (hz >= 0.002) & (hz <= 0.05)
    size = np.where(inside, np.maximum(hz, 0.002) ** -0.5, 0.0)
    drawn = rng.normal(size=(n, len(hz))) + 1j * rng.normal(size=(n, len(hz)))
    wave = np.fft.irfft(size * drawn, count, axis=1)
    return wave / wave.std(axis=1, keepdims=True)


def beats_of(
    rng: np.random.Generator, hp_ms: Floats, wave_ms: Floats, seconds: float, jitter_ms: float
) -> list[HeartRun]:
    """Intervals that follow each wave, by its value in the interval's middle; from t = 0 on."""
    n, last = len(wave_ms), wave_ms.shape[1] - 2
    row, t_s = np.arange(n), rng.uniform(0, 1, n)
    begins, lengths = [], []
    while t_s.min() < LEAD_S + seconds:
        at = np.minimum((t_s + hp_ms[:, 0] / 2000) / STEP_S, last)
        k = at.astype(int)
        value = wave_ms[row, k] + (wave_ms[row, k + 1] - wave_ms[row, k]) * (at - k)
        ibi_ms = np.maximum(hp_ms[:, 0] + value + rng.normal(0, jitter_ms, n), 300.0)
        begins.append(t_s)
        lengths.append(ibi_ms)
        t_s = t_s + ibi_ms / 1000
    return [
        _run(begin_s, ibi_ms, seconds)
        for begin_s, ibi_ms in zip(np.array(begins).T, np.array(lengths).T, strict=True)
    ]


def _run(begin_s: Floats, ibi_ms: Floats, seconds: float) -> HeartRun:
    inside = (begin_s >= LEAD_S) & (begin_s < LEAD_S + seconds)
    count = np.count_nonzero(inside)
    return HeartRun(0, begin_s[inside] - LEAD_S, ibi_ms[inside], np.ones(count, bool))


def session_of(run: HeartRun) -> Session:
    """A run as a session without epochs."""
    intervals = [
        Interval(t, x, "ok" if sound else "missed", 0)
        for t, x, sound in zip(run.t_s.tolist(), run.ibi_ms.tolist(), run.sound, strict=True)
    ]
    return Session("test", 0, np.zeros(0), np.zeros(0), np.zeros(0), intervals, [])


def axis_of(pair: Pair) -> Axis:
    """Both from one moment on."""
    return together(session_of(pair[0]), session_of(pair[1]))


def lines_of(pair: Pair) -> tuple[Course, Course]:
    """Both persons' lines over their axis."""
    return courses_of(axis_of(pair))
