"""How much a beat looks like the ones before it: correlation with a running template.

The shape is that of the wave without its baseline: slow wander would ruin the correlation.
"""

from micropython import const

_POINTS = const(18)  # 40 ms apart, from 240 ms before the upstroke to 440 ms after it
_BEFORE = const(6)
# A finger's pulse by the detector's filters at 50 to 100 beats a minute (the synthetic heart's,
# which real ones resemble): what the first beat is held against.
_PULSE = (-58, -66, -74, -79, -80, -60, 5, 72, 95, 82, 62, 43, 30, 24, 20, 12, -5, -22)
_TRIES = const(3)
_FROM = const(2)  # the points of the upstroke, the same at every heart rate
_TO = const(11)
ALIKE = const(160)  # a beat looks like those before it (r > 0.79)
_FIRST_ALIKE = const(230)  # the first beat's upstroke is that of a pulse in general (r > 0.93)
_FIRST_WHOLE = const(170)  # or all of it (r > 0.81)


class Likeness:
    """`of` a beat: r^2 in 1/256; then `renew` where the beat is one. `stride`: steps in 40 ms."""

    def __init__(self, stride: int) -> None:
        self._stride = stride
        self._template = [0] * _POINTS
        self._shape = [0] * _POINTS
        self.restart()

    def restart(self) -> None:
        """Forget the beats: the next one is the first."""
        self._general = _TRIES  # beats that are still held against a pulse in general
        self._settled = False  # a beat has resembled the one before it

    def of(self, wave: list, at: int) -> int:
        """Likeness of the beat at step `at` of the ring `wave`, a power of two long.

        The first ones may also resemble a pulse in general: then by a lot.
        """
        general = 0
        if self._general and not self._settled:
            upstroke = self._correlate(wave, at, _PULSE, _FROM, _TO)
            whole = self._correlate(wave, at, _PULSE, 0, _POINTS)
            if upstroke >= _FIRST_ALIKE or whole >= _FIRST_WHOLE:
                general = max(upstroke, whole)
            if self._general == _TRIES:
                return general
        alike = self._correlate(wave, at, self._template, 0, _POINTS)
        self._settled = self._settled or alike >= ALIKE
        return max(alike, general)

    def renew(self) -> None:
        """The template moves a quarter of the way towards the last shape, at first all of it."""
        t = self._template
        shape = self._shape
        share = 2 if self._settled else 0
        self._general -= self._general > 0
        for i in range(_POINTS):
            v = t[i]
            t[i] = v + ((shape[i] - v) >> share)

    def _correlate(self, wave: list, at: int, t, first: int, end: int) -> int:
        """r^2 with the template `t` in 1/256, by the points from `first` to before `end`.

        These are in `shape` then, without their mean.
        """
        # MicroPython reaches a function's first sixteen names fastest: here, the busiest ones.
        st = ss = tt = v = 0
        shape = self._shape
        mask = len(wave) - 1
        stride = self._stride
        c = at - _BEFORE * stride
        for i in range(_POINTS):
            shape[i] = wave[c & mask]
            c += stride
        mean = sum(shape)
        if end - first < _POINTS:
            mean = 0
            for i in range(first, end):
                mean += shape[i]
        mean //= end - first
        top = max(max(shape) - mean, mean - min(shape))
        shift = 0
        while top >> shift > 1023:
            shift += 1
        for i in range(first, end):
            old = t[i]
            v = (shape[i] - mean) >> shift
            shape[i] = v
            st += v * old
            ss += v * v
            tt += old * old
        shift = 0
        top = max(ss, tt)  # and st is no more
        while top >> shift > 0x3FFF:
            shift += 1
        ss >>= shift
        tt >>= shift
        st >>= shift
        if st <= 0 or ss * tt < 256:
            return 0
        return st * st // (ss * tt >> 8)
