"""Artefact correction of inter-beat intervals, in float64.

Lipponen and Tarvainen 2019 (J Med Eng Technol 43:173): thresholds that follow the recording, from
quartile deviations of the steps between intervals and of their distance to a running median.
Here every correction is made on the beats: it keeps the total time. Where the paper interpolates
intervals, a misplaced or missed beat goes where the rhythm around it puts it (`beat_placement`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vagaband.reference.beat_placement import place, relief
from vagaband.session import Floats

THRESHOLD_WINDOW = 91  # beats
MEDIAN_WINDOW = 11  # beats
SPREAD = 5.2  # quartile deviations that hold 99.95 % of a normal distribution
ECTOPIC_SLOPE, ECTOPIC_OFFSET = 0.13, 0.17
LONG_OR_SHORT = 3.0  # distance to the median, in thresholds
LEAST_THRESHOLD_SHARE = 0.06  # of the heart period: a metronome has no spread to measure
LONGEST_SHARE = 3.5  # an interval of more than so many medians is a gap
HARD_LIMITS_MS = (300.0, 2000.0)
BLAMED_TOGETHER = 3  # one displaced beat disturbs two intervals, and the step after them
LEAST_RELIEF = 3.5  # standard deviations: those that 5.2 quartile deviations are
PASSES = 3  # a repaired beat can uncover the next


@dataclass(frozen=True)
class Corrected:
    """One unbroken run: intervals (n,) in ms, a flag each, and the time of its first beat."""

    ibi_ms: Floats
    flags: list[str]  # "ok", "missed", "extra", "ectopic"
    start_ms: float  # after the first beat of all, or on the clock of the beats


def correct_beats(beats_s: Floats, spans: Sequence[tuple[float, float]]) -> list[Corrected]:
    """Corrected runs of beats (s); none crosses from one span of unbroken light to the next."""
    runs = []
    for first, last in spans:
        beats = beats_s[(beats_s >= first) & (beats_s <= last)]
        for run in correct(np.diff(beats) * 1000):
            runs.append(Corrected(run.ibi_ms, run.flags, run.start_ms + float(beats[0]) * 1000))
    return runs


def correct(ibi_ms: Sequence[float] | Floats) -> list[Corrected]:
    """Corrected runs of the intervals (ms); what is too long to be missed beats ends a run."""
    intervals = np.asarray(ibi_ms, dtype=np.float64)
    if not len(intervals):
        return []
    beats = np.concatenate([[0.0], np.cumsum(intervals)])
    usual = np.maximum(_running_median(intervals), HARD_LIMITS_MS[0])
    cuts = np.flatnonzero(intervals > LONGEST_SHARE * np.minimum(usual, HARD_LIMITS_MS[1]))
    edges = [0, *(cuts + 1).tolist(), len(beats)]
    return [_correct_run(beats[start:stop]) for start, stop in pairwise(edges) if stop - start > 1]


def _correct_run(beats_ms: Floats) -> Corrected:
    """One run; the flag of an interval is the correction of either of its beats."""
    beats, flags = beats_ms, np.full(len(beats_ms), "ok", dtype="<U8")
    for _ in range(PASSES):
        kinds = classify(np.diff(beats))
        if not len(kinds) or (kinds == "ok").all():
            break
        beats, flags = _repair(beats, flags, kinds)
        beats = place(beats, (flags == "missed") | (flags == "ectopic"))
    worse = np.where(flags[1:] != "ok", flags[1:], flags[:-1])
    return Corrected(np.diff(beats), worse.tolist(), float(beats_ms[0]))


def classify(ibi_ms: Floats) -> NDArray[np.str_]:
    """What each interval (ms) seems to be: "ok", "ectopic", "missed", "extra" or "moved"."""
    if len(ibi_ms) < 3:
        return np.full(len(ibi_ms), "ok", dtype="<U8")
    median = _running_median(ibi_ms)
    step = np.diff(ibi_ms, prepend=ibi_ms[0])
    least = LEAST_THRESHOLD_SHARE * median
    step_n = step / np.maximum(_threshold(step), least)
    off = ibi_ms - median
    off_weighed = np.where(off < 0, 2 * off, off)
    off_threshold = np.maximum(_threshold(off_weighed), least)
    off_n = off_weighed / off_threshold
    padded = np.pad(step_n, (1, 2))
    before, after, later = padded[:-3], padded[2:-1], padded[3:]
    up, down = step_n > 0, step_n < 0
    around = np.where(up, np.maximum(before, after), np.minimum(before, after))
    ahead = np.where(up, np.minimum(after, later), np.maximum(after, later))
    line = ECTOPIC_SLOPE * step_n
    ectopic = (up & (step_n > 1) & (around < -line - ECTOPIC_OFFSET)) | (
        down & (step_n < -1) & (around > -line + ECTOPIC_OFFSET)
    )
    long = ((step_n > 1) & (ahead < -1)) | (off_n > LONG_OR_SHORT)
    short = ((step_n < -1) & (ahead > 1)) | (off_n < -LONG_OR_SHORT)
    following = np.append(ibi_ms[1:], np.inf)
    previous = np.append(np.inf, ibi_ms[:-1])
    missed = long & (np.abs(ibi_ms / 2 - median) < np.minimum(off_threshold, np.abs(off)))
    missed |= (off_n > LONG_OR_SHORT) & (np.rint(ibi_ms / median) >= 2)
    # Two beats' time with a short neighbour is one beat displaced, not one missed beside an extra.
    beside = np.minimum(np.abs(previous - median + off), np.abs(following - median + off))
    missed &= beside > np.abs(off - median)
    extra = short & (np.abs(following + off) < np.minimum(off_threshold, median / 2))
    conditions = [extra, missed, ectopic, long | short]
    return np.select(conditions, ["extra", "missed", "ectopic", "moved"], "ok").astype("<U8")


def _repair(
    beats: Floats, flags: NDArray[np.str_], kinds: NDArray[np.str_]
) -> tuple[Floats, NDArray[np.str_]]:
    """Apply what the intervals seem to be to the beats, from left to right; where a beat is not
    where it was, its time is only a first guess."""
    misplaced = _misplaced(beats, flags, kinds)
    median = _running_median(np.diff(beats))
    times, marks = [float(beats[0])], [str(flags[0])]
    index = 1
    while index < len(beats):
        kind, time, mark = str(kinds[index - 1]), float(beats[index]), str(flags[index])
        last = index == len(beats) - 1
        if kind == "extra" and not last:  # leave this beat out: the next one ends the interval
            index += 1
            time, mark = float(beats[index]), "extra"
        elif kind == "missed":
            parts = max(2, round((time - times[-1]) / float(median[index - 1])))
            inserted = np.linspace(times[-1], time, parts + 1)[1:-1]
            times.extend(inserted.tolist())
            marks.extend(["missed"] * len(inserted))
        elif index in misplaced:
            time, mark = (times[-1] + float(beats[index + 1])) / 2, "ectopic"
        times.append(time)
        marks.append(mark)
        index += 1
    return np.array(times), np.array(marks, dtype="<U8")


def _misplaced(beats: Floats, flags: NDArray[np.str_], kinds: NDArray[np.str_]) -> set[int]:
    """Which beats to blame for intervals that seem ectopic or moved: of the beats that border on
    up to three such intervals in a row, the one that relieves the rhythm most where it goes
    elsewhere; none where that is little, for then the rhythm itself swings so."""
    odd = np.flatnonzero((kinds == "ectopic") | (kinds == "moved"))
    doubtful = (flags == "missed") | (flags == "ectopic")
    doubtful[odd] = doubtful[odd + 1] = True
    blamed = set()
    while len(odd):
        first = int(odd[0])
        together = [k for k in odd[:BLAMED_TOGETHER].tolist() if k - first < BLAMED_TOGETHER]
        odd = odd[len(together) :]
        candidates = range(max(1, first), min(len(beats) - 1, together[-1] + 2))
        if candidates:
            relieved = relief(beats, doubtful, candidates)
            if relieved.max() > LEAST_RELIEF:
                blamed.add(candidates[int(np.argmax(relieved))])
    return blamed


def _threshold(values: Floats) -> Floats:
    """5.2 quartile deviations of |values| around each beat."""
    windows = _windows(np.abs(values), THRESHOLD_WINDOW)
    low, high = np.percentile(windows, [25, 75], axis=1)
    return SPREAD * (high - low) / 2


def _running_median(values: Floats) -> Floats:
    return np.median(_windows(values, MEDIAN_WINDOW), axis=1)


def _windows(values: Floats, window: int) -> Floats:
    """The values around each value, shape (n, w): near the ends the nearest whole window."""
    width = min(window, len(values))
    views = np.lib.stride_tricks.sliding_window_view(values, width)
    first = np.clip(np.arange(len(values)) - width // 2, 0, len(values) - width)
    return views[first]
