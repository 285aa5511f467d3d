"""How well the pulse wave repeats itself, and after how long: a running autocorrelation.

Noise may hold a shape that looks like a pulse; it doesn't hold it again and again at one
distance. What repeats is a pulse even where no single beat stands clear of the noise.
"""

from micropython import const

_STEP_MS = const(80)  # distance of the points: twice the fastest rhythm is still below 6.25 Hz

_LAGS = const(28)  # 0 to 2.16 s, down to 29 beats a minute; worked on seven at a time
_PAST = const(27)  # points kept from before: the longest lag
_MOST = const(32)  # points taken at a time (2.5 s)
_FULL = const(63)  # a point is clipped to 6 bits and a sign: one gust doesn't speak for a minute
_SLIGHT = const(8)  # a point nearer to 0 adds next to nothing and is passed over
_FORGET = const(7)  # time constant: 2^7 points, 10 s
_ENOUGH = const(64)  # points before which nothing is said (5 s)
_PERIODIC = const(90)  # 0.35: noise of 0.5-8 Hz repeats itself to 0.2, a poor pulse to 0.5
_WHILE_FEW = const(114)  # 0.5: while the sum is young, noise does so by chance


class Periodicity:
    """`follow` the wave; `regular` says that it repeats itself, `period_ms` after how long.

    `stride` is how many steps of the wave make a point.
    """

    def __init__(self, stride: int) -> None:
        self._stride = stride
        self._a = [0] * _LAGS
        self._x = [0] * (_PAST + _MOST)
        self.restart()

    def restart(self) -> None:
        """Forget everything."""
        for i in range(_LAGS):
            self._a[i] = 0
        for i in range(_PAST + _MOST):
            self._x[i] = 0
        self._seen = 0  # points
        self._at = 0  # the step up to which they were taken
        self._skipped = 0  # calls
        self.period_ms = 0
        self.regular = False

    def rebase(self, steps: int) -> None:
        """Steps are counted from `steps` later on."""
        self._at -= steps

    def follow(self, wave: list, stop: int, height: int, thin: bool) -> None:
        """Take the ring `wave` up to before step `stop`; while `thin`, an eighth of it.

        The length of the ring is a power of two; `height` is that of a pulse in it.
        """
        most = _MOST
        if thin:
            self._skipped += 1
            if self._skipped & 3:
                return
            most = _MOST >> 1
        self._take(wave, max(self._at, stop - most * self._stride), stop, height)

    def _take(self, wave: list, start: int, stop: int, height: int) -> None:
        """Take the points from `start` on; where that is later than last time, their past too."""
        stride = self._stride
        mask = len(wave) - 1
        x = self._x
        n = _PAST
        if start != self._at:
            n = 0
            start -= _PAST * stride
        while start < stop:
            v = (wave[start & mask] << 6) // height
            x[n] = _FULL if v > _FULL else -_FULL if v < -_FULL else v
            n += 1
            start += stride
        self._at = start
        self._seen = min(self._seen + n - _PAST, 2 * _ENOUGH)
        for i in range(0, _LAGS, 7):
            self._correlate(i, n)
        n -= _PAST
        for i in range(_PAST):
            x[i] = x[i + n]
        self._find_peak()

    def _correlate(self, at: int, n: int) -> None:
        """Bring seven places of the autocorrelation up to date with the points from _PAST to n.

        The points that a new one is multiplied with move on by one name each time.
        """
        t0 = t1 = t2 = t3 = t4 = t5 = t6 = 0
        x = self._x
        j = _PAST - at
        x1 = x[j - 1]
        x2 = x[j - 2]
        x3 = x[j - 3]
        x4 = x[j - 4]
        x5 = x[j - 5]
        x6 = x[j - 6]
        for i in range(_PAST, n):
            v = x[i]
            x0 = x[i - at]
            if v > _SLIGHT or v < -_SLIGHT:
                t0 += v * x0
                t1 += v * x1
                t2 += v * x2
                t3 += v * x3
                t4 += v * x4
                t5 += v * x5
                t6 += v * x6
            x6 = x5
            x5 = x4
            x4 = x3
            x3 = x2
            x2 = x1
            x1 = x0
        a = self._a
        n -= _PAST
        a[at] += t0 - (a[at] * n >> _FORGET)
        a[at + 1] += t1 - (a[at + 1] * n >> _FORGET)
        a[at + 2] += t2 - (a[at + 2] * n >> _FORGET)
        a[at + 3] += t3 - (a[at + 3] * n >> _FORGET)
        a[at + 4] += t4 - (a[at + 4] * n >> _FORGET)
        a[at + 5] += t5 - (a[at + 5] * n >> _FORGET)
        a[at + 6] += t6 - (a[at + 6] * n >> _FORGET)

    def _find_peak(self) -> None:
        """The first peak that reaches 7/8 of the highest one, beyond where the wave turns over."""
        a = self._a
        self.period_ms = 0
        self.regular = False
        energy = a[0]
        if self._seen < _ENOUGH:
            return
        first = 1
        while first < _LAGS - 1 and a[first] > energy >> 3:
            first += 1
        top = 0
        for i in range(first, _LAGS):
            v = a[i]
            if v > top:
                top = v
        for i in range(first, _LAGS - 1):
            if a[i] >= a[i - 1] and a[i] > a[i + 1] and 8 * a[i] >= 7 * top:
                bend = 2 * a[i] - a[i - 1] - a[i + 1]
                self.period_ms = _STEP_MS * i + _STEP_MS * (a[i + 1] - a[i - 1]) // max(
                    1, 2 * bend
                )
                least = _PERIODIC if self._seen == 2 * _ENOUGH else _WHILE_FEW
                self.regular = a[i] * 64 > energy * (least >> 2)
                return
