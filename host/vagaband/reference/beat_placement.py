"""Where beats of unknown time most likely fell, given the rhythm around them.

Janssen, Veldhuis and Vries 1986 (IEEE Trans Acoust Speech Signal Process 34:317): unknown samples
of a series are those that its own autoregressive model predicts best. Here the unknowns are beat
times, and the series is the intervals between the beats, so the total time is kept by itself.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vagaband.session import Floats

WINDOW = 91  # intervals around, as of the thresholds that found the beat (Lipponen & Tarvainen)
ORDER = 8  # two sinusoids (breath, Mayer wave) in noise take four to six
ROWS_PER_COEFFICIENT = 4  # fewer data than this lower the order
RIDGE = 0.003  # of the mean power: holds the model where the rhythm leaves it open
ROUNDS = 3  # model and times in turn (Janssen: three to five)
BOTH_WAYS = 2.0  # each error stands in the model twice, predicted forward and backward
SHARE_RANGE = (0.4, 1.8)  # a placed interval lies within this share of the median around it


def place(beats_ms: Floats, free: NDArray[np.bool_]) -> Floats:
    """Beat times (n,) in ms with the `free` ones (n,) moved to where they most likely fell.

    The first and the last beat stay. A free beat that would leave the range of its neighbours'
    rhythm stays where it was.
    """
    placed = beats_ms.copy()
    free = free.copy()
    free[[0, -1]] = False
    for first, stop in _groups(free):
        low = max(0, (first + stop - WINDOW) // 2)
        part = slice(low, min(len(beats_ms), low + WINDOW + 1))
        inside = np.arange(part.start, part.stop)
        unknown = free[part] & (inside >= first) & (inside < stop)
        placed[part] = _placed(placed[part], free[part], unknown)
    return placed


def relief(beats_ms: Floats, doubtful: NDArray[np.bool_], candidates: Sequence[int]) -> Floats:
    """How much better the rhythm's model predicts the intervals around with each candidate moved
    to where it does best, shape (c,): in standard deviations of the model's usual errors.

    The `doubtful` beats, (n,), and the candidates are kept out of the model.
    """
    low = max(0, min(candidates) - WINDOW // 2)
    part = slice(low, min(len(beats_ms), low + WINDOW + 1))
    unsure = doubtful[part].copy()
    unsure[np.array(candidates) - low] = True
    intervals, sound = np.diff(beats_ms[part]), ~_touched(unsure)
    if not sound.any():
        return np.zeros(len(candidates))
    operator = _operator(_model(intervals, sound), len(intervals))
    errors = operator @ (intervals - intervals[sound].mean())
    usual = ~(operator[:, ~sound].any(axis=1))
    power = float(np.mean(errors[usual] ** 2)) if usual.any() else float(np.mean(errors**2))
    # A beat later by 1 ms makes the interval before it longer and that after it shorter.
    moved = np.stack([operator[:, k - low - 1] - operator[:, k - low] for k in candidates])
    relieved = (moved @ errors) ** 2 / np.sum(moved**2, axis=1)
    return np.sqrt(relieved / (BOTH_WAYS * power + 1e-9))


def _groups(free: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and end of each group of free beats; groups share no interval of the model."""
    index = np.flatnonzero(free)
    if not len(index):
        return []
    cuts = np.flatnonzero(np.diff(index) > ORDER) + 1
    return [(int(part[0]), int(part[-1]) + 1) for part in np.split(index, cuts)]


def _placed(beats: Floats, free: NDArray[np.bool_], unknown: NDArray[np.bool_]) -> Floats:
    """One window with its `unknown` beats placed; all `free` ones are kept out of the model."""
    sound = ~_touched(free)
    usual = float(np.median(np.diff(beats)[sound])) if sound.any() else 0.0
    placed = beats.copy()
    to_intervals = np.diff(np.eye(len(beats)), axis=0)
    for _ in range(ROUNDS):
        intervals = np.diff(placed)
        operator = _operator(_model(intervals, sound), len(intervals))
        level = intervals[sound].mean() if sound.any() else intervals.mean()
        known = np.where(unknown, 0.0, placed)
        target = operator @ (level - to_intervals @ known)
        placed[unknown] = np.linalg.lstsq(operator @ to_intervals[:, unknown], target)[0]
    low, high = (share * usual for share in SHARE_RANGE)
    moved = np.diff(placed)[_touched(unknown)]
    return placed if len(moved) and moved.min() > low and moved.max() < high else beats


def _touched(free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which intervals (n-1,) begin or end with a free beat."""
    return free[1:] | free[:-1]


def _model(intervals: Floats, sound: NDArray[np.bool_]) -> Floats:
    """Coefficients (p,) that predict an interval, less the mean, from the p before it and from
    the p after it alike: least squares over the sound ones (modified covariance method). The
    order is the largest that stretches of sound intervals are long and many enough for."""
    values = np.where(sound, intervals, np.nan)
    values = values - np.nanmean(values) if sound.any() else values
    for order in range(min(ORDER, len(intervals) // 2), 0, -1):
        rows = np.lib.stride_tricks.sliding_window_view(values, order + 1)
        rows = rows[np.isfinite(rows).all(axis=1)]
        if len(rows) >= ROWS_PER_COEFFICIENT * order:
            break
    else:
        return np.empty(0)
    past = np.concatenate([rows[:, -2::-1], rows[:, 1:]])
    now = np.concatenate([rows[:, -1], rows[:, 0]])
    ridge = RIDGE * float(np.mean(now**2)) * len(now) + 1e-9
    found = np.linalg.solve(past.T @ past + ridge * np.eye(order), past.T @ now)
    return found.astype(np.float64)


def _operator(model: Floats, count: int) -> Floats:
    """Prediction errors of `count` values as a matrix: forward in time, then backward."""
    order = len(model)
    forward = np.zeros((count - order, count))
    for lag, weight in enumerate(np.r_[1.0, -model]):
        forward[np.arange(count - order), np.arange(order, count) - lag] = weight
    return np.concatenate([forward, forward[::-1, ::-1]])
