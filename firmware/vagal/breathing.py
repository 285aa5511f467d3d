"""Breathing rate from the pulse: three things that breathing does to every beat, fused.

Breathing moves the interval (respiratory sinus arrhythmia), the height of the pulse and the level
of the light (Charlton et al. 2018, IEEE Rev Biomed Eng 11:2). Once an epoch the spectrum of each
is taken over its last 64 s, on a grid of 2 Hz. Their mean says where the breath is; how much of
their power lies there, how sure that is; two of the three must have their own peak there (after
the Smart Fusion of Karlen et al. 2013, IEEE Trans Biomed Eng 60:1946).

A breath faster than 0.45 of the heart rate can't be told from a slower one: it is not looked for.
"""

from array import array

from micropython import const

from . import sine

NONE = const(0)
FAIR = const(1)
GOOD = const(2)

_N = const(192)  # beats kept: 64 s up to 180 a minute
_WINDOW = const(512000)  # 64 s in 1/8 ms (Karlen 2013: 16 to 64 s; the longest resolves best)
_LONGEST = const(32000)  # 4 s: a longer step is taken as this
_SHORTEST = const(320000)  # 40 s: the first epoch is complete 42.5 s into a series
_LEAST_N = const(24)  # beats in it; 36 a minute in the shortest
_GRID = const(128)  # points in the window
_POINT = const(125)  # half a second in 1/250 s
# A spectrum's lines are 60/64 a minute apart.
_FIRST = const(3)  # one below the slowest
_SLOWEST = const(4)  # 3.75 breaths a minute
_FASTEST = const(32)  # 30 a minute
_LINES = const(31)
_OF_HEART = const(29)  # 0.45 of the heart rate, in 1/64
# Wander falls with the square of the rate and ends in white noise: rates are weighted accordingly.
_WHITE = const(20)  # line (19 a minute) from which on the weight is flat
_CLIP = const(3)  # a value counts at most this often the mean deviation: a freak beat is no breath
_ONE = const(1024)  # a whole spectrum
# Share of the power in the peak's line and those beside it, of 1024. Set on synthetic hearts that
# do not breathe: of their epochs at most 2 % look good where they hold white noise or 1/f wander,
# 3 % with Mayer waves. These, at 0.07 to 0.13 Hz (Julien 2006, Cardiovasc Res 70:12), move all
# three as a slow breath does, so that it takes more there.
_FAIR_SHARE = const(287)
_GOOD_SHARE = const(338)
_MAYER = const(9)  # line (8.4 a minute)
_MAYER_SHARE = const(215)  # more, up to there
_NEAR = const(2)  # lines within which two peaks are one
_AGREE = const(2)  # of the three

# Where a point of the window goes for the transform: a pair of points to the place of its number
# with the six bits turned round.
_PLACE = (
    b"\x00\x01\x40\x41\x20\x21\x60\x61\x10\x11\x50\x51\x30\x31\x70\x71\x08\x09\x48\x49\x28\x29"
    b"\x68\x69\x18\x19\x58\x59\x38\x39\x78\x79\x04\x05\x44\x45\x24\x25\x64\x65\x14\x15\x54\x55"
    b"\x34\x35\x74\x75\x0c\x0d\x4c\x4d\x2c\x2d\x6c\x6d\x1c\x1d\x5c\x5d\x3c\x3d\x7c\x7d\x02\x03"
    b"\x42\x43\x22\x23\x62\x63\x12\x13\x52\x53\x32\x33\x72\x73\x0a\x0b\x4a\x4b\x2a\x2b\x6a\x6b"
    b"\x1a\x1b\x5a\x5b\x3a\x3b\x7a\x7b\x06\x07\x46\x47\x26\x27\x66\x67\x16\x17\x56\x57\x36\x37"
    b"\x76\x77\x0e\x0f\x4e\x4f\x2e\x2f\x6e\x6f\x1e\x1f\x5e\x5f\x3e\x3f\x7e\x7f"
)


class Modulation:
    """One value of each beat, and its spectrum over the last 64 s.

    `share` are the weighted powers of lines 3..33, 1024 in all.
    """

    def __init__(self, scratch: tuple) -> None:
        self._step = array("h", [0] * _N)  # 1/8 ms to this beat; negative: its value isn't used
        self._value = array("i", [0] * _N)
        self._t, self._x, self._z, self._sine = scratch
        self.share = [0] * _LINES
        self.fastest = 0  # line that the heart rate allows
        self._total = 0
        self.restart()

    def restart(self) -> None:
        """Forget all beats."""
        self._p = 0
        self._n = 0

    def push(self, step: int, value: int, used: bool) -> None:
        """Take a beat, `step` (1/8 ms) after the one before it; |value| under 2^21."""
        if step > _LONGEST:
            step = _LONGEST
        p = self._p
        self._step[p] = step if used else -step
        self._value[p] = value
        self._p = p + 1 if p < _N - 1 else 0
        if self._n < _N:
            self._n += 1

    def measure(self) -> bool:
        """Take the spectrum; False where there is none."""
        n = self._gather()
        if n < _LEAST_N or not self._level(n):
            return False
        self._lay_out(n)
        _transform(self._z, self._sine)
        self._weigh()
        return self._normalise()

    def _gather(self) -> int:
        """Times (1/250 s back from the newest) and values of the beats in the window, and their
        sum."""
        steps = self._step
        values = self._value
        t = self._t
        x = self._x
        age = n = beats = total = 0
        kept = self._n
        p = self._p
        while beats < kept and age <= _WINDOW:
            p = p - 1 if p else _N - 1
            step = steps[p]
            if step > 0:
                v = values[p]
                t[n] = age >> 5
                x[n] = v
                total += v
                n += 1
                age += step
            else:
                age -= step
            beats += 1
        if age < _SHORTEST:
            return 0
        self._total = total
        rate = beats * 64000 // (age >> 3)
        self.fastest = min(rate * _OF_HEART >> 6, _FASTEST)
        return n

    def _level(self, n: int) -> bool:
        """Bring the values to mean 0, size 170..340 and at most 1020; False where all are one."""
        x = self._x
        mean = self._total // n
        size = 0
        for i in range(n):
            x[i] = v = x[i] - mean
            size += v if v > 0 else -v
        size //= n
        if not size:
            return False
        most = _CLIP * size
        least = -most
        up = down = 0
        while size >> down > 340:
            down += 1
        while size << up < 170:
            up += 1
        for i in range(n):
            v = x[i]
            if v > most:
                v = most
            elif v < least:
                v = least
            x[i] = v << up >> down
        return True

    def _lay_out(self, n: int) -> None:
        """The values between beats on the grid, under a Hann window, from the newest back."""
        t = self._t
        x = self._x
        z = self._z
        wave = self._sine
        cosine = sine.COS
        place = _PLACE
        points = min(t[n - 1] // _POINT + 1, _GRID)
        i = at = 0
        t1 = t[0]
        x1 = x[0]
        t0 = x0 = 0  # the beat before
        for k in range(points):
            while t1 < at:
                i += 1
                t0 = t1
                x0 = x1
                t1 = t[i]
                x1 = x[i]
            # the newest value also stands for what is later
            v = x0 + (x1 - x0) * (at - t0) // (t1 - t0) if i else x1
            z[place[k]] = v * (127 - wave[cosine + (k << 8) // points]) >> 4
            at += _POINT
        for k in range(points, _GRID):
            z[place[k]] = 0

    def _weigh(self) -> None:
        """Power of each line, weighted, from the transform of pairs of points.

        A line is at most the sum of 128 values under 2^14 and a Hann window, twice: 2^21.
        """
        z = self._z
        wave = self._sine
        cosine = sine.COS
        share = self.share
        last = self.fastest + 1
        for line in range(_FIRST, _FIRST + _LINES):
            k = 2 * line
            j = _GRID - k
            c = wave[cosine + k]
            s = wave[k]
            d_re = z[k] - z[j]
            d_im = z[k + 1] + z[j + 1]
            re = z[k] + z[j] + ((c * d_im - s * d_re) >> 7)
            im = z[k + 1] - z[j + 1] - ((c * d_re + s * d_im) >> 7)
            weight = min(line, _WHITE)
            re = re * weight >> 13
            im = im * weight >> 13
            share[line - _FIRST] = re * re + im * im if line <= last else 0

    def _normalise(self) -> bool:
        share = self.share
        total = shift = 0
        for power in share:
            total += power
        while total >> shift >= 0x80000:
            shift += 1
        total >>= shift
        if not total:
            return False
        for k in range(_LINES):
            share[k] = (share[k] >> shift) * _ONE // total
        return True


def _transform(z: list, wave: array) -> None:
    """Fourier transform of 64 complex numbers, laid out by _PLACE, in place: then in order.

    |number| under 2^14.5 comes out under 2^20.5; times the wave that is 2^27.5.
    """
    _transform_fours(z)
    half = 8  # distance of the two numbers of a butterfly in the list
    while half < _GRID:
        k = 0
        while k < half:
            at = k * 128 // half
            s = wave[at]
            c = wave[at + sine.COS]
            i = k
            while i < _GRID:
                j = i + half
                a = z[j]
                b = z[j + 1]
                re = (a * c + b * s) >> 7
                im = (b * c - a * s) >> 7
                a = z[i]
                b = z[i + 1]
                z[j] = a - re
                z[j + 1] = b - im
                z[i] = a + re
                z[i + 1] = b + im
                i = j + half
            k += 2
        half *= 2


def _transform_fours(z: list) -> None:
    """The first two stages, in which nothing is multiplied."""
    for i in range(0, _GRID, 8):
        a = z[i]
        b = z[i + 1]
        c = z[i + 2]
        d = z[i + 3]
        re = a + c
        im = b + d
        a -= c
        b -= d
        e = z[i + 4]
        f = z[i + 5]
        c = z[i + 6]
        d = z[i + 7]
        z[i] = re + e + c
        z[i + 1] = im + f + d
        z[i + 4] = re - e - c
        z[i + 5] = im - f - d
        e -= c
        f -= d
        z[i + 2] = a + f
        z[i + 3] = b - e
        z[i + 6] = a - f
        z[i + 7] = b + e


class Breathing:
    """Push what each beat says; `close()` once an epoch.

    Then `confidence` is NONE, FAIR or GOOD, and `rate` the breathing rate of about the last
    minute in 1/10 a minute, 0 at NONE.
    """

    def __init__(self) -> None:
        scratch = (array("h", [0] * _N), [0] * _N, [0] * _GRID, sine.table())
        self._interval = Modulation(scratch)
        self._height = Modulation(scratch)
        self._level = Modulation(scratch)
        self._all = (self._interval, self._height, self._level)
        self._now = [0] * _LINES
        self._last = [0] * _LINES  # the epoch's before
        self._both = [0] * _LINES  # their sum
        self._has_last = False
        self._peaks = [0] * 3
        self._count = 0  # of modulations that have a spectrum
        self._fastest = 0
        self.restart()

    def restart(self) -> None:
        """Forget the series (after a gap)."""
        for modulation in self._all:
            modulation.restart()
        self._has_last = False
        self.rate = 0
        self.confidence = NONE

    def interval(self, ibi: int, flagged: bool) -> None:
        """Take a corrected interval of 1/8 ms; a flagged one only passes the time."""
        self._interval.push(ibi, ibi, not flagged)

    def pulse(self, step: int, height: int, level: int) -> None:
        """Take a beat `step` (1/8 ms) after the last: height (counts times 36), level (counts)."""
        self._height.push(step, height, True)
        self._level.push(step, level, True)

    def close(self) -> None:
        """Find the rate. Once an epoch; stays within 31 bits and off the heap all the same."""
        self.rate = 0
        self.confidence = NONE
        self._measure()
        if self._count < _AGREE:
            self._has_last = False
            return
        self._fuse()
        peak = self._highest()
        if not peak or self._agreeing(peak) < _AGREE:
            return
        both = self._both
        share = (both[peak - 1] + both[peak] + both[peak + 1]) >> 1
        if peak <= _MAYER - _FIRST:
            share -= _MAYER_SHARE
        if share >= _FAIR_SHARE:
            self.confidence = GOOD if share >= _GOOD_SHARE else FAIR
            self.rate = self._centre(peak)

    def _measure(self) -> None:
        """Sum of the spectra into `_now`, and the peak of each."""
        now = self._now
        for k in range(_LINES):
            now[k] = 0
        self._count = 0
        self._fastest = _FASTEST
        for modulation in self._all:
            if modulation.measure():
                top = 0
                for k in range(_LINES):
                    v = modulation.share[k]
                    now[k] += v
                    if v > modulation.share[top]:
                        top = k
                self._peaks[self._count] = top
                self._count += 1
                self._fastest = min(self._fastest, modulation.fastest)

    def _fuse(self) -> None:
        """Mean of the spectra, and that plus the last epoch's: 2048 in all."""
        for k in range(_LINES):
            v = self._now[k] // self._count
            self._both[k] = v + (self._last[k] if self._has_last else v)
            self._last[k] = self._now[k] = v
        self._has_last = True

    def _highest(self) -> int:
        """Place of the highest local maximum, 0 where there is none."""
        both = self._both
        best = 0
        for k in range(_SLOWEST - _FIRST, self._fastest - _FIRST + 1):
            if both[k - 1] <= both[k] >= both[k + 1] and (not best or both[k] > both[best]):
                best = k
        return best

    def _agreeing(self, peak: int) -> int:
        """How many of the spectra have their own peak there."""
        n = 0
        for i in range(self._count):
            if abs(self._peaks[i] - peak) <= _NEAR:
                n += 1
        return n

    def _centre(self, peak: int) -> int:
        """Centre of this epoch's power within two lines of the peak, in 1/10 a minute."""
        power = moment = 0
        for k in range(max(peak - 2, 0), min(peak + 2, _LINES - 1) + 1):
            power += self._now[k]
            moment += self._now[k] * (_FIRST + k)
        return (75 * moment + 4 * power) // (8 * power) if power else 0
