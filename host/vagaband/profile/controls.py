"""Control stretches (DESIGN §7): same person, same hour of day, same length, no mark near.

A history is cut into stretches of one length; those whose hour of day is within one of the asked,
on any day, and that no mark comes within ten minutes of, are its controls. An exercise of the
device counts as a mark: it is no ordinary time.
"""

from vagaband.profile.busy import CLEAR_S, busy_times, meets
from vagaband.profile.model import History
from vagaband.profile.tiles import Tiles, tiles_of
from vagaband.reference.run_numbers import EPOCH_S


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
        every = tiles_of(self._history.spans, seconds, self._history.zone)
        begin_s = every.begin_s
        near = meets(self._busy, begin_s - CLEAR_S, begin_s + seconds + CLEAR_S)
        return every.only(~near)
