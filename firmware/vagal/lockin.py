"""RSA of paced breathing: the swing of the interval at the pacer's own pace.

Least squares over the last six breaths and at least 60 s, at the intervals as they fall: a
parabola for the slow drift, a cosine and a sine at the pace. The amplitude A of the last two gives
RSA = ln(A^2 / 2) in ms^2. Unlike PB2 it is not blind below 0.15 Hz. What else swings at the pace,
a Mayer wave above all, goes with it: it can't be told from the breath.
"""

from array import array

from micropython import const

from . import sine
from .heartperiod import isqrt
from .rsa import NONE, log2_q16

LEAST_SHARE = const(50)  # %: under it the value tells of the background as much as of the breath

_N = const(400)  # intervals kept: 120 s at 200 a minute
_CLIP = const(4095)  # 512 ms: a deviation counts as no more in `share`
_SHORTEST = const(480000)  # 60 s in 1/8 ms
_BREATHS = const(6)
_LONGEST = const(16000)  # 2 s: no longer interval is a heart's
_FASTEST_MS = const(2000)  # cycle: 30 breaths a minute
_SLOWEST_MS = const(20000)  # and 3
_LONGEST_MS = const(120000)  # what the intervals kept allow
_ALL = const(4800000)  # 10 min: 400 intervals of the slowest heart
_SETTLE = const(240000)
_LEAST_N = const(20)
_FLAGGED = const(5)  # a fifth of the window at most is left out: corrected, or shaken by buzzes
_TERMS = const(5)  # level, slope, bend, cosine, sine
_SWEEPS = const(8)  # the terms are all but independent: each gains a digit or two
_LEAST_NORM = const(100)  # of 2016; a bend has 400: under this the beats don't sample the term
_CLAMP = const(65535)  # of a term, 1/32 ms
_LEAST = const(3)  # 0.1 ms: an amplitude under it is none
_LN2 = const(22713)  # ln 2 in 1/32768


class LockIn:
    """`start(cycle_ms)` with the pacer; push corrected intervals (1/8 ms); `fit()` at any time.

    Then `value` is RSA in ln ms^2 in 1/65536 (`rsa.NONE` where there is none), `swing` the
    peak-to-trough swing in 1/8 ms, and `share` how much of the variance about the drift the
    breath takes, in %. Under LEAST_SHARE the value is not to be shown: the wearer does not breathe
    with the pacer, or hardly swings.
    """

    def __init__(self) -> None:
        self._ibi = array("h", [0] * _N)  # negative: corrected
        self._sine = sine.table()
        self._base = [0] * _TERMS
        self._norm = [0] * (_TERMS * _TERMS)
        self._right = [0] * _TERMS
        self._term = [0] * _TERMS  # 1/32 ms
        self._count = self._used = self._total = self._mean = self._squares = self._window = 0
        self.stop()

    def start(self, cycle_ms: int, longest_ms: int = 0) -> None:
        """The pacer starts, one breath each `cycle_ms` (2 s to 20 s): forget all before.

        The window holds whole breaths: as few as six and 60 s allow, or, where `longest_ms` is
        more than that, growing up to there as the exercise goes on (less noise, slower to change).
        """
        self.restart()
        self._cycle = 8 * max(_FASTEST_MS, min(_SLOWEST_MS, cycle_ms))
        breaths = max(_BREATHS, (_SHORTEST + self._cycle - 1) // self._cycle)
        self._least = breaths * self._cycle
        self._most = max(
            self._least, 8 * min(_LONGEST_MS, longest_ms) // self._cycle * self._cycle
        )

    def stop(self) -> None:
        """The pacer stops."""
        self._cycle = self._least = self._most = 0
        self.restart()

    def restart(self) -> None:
        """Forget the series (after a gap); the pace stays."""
        self._p = 0
        self._n = 0
        self._none()

    def _none(self) -> None:
        self.value = NONE
        self.swing = 0
        self.share = 0

    def push(self, ibi: int, flagged: bool) -> None:
        """Take one interval; a flagged one only passes the time."""
        if not self._cycle:
            return
        ibi = min(ibi, _LONGEST)
        self._ibi[self._p] = -ibi if flagged else ibi
        self._p = self._p + 1 if self._p < _N - 1 else 0
        if self._n < _N:
            self._n += 1

    def fit(self, whole: bool = False) -> None:
        """Compute the newest window; no value before it is full. Within 31 bits and no heap.

        `whole`: of all since the pacer started but the first half minute, as far as it is kept.
        """
        self._none()
        if not self._survey(whole):
            return
        self._sum_up()
        if self._solve():
            self._conclude()

    def _survey(self, whole: bool) -> bool:
        """Window, its intervals and their mean; False where too little or too much is mended."""
        most = _ALL if whole else self._most
        age = self._count_back(most)
        if not self._cycle or age < self._least:
            return False
        if whole:
            age = max(self._least, age - _SETTLE)
        self._window = min(age // self._cycle * self._cycle, most)
        age = self._count_back(self._window)
        if self._used < _LEAST_N or (age - self._total) * _FLAGGED > age:
            return False
        self._mean = self._total // self._used
        return True

    def _count_back(self, window: int) -> int:
        """Time that the newest intervals take until they cover `window`, or all there are."""
        p = self._p
        age = total = used = count = 0
        while count < self._n and age < window:
            p = p - 1 if p else _N - 1
            ibi = self._ibi[p]
            count += 1
            if ibi > 0:
                used += 1
                total += ibi
            age += abs(ibi)
        self._count = count
        self._used = used
        self._total = total  # of the used
        return age

    def _sum_up(self) -> None:
        """Means of products of two terms, and of a term with the interval (1/32 ms), in 1/2016.

        Sums of at most 400 products of 2^7 and 2^14 stay under 2^30.
        """
        base = self._base
        norm = self._norm
        right = self._right
        for k in range(_TERMS * _TERMS):
            norm[k] = 0
        for j in range(_TERMS):
            right[j] = 0
        p = self._p
        age = 0
        self._squares = 0
        for _ in range(self._count):
            p = p - 1 if p else _N - 1
            ibi = self._ibi[p]
            if ibi > 0:
                self._bases(age + (ibi >> 1))
                ibi -= self._mean
                v = max(-_CLIP, min(_CLIP, ibi))
                self._squares += v * v >> 3
                for j in range(_TERMS):
                    b = base[j]
                    right[j] += b * ibi
                    for i in range(j + 1):
                        norm[j * _TERMS + i] += b * base[i]
            age += abs(self._ibi[p])
        for j in range(_TERMS):
            right[j] = right[j] // self._used * 127 >> 1
            for i in range(j + 1):
                norm[j * _TERMS + i] = norm[i * _TERMS + j] = (
                    norm[j * _TERMS + i] >> 3
                ) // self._used

    def _bases(self, age: int) -> None:
        """The five terms, 127 high, at a time before the newest beat."""
        base = self._base
        half = self._window >> 5
        u = ((age >> 4) - half) * 127 // half
        at = ((age % self._cycle) << 8) // self._cycle & 255
        base[0] = 127
        base[1] = u
        base[2] = (3 * u * u // 127 - 127) >> 1
        base[3] = self._sine[at + sine.COS]
        base[4] = self._sine[at]

    def _solve(self) -> bool:
        """The five terms by Gauss and Seidel; False where the beats don't tell them apart."""
        norm = self._norm
        term = self._term
        for j in range(_TERMS):
            term[j] = 0
            if norm[j * _TERMS + j] < _LEAST_NORM:
                return False
        for _ in range(_SWEEPS):
            for j in range(_TERMS):
                rest = self._right[j]
                for i in range(_TERMS):
                    if i != j:
                        rest -= norm[j * _TERMS + i] * term[i]
                v = rest // norm[j * _TERMS + j]
                term[j] = max(-_CLAMP, min(_CLAMP, v))
        return True

    def _conclude(self) -> None:
        """Amplitude to value, swing and share."""
        a = self._term[3]
        b = self._term[4]
        most = max(abs(a), abs(b))
        if most < _LEAST:
            return
        up = 0
        while most << up < 0x8000:
            up += 1
        a = (a << up) >> 2
        b = (b << up) >> 2
        v = a * a + b * b  # 2^26..2^29
        octaves = log2_q16(v) - ((2 * up + 7) << 16)
        self.value = ((octaves >> 5) * _LN2 + 512) >> 10
        self.swing = isqrt(v) << 1 >> up
        trend = self._explained(0) + self._explained(1) + self._explained(2)
        breath = self._explained(3) + self._explained(4)
        rest = (self._squares // self._used << 3) - trend
        if breath >= rest:
            self.share = 100
            return
        while rest >= 0x400000:
            rest >>= 1
            breath >>= 1
        self.share = max(0, breath * 100 // rest)

    def _explained(self, j: int) -> int:
        """Variance that a term accounts for, (1/8 ms)^2."""
        return (self._term[j] >> 2) * (self._right[j] // 2016) >> 2
