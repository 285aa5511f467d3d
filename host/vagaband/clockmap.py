"""Sample indices to seconds on the measured clock."""

from collections.abc import Iterable

import numpy as np

from vagaband.session import Floats

ONE = 65536


class ClockMap:
    """Time of sample index + fraction, from the clock scales that the device measured.

    The device's first fit also dates what came before it: the oscillator was the same.
    """

    def __init__(self, rate_hz: float, scales: Iterable[tuple[int, int]]) -> None:
        steps = list(scales)  # (index from which it holds, scale in 1/65536)
        first = steps[0][1] if steps else 0
        starts = [0] + [index for index, _ in steps]
        periods = [1 + first / ONE] + [1 + scale / ONE for _, scale in steps]
        self._starts = np.array(starts, float)
        self._periods = np.array(periods) / rate_hz
        lengths = np.diff(self._starts) * self._periods[:-1]
        self._times = np.concatenate([[0.0], np.cumsum(lengths)])

    def seconds(self, index: float | Floats) -> Floats:
        """Seconds of sample positions (any shape)."""
        position = np.asarray(index, float)
        piece = np.searchsorted(self._starts, position, side="right") - 1
        piece = np.maximum(piece, 0)
        return self._times[piece] + (position - self._starts[piece]) * self._periods[piece]
