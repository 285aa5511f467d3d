"""Means of a history's epochs over many windows of time at once."""

import numpy as np

from vagaband.analysis.saying import LEAST_EPOCHS
from vagaband.profile.model import Epochs
from vagaband.reference.run_numbers import EPOCH_S
from vagaband.session import Floats

LEAST_KNOWN = 3  # epochs, and
LEAST_SHARE = 0.5  # of the epochs that fit in a window


class Series:
    """One column of the epochs, ready to be averaged. An epoch is of a window that holds at least
    half of it."""

    def __init__(self, at_s: Floats, values: Floats) -> None:
        """Begin of each epoch in order, and its value, NaN where unknown: (n,) each."""
        known = np.isfinite(values)
        self._middle_s = at_s + EPOCH_S / 2
        self._sum = np.concatenate(([0.0], np.cumsum(np.where(known, values, 0.0))))
        self._count = np.concatenate(([0], np.cumsum(known)))

    def over(self, begin_s: Floats, end_s: Floats) -> tuple[Floats, Floats]:
        """Mean over each window, NaN where nothing is known, and the number of known epochs."""
        first = np.searchsorted(self._middle_s, begin_s)
        last = np.searchsorted(self._middle_s, end_s)
        count = (self._count[last] - self._count[first]).astype(np.float64)
        total = self._sum[last] - self._sum[first]
        return np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0), count

    def known(self, begin_s: Floats, end_s: Floats, share: float = LEAST_SHARE) -> Floats:
        """The mean where at least such a share of the window is known, else NaN."""
        mean, count = self.over(begin_s, end_s)
        least = np.maximum(LEAST_KNOWN, share * np.floor((end_s - begin_s) / EPOCH_S + 1e-6))
        return np.where(count >= least, mean, np.nan)


def means_of(epochs: Epochs, values: Floats, begin_s: Floats, seconds: float) -> Floats:
    """Mean of the values (one an epoch, NaN where unknown) in each stretch, (n,): of epochs of
    which the middle is in it. NaN where fewer than two minutes are known."""
    found, n = Series(epochs.at_s, values).over(begin_s, begin_s + seconds)
    return np.where(n >= LEAST_EPOCHS, found, np.nan)
