"""Detected beats re-timed where the upstroke crosses half its height, as the firmware times its.

With it a comparison shows what detection is worth apart from the choice of the moment.
"""

import numpy as np

from vagaband.reference.beats import UPSTROKE_LOW_PASS_HZ, UPSTROKE_S, mid_upstroke
from vagaband.reference.zero_phase import low_pass
from vagaband.session import Floats

APEX_WITHIN_S = 0.1  # a detector's own filter moves the apex by less than this


def retimed(beats_s: Floats, wave: Floats, rate_hz: float) -> Floats:
    """The beats (s, shape (b,)) at their mid-upstroke in the wave (systole up, shape (n,)).

    A beat without an upstroke before it, as at the start, stays where it was.
    """
    smooth = low_pass(wave, rate_hz, UPSTROKE_LOW_PASS_HZ)
    reach = max(1, round(APEX_WITHIN_S * rate_hz))
    rise = round(UPSTROKE_S * rate_hz)
    moved = []
    apex = 0
    for beat_s in np.sort(beats_s):
        at, before = round(beat_s * rate_hz), apex
        first = max(0, at - reach)
        apex = first + int(np.argmax(smooth[first : at + reach + 1]))
        earliest = max(0, apex - rise, before if before < apex else 0)
        found = mid_upstroke(smooth, earliest, apex)
        moved.append(beat_s if found is None else found[0] / rate_hz)
    return np.array(moved)
