"""Where light leaves no doubt about its beats, and where it holds none."""

from collections.abc import Iterable

import numpy as np

from vagaband.reference.beats import DARK_COUNTS, Beats
from vagaband.reference.shape import typical
from vagaband.session import Floats

CLEAR = 0.8  # likeness to its neighbours above which a pulse is beyond dispute
CLEAR_AROUND = 0.95  # the same, of the typical beat around: among noise one good beat is chance
START_S, END_S = 2.5, 1.5  # of a stretch: a causal detector has to begin, and misses what follows
DISPUTED_S = 1.0  # about a beat that is not clear
LONGEST_PAUSE_S = 2.0  # between beats; longer is a stretch without a clear pulse
OWN_S = 0.2  # about the beats at either end of a pause: they are beyond dispute
DARK_MARGIN_S = 1.5  # a finger that lifts: a device may take so long to see it


def disputed_stretches(beats: Beats) -> list[tuple[float, float]]:
    """Stretches (s) in which two sound detectors may differ: about beats unlike their neighbours,
    where there is no pulse, and at either end of unbroken light. Merged, in order."""
    stretches = [
        (float(time) - DISPUTED_S, float(time) + DISPUTED_S)
        for time in beats.t_s[(beats.likeness < CLEAR) | (typical(beats.likeness) < CLEAR_AROUND)]
    ]
    for first, last in beats.spans:
        inside = beats.t_s[(beats.t_s >= first) & (beats.t_s <= last)]
        edges = np.concatenate([[first], inside, [last]])
        pauses = np.flatnonzero(np.diff(edges) > LONGEST_PAUSE_S)
        stretches += [(first, first + START_S), (last - END_S, last)]
        stretches += [(float(edges[k]) + OWN_S, float(edges[k + 1]) - OWN_S) for k in pauses]
    return merged(stretches)


def merged(stretches: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """The same stretches in order, those that overlap as one."""
    result: list[tuple[float, float]] = []
    for start, stop in sorted((float(a), float(b)) for a, b in stretches):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(stop, result[-1][1]))
        else:
            result.append((start, stop))
    return result


def beats_in_the_dark(beats_s: Floats, t_s: Floats, counts: Floats) -> int:
    """How many beats, shape (b,), have no finger's light on the sensor near them: light `counts`
    at `t_s`, both of shape (n,)."""
    lit_s = t_s[counts >= DARK_COUNTS]
    if not len(lit_s):
        return len(beats_s)
    after = np.searchsorted(lit_s, beats_s)
    ahead = np.abs(lit_s[np.minimum(after, len(lit_s) - 1)] - beats_s)
    behind = np.abs(lit_s[np.maximum(after - 1, 0)] - beats_s)
    return int(np.count_nonzero(np.minimum(ahead, behind) > DARK_MARGIN_S))
