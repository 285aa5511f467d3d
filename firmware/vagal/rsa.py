"""Intervals to respiratory sinus arrhythmia (RSA), profile PB2, in integers.

Method of Porges and Bohrer as summarised by Lewis et al. 2012: inter-beat intervals on a 2 Hz
grid, minus a 21-point cubic moving polynomial (Savitzky and Golay 1964), band-pass 0.12-0.40 Hz,
natural log of the variance of 30 s epochs. Beside it BP-RSA: the same without the polynomial.
"""

from micropython import const

EPOCH_GRID = const(60)  # grid samples in an epoch: 30 s at 2 Hz
GRID = const(4000)  # half a second in 1/8 ms
NONE = const(-0x800000)  # no value: the variance is under 0.01 ms^2

_X = const(41)  # grid samples under both filters: 21 + 31 - 11
_MPF_HALF = const(10)
_FIR_HALF = const(15)
_CLIP = const(4000)  # 60 squares of this stay below 2^30

# Savitzky-Golay smoother, 21 points, cubic: the centre and the right half, over 3059.
_MPF = (329, 324, 309, 284, 249, 204, 149, 84, 9, -76, -171)
# 31-tap Hamming window-sinc, 0.12-0.40 Hz at 2 Hz, Q14: the centre and the right half.
_FIR = (4564, 2995, -241, -2355, -2144, -760, 107, 46, -228, -161, 95, 197, 114, 19, -4, 16)
# round(65536 log2(1 + i / 64))
# fmt: off
_LOG2 = (
    0, 1466, 2909, 4331, 5732, 7112, 8473, 9814, 11136, 12440, 13727, 14996, 16248, 17484, 18704,
    19909, 21098, 22272, 23433, 24579, 25711, 26830, 27936, 29029, 30109, 31178, 32234, 33279,
    34312, 35334, 36346, 37346, 38336, 39316, 40286, 41246, 42196, 43137, 44068, 44990, 45904,
    46809, 47705, 48593, 49472, 50344, 51207, 52063, 52911, 53751, 54584, 55410, 56229, 57040,
    57845, 58643, 59434, 60219, 60997, 61769, 62534, 63294, 64047, 64794, 65536,
)
# fmt: on


def log2_q16(v: int) -> int:
    """log2 of a positive integer in 1/65536, by table and linear interpolation."""
    k = -1
    n = v
    while n:
        n >>= 1
        k += 1
    f = ((v << 16 >> k) if k < 16 else (v >> (k - 16))) & 0xFFFF
    i = f >> 10
    return (k << 16) + _LOG2[i] + (((_LOG2[i + 1] - _LOG2[i]) * (f & 1023)) >> 10)


def ln_variance(total: int, squares: int) -> int:
    """ln of the variance (ms^2, N - 1) of 60 values in 1/8 ms, in 1/65536; NONE when flat.

    Once an epoch: its integers may pass 31 bits.
    """
    num = EPOCH_GRID * squares - total * total
    den = EPOCH_GRID * (EPOCH_GRID - 1) * 64
    if 100 * num < den:
        return NONE
    return ((log2_q16(num) - log2_q16(den)) * 45426 + 32768) >> 16


class Rsa:
    """Push corrected intervals (1/8 ms); True when an epoch is complete.

    Then `rsa` and `bp_rsa` hold ln ms^2 in 1/65536 (or NONE), `flagged` the grid samples out of
    60 that lie in corrected intervals, `number` the epoch's number since `restart()`.
    """

    def __init__(self) -> None:
        # Each ring is written twice, so that the newest values always lie in one piece. What
        # belongs to one grid sample lies in one place.
        self._x = [0] * (2 * _X)
        self._flag = bytearray(2 * _X)
        self._r = [0] * (2 * _X)
        self.rsa = NONE
        self.bp_rsa = NONE
        self.flagged = 0
        self.number = -1
        self.restart()

    def restart(self) -> None:
        """Forget the grid: the next interval starts it anew (after a gap)."""
        self._to_grid = 0  # from the start of the coming interval to the next grid point
        self._nx = 0
        self._nr = 0
        self._p = 0
        self._clear_epoch()
        self.number = -1

    def _clear_epoch(self) -> None:
        self._n = 0
        self._sum = 0
        self._squares = 0
        self._bp_sum = 0
        self._bp_squares = 0
        self._flags = 0

    def push(self, ibi: int, flagged: bool) -> bool:
        """Take one interval of 1/8 ms; True when it completes an epoch."""
        done = False
        t = self._to_grid
        while t < ibi:
            if self._sample(ibi, flagged):
                done = True
            t += GRID
        self._to_grid = t - ibi
        return done

    def _sample(self, x: int, flagged: bool) -> bool:
        p = self._p
        xs = self._x
        xs[p] = xs[p + _X] = x
        self._flag[p] = self._flag[p + _X] = 1 if flagged else 0
        self._p = p = p + 1 if p < _X - 1 else 0
        if self._nx < 20:
            self._nx += 1
            return False
        c = p + _X - 1 - _MPF_HALF  # centre of the newest 21
        r = (3059 * xs[c] - _smooth(xs, c) + 1529) // 3059
        c = c if c < _X else c - _X
        self._r[c] = self._r[c + _X] = r
        if self._nr < 30:
            self._nr += 1
            return False
        return self._band_pass(p + _FIR_HALF)

    def _band_pass(self, c: int) -> bool:
        """Take both filtered values at c, the centre of the newest 31 residuals."""
        x = self._x
        r = self._r
        y = -_FIR[0] * r[c]  # the centre counts twice below
        bp = -_FIR[0] * x[c]
        low = high = c
        for tap in _FIR:
            y += tap * (r[low] + r[high])
            bp += tap * (x[low] + x[high])
            low -= 1
            high += 1
        y = _clip((y + 8192) >> 14)
        bp = _clip((bp + 8192) >> 14)
        self._sum += y
        self._squares += y * y
        self._bp_sum += bp
        self._bp_squares += bp * bp
        self._flags += self._flag[c]
        self._n += 1
        if self._n < EPOCH_GRID:
            return False
        self.rsa = ln_variance(self._sum, self._squares)
        self.bp_rsa = ln_variance(self._bp_sum, self._bp_squares)
        self.flagged = self._flags
        self.number += 1
        self._clear_epoch()
        return True


def _clip(y: int) -> int:
    return _CLIP if y > _CLIP else -_CLIP if y < -_CLIP else y


def _smooth(v: list, c: int) -> int:
    """3059 times the moving polynomial at v[c]."""
    acc = -_MPF[0] * v[c]  # the centre counts twice below
    low = high = c
    for tap in _MPF:
        acc += tap * (v[low] + v[high])
        low -= 1
        high += 1
    return acc
