"""Mean heart period and RMSSD of the same 30 s that an RSA epoch covers."""

from array import array

from micropython import const

_EPOCH = const(240000)  # 30 s in 1/8 ms
_DELAY = const(100000)  # an epoch's values come 12.5 s (25 grid samples) into the series
_N = const(192)  # more intervals than 42.5 s hold at 300 ms each


def isqrt(v: int) -> int:
    """Largest integer whose square is at most v (Newton)."""
    if v < 2:
        return v
    r = 1
    n = v
    while n:
        n >>= 2
        r <<= 1
    while True:
        s = (r + v // r) >> 1
        if s >= r:
            return r
        r = s


class HeartPeriod:
    """Push every interval that `Rsa` gets; `close()` at each complete epoch.

    Then `mean` is the mean of the unflagged intervals that start in the epoch and `rmssd` the
    root mean square of their successive differences, both in 1/8 ms, 0 where there is none.
    """

    def __init__(self) -> None:
        self._ibi = array("h", [0] * _N)  # negative: corrected
        self.mean = 0
        self.rmssd = 0
        self.restart()

    def restart(self) -> None:
        """Forget the series (after a gap)."""
        self._p = 0
        self._n = 0
        self._end = -_DELAY  # end of the newest interval, from the start of the coming epoch

    def push(self, ibi: int, flagged: bool) -> None:
        """Take one interval of 1/8 ms."""
        self._ibi[self._p] = -ibi if flagged else ibi
        self._p = (self._p + 1) % _N
        if self._n < _N:
            self._n += 1
        self._end += ibi

    def close(self) -> None:
        """Compute the epoch just completed. Once an epoch: its sums may pass 31 bits."""
        total = n = squares = pairs = later = 0
        start = self._end
        p = self._p
        for _ in range(self._n):
            p = (p - 1) % _N
            ibi = self._ibi[p]
            start -= abs(ibi)
            if start < 0:
                break
            if ibi > 0 and start < _EPOCH:
                total += ibi
                n += 1
                if later > 0:
                    squares += (later - ibi) * (later - ibi)
                    pairs += 1
            later = ibi if start < _EPOCH else 0
        self._end -= _EPOCH
        self.mean = (total + (n >> 1)) // n if n else 0
        self.rmssd = isqrt(squares // pairs) if pairs else 0
