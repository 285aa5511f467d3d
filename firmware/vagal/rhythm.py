"""Whether the rhythm is one that RSA can be read from.

Breathing moves the heart period in waves, and a wave follows from its neighbours, however strong
it is: x[k] = a (x[k-1] + x[k+1]) + b (x[k-2] + x[k+2]) holds exactly for any two sinusoids around
the mean. So a and b are fitted to the intervals of an epoch, and what they leave unexplained is
compared with the mean interval. The usual measures (root mean square of successive differences,
turning points, entropy: Dash et al. 2009) do not tell strong breathing from a rhythm without
order: a wave of three beats has as many turning points as chance.
"""

from array import array

from micropython import const

from .intervals import ECTOPIC

_N = const(128)  # more intervals than 55 s hold up to 139 bpm; beyond, the newest are judged
_SUPPORT = const(440000)  # 55 s in 1/8 ms: what the filters of an epoch see
_FEWEST = const(16)  # intervals below which nothing is said

_BINS = const(64)  # of the unexplained part, each 1/256 of the mean interval
_LIMIT_BINS = const(17)  # 6.6 % of the mean; breathing leaves up to 6 %, chance 7 % and more
_CLIP_MS = const(1023)  # so that 128 products stay below 2^30
_RIDGE = const(6)  # a and b are held near 0 by 1/64 of their own power: two equal columns

_ECTOPIC_MOST = const(10)  # displaced intervals in 55 s: more than 5 early beats a minute

_BLOCKS = const(4)  # of intervals, whose mean a metronome keeps and no heart does
_EVEN_RANGE = const(400)  # the means differ by less than 1/400: heart periods drift by more
_EVEN_STEP_MS = const(6)  # of mean |difference|: what jitter of 3 ms gives


class Rhythm:
    """Push every interval that `Rsa` gets; `judge()` at each complete epoch, before its reason."""

    def __init__(self) -> None:
        self._ibi = array("h", [0] * _N)
        self._ectopic = bytearray(_N)
        self._d = array("h", [0] * _N)  # deviations from the mean in ms, oldest first
        self._bins = bytearray(_BINS)
        self.unexplained = 0  # 1/256 of the mean interval
        self.restart()

    def restart(self) -> None:
        """Forget the series (after a gap)."""
        self._p = 0
        self._n = 0

    def push(self, ibi: int, flag: int) -> None:
        """Take one corrected interval of 1/8 ms."""
        self._ibi[self._p] = ibi
        self._ectopic[self._p] = flag == ECTOPIC
        self._p = (self._p + 1) & (_N - 1)
        if self._n < _N:
            self._n += 1

    def judge(self) -> bool:
        """Whether the last 55 s are irregular, or as even as no heart is."""
        ibis = self._ibi
        was_ectopic = self._ectopic
        total = n = ectopic = 0
        most = self._n
        p = self._p
        while n < most and total < _SUPPORT:
            p = (p - 1) & (_N - 1)
            total += ibis[p]
            ectopic += was_ectopic[p]
            n += 1
        if n < _FEWEST:
            return False
        mean = total // n
        d = self._d
        for i in range(n):
            value = (ibis[(p + i) & (_N - 1)] - mean) >> 3
            d[i] = value if -_CLIP_MS < value < _CLIP_MS else _CLIP_MS if value > 0 else -_CLIP_MS
        mean >>= 3
        self.unexplained = self._left_over(n, mean)
        return (
            self.unexplained >= _LIMIT_BINS
            or ectopic > _ECTOPIC_MOST
            or self._alternates_or_is_even(n, mean)
        )

    def _left_over(self, n: int, mean_ms: int) -> int:
        """Mean unexplained part, its largest eighth left out, in 1/256 of the mean interval."""
        d = self._d
        pp = qq = pq = pc = qc = 0
        x0, x1 = d[0], d[1]
        x2, x3 = d[2], d[3]
        for i in range(4, n):
            x4 = d[i]
            p = x1 + x3
            q = x0 + x4
            pp += p * p
            qq += q * q
            pq += p * q
            pc += p * x2
            qc += q * x2
            x0 = x1
            x1 = x2
            x2 = x3
            x3 = x4
        while pp + qq > 0x1FFF:
            pp >>= 1
            qq >>= 1
            pq >>= 1
            pc >>= 1
            qc >>= 1
        hold = ((pp + qq) >> _RIDGE) + 1
        pp += hold
        qq += hold
        det = ((pp * qq - pq * pq) >> 8) + 1
        a = max(-1024, min(1024, (pc * qq - qc * pq) // det))
        b = max(-1024, min(1024, (qc * pp - pc * pq) // det))
        self._count_left_over(n, a, b, mean_ms)
        return self._trimmed_mean(n - 4)

    def _count_left_over(self, n: int, a: int, b: int, mean_ms: int) -> None:
        d = self._d
        bins = self._bins
        for i in range(_BINS):
            bins[i] = 0
        x0, x1 = d[0], d[1]
        x2, x3 = d[2], d[3]
        for i in range(4, n):
            x4 = d[i]
            e = (x2 << 8) - a * (x1 + x3) - b * (x0 + x4)
            bin_ = (e if e > 0 else -e) // mean_ms
            bins[bin_ if bin_ < _BINS else _BINS - 1] += 1
            x0 = x1
            x1 = x2
            x2 = x3
            x3 = x4

    def _trimmed_mean(self, n: int) -> int:
        bins = self._bins
        keep = n - (n >> 3)
        left = keep
        total = i = 0
        while left:
            k = min(bins[i], left)
            total += k * i
            left -= k
            i += 1
        return total // keep

    def _alternates_or_is_even(self, n: int, mean_ms: int) -> bool:
        """Long and short in turn; or a metronome: blocks of beats take equally long.

        In turn: by more than 3 % of the mean, and with half of all variability.
        """
        d = self._d
        size = n // _BLOCKS
        coherent = squares = steps = low = high = block = 0
        sign = 1
        last = d[0]
        for i in range(n):
            x = d[i]
            coherent += sign * x
            sign = -sign
            squares += x * x
            steps += x - last if x > last else last - x
            last = x
            block += x
            if (i + 1) % size == 0:
                low = block if block < low or i < size else low
                high = block if block > high or i < size else high
                block = 0
        swing = abs(coherent) // n
        if 32 * swing > mean_ms and 2 * n * swing * swing > squares:
            return True
        # Without any step it is FLAT: there is no value to refuse.
        return 0 < steps < n * _EVEN_STEP_MS and (high - low) * _EVEN_RANGE < size * mean_ms
