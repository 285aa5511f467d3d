"""Sample indices to seconds on the measured clock."""

from collections.abc import Iterable

import numpy as np

from vagaband.session import Floats

ONE = 65536


class ClockMap:
    """Time of sample index + fraction, from the clock scales that the device measured.

    `scales`: (index from which it holds, scale in 1/65536). `estimated`: (index, length) of the
    gaps whose length the device took from its own clock, with the scale it had by then. The
    device's first fit also dates the samples before it, for the oscillator was the same; but not
    those gaps, in which the device took a sample to last its nominal time.
    """

    def __init__(
        self,
        rate_hz: float,
        scales: Iterable[tuple[int, int]],
        estimated: Iterable[tuple[int, int]] = (),
    ) -> None:
        steps = list(scales)
        first = steps[0][1] if steps else 0
        fitted = steps[0][0] if steps else 0
        pieces = [(0, first)]
        for index, lost in estimated:
            if index < fitted:
                pieces += [(index, 0), (index + lost, first)]
        pieces += steps
        self._starts = np.array([index for index, _ in pieces], float)
        self._periods = np.array([1 + scale / ONE for _, scale in pieces]) / rate_hz
        lengths = np.diff(self._starts) * self._periods[:-1]
        self._times = np.concatenate([[0.0], np.cumsum(lengths)])

    def seconds(self, index: float | Floats) -> Floats:
        """Seconds of sample positions (any shape)."""
        position = np.asarray(index, float)
        piece = np.searchsorted(self._starts, position, side="right") - 1
        piece = np.maximum(piece, 0)
        return self._times[piece] + (position - self._starts[piece]) * self._periods[piece]
