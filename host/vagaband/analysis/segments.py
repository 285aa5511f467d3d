"""Five minutes at a time (300 beats): sample entropy and DFA alpha-1 where length and noise allow.

Both are led astray by jitter of the beats, a corrected beat, a sensor that moved and an irregular
rhythm (rsa.md §1.12): a stretch with any of these is refused, with its reason.
"""

from collections.abc import Sequence

import numpy as np

from vagaband.analysis.dfa import LEAST_BEATS, alpha1
from vagaband.analysis.heart_series import HeartRun
from vagaband.analysis.model import Moment, Segment
from vagaband.analysis.sample_entropy import sample_entropy
from vagaband.reference.run_numbers import EPOCH_S
from vagaband.session import Floats

MOST_JITTER_MS = 3.0
JITTER_FLOOR_LN = 1.7  # PB2 of a metronome heart whose beats have 3 ms of jitter (rsa.md §1.10)
MOST_CORRECTED = 0.05  # of the beats
FASTEST = 0.2  # share of the spectrum, at its fast end, that bounds the jitter


def segments_of(runs: Sequence[HeartRun], moments: Sequence[Moment]) -> list[Segment]:
    """The stretches of 300 beats of each run, one after the other."""
    starts_s = np.array([moment.t_s for moment in moments])
    found = []
    for run in runs:
        for first in range(0, len(run.ibi_ms) - LEAST_BEATS + 1, LEAST_BEATS):
            part = slice(first, first + LEAST_BEATS)
            begin_s, end_s = float(run.t_s[part][0]), float(run.t_s[part][-1])
            low, high = np.searchsorted(starts_s, [begin_s - EPOCH_S / 2, end_s - EPOCH_S / 2])
            found.append(_segment(run, part, begin_s, end_s, moments[low:high]))
    return found


def jitter_bound_ms(ibi_ms: Floats) -> float:
    """The most that jitter of single beats can be, SD in ms, by intervals (n,) alone.

    Jitter of SD s makes intervals with the spectrum 4 s² sin²(pi f) over f in cycles a beat: at
    the fast end nothing of it can hide, and whatever else is there only adds.
    """
    wave = (ibi_ms - ibi_ms.mean()) * np.hanning(len(ibi_ms))
    power = np.abs(np.fft.rfft(wave)) ** 2 / np.sum(np.hanning(len(ibi_ms)) ** 2)
    return float(np.sqrt(np.mean(power[-max(1, int(FASTEST * len(power))) :]) / 4))


def _segment(
    run: HeartRun, part: slice, begin_s: float, end_s: float, within: Sequence[Moment]
) -> Segment:
    ibi_ms, sound = run.ibi_ms[part], run.sound[part]
    why = _why_not(ibi_ms, bool(np.mean(~sound) <= MOST_CORRECTED), within)
    if why:
        return Segment(begin_s, end_s, None, None, why)
    entropy = sample_entropy(ibi_ms, sound)
    slope = alpha1(ibi_ms)
    return Segment(begin_s, end_s, entropy, slope, "" if entropy or slope else "flat")


def _why_not(ibi_ms: Floats, mostly_sound: bool, within: Sequence[Moment]) -> str:
    reasons = {moment.reason for moment in within}
    for reason in ("irregular", "motion", "flat"):
        if reason in reasons:
            return reason
    if not mostly_sound:
        return "corrected"
    floors = [m.noise_floor_ln for m in within if m.noise_floor_ln is not None]
    if floors:
        return "noise" if float(np.median(floors)) > JITTER_FLOOR_LN else ""
    return "" if jitter_bound_ms(ibi_ms) < MOST_JITTER_MS else "noise_unknown"
