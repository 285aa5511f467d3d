"""Running BP-RSA and heart period of one person, each second of a common clock.

Windows of 15 s, a second apart, as in Abney, daSilva, Lewis and Bertenthal's dynamic RSA: ln of
the variance of the band-passed heart period. Within a window the variance is weighed by Hann: a
rectangle would smear what happens over its whole length, and with it the lag.
"""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from vagaband.analysis.heart_series import HeartRun
from vagaband.reference.noise_floor import MARGIN_LN
from vagaband.reference.rsa import (
    BAND_TAPS,
    GRID_HZ,
    LEAST_VARIANCE_MS2,
    band_pass_taps,
    hold_at_grid,
)
from vagaband.reference.run_numbers import EPOCH_S, MOST_CORRECTED
from vagaband.session import Epoch, Floats
from vagaband.synchrony.model import Course

WINDOW_S = 15.0
WINDOW = int(WINDOW_S * GRID_HZ)
EDGE = BAND_TAPS // 2  # samples of the grid that the filter needs on either side
REACH_S = (EDGE + WINDOW / 2) / GRID_HZ  # of heart that a window stands on, on either side
REFUSED_BY_EPOCH = ("irregular", "motion")  # the rest is judged for each window by itself
Clock = Callable[[Floats], Floats]  # a recording's own seconds on the common clock


def course_of(
    runs: Sequence[HeartRun], epochs: Sequence[Epoch], clock: Clock, begin_s: float, seconds: int
) -> Course:
    """The lines of unbroken runs of intervals over an axis that begins at `begin_s`.

    A window is refused ("corrected", "flat", "noise", or by its epoch "irregular", "motion"):
    more than a tenth of its time corrected, or RSA less than 1 ln above the noise floor.
    """
    axis_s = np.arange(seconds, dtype=float)
    rsa_ln, hp_ms = np.full(seconds, np.nan), np.full(seconds, np.nan)
    rhythm_ms = np.full(int(GRID_HZ) * seconds, np.nan)
    refused: Counter[str] = Counter()
    for run in runs:
        part, wave_ms = _rhythm(run, clock, begin_s, len(rhythm_ms))
        rhythm_ms[part] = wave_ms
        if np.sum(run.ibi_ms) / 1000 <= 2 * REACH_S + 1:
            continue
        own_s, rsa, hp, corrected = _windows(run)
        at_s = clock(own_s) - begin_s
        inside = (axis_s >= at_s[0]) & (axis_s <= at_s[-1])
        nearest = np.interp(axis_s[inside], at_s, np.arange(len(at_s)))
        why = _whys(own_s, rsa, corrected, epochs)[np.rint(nearest).astype(int)]
        refused.update(why[why != ""].tolist())
        rsa_ln[inside] = np.where(why == "", np.interp(axis_s[inside], at_s, rsa), np.nan)
        hp_ms[inside] = np.where(why == "", np.interp(axis_s[inside], at_s, hp), np.nan)
    return Course(rsa_ln, hp_ms, rhythm_ms, dict(refused))


def _windows(run: HeartRun) -> tuple[Floats, Floats, Floats, Floats]:
    """Each half second's window: its middle by the recording's clock (s), RSA (ln ms²), mean heart
    period (ms), share corrected; (w,) each."""
    held_ms = hold_at_grid(run.ibi_ms)
    weights = np.hanning(WINDOW + 2)[1:-1].astype(np.float64)
    weights /= weights.sum()
    wave = np.convolve(held_ms - held_ms.mean(), band_pass_taps(), "valid")
    power = np.convolve(wave**2, weights, "valid")
    inner = slice(EDGE, len(held_ms) - EDGE)
    begins_s = np.concatenate([[0.0], np.cumsum(run.ibi_ms) / 1000])
    grid_s = np.arange(len(held_ms)) / GRID_HZ
    holder = np.searchsorted(begins_s, grid_s + 1e-9, side="right") - 1
    unsound = (~run.sound[holder][inner]).astype(np.float64)
    middle_s = (EDGE + (WINDOW - 1) / 2 + np.arange(len(power))) / GRID_HZ
    mean_ms: Floats = np.convolve(held_ms[inner], weights, "valid").astype(np.float64)
    return (
        np.interp(middle_s, begins_s[:-1], run.t_s),
        np.log(np.maximum(power, LEAST_VARIANCE_MS2)).astype(np.float64),
        mean_ms,
        np.convolve(unsound, np.full(WINDOW, 1 / WINDOW), "valid"),
    )


def _whys(
    own_s: Floats, rsa_ln: Floats, corrected: Floats, epochs: Sequence[Epoch]
) -> NDArray[np.str_]:
    """Why each window is refused; "" where it is not."""
    why = np.full(len(own_s), "", dtype="<U9")
    for epoch in epochs:
        inside = (own_s >= epoch.t_s) & (own_s < epoch.t_s + EPOCH_S)
        if epoch.noise_floor_ln is not None:
            why[inside & (rsa_ln < epoch.noise_floor_ln + MARGIN_LN)] = "noise"
        if epoch.reason in REFUSED_BY_EPOCH:
            why[inside] = epoch.reason
    why[rsa_ln <= np.log(LEAST_VARIANCE_MS2)] = "flat"
    why[corrected > MOST_CORRECTED] = "corrected"
    return why


def _rhythm(run: HeartRun, clock: Clock, begin_s: float, count: int) -> tuple[slice, Floats]:
    """Where the run lies on the 2 Hz axis, and the heart period there by straight lines between
    the sound intervals' middles."""
    if np.count_nonzero(run.sound) < 2:
        return slice(0, 0), np.zeros(0)
    middle_s = clock((run.t_s + run.ibi_ms / 2000)[run.sound]) - begin_s
    first, last = np.ceil(middle_s[0] * GRID_HZ), np.floor(middle_s[-1] * GRID_HZ)
    part = slice(int(np.clip(first, 0, count)), int(np.clip(last + 1, 0, count)))
    at_s = np.arange(part.start, part.stop) / GRID_HZ
    return part, np.interp(at_s, middle_s, run.ibi_ms[run.sound])
