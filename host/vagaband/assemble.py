"""What the stages found, as a device logged it or the twin found it again, made a Session."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from vagaband.clockmap import ONE, ClockMap
from vagaband.journal import (
    CONFIDENCES,
    CONTACT,
    EXERCISE,
    EXERCISES,
    FLAGS,
    GAP,
    GAP_CAUSES,
    LOCKIN,
    PACE,
    REASONS,
    SCALE,
    Event,
    Journal,
)
from vagaband.session import Epoch, Exercise, Floats, Gap, Interval, Mark, Pace, Session

GAP_FLAG = FLAGS.index("gap")
NO_CONTACT = (0, 3)  # off, saturated: the series ends
NONE = -0x800000
NO_FLOOR = -128
LONGEST_S = 4  # an interval is cut off here
FIRST_EPOCH_S = 12.5  # both filters' delay
SHORTEST_RUN = 436000  # 1/8 ms: beyond 54.5 s the 110 grid samples of an epoch are there
EPOCH_S = 30.0
ESTIMATED = 128


@dataclass
class Found:
    """Beats, corrected intervals, epochs and events in the device's integers."""

    beats: list[tuple[int, int]] = field(default_factory=list)  # index, 1/256
    intervals: list[tuple[int, int, int]] = field(default_factory=list)  # 1/8 ms, flag, raw used
    epochs: list[tuple[int, ...]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    lit_epochs: int | None = None  # epochs before the light stopped; twin only
    given: list[int] = field(default_factory=list)  # at which sample each beat was; twin only
    trust: list[int | None] = field(default_factory=list)  # in each beat; twin only

    def raw(self) -> list[tuple[Any, ...]]:
        """All of it as comparable tuples whose first item is the kind."""
        return [
            *(("beat", *beat) for beat in self.beats),
            *(("interval", *interval) for interval in self.intervals),
            *(("epoch", *epoch) for epoch in self.epochs),
        ]


def from_journal(journal: Journal) -> Found:
    """What a device logged, with the intervals that follow from its beats written out."""
    mends, ok_tail, epochs = journal.intervals_and_epochs()
    found = Found(journal.beats, [], epochs, journal.events)
    plain = [ibi for _, ibi in raw_intervals(found, journal.header["rate_hz"])]
    taken = 0
    for before, used, flag, ibi in [*mends, (ok_tail, 0, 0, 0)]:
        found.intervals += [(value, 0, 1) for value in plain[taken : taken + before]]
        taken += before + used
        if flag:
            found.intervals.append((ibi, flag, used))
    return found


def breaks(found: Found) -> Iterator[Event]:
    """Events at which a series of intervals ends."""
    for event in found.events:
        if event.code == GAP or (event.code == CONTACT and event.arg in NO_CONTACT):
            yield event


def raw_intervals(found: Found, rate_hz: int) -> list[tuple[int, int]]:
    """Number of the first beat and length in 1/8 ms of each interval between beats.

    The scale is the one in force when the second beat was found; see journal.md.
    """
    broken = {event.beats for event in breaks(found)}
    scales = [(event.beats, event.value) for event in found.events if event.code == SCALE]
    scale, n = 0, 0
    intervals = []
    for j in range(1, len(found.beats)):
        while n < len(scales) and scales[n][0] <= j:
            scale = scales[n][1]
            n += 1
        if j in broken:
            continue
        (a, a_frac), (b, b_frac) = found.beats[j - 1], found.beats[j]
        ticks = min((b - a) * 256 + b_frac - a_frac, LONGEST_S * 256 * rate_hz)
        nominal = ticks * 500 // rate_hz
        intervals.append((j - 1, (nominal + (nominal * scale // ONE) + 8) >> 4))
    return intervals


def clock_of(found: Found, rate_hz: int) -> ClockMap:
    """The measured clock of a recording."""
    scales = [(event.index, event.value) for event in found.events if event.code == SCALE]
    gaps = [event for event in found.events if event.code == GAP and event.arg & ESTIMATED]
    return ClockMap(rate_hz, scales, [(event.index, event.value) for event in gaps])


def session(found: Found, rate_hz: int, engine: str, header: dict[str, Any]) -> Session:
    """A Session without its light: `light()` adds that."""
    clock = clock_of(found, rate_hz)
    positions = np.array([index + frac / 256 for index, frac in found.beats])
    beats_s = clock.seconds(positions)
    intervals = _timed_intervals(found, rate_hz, beats_s)
    return Session(
        engine=engine,
        rate_hz=rate_hz,
        t_s=np.zeros(0),
        ir=np.zeros(0),
        beats_s=beats_s,
        intervals=intervals,
        epochs=_with_lock_in(_epochs(found, _runs(found, rate_hz, intervals)), found, clock),
        gaps=[_gap(event, clock) for event in found.events if event.code == GAP],
        paces=[_pace(event, clock) for event in found.events if event.code == PACE],
        exercises=[_exercise(e, clock) for e in found.events if e.code == EXERCISE],
        header=header,
        trust=found.trust,
        raw=found.raw(),
    )


def from_intervals(found: Found, engine: str, series: list[tuple[float, int]]) -> Session:
    """A Session of intervals that came without light: unbroken series, each with the time of its
    first beat (s) and its number of raw intervals."""
    intervals: list[Interval] = []
    beats_s: list[float] = []
    runs: dict[int, _Run] = {}
    run, k = 0, 0
    for start_s, count in series:
        t, taken = round(8000 * start_s), 0
        for ibi, flag, used in found.intervals[k:]:
            if used and taken >= count:
                break  # of the next series
            intervals.append(Interval(t / 8000, ibi / 8, FLAGS[flag], run))
            beats_s.append(t / 8000)
            if flag == GAP_FLAG:
                run += 1
            else:
                runs.setdefault(run, _Run(t / 8000, run)).length += ibi
            t, taken, k = t + ibi, taken + used, k + 1
        beats_s.append(t / 8000)
        run += 1
    empty = np.zeros(0)
    epochs = _epochs(found, runs)
    return Session(engine, 0, empty, empty, np.array(beats_s), intervals, epochs, raw=found.raw())


def light(session: Session, pieces: list[tuple[int, list[int]]], clock: ClockMap) -> None:
    """Give a session its raw light: pieces of (first index, counts)."""
    if pieces:
        index = np.concatenate([np.arange(first, first + len(ir)) for first, ir in pieces])
        session.ir = np.concatenate([np.asarray(ir, float) for _, ir in pieces])
        session.t_s = clock.seconds(index.astype(float))


def marks(journal: Journal, clock: ClockMap) -> list[Mark]:
    """The session's marks with their times."""
    return [Mark(float(clock.seconds(index)), kind, text) for index, kind, text in journal.marks]


def _timed_intervals(found: Found, rate_hz: int, beats_s: Floats) -> list[Interval]:
    """Each decision of the corrector starts at a beat; what it made of it follows from there."""
    begins = [first for first, _ in raw_intervals(found, rate_hz)]
    timed = []
    taken, run, t_s, last = 0, 0, 0.0, -1
    for ibi, flag, used in found.intervals:
        if used and taken < len(begins):
            first = begins[taken]
            t_s = float(beats_s[first])
            run += last >= 0 and first != last  # a break lies between
            last = begins[min(taken + used, len(begins)) - 1] + 1
        timed.append(Interval(t_s, ibi / 8, FLAGS[flag], run))
        run += flag == GAP_FLAG
        t_s += ibi / 8000
        taken += used
    return timed


@dataclass
class _Run:
    """An unbroken stretch: its start, its number among the intervals, its length in 1/8 ms."""

    t_s: float
    number: int
    length: int = 0


def _runs(found: Found, rate_hz: int, intervals: list[Interval]) -> dict[int, _Run]:
    """Runs by the device's own count: it counts every break, also one without intervals."""
    begins = [first for first, _ in raw_intervals(found, rate_hz)]
    moments = [(event.beats, event.code == GAP) for event in breaks(found)]
    runs: dict[int, _Run] = {}
    run, n, taken, since = 0, 0, 0, 0
    for timed, (ibi, flag, used) in zip(intervals, found.intervals, strict=True):
        first = begins[taken] if taken < len(begins) else len(found.beats)
        while n < len(moments) and moments[n][0] <= first:
            beats, is_gap = moments[n]
            run += is_gap or beats > since
            since = beats
            n += 1
        if flag == GAP_FLAG:
            run += 1
        else:
            runs.setdefault(run, _Run(timed.t_s, timed.run)).length += ibi
        taken += used
    return runs


def _epochs(found: Found, runs: dict[int, _Run]) -> list[Epoch]:
    """Epochs with their times. Run and number come modulo 256, in order.

    Every run long enough for an epoch has one, so the next such run of that number is the one.
    """
    long = [(run, runs[run]) for run in sorted(runs) if runs[run].length > SHORTEST_RUN]
    epochs: list[Epoch] = []
    at, count = 0, -1
    for logged in found.epochs:
        run, number = logged[:2]
        while at < len(long) and long[at][0] & 0xFF != run:
            at, count = at + 1, -1
        if at == len(long):
            break  # its intervals were not flushed
        count += 1 + ((number - count - 1) & 0xFF)
        start = long[at][1]
        t_s = start.t_s + FIRST_EPOCH_S + EPOCH_S * count
        epochs.append(epoch_of(logged, t_s, start.number))
    return epochs


def epoch_of(logged: tuple[int, ...], t_s: float, run: int) -> Epoch:
    """An epoch in the device's integers (journal.py) as numbers in their units."""
    _, _, rsa, bp_rsa, rmssd, mean, flagged, reason, breath, sure, floor = logged
    return Epoch(
        t_s=t_s,
        ln_ms2=None if rsa == NONE else rsa / ONE,
        bp_ln_ms2=None if bp_rsa == NONE else bp_rsa / ONE,
        rmssd_ms=rmssd / 8 if mean else None,
        mean_hp_ms=mean / 8 if mean else None,
        corrected_share=flagged / 60,
        valid=reason == 0,
        reason=REASONS[reason],
        run=run,
        noise_floor_ln=None if floor == NO_FLOOR else floor / 16,
        breath_per_min=breath / 10 if sure else None,
        breath_confidence=CONFIDENCES[sure],
    )


def _with_lock_in(epochs: list[Epoch], found: Found, clock: ClockMap) -> list[Epoch]:
    """Lock-in RSA is told as an epoch is complete: it goes with the newest one before."""
    epochs = list(epochs)
    for event in found.events:
        if event.code == LOCKIN:
            now_s = float(clock.seconds(event.index))
            over = [k for k, epoch in enumerate(epochs) if epoch.t_s + EPOCH_S <= now_s]
            if over:
                epochs[over[-1]] = replace(epochs[over[-1]], lock_in_ln_ms2=event.value / ONE)
    return epochs


def _pace(event: Event, clock: ClockMap) -> Pace:
    return Pace(float(clock.seconds(event.index)), 1000 / event.value if event.value else 0.0)


def _exercise(event: Event, clock: ClockMap) -> Exercise:
    return Exercise(float(clock.seconds(event.index)), EXERCISES.get(event.arg, "?"))


def _gap(event: Event, clock: ClockMap) -> Gap:
    start_s, end_s = clock.seconds(np.array([event.index, event.index + event.value], float))
    cause = GAP_CAUSES.get(event.arg & ~ESTIMATED, "?")
    return Gap(float(start_s), float(end_s - start_s), cause, bool(event.arg & ESTIMATED))
