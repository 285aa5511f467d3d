"""Sample entropy of the heart period (Richman and Moorman 2000, Am J Physiol Heart 278:H2039)."""

import numpy as np
from numpy.typing import NDArray

from vagaband.session import Floats

LENGTH = 2  # m: intervals that match before the next is asked for
TOLERANCE_SD = 0.2  # r
LEAST_INTERVALS = 200


def sample_entropy(ibi_ms: Floats, sound: NDArray[np.bool_] | None = None) -> float | None:
    """-ln(A/B): B pairs of stretches of two intervals alike within 0.2 SD, A of them still alike
    one later. Of (n,) intervals in order; those not `sound` are in no stretch. None below 200
    sound ones, without variability, or where no pair stays alike.
    """
    sound = np.ones(len(ibi_ms), bool) if sound is None else sound
    if np.count_nonzero(sound) < LEAST_INTERVALS:
        return None
    tolerance = TOLERANCE_SD * float(np.std(ibi_ms[sound], ddof=1))
    whole = np.lib.stride_tricks.sliding_window_view(sound, LENGTH + 1).all(axis=1)
    stretches = np.lib.stride_tricks.sliding_window_view(ibi_ms, LENGTH + 1)[whole]
    if not tolerance > 0 or len(stretches) < 2:
        return None
    pairs = np.triu_indices(len(stretches), 1)
    alike = np.ones(len(pairs[0]), bool)
    matches = []
    for column in stretches.T:
        alike &= np.abs(column[pairs[0]] - column[pairs[1]]) <= tolerance
        matches.append(np.count_nonzero(alike))
    before, after = matches[LENGTH - 1], matches[LENGTH]
    return float(-np.log(after / before)) if after else None
