"""Signals as signs of a terminal: lines in dots, marks under them."""

from collections.abc import Sequence

import numpy as np

from vagaband.session import Floats

# Dots of a braille sign by row and column of its 2 x 4.
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
BLANK = 0x2800
LEVEL_S = 1.0  # the mean over so long is taken off a wave: its level wanders
JUMP = 12  # times the usual step: the LED's current was set


def pulse(counts: Sequence[int], hz: float) -> Floats:
    """Light as a pulse: systole up, level and steps of the LED taken out, in parts of the light.

    Shape (n,) in and out.
    """
    light = np.asarray(counts, float)
    if len(light) < 2:
        return np.zeros(len(light))
    step = np.diff(light)
    usual = np.percentile(np.abs(step), 90)
    step[np.abs(step) > JUMP * max(usual, 1.0)] = 0.0
    wave = -np.concatenate([[0.0], np.cumsum(step)]) / max(float(np.mean(light)), 1.0)
    window = min(len(wave), int(LEVEL_S * hz) | 1)
    ones = np.ones(window)
    level = np.convolve(wave, ones, "same") / np.convolve(np.ones(len(wave)), ones, "same")
    return wave - level


def lines_of(x: Floats, y: Floats, width: int, rows: int, least_span: float) -> list[str]:
    """A line through points as `rows` strings of `width` signs, scaled to its own height.

    x, shape (n,): 0 to 1 of the width. y, shape (n,): NaN breaks the line. A line whose height is
    under `least_span` is drawn that much flatter.
    """
    dots = np.zeros((4 * rows, 2 * width), bool)
    known = np.isfinite(y)
    if known.any():
        low, high = np.percentile(y[known], [1, 99])
        span = max(high - low, least_span)
        down = (0.5 - 0.9 * (y - (low + high) / 2) / span) * (4 * rows - 1)
        down = np.clip(np.where(known, down, 0), 0, 4 * rows - 1)
        right = np.clip(x * (2 * width - 1), 0, 2 * width - 1)
        for k in np.flatnonzero(known):
            end = k + 1 if k + 1 < len(y) and known[k + 1] else k
            _line(dots, right[k], down[k], right[end], down[end])
    return [_signs(dots[4 * r : 4 * r + 4]) for r in range(rows)]


def _line(dots: np.ndarray, x0: float, y0: float, x1: float, y1: float) -> None:
    steps = int(max(abs(x1 - x0), abs(y1 - y0))) + 1
    x = np.rint(np.linspace(x0, x1, steps + 1)).astype(int)
    y = np.rint(np.linspace(y0, y1, steps + 1)).astype(int)
    dots[y, x] = True


def _signs(dots: np.ndarray) -> str:
    """Four rows of dots as one row of signs."""
    signs = []
    for x in range(0, dots.shape[1], 2):
        bits = sum(DOTS[r][c] for r in range(4) for c in range(2) if dots[r, x + c])
        signs.append(chr(BLANK + bits) if bits else " ")
    return "".join(signs)


def beat_line(places: Sequence[float], width: int) -> str:
    """A sign under each beat; `places` are 0 to 1 of the width."""
    signs = [" "] * width
    for place in places:
        if 0 <= place <= 1:
            signs[min(width - 1, int(place * width))] = "▴"
    return "".join(signs)
