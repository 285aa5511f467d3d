"""Hearts at beat level through a challenge: RSA drops and returns along a curve that is known.

A heart is a period over time whose beats fall where its phase completes a turn (integral pulse
frequency modulation). The period holds breathing (rate and depth wander from breath to breath),
a slow wave at 0.1 Hz, drift, and a level that follows RSA by a known slope. Depth wanders so that
BP-RSA of a stationary heart scatters as rsa.md §5 says (`test_profile_running` prints it).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC

import numpy as np
from vagaband.analysis.baseline import DAY_SD_LN, DAY_SD_MS
from vagaband.profile.model import Beats, Epochs, History, Mark
from vagaband.reference.rsa import rsa_epochs
from vagaband.reference.run_numbers import EPOCH_S
from vagaband.session import Floats

RATE_HZ = 10.0  # of the period's own grid
DEPTH_SD, DEPTH_S = 0.22, 13.0  # of the ln amplitude of breaths, and how long it lasts
FALL_S = 8.0  # within which a challenge takes hold
MARGIN_LN = 0.3
LOST_LN = 0.17  # of BP-RSA, by the filters and the wandering depth, on average
T0 = 1_700_000_000.0

# Courses back: share of the drop that is left, at u = time over a scale, and where it is `left`.
SHAPES: dict[str, tuple[Callable[[Floats], Floats], Callable[[float], float]]] = {
    "exponential": (lambda u: np.exp(-u), lambda left: -np.log(left)),
    "straight": (lambda u: np.clip(1 - u, 0, 1), lambda left: 1 - left),
    "late": (
        lambda u: 1 / (1 + np.exp(8 * (u - 1))) * (1 + np.exp(-8)),
        lambda left: 1 + np.log((1 + np.exp(-8)) / left - 1) / 8,
    ),
    "two_stage": (
        lambda u: 0.6 * np.exp(-4 * u) + 0.4 * np.exp(-u / 1.5),
        lambda left: _solved(lambda u: 0.6 * np.exp(-4 * u) + 0.4 * np.exp(-u / 1.5), left),
    ),
}


@dataclass(frozen=True)
class Person:
    """A heart at rest, and how it is measured."""

    hp_ms: float = 850.0
    rsa_ln: float = 6.0
    breath_hz: float = 0.25
    slope_ms: float = 60.0  # of heart period per ln of RSA: the vagal efficiency
    slow_ln: float = 5.0  # power of the 0.1 Hz wave
    drift_ms: float = 12.0
    jitter_ms: float = 3.0  # of each beat's time
    corrected_per_min: float = 0.3
    depth_sd: float = DEPTH_SD


@dataclass(frozen=True)
class Challenge:
    """What happens: `drop_ln` of RSA from `begin_s` to `end_s`, back after that. `recovery_s` is
    when 0.3 ln are left; None: it stays. `hp_step_ms`: of posture, not by the vagus."""

    begin_s: float = 300.0
    end_s: float = 480.0
    total_s: float = 1500.0
    drop_ln: float = 1.5
    recovery_s: float | None = 120.0
    shape: str = "exponential"
    hp_step_ms: float = 0.0
    gaps: tuple[tuple[float, float], ...] = ()


def course(challenge: Challenge, t_s: Floats) -> Floats:
    """RSA (ln) less that at rest, at times (n,) from the begin."""
    return -challenge.drop_ln * _share(challenge, t_s)


def beats_of(person: Person, challenge: Challenge, seed: int, at_s: float = 0.0) -> Beats:
    """The corrected intervals of such a recording that began at `at_s`."""
    rng = np.random.default_rng(seed)
    t_s = np.arange(0, challenge.total_s, 1 / RATE_HZ)
    rsa_ln = person.rsa_ln + course(challenge, t_s)
    level_ms = person.hp_ms + person.slope_ms * (rsa_ln - person.rsa_ln)
    level_ms -= challenge.hp_step_ms * _held(challenge, t_s)
    period_ms = level_ms + np.sqrt(2 * np.exp(rsa_ln)) * _breathing(person, t_s, rng)
    slow = _narrow(t_s, 0.1, 0.015, rng) * np.sqrt(np.exp(person.slow_ln))
    drift = _wander(len(t_s), 40.0, rng) * person.drift_ms
    turns = np.cumsum(1000 / np.maximum(period_ms + slow + drift, 350) / RATE_HZ)
    beats_s = np.interp(np.arange(1, int(turns[-1])), turns, t_s)
    beats_s += rng.normal(0, person.jitter_ms / 1000, len(beats_s))
    return _measured(beats_s, person, challenge, at_s, rng)


def history_of(
    parts: list[tuple[float, Beats]], marks: tuple[Mark, ...], person: str = "p1"
) -> History:
    """A history of recordings (begin, beats) with marks; epochs as a device makes them."""
    whole = Beats(
        *(np.concatenate([getattr(b, f) for _, b in parts]) for f in ("at_s", "ibi_ms", "flagged"))
    )

    def between(begin_s: float, end_s: float) -> Beats:
        kept = slice(*np.searchsorted(whole.at_s, [begin_s, end_s]))
        return Beats(whole.at_s[kept], whole.ibi_ms[kept], whole.flagged[kept])

    spans = tuple((begin, float(b.at_s[-1] + b.ibi_ms[-1] / 1000)) for begin, b in parts)
    rows = [row for _, b in parts for row in _epochs(b)]
    at_s, hp_ms, rsa_ln, valid = (np.array(column) for column in zip(*rows, strict=True))
    epochs = Epochs(at_s, hp_ms, rsa_ln, np.full(len(rows), 15.0), valid, tuple("" for _ in rows))
    return History(person, UTC, epochs, marks, (), spans, None, between)


def with_past(history: History, days: int, rsa_ln: float, hp_ms: float, seed: int) -> History:
    """The same, after so many days with an hour each at this time of day; days differ."""
    rng = np.random.default_rng(seed)
    first_s = history.spans[0][0]
    begins_s = first_s - 86_400.0 * np.arange(days, 0, -1)
    at_s = (begins_s[:, None] + EPOCH_S * np.arange(120)).ravel()
    day_ln, day_ms = (np.repeat(rng.normal(0, sd, days), 120) for sd in (DAY_SD_LN, DAY_SD_MS))
    past = Epochs(
        at_s,
        hp_ms + day_ms + rng.normal(0, 10, len(at_s)),
        rsa_ln + day_ln + rng.normal(0, 0.33, len(at_s)),
        np.full(len(at_s), 15.0),
        np.ones(len(at_s)),
        ("",) * len(at_s),
    )
    now = history.epochs
    epochs = Epochs(
        np.concatenate([past.at_s, now.at_s]),
        np.concatenate([past.hp_ms, now.hp_ms]),
        np.concatenate([past.rsa_ln, now.rsa_ln]),
        np.concatenate([past.breath_per_min, now.breath_per_min]),
        np.concatenate([past.valid, now.valid]),
        past.reason + now.reason,
    )
    spans = [(begin, begin + 3600.0) for begin in begins_s.tolist()]
    return replace(history, epochs=epochs, spans=(*spans, *history.spans))


def one(
    person: Person, challenge: Challenge, seed: int, at_s: float = T0, kind: str = "challenge"
) -> History:
    """The history of one recording with one marked challenge."""
    mark = Mark(at_s + challenge.begin_s, at_s + challenge.end_s, kind, "", (), "")
    return history_of([(at_s, beats_of(person, challenge, seed, at_s))], (mark,))


def random_person(rng: np.random.Generator) -> Person:
    """Somebody: hearts, breathing and depth of RSA differ."""
    return Person(
        hp_ms=rng.uniform(750, 1000),
        rsa_ln=rng.uniform(5.5, 7.0),
        breath_hz=rng.uniform(0.2, 0.3),
        slope_ms=rng.uniform(35, 90),
        slow_ln=rng.uniform(4, 6),
        drift_ms=rng.uniform(6, 18),
        jitter_ms=rng.uniform(1.5, 4),
    )


def still(challenge: Challenge) -> Challenge:
    """The same without any challenge: a rest that was marked as one."""
    return replace(challenge, drop_ln=0.0, hp_step_ms=0.0)


def returns_s(challenge: Challenge, left_ln: float) -> float:
    """When so much of the drop is left, in seconds from the end."""
    assert challenge.recovery_s is not None
    _, inverse = SHAPES[challenge.shape]
    scale_s = challenge.recovery_s / inverse(MARGIN_LN / challenge.drop_ln)
    return scale_s * inverse(left_ln / challenge.drop_ln)


def _share(challenge: Challenge, t_s: Floats) -> Floats:
    """Share of the drop at each time."""
    falling = np.clip((t_s - challenge.begin_s) / FALL_S, 0, 1)
    if challenge.recovery_s is None or not challenge.drop_ln:
        return falling
    curve, inverse = SHAPES[challenge.shape]
    scale_s = challenge.recovery_s / inverse(MARGIN_LN / challenge.drop_ln)
    return falling * curve(np.maximum(t_s - challenge.end_s, 0) / scale_s)


def _held(challenge: Challenge, t_s: Floats) -> Floats:
    """1 while a posture is held; it is taken and left within FALL_S."""
    rise = np.clip((t_s - challenge.begin_s) / FALL_S, 0, 1)
    return rise * np.clip(1 - (t_s - challenge.end_s) / FALL_S, 0, 1)


def _breathing(person: Person, t_s: Floats, rng: np.random.Generator) -> Floats:
    """A wave of amplitude about 1 at a rate and a depth that wander."""
    rate_hz = person.breath_hz * np.exp(0.08 * _wander(len(t_s), 12.0, rng))
    depth = person.depth_sd * _wander(len(t_s), DEPTH_S, rng)
    phase = 2 * np.pi * (np.cumsum(rate_hz) / RATE_HZ + rng.uniform())
    return np.exp(depth) * np.sin(phase)


def _wander(n: int, lasting_s: float, rng: np.random.Generator) -> Floats:
    """Noise of SD 1 that keeps its value for about so long: white noise under a bell."""
    width = lasting_s * RATE_HZ / 2
    bell = np.exp(-0.5 * (np.arange(-3 * int(width), 3 * int(width) + 1) / width) ** 2)
    white = rng.normal(size=n + len(bell) - 1)
    size = 1 << (len(white) + len(bell)).bit_length()
    made = np.fft.irfft(np.fft.rfft(white, size) * np.fft.rfft(bell, size), size)
    return made[len(bell) - 1 : len(bell) - 1 + n] / np.sqrt(np.sum(bell**2))


def _narrow(t_s: Floats, hz: float, width_hz: float, rng: np.random.Generator) -> Floats:
    """A wave of variance 1 about a rate, that wanders in phase and size."""
    lasting_s = 1 / (2 * np.pi * width_hz)
    a, b = (_wander(len(t_s), lasting_s, rng) for _ in range(2))
    angle = 2 * np.pi * hz * t_s
    return a * np.cos(angle) + b * np.sin(angle)


def _measured(
    beats_s: Floats, person: Person, challenge: Challenge, at_s: float, rng: np.random.Generator
) -> Beats:
    """As the device has them: some beats were missed and put back halfway, gaps are holes."""
    flagged = np.zeros(len(beats_s) - 1)
    share = person.corrected_per_min * np.mean(np.diff(beats_s)) / 60
    for k in np.flatnonzero(rng.random(len(beats_s) - 2) < share) + 1:
        beats_s[k] = (beats_s[k - 1] + beats_s[k + 1]) / 2
        flagged[k - 1 : k + 1] = 1
    begins_s, ibi_ms = beats_s[:-1], 1000 * np.diff(beats_s)
    kept = np.ones(len(begins_s), bool)
    for begin_s, end_s in challenge.gaps:
        kept &= (begins_s + ibi_ms / 1000 < begin_s) | (begins_s > end_s)
    return Beats(begins_s[kept] + at_s, ibi_ms[kept], flagged[kept])


def _epochs(beats: Beats) -> list[tuple[float, float, float, float]]:
    """Begin, heart period, BP-RSA, valid of the 30 s epochs, run by run."""
    ends_s = beats.at_s + beats.ibi_ms / 1000
    holes = np.flatnonzero(np.abs(beats.at_s[1:] - ends_s[:-1]) > 0.2) + 1
    rows = []
    for part in np.split(np.arange(len(beats.at_s)), holes):
        for epoch in rsa_epochs(beats.ibi_ms[part]) if len(part) else []:
            begin_s = beats.at_s[part[0]] + epoch.t_s
            inside = (beats.at_s >= begin_s) & (beats.at_s < begin_s + 30)
            corrected = beats.ibi_ms[inside] @ beats.flagged[inside] / 30_000 > 0.1
            known = not corrected and epoch.bp_ln_ms2 is not None
            rsa_ln = epoch.bp_ln_ms2 if known else np.nan
            rows.append((begin_s, float(beats.ibi_ms[inside].mean()), rsa_ln, float(known)))
    return rows


def _solved(falling: Callable[[Floats], Floats], left: float) -> float:
    """Where a falling curve has so much left."""
    u = np.linspace(0, 20, 200_001)
    return float(u[np.argmax(falling(u) <= left)])
