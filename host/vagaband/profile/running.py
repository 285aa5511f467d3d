"""The running RSA of a stretch: heart period and RSA, one quarter of a minute after another.

RSA is that of the epochs (at 2 Hz, band-pass 0.12 to 0.40 Hz, ln of the variance), over 15 s
instead of 30; the heart period is the mean of the very samples that the variance is taken of.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vagaband.profile.model import Beats
from vagaband.reference.rsa import GRID_HZ, LEAST_VARIANCE_MS2, filtered, held_at_grid
from vagaband.session import Floats

STEP_S = 15.0
SAMPLES = int(STEP_S * GRID_HZ)
MOST_FLAGGED = 0.1  # of the time, as in a valid epoch (DESIGN §7)
HOLE_S = 0.2  # between the end of an interval and the next: beats are missing
ROUNDING = 1e-6  # of a sample
EDGE_S = 1 / GRID_HZ  # a step begins on the 2 Hz grid: at most so much later than asked


@dataclass(frozen=True)
class Running:
    """Steps of 15 s in order, (n,) each: middle, mean heart period, BP-RSA, and PB2, which lets
    less of the slow waves in and depends more on breathing. A step that beats do not fill, or that
    is corrected for more than a tenth, is not there."""

    at_s: Floats
    hp_ms: Floats
    rsa_ln: Floats
    pb2_ln: Floats

    def between(self, begin_s: float, end_s: float) -> "Running":
        """The steps that lie wholly between two times."""
        return self.where(
            (self.at_s - STEP_S / 2 >= begin_s - EDGE_S)
            & (self.at_s + STEP_S / 2 <= end_s + EDGE_S)
        )

    def where(self, kept: NDArray[np.bool_]) -> "Running":
        """The steps of a mask (n,)."""
        columns = (self.at_s, self.hp_ms, self.rsa_ln, self.pb2_ln)
        return Running(*(column[kept] for column in columns))


def running_of(beats: Beats, origin_s: float) -> Running:
    """Of all beats, in steps that begin whole numbers of 15 s from `origin_s`."""
    parts = [_steps(run, origin_s) for run in _unbroken(beats)]
    at_s, hp_ms, power, pb2_power = np.concatenate([np.zeros((4, 0)), *parts], axis=1)
    return Running(at_s, hp_ms, np.log(power), np.log(pb2_power))


def _unbroken(beats: Beats) -> Iterator[Beats]:
    """The stretches of beats without a hole between them."""
    apart = beats.at_s[1:] - (beats.at_s + beats.ibi_ms / 1000)[:-1]
    ends = [0, *(np.flatnonzero(np.abs(apart) > HOLE_S) + 1), len(beats.at_s)]
    for first, last in pairwise(ends):
        if last > first:
            part = slice(first, last)
            yield Beats(beats.at_s[part], beats.ibi_ms[part], beats.flagged[part])


def _steps(run: Beats, origin_s: float) -> Floats:
    """The columns (4, n) of the usable whole steps of one unbroken run."""
    wave = filtered(run.ibi_ms)
    begin_s = run.at_s[0] + wave.start_s
    skipped = int(np.ceil(((origin_s - begin_s) % STEP_S) * GRID_HZ - ROUNDING))
    count = (len(wave.porges) - skipped) // SAMPLES
    if count < 1:
        return np.zeros((4, 0))
    firsts = skipped + np.arange(count) * SAMPLES
    whole = firsts[:, None] + np.arange(SAMPLES)
    holder = held_at_grid(run.ibi_ms)[whole + round(wave.start_s * GRID_HZ)]
    power = [np.var(one[whole], axis=1, ddof=1) for one in (wave.band_only, wave.porges)]
    usable = run.flagged[holder].mean(axis=1) <= MOST_FLAGGED
    usable &= np.min(power, axis=0) >= LEAST_VARIANCE_MS2
    middle_s = begin_s + firsts / GRID_HZ + STEP_S / 2
    hp_ms = run.ibi_ms[holder].mean(axis=1)
    return np.stack([middle_s, hp_ms, *power])[:, usable]
