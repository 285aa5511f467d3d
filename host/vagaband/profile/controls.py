"""Control stretches (DESIGN §7): same person, same hour of day, same length, no mark near.

A history is cut into stretches of one length, laid end to end from the begin of each recording;
those whose hour of day is within one of the asked, on any day, and that no mark comes within ten
minutes of, are its controls. An exercise of the device counts as a mark: it is no ordinary time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
from numpy.typing import NDArray

from vagaband.analysis.saying import LEAST_EPOCHS
from vagaband.profile.clock import hours_apart, local
from vagaband.profile.model import EXERCISES, Epochs, History
from vagaband.profile.windows import Series
from vagaband.reference.run_numbers import EPOCH_S
from vagaband.session import Floats

CLEAR_S = 600.0  # between a control and any mark
NEAR_H = 1.0
DONE = (*EXERCISES, "marked")  # kinds of stretches that are kept clear of
Busy = tuple[Floats, Floats]  # begins and ends in order, apart from each other


@dataclass(frozen=True)
class Tiles:
    """Stretches of one length in order of time, (n,) each."""

    seconds: float
    begin_s: Floats
    day: NDArray[np.int64]
    hour: Floats

    def near(self, hour: float) -> NDArray[np.bool_]:
        """Which are within an hour of an hour of day."""
        return hours_apart(self.hour, hour) <= NEAR_H

    def only(self, these: NDArray[np.bool_]) -> "Tiles":
        """Some of them."""
        return Tiles(self.seconds, self.begin_s[these], self.day[these], self.hour[these])


class Controls:
    """A history's unmarked time, ready to be asked for stretches of any length."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._busy = busy_times(history)
        self._tiles: dict[int, Tiles] = {}

    def tiles(self, seconds: float) -> Tiles:
        """All unmarked stretches of a length (made whole epochs)."""
        epochs = max(round(seconds / EPOCH_S), 1)
        if epochs not in self._tiles:
            self._tiles[epochs] = self._clear(epochs * EPOCH_S)
        return self._tiles[epochs]

    def _clear(self, seconds: float) -> Tiles:
        all_of_it = tiles_of(self._history.spans, seconds, self._history.zone)
        begin_s = all_of_it.begin_s
        near = meets(self._busy, begin_s - CLEAR_S, begin_s + seconds + CLEAR_S)
        return all_of_it.only(~near)


def tiles_of(spans: Sequence[tuple[float, float]], seconds: float, zone: tzinfo) -> Tiles:
    """Recordings cut into stretches of one length, marked or not."""
    begins = [np.arange(begin, end - seconds + 1, seconds) for begin, end in spans]
    begin_s = np.sort(np.concatenate([*begins, np.zeros(0)]))
    return Tiles(seconds, begin_s, *local(begin_s, zone))


def means_of(epochs: Epochs, values: Floats, begin_s: Floats, seconds: float) -> Floats:
    """Mean of the values (one an epoch, NaN where unknown) in each stretch, (n,): of epochs of
    which the middle is in it. NaN where fewer than two minutes are known."""
    found, n = Series(epochs.at_s, values).over(begin_s, begin_s + seconds)
    return np.where(n >= LEAST_EPOCHS, found, np.nan)


def busy_times(history: History) -> Busy:
    """When something was marked or done."""
    return _joined(
        [(m.at_s, m.at_s if m.until_s is None else m.until_s) for m in history.marks]
        + [(s.begin_s, s.end_s) for s in history.stretches if s.kind in DONE]
    )


def meets(busy: Busy, begin_s: Floats, end_s: Floats) -> NDArray[np.bool_]:
    """Whether something was marked or done in each window (n,), its bounds among it."""
    first, last = busy
    index = np.searchsorted(last, begin_s)  # the first that ends after it
    return np.append(first, np.inf)[index] <= end_s


def _joined(stretches: list[tuple[float, float]]) -> Busy:
    """Begins and ends of the time that they cover together, in order."""
    joined: list[list[float]] = []
    for begin_s, end_s in sorted(stretches):
        if joined and begin_s <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end_s)
        else:
            joined.append([begin_s, end_s])
    both = np.array(joined, float).reshape(-1, 2)
    return both[:, 0], both[:, 1]
