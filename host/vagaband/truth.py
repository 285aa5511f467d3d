"""RSA of corrected beats at any instant, and whether there is truth to hold another against."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from vagaband.reference.intervals import Corrected
from vagaband.reference.rsa import (
    BAND_TAPS,
    EPOCH_SAMPLES,
    GRID_HZ,
    POLYNOMIAL_POINTS,
    band_pass_taps,
    ln_variance,
    polynomial_weights,
)

EPOCH_S = EPOCH_SAMPLES / GRID_HZ
EDGES = POLYNOMIAL_POINTS - 1 + BAND_TAPS - 1  # grid samples that the filters take besides
BEFORE_S = EDGES / 2 / GRID_HZ
GRID_S = np.arange(EPOCH_SAMPLES + EDGES) / GRID_HZ - BEFORE_S  # around an epoch's start
SLACK_S = 0.25  # a run may begin or end by so much inside: two series do not by the same
MOST_FLAGGED = 0.1  # of an epoch's time: beyond it a reference is no truth


@dataclass(frozen=True)
class Truth:
    """Runs of corrected intervals; times in s on the clock of their beats."""

    runs: list[Corrected]

    def rsa_at(self, t_s: float, most_flagged: float = 1.0) -> float | None:
        """RSA in ln(ms²) of the 30 s from `t_s` on, its 2 Hz grid laid at just that instant: two
        series are sampled alike, however their beats fall.

        None where no run covers it with the filters' edges, where it varies too little, or where
        more than that share of its time was corrected.
        """
        for run in self.runs:
            beats_s = _beats_s(run)
            grid_s = t_s + GRID_S
            if grid_s[0] < beats_s[0] - SLACK_S or grid_s[-1] >= beats_s[-1] + SLACK_S:
                continue
            if _flagged_share(run, beats_s, t_s) > most_flagged:
                return None
            # beats_s[1:-1]: what lies just outside belongs to the first or the last interval
            held_ms = run.ibi_ms[np.searchsorted(beats_s[1:-1], grid_s, side="right")]
            edge = POLYNOMIAL_POINTS // 2
            trend_ms = np.convolve(held_ms, polynomial_weights(), mode="valid")
            band_ms = np.convolve(held_ms[edge:-edge] - trend_ms, band_pass_taps(), mode="valid")
            return ln_variance(band_ms)
        return None

    def epochs_s(self) -> list[float]:
        """Starts of the whole epochs, one after the other in each run."""
        starts: list[float] = []
        for run in self.runs:
            beats_s = _beats_s(run)
            last_s = beats_s[-1] - GRID_S[-1]
            starts += np.arange(beats_s[0] + BEFORE_S, last_s, EPOCH_S).tolist()
        return starts


def _beats_s(run: Corrected) -> np.ndarray:
    return (run.start_ms + np.concatenate([[0.0], np.cumsum(run.ibi_ms)])) / 1000


def _flagged_share(run: Corrected, beats_s: np.ndarray, start_s: float) -> float:
    """Share of the epoch from `start_s` on that lies in corrected intervals."""
    flagged_s = 0.0
    for (begin, end), flag in zip(pairwise(beats_s), run.flags, strict=True):
        if flag != "ok":
            flagged_s += max(0.0, min(end, start_s + EPOCH_S) - max(begin, start_s))
    return flagged_s / EPOCH_S
