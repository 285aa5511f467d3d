"""When something was marked or done, so that it is no ordinary time."""

import numpy as np
from numpy.typing import NDArray

from vagaband.profile.model import EXERCISES, History
from vagaband.session import Floats

CLEAR_S = 600.0  # between ordinary time and what was marked or done (DESIGN §7)
DONE = (*EXERCISES, "marked")  # kinds of stretches
Busy = tuple[Floats, Floats]  # begins and ends in order, apart from each other


def busy_times(history: History) -> Busy:
    """Of a history."""
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
