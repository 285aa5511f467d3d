"""How alike neighbouring pulses are: what tells a pulse from noise that has its rhythm by chance.

After Orphanidou et al. 2015 (IEEE J Biomed Health Inform 19:832): correlation with a template
taken from the recording itself; here of the neighbours, by median, so a few bad ones don't count.
"""

import numpy as np

from vagaband.session import Floats

BEFORE_S = 0.25  # of the beat; the foot and the rise
AFTER_S = 0.35  # the peak and the first fall
NEIGHBOURS = 5  # on either side
FEWEST = 3  # fewer beats than this have nothing to be like


def likeness(pulse: Floats, index: Floats, rate_hz: float) -> Floats:
    """Correlation (b,) of the pulse around each beat (fractional sample index, (b,)) with the
    median of its neighbours' normalised shapes, itself left out; 0 where there are too few."""
    if len(index) < FEWEST:
        return np.zeros(len(index))
    offsets = np.arange(-round(BEFORE_S * rate_hz), round(AFTER_S * rate_hz) + 1)
    shapes = np.interp(index[:, None] + offsets, np.arange(len(pulse)), pulse)
    shapes -= shapes.mean(axis=1, keepdims=True)
    shapes /= np.linalg.norm(shapes, axis=1, keepdims=True) + 1e-12
    alike = np.empty(len(index))
    for beat, shape in enumerate(shapes):
        first = min(max(0, beat - NEIGHBOURS), max(0, len(index) - 2 * NEIGHBOURS - 1))
        window = np.arange(first, min(len(index), first + 2 * NEIGHBOURS + 1))
        template = np.median(shapes[window[window != beat]], axis=0)
        alike[beat] = shape @ template / (np.linalg.norm(template) + 1e-12)
    return alike


def typical(alike: Floats) -> Floats:
    """Median likeness of the beats around each beat (itself included), shape (b,)."""
    if len(alike) < FEWEST:
        return alike
    reach = min(2 * NEIGHBOURS, len(alike) - 1)
    padded = np.pad(alike, reach, mode="reflect")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1), axis=1)
