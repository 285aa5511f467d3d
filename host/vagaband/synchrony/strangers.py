"""The same test between people of different pairs: what the situation alone makes.

Where all pairs did the same at the same time after the start, strangers of different pairs are in
step too, though they never met (pseudo-pairs: Bernieri, Reznick and Rosenthal 1988).
"""

from collections.abc import Sequence

import numpy as np

from vagaband.synchrony.chance import p_of
from vagaband.synchrony.lagged import correlations, detrended
from vagaband.synchrony.model import Course, Strangers

LEAST_DYADS = 5
LEAST_COMMON_S = 240


def against_strangers(dyads: Sequence[tuple[Course, Course]], most_s: int) -> Strangers | None:
    """Of the first of the dyads against the pairs of an A with another dyad's B, all from their
    start on and equally long; None with fewer than five dyads or too little in common. Others
    that were together too shortly are left out, and shorten none."""
    own_dyad, *rest = dyads
    dyads = [own_dyad, *(one for one in rest if len(one[0].rsa_ln) >= LEAST_COMMON_S)]
    if len(dyads) < LEAST_DYADS:
        return None
    length = min(len(dyads[0][0].rsa_ln), *(len(a.rsa_ln) for a, _ in dyads[1:]))
    own = _highest(*dyads[0], length, most_s)
    others = [
        _highest(a, b, length, most_s)
        for i, (a, _) in enumerate(dyads)
        for j, (_, b) in enumerate(dyads)
        if i != j
    ]
    chance = np.array([r for r in others if r is not None])
    if own is None or len(chance) < LEAST_DYADS * (LEAST_DYADS - 1):
        return None
    return Strangers(len(dyads), len(chance), p_of(own, chance))


def _highest(a: Course, b: Course, length: int, most_s: int) -> float | None:
    """The highest correlation at any lag; None with too little in common."""
    one, other = a.rsa_ln[:length], b.rsa_ln[:length]
    if np.count_nonzero(np.isfinite(one) & np.isfinite(other)) < LEAST_COMMON_S:
        return None
    return float(np.nanmax(correlations(detrended(one)[None], detrended(other), most_s)))
