"""The own baseline (DESIGN §7) at any moment of a history, for its recordings in turn.

As on the page of a session: a recording is held against the 14 days before it began, at the hour
that is asked; until the own baseline is there, against the recording's own median.
"""

from functools import lru_cache

import numpy as np

from vagaband.analysis.baseline import DAYS, Columns, median_of, own_at
from vagaband.analysis.model import Baseline
from vagaband.profile.clock import DAY_S, local
from vagaband.profile.model import History

SLOT_H = 1.0  # a baseline is for one hour: it is of the same time of day


class Baselines:
    """Ready to be asked; the last answers are kept."""

    def __init__(self, history: History) -> None:
        epochs = history.epochs
        known = (epochs.valid > 0) & np.isfinite(epochs.hp_ms)
        self._at_s = epochs.at_s[known]
        self._hp_ms, self._rsa_ln = epochs.hp_ms[known], epochs.rsa_ln[known]
        self._day, self._hour = local(self._at_s, history.zone)
        self._zone = history.zone
        self._own = lru_cache(256)(self._find_own)
        self._median = lru_cache(4)(self._find_median)

    def own(self, began_s: float, at_s: float) -> Baseline:
        """The own baseline at a moment of a recording that began at `began_s`; kind "none": not
        yet there."""
        hour = float(local(np.array([at_s]), self._zone)[1][0])
        return self._own(began_s, (np.floor(hour / SLOT_H) + 0.5) * SLOT_H)

    def at(self, span: tuple[float, float], at_s: float) -> Baseline:
        """The same, or the recording's own median where it is not yet there."""
        own = self.own(span[0], at_s)
        return own if own.kind == "own" else self._median(span)

    def _find_own(self, began_s: float, hour: float) -> Baseline:
        part = slice(*np.searchsorted(self._at_s, [began_s - DAYS * DAY_S, began_s]))
        unknown = np.full(part.stop - part.start, np.nan)  # PB2 is not in a history
        return own_at(
            Columns(
                self._hour[part], self._day[part], self._hp_ms[part], unknown, self._rsa_ln[part]
            ),
            hour,
        )

    def _find_median(self, span: tuple[float, float]) -> Baseline:
        part = slice(*np.searchsorted(self._at_s, span))
        unknown = np.full(part.stop - part.start, np.nan)
        return median_of(self._hp_ms[part], unknown, self._rsa_ln[part])
