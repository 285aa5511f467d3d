"""A breath of the pacer: what light and vibration show at each moment of it.

Breathing in is told from breathing out in three ways, each enough by itself: the light grows or
fades; it is blue or amber, which all eyes tell apart; one long buzz or two short ones begin it.
"""

from micropython import const

OUT = const(0)
IN = const(1)
LEAST_CYCLE_MS = const(8000)
BUZZ_MS = const(200)  # from the beginning of a cue to its end

_SHORTEST_MS = const(2000)  # breathing in, or out
_LONGEST_MS = const(12000)
_DIMMEST = const(8)  # of 255: never quite dark
COLOURS = ((255, 110, 0), (0, 90, 255))  # red, green, blue, for OUT and IN
_BUZZES = (((0, 65), (135, 200)), ((0, 200),))  # ms from the cue's beginning
_STRENGTHS = (255, 200)  # the long one is softer


class Pacer:
    """Breathes in for `in_ms` and out for `out_ms`, over and over; ValueError where none should.

    There is no holding of breath. `at(ms)` sets `phase`, IN or OUT, and the `level` of the light.
    """

    def __init__(self, in_ms: int, out_ms: int) -> None:
        if not (_SHORTEST_MS <= in_ms <= _LONGEST_MS and _SHORTEST_MS <= out_ms <= _LONGEST_MS):
            raise ValueError("in and out take 2000 to 12000 ms each")
        if in_ms + out_ms < LEAST_CYCLE_MS:
            raise ValueError("a breath takes at least 8000 ms")
        self._lasts = (out_ms, in_ms)
        self.cycle_ms = in_ms + out_ms
        self.phase = IN
        self.level = 0

    def at(self, ms: int) -> None:
        """`ms` after the first breath began."""
        ms %= self.cycle_ms
        self.phase = IN if ms < self._lasts[IN] else OUT
        if self.phase == OUT:
            ms -= self._lasts[IN]
        u = (ms << 9) // self._lasts[self.phase]
        v = u * u * (1536 - 2 * u) >> 19  # 0 to 255, with no speed at either end
        if self.phase == OUT:
            v = 255 - v
        self.level = _DIMMEST + (v * (255 - _DIMMEST) >> 8)

    def next_cue(self, ms: int) -> int:
        """When breathing in or out next begins, at `ms` or after it."""
        into = ms % self.cycle_ms
        if not into:
            return ms
        begins = self._lasts[IN] if into <= self._lasts[IN] else self.cycle_ms
        return ms - into + begins


def buzz(phase: int, ms: int) -> int:
    """Strength of the motor, 0 to 255, `ms` after the cue for a phase began."""
    for begin, end in _BUZZES[phase]:
        if begin <= ms < end:
            return _STRENGTHS[phase]
    return 0
