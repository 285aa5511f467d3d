"""A session's beats laid on the heart's: which were found, and how long each gap really was."""

from dataclasses import dataclass

import numpy as np
from vagaband import assemble
from vagaband.assemble import ESTIMATED
from vagaband.journal import GAP, SCALE, Journal

from .wearing import Floats

NEAR_S = 0.15  # a beat found so near to a true one is that beat
REACH_S = 0.4  # a gap's length is wrong by less than that
STEP_S = 0.01
FOLLOW = 0.3  # share of a beat's residual by which the lag follows
SLIP_S = 0.01  # and the most: a clock never measured is 0.8 % off; false beats must not pull
FEW = 3  # beats of a stretch that say where it lies
SURE = 100  # beats that say where a session begins


@dataclass
class LaidGap:
    """A recorded gap on the heart's clock; `error_s` is its logged length less the true one."""

    start_s: float
    end_s: float
    cause: int
    estimated: bool
    lost: int
    error_s: float | None = None  # None where too few beats follow


@dataclass
class Laid:
    """Times on the heart's clock, in s."""

    start_s: float  # of the session's first sample
    found: dict[int, float]  # numbers of the true beats; their time on the device's clock
    false_s: list[float]
    gaps: list[LaidGap]

    def interval_errors_ms(self, truth_s: Floats, from_s: float, until_s: float) -> Floats:
        """Of the intervals between true beats in a stretch of time, both of which were found."""
        numbers = [n for n, t_s in enumerate(truth_s) if from_s <= t_s <= until_s]
        both = [n for n in numbers if n in self.found and n + 1 in self.found]
        found_s = np.array([self.found[n + 1] - self.found[n] for n in both])
        return 1000 * np.abs(found_s - np.diff(truth_s)[both])


def lay(
    session: Journal, truth_s: Floats, after_s: float, before_s: float, sensor_clock: float
) -> Laid | None:
    """Lay a session on the truth; its first sample lies between the two times. None: no beats.

    `sensor_clock` against nominal says where a session begins whose clock was never measured.
    """
    rate_hz = session.header["rate_hz"]
    found = assemble.from_journal(session)
    clock = assemble.clock_of(found, rate_hz)
    beats_s = clock.seconds(np.array([index + frac / 256 for index, frac in session.beats]))
    if not len(beats_s):
        return None
    events = [event for event in session.events if event.code == GAP]
    edges = [float(clock.seconds(event.index + event.value / 2)) for event in events]
    stretches = np.split(beats_s, np.searchsorted(beats_s, edges))
    first = next(stretch for stretch in stretches if len(stretch))
    rate = 1.0 if any(e.code == SCALE for e in session.events) else 1 / sensor_clock
    lag_s = _best(rate * first[:SURE], truth_s, np.arange(after_s, before_s, STEP_S))
    laid = Laid(lag_s, {}, [], [])
    for number, stretch in enumerate(stretches):
        before = lag_s
        if number and len(stretch) >= FEW:
            near = before + np.arange(-REACH_S, REACH_S + STEP_S, STEP_S)
            lag_s = _best(stretch[:20], truth_s, near)
        if number:
            laid.gaps.append(_gap(events[number - 1], clock, before, lag_s, len(stretch)))
        lag_s = _follow(stretch, truth_s, lag_s, laid)
    return laid


def _gap(event, clock, before: float, after: float, beats: int) -> LaidGap:
    start_s, end_s = clock.seconds(np.array([event.index, event.index + event.value], float))
    error_s = before - after if beats >= FEW else None
    estimated = bool(event.arg & ESTIMATED)
    cause = event.arg & ~ESTIMATED
    edges = (float(start_s + before), float(end_s + after))
    return LaidGap(*edges, cause, estimated, event.value, error_s)


def _best(beats_s: Floats, truth_s: Floats, lags_s: Floats) -> float:
    """The lag at which most beats have a true one near, and the nearest; then their median."""
    best = min((*_misfit(beats_s + lag, truth_s), lag) for lag in lags_s)[-1]
    residual = _residuals(beats_s + best, truth_s)
    near = residual[np.abs(residual) < NEAR_S]
    return float(best - np.median(near)) if len(near) else float(best)


def _misfit(times_s: Floats, truth_s: Floats) -> tuple[float]:
    return (float(np.minimum(np.abs(_residuals(times_s, truth_s)), NEAR_S).sum()),)


def _residuals(times_s: Floats, truth_s: Floats) -> Floats:
    after = np.clip(np.searchsorted(truth_s, times_s), 1, len(truth_s) - 1)
    late, early = times_s - truth_s[after - 1], times_s - truth_s[after]
    return np.where(np.abs(late) < np.abs(early), late, early)


def _follow(stretch: Floats, truth_s: Floats, lag_s: float, laid: Laid) -> float:
    """Match beat by beat; the lag follows a clock that is measured only roughly."""
    for t_s in stretch:
        at_s = float(t_s) + lag_s
        after = min(max(int(np.searchsorted(truth_s, at_s)), 1), len(truth_s) - 1)
        nearest = min((after - 1, after), key=lambda k: abs(truth_s[k] - at_s))
        residual = at_s - float(truth_s[nearest])
        if abs(residual) < NEAR_S and nearest not in laid.found:
            laid.found[nearest] = float(t_s)
            lag_s -= min(max(FOLLOW * residual, -SLIP_S), SLIP_S)
        else:
            laid.false_s.append(at_s)
    return lag_s
