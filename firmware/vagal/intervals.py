"""Beat times to corrected intervals: missed, extra and displaced beats mended, time preserved.

A streaming corrector in the manner of CardioEdit (only whole intervals are merged, split or
shared out anew, never time added or lost). It compares each interval with the median of the last
seven accepted ones, and each step between two intervals with the step their neighbours predict:
a beat displaced by d shows there as 2d, smooth variability hardly at all.
"""

from array import array

from micropython import const

OK = const(0)
MISSED = const(1)
EXTRA = const(2)
ECTOPIC = const(3)
GAP = const(4)
MOTION = const(5)

_MIN = const(2400)  # 300 ms in 1/8 ms
_MAX = const(16000)  # 2000 ms
_AHEAD = const(4)  # undecided intervals: the one judged and three after it
_SEED = const(5)  # consistent intervals that start a series
_MEDIAN = const(7)
_BUF = const(8)
_OUT = const(12)
_RESEED = const(4)  # corrections in a row that show the median itself to be wrong


_HISTORY = const(32)
_FEW = const(14)  # intervals below which the history can't say how the rhythm swings


class History:
    """The last intervals given out, and how a step follows from the steps around it."""

    def __init__(self) -> None:
        self.n = 0
        self._p = 0
        self._x = array("i", [0] * _HISTORY)

    def push(self, ibi: int) -> None:
        """Take the newest interval."""
        self._x[self._p] = ibi
        self._p = (self._p + 1) & (_HISTORY - 1)
        if self.n < _HISTORY:
            self.n += 1

    def last(self, i: int) -> int:
        """The i-th newest interval, from 1."""
        return self._x[(self._p - i) & (_HISTORY - 1)]

    def step(self, near: int, far: int) -> int:
        """The step x[k] -> x[k+1] from near = x[k+2] - x[k-1] and far = x[k+3] - x[k-2].

        near / 2 - far / 10 is the odd cubic through the four points. A swing of few beats a
        breath needs other weights: least squares over the history, held near the cubic's.
        """
        cubic = near // 2 - far // 10
        if self.n < _FEW:
            return cubic
        nn = ff = nf = ne = fe = 0
        for i in range(4, self.n - 1):  # the step from the i-th newest to the one after it
            d1 = (self.last(i - 2) - self.last(i + 1)) >> 3
            d2 = (self.last(i - 3) - self.last(i + 2)) >> 3
            e = ((self.last(i - 1) - self.last(i)) >> 3) - (d1 // 2 - d2 // 10)
            nn += d1 * d1
            ff += d2 * d2
            nf += d1 * d2
            ne += d1 * e
            fe += d2 * e
        while nn + ff > 0x3FFF:
            nn >>= 1
            ff >>= 1
            nf >>= 1
            ne >>= 1
            fe >>= 1
        hold = ((nn + ff) >> 5) + 1
        nn += hold
        ff += hold
        det = (nn * ff - nf * nf) >> 8
        if det <= 0:
            return cubic
        a = max(-1024, min(1024, (ne * ff - fe * nf) // det))
        b = max(-1024, min(1024, (fe * nn - ne * nf) // det))
        return cubic + ((a * near + b * far) >> 8)


class Corrector:
    """Push raw intervals (1/8 ms); returns how many corrected ones are out.

    They stand in `ibi[:n]` with their `flag[:n]`, and `used[:n]` says how many raw intervals each
    took (a split takes its one with the first part). An interval flagged GAP could not be mended:
    the series after it is a new one.
    """

    def __init__(self) -> None:
        self.ibi = array("i", [0] * _OUT)
        self.flag = bytearray(_OUT)
        self.used = bytearray(_OUT)
        self._x = array("i", [0] * _BUF)  # undecided, oldest first
        self._taken = bytearray(_BUF)  # raw intervals merged into each of them
        self._accepted = array("i", [0] * _MEDIAN)
        self._sorted = array("i", [0] * _MEDIAN)
        self._history = History()
        self.restart()

    def restart(self) -> None:
        """Forget everything; the coming interval begins a new series."""
        self._n = 0
        self.count = 0
        self._unseed()

    def _unseed(self) -> None:
        self._median = 0  # 0: no series yet
        self._low = self._high = 0  # between them an interval is taken as it is
        self._n_accepted = 0
        self._p_accepted = 0
        self._mended = 0
        self._roughness = 0  # mean |surprise| of accepted pairs
        self._history.n = 0

    def push(self, ibi: int) -> int:
        """Take a raw interval; returns the number of corrected intervals that are out."""
        self.count = 0
        self._x[self._n] = ibi
        self._taken[self._n] = 1
        self._n += 1
        while self._ready():
            self._decide()
        return self.count

    def flush(self) -> int:
        """Decide what is still open, without look-ahead (before a gap or at the end).

        Call until it returns 0: each call gives out a few.
        """
        self.count = 0
        while self._n and not self.count:  # a beat that is dropped gives out nothing yet
            if not self._median:
                self._give(self._x[0], GAP, self._taken[0])
                self._drop(1)
            else:
                self._decide()
        return self.count

    def _ready(self) -> bool:
        while not self._median:
            if self._n < _SEED:
                return False
            self._seed()
        return self._n >= _AHEAD and self.count <= _OUT - 4

    def _seed(self) -> None:
        x = self._x
        low = high = x[0]
        for i in range(1, _SEED):
            low = min(low, x[i])
            high = max(high, x[i])
        if low < _MIN or high > _MAX or high * 5 >= low * 8:
            self._give(x[0], GAP, self._taken[0])
            self._drop(1)
            return
        for i in range(_SEED):
            self._accept(x[i])
        self._roughness = self._median >> 3

    def _decide(self) -> None:
        """Judge the oldest interval; always takes at least one out of the buffer."""
        x0 = self._x[0]
        m = self._median
        low = self._low
        high = self._high
        x1 = self._x[1] if self._n > 1 else m
        swings = not low <= min(x0, x1) <= x0 <= high and self._follows(x0, x1)
        if (x0 > high or x0 > _MAX) and not swings:
            self._long(x0, x1, m, low, high)
        elif (x0 < low or x0 < _MIN) and not swings:
            self._short(x0, x1, m, low, high)
        elif not swings and x1 < low and self._n > 1 and self._tail_of_first(x0, x1, m, low, high):
            self._merge(EXTRA)
        elif not swings and self._displaced(x0, x1, m, low, high):
            self._share_out(x0 + x1)
        else:
            self._accept(x0)
            self._mended = 0
            used = self._taken[0]
            self._give(x0, OK if used == 1 else EXTRA, used)  # a beat in it may have been dropped
            self._drop(1)

    def _follows(self, x0: int, x1: int) -> bool:
        """Whether x0 lies far from the median but near both its neighbours, on a strong swing."""
        if not self._history.n or self._n < 2 or not _MIN <= x0 <= _MAX:
            return False
        before = self._history.last(1)
        return 5 * x0 <= 7 * min(before, x1) and 5 * max(before, x1) <= 7 * x0

    def _long(self, x0: int, x1: int, m: int, low: int, high: int) -> None:
        k = (2 * x0 + m) // (2 * m)
        if self._n > 1 and x1 < low and 2 * low <= x0 + x1 <= 2 * high and x0 < _MAX:
            self._share_out(x0 + x1)  # a beat that came late
        elif 2 <= k <= 3 and low <= x0 // k <= high and self._may_mend():
            self._split(x0, k)
        else:
            self._break()

    def _short(self, x0: int, x1: int, m: int, low: int, high: int) -> None:
        both = x0 + x1
        if self._n < 2:
            self._break()
        elif low <= both <= high:
            self._merge(EXTRA)
        elif x1 * 8 > m * 9 and 2 * low <= both <= 2 * high:
            self._share_out(both)  # a premature beat and its pause
        elif both < _MAX and self._may_mend():
            self._x[1] = both  # neither: drop the beat and judge what remains
            self._taken[1] += self._taken[0]
            self._drop(1)
        else:
            self._break()

    def _tail_of_first(self, x0: int, x1: int, m: int, low: int, high: int) -> bool:
        """Whether a short x1 completes x0 rather than the interval after it: the smoother wins."""
        if x0 + x1 > high or self._n < 3:
            return x0 + x1 <= high
        x2 = self._x[2]
        before = self._history.last(1) if self._history.n else m
        after = self._x[3] if self._n > 3 and low <= self._x[3] <= high else m
        return _bends(before, x0 + x1, x2, after) < _bends(before, x0, x1 + x2, after)

    def _surprise(self, before: int, x0: int, x1: int, i: int) -> int:
        """How far the step x0 -> x1 is from the one its neighbours predict.

        `before` is the interval before x0; x1 stands at i - 1 in the buffer, its follower at i.
        """
        return (x1 - x0) - (self._x[i] - before) // 2

    def _displaced(self, x0: int, x1: int, m: int, low: int, high: int) -> bool:
        """Whether the beat between x0 and x1 lies where no smooth rhythm puts it."""
        if self._n < _AHEAD or not self._history.n or not 2 * low <= x0 + x1 <= 2 * high:
            return False
        if not low <= self._x[2] <= high or 2 * x1 >= 3 * m:
            return False
        e = abs(self._surprise(self._history.last(1), x0, x1, 2))
        limit = max(m * 5 >> 5, 3 * self._roughness)
        # Sharper than its successor, and not what the rhythm's own way to swing explains.
        if (
            e > limit
            and e > abs(self._surprise(x0, x1, self._x[2], 3))
            and abs(x1 - x0 - self._predicted_step(2)) > limit
        ):
            return True
        self._roughness += (min(e, m >> 1) - self._roughness) >> 3
        return False

    def _predicted_step(self, after: int) -> int:
        """Step across a beat as the intervals on either side of it predict.

        `after` is the buffer place of the first interval behind the pair. 0 where unknown.
        """
        x = self._x
        low = self._low
        high = self._high
        if self._history.n < 2 or after >= self._n or not low <= x[after] <= high:
            return 0
        near = x[after] - self._history.last(1)
        if after + 1 >= self._n or not low <= x[after + 1] <= high:
            return near // 3
        return self._history.step(near, x[after + 1] - self._history.last(2))

    def _share_out(self, both: int) -> None:
        """Put the beat between the two oldest intervals where the neighbours predict it."""
        if not self._may_mend():
            self._break()
            return
        first = (both - self._predicted_step(2)) >> 1
        self._give(first, ECTOPIC, self._taken[0])
        self._give(both - first, ECTOPIC, self._taken[1])
        self._drop(2)

    def _merge(self, flag: int) -> None:
        if not self._may_mend():
            self._break()
            return
        self._give(self._x[0] + self._x[1], flag, self._taken[0] + self._taken[1])
        self._drop(2)

    def _split(self, x0: int, k: int) -> None:
        if k == 2:
            first = (x0 - self._predicted_step(1)) >> 1
            self._give(first, MISSED, self._taken[0])
        else:
            first = self._give_two_thirds(x0)
        self._give(x0 - first, MISSED, 0)
        self._drop(1)

    def _give_two_thirds(self, x0: int) -> int:
        """Give the first and middle third of x0 on the parabola through its neighbours."""
        x1 = self._x[1] if self._n > 1 else 0
        bend = slope = 0
        if self._history.n and self._median * 3 <= x1 << 2 <= self._median * 5:
            before = self._history.last(1)
            bend = (3 * (before + x1) - 2 * x0) // 20
            slope = (x1 - before) >> 2
        middle = (x0 - 2 * bend) // 3
        first = middle + bend - slope
        self._give(first, MISSED, self._taken[0])
        self._give(middle, MISSED, 0)
        return first + middle

    def _may_mend(self) -> bool:
        self._mended += 1
        return self._mended <= _RESEED

    def _break(self) -> None:
        """Give the oldest up as it is and look for a new series behind it."""
        self._give(self._x[0], GAP, self._taken[0])
        self._drop(1)
        self._unseed()

    def _give(self, ibi: int, flag: int, used: int) -> None:
        i = self.count
        self.ibi[i] = ibi
        self.flag[i] = flag
        self.used[i] = used
        self.count = i + 1
        if flag != GAP:
            self._history.push(ibi)

    def _drop(self, n: int) -> None:
        x = self._x
        taken = self._taken
        self._n = left = self._n - n
        for i in range(left):
            x[i] = x[i + n]
            taken[i] = taken[i + n]

    def _accept(self, ibi: int) -> None:
        """Take an interval into the running median of seven."""
        s = self._sorted
        p = self._p_accepted
        n = self._n_accepted
        i = 0
        if n < _MEDIAN:
            i = n  # a new place at the end
            self._n_accepted = n = n + 1
        else:
            while s[i] != self._accepted[p]:  # the oldest one's place
                i += 1
        while i and s[i - 1] > ibi:
            s[i] = s[i - 1]
            i -= 1
        while i < n - 1 and s[i + 1] < ibi:
            s[i] = s[i + 1]
            i += 1
        s[i] = self._accepted[p] = ibi
        self._p_accepted = (p + 1) % _MEDIAN
        m = s[n >> 1]
        self._median = m
        # A strong swing goes there again, and a little beyond.
        self._low = min(m * 3 >> 2, max(s[0] * 7 >> 3, m * 5 >> 3))
        self._high = max(m * 11 >> 3, min(s[n - 1] * 9 >> 3, m * 3 >> 1))


def _bends(a: int, b: int, c: int, d: int) -> int:
    """Total variation of four intervals."""
    return abs(b - a) + abs(c - b) + abs(d - c)
