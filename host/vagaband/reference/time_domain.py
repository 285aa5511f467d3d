"""Time-domain measures of heart period (Task Force 1996, Eur Heart J 17)."""

from collections.abc import Iterable

import numpy as np

from vagaband.session import Floats, Interval


def sound_runs(intervals: Iterable[Interval]) -> list[Floats]:
    """Unflagged intervals (ms) adjacent in time: none of these runs crosses a gap or a flag."""
    runs: list[list[float]] = []
    before: Interval | None = None
    for interval in intervals:
        if interval.flag == "ok":
            if before is None or before.flag != "ok" or before.run != interval.run:
                runs.append([])
            runs[-1].append(interval.ibi_ms)
        before = interval
    return [np.array(run) for run in runs]


def rmssd_ms(runs: Iterable[Floats]) -> float | None:
    """Root mean square of successive differences within the runs; None without any pair."""
    steps = [np.diff(run) for run in runs if len(run) > 1]
    return float(np.sqrt(np.mean(np.concatenate(steps) ** 2))) if steps else None


def mean_hp_ms(runs: Iterable[Floats]) -> float | None:
    """Mean heart period in ms over the runs; None without intervals."""
    every = [run for run in runs if len(run)]
    return float(np.mean(np.concatenate(every))) if every else None


def sdnn_ms(runs: Iterable[Floats]) -> float | None:
    """Standard deviation (N-1) of the intervals in ms; None below two intervals."""
    every = [run for run in runs if len(run)]
    joined = np.concatenate(every) if every else np.empty(0)
    return float(np.std(joined, ddof=1)) if len(joined) > 1 else None
