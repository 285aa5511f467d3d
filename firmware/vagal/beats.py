"""Light to beat times: where the low-passed upstroke crosses half its height.

Two moving averages on the rectified pulse wave (the idea of Elgendi et al. 2013) find the
systolic blocks, causally and without gain control; a template of recent beats decides whether
what was found can be trusted.
"""

from array import array

from micropython import const

DELAY = const(5)  # of the two boxcars, taken off: a beat's time is the time of its light

_S = const(512)  # ring of the low-passed wave, samples
_B = const(256)  # ring of the wave without its baseline
_STAGE = const(6)  # boxcar length; both together have gain 36
_BASE_HALF = const(50)  # half width of the centred mean that removes the baseline
_SHORT_HALF = const(5)
_LONG_HALF = const(30)
_SLOW = const(9)  # time constant of the slow mean: 2^9 samples
_BLOCK = const(9)  # shortest block
_FOOT = const(45)  # how far before the peak the foot may lie
_REFRACTORY = const(30)
_LONGEST_BLOCK = const(60)
_PAUSE = const(200)  # an interval beyond this says nothing about the rhythm
_MIN_HEIGHT = const(432)  # 12 counts, times 36
_TEMPLATE = const(18)  # points of a beat's shape, 4 samples apart, from 24 before the upstroke
_REBASE = const(0x80000)  # sample numbers are kept small: only differences matter
_TRUST_START = const(3)
_TRUST_MAX = const(8)
_TRUST_MIN = const(-2)


class Beats:
    """Push IR counts (18 bits) at 100 Hz; True when a beat is found.

    Then `back` is how many samples before the one just pushed its light fell, `frac` the fraction
    of a sample after that in 1/256, and `trust` > 0 says that it looks like its predecessors.
    Found about 1.1 s after its light. All lengths above are in samples.
    """

    def __init__(self) -> None:
        self._s = array("i", [0] * _S)
        self._b = array("i", [0] * _B)
        self._raw = array("i", [0] * _STAGE)
        self._box = array("i", [0] * _STAGE)
        self._template = array("i", [0] * _TEMPLATE)
        self._shape = array("i", [0] * _TEMPLATE)
        self.back = 0
        self.frac = 0
        self.trust = 0
        self.restart()

    def restart(self) -> None:
        """Forget all light seen so far (after a gap or without contact)."""
        self._n = -1  # number of the newest sample
        self._first = 0
        self._box_at = 0
        self._sum_raw = 0
        self._sum_box = 0
        self._sum_base = 0
        self._sum_short = 0
        self._sum_long = 0
        self._slow = 0  # slow mean of the rectified wave, times 2^9
        self._rough = 0  # mean |second difference| of the counts, times 2^8
        self._last_raw = 0
        self._last_step = 0
        self._block = 0  # length of the open block
        self._top = 0  # largest b in it
        self._top_at = 0
        self._pending = False
        self._found = False
        self._last_at = -_PAUSE - 1  # the last beat given out
        self._last_height = 0
        self._height = 0  # running amplitude
        self._interval = 0  # running interval, 0 where there is no rhythm yet
        self._has_template = False
        self.trust = _TRUST_START

    def push(self, ir: int) -> bool:
        """Take one sample; True when a beat is found."""
        if self._n < 0:
            self._begin(ir)
        elif self._n >= 2 * _REBASE:
            self._rebase()
        self._n = n = self._n + 1
        self._low_pass(n, ir)
        self._found = False
        if n >= _BASE_HALF:
            self._remove_baseline(n)
            if n >= _BASE_HALF + _LONG_HALF:
                d = n - _BASE_HALF - _LONG_HALF
                self._find_block(d)
                if self._pending and not self._found and d - self._at >= _REFRACTORY:
                    self._release(d)
        else:
            self._sum_base += self._s[n] >> 4
        return self._found

    @property
    def newest(self) -> int:
        """The sample pushed last."""
        return self._last_raw

    def _begin(self, ir: int) -> None:
        self._first = ir
        self._last_raw = ir
        for i in range(_STAGE):
            self._raw[i] = 0
            self._box[i] = 0

    def _rebase(self) -> None:
        self._n -= _REBASE
        self._top_at -= _REBASE
        self._last_at = max(self._last_at - _REBASE, -_REBASE)
        if self._pending:
            self._at -= _REBASE

    def _low_pass(self, n: int, ir: int) -> None:
        """Two boxcars of 6 samples over the inverted light: systole up, about 8 Hz."""
        step = ir - self._last_raw
        self._rough += abs(step - self._last_step) - (self._rough >> 8)
        self._last_step = step
        self._last_raw = ir
        x = self._first - ir
        i = self._box_at
        self._sum_raw += x - self._raw[i]
        self._raw[i] = x
        self._sum_box += self._sum_raw - self._box[i]
        self._box[i] = self._sum_raw
        self._box_at = i + 1 if i < _STAGE - 1 else 0
        self._s[n & (_S - 1)] = self._sum_box

    def _remove_baseline(self, n: int) -> None:
        """b at n - 50: the wave less its centred mean (over what there is at the start)."""
        s = self._s
        total = self._sum_base + (s[n & (_S - 1)] >> 4)
        width = n + 1
        if n > 2 * _BASE_HALF:
            total -= s[(n - 2 * _BASE_HALF - 1) & (_S - 1)] >> 4
            width = 2 * _BASE_HALF + 1
        self._sum_base = total
        c = n - _BASE_HALF
        b = (s[c & (_S - 1)] >> 4) - total // width
        ring = self._b
        ring[c & (_B - 1)] = b
        if c > 2 * _LONG_HALF:
            old = ring[(c - 2 * _LONG_HALF - 1) & (_B - 1)]
            if old > 0:
                self._sum_long -= old
        self._slow -= self._slow >> _SLOW
        if b > 0:
            self._sum_long += b
            self._slow += b

    def _find_block(self, d: int) -> None:
        """Whether the rectified wave around d tops its surroundings; judges a block at its end."""
        b = self._b
        short_n = long_n = 0
        if d > _SHORT_HALF:
            new = b[(d + _SHORT_HALF) & (_B - 1)]
            old = b[(d - _SHORT_HALF - 1) & (_B - 1)]
            if new > 0:
                self._sum_short += new
            if old > 0:
                self._sum_short -= old
            short_n = 2 * _SHORT_HALF + 1
        else:
            self._sum_short = 0
            short_n = d + _SHORT_HALF + 1
            for i in range(short_n):
                self._sum_short += max(b[i], 0)
        long_n = 2 * _LONG_HALF + 1 if d > _LONG_HALF else d + _LONG_HALF + 1
        floor = (self._slow >> _SLOW) // 50
        if self._sum_short // short_n > self._sum_long // long_n + floor:
            v = b[d & (_B - 1)]
            if not self._block or v > self._top:
                self._top = v
                self._top_at = d
            self._block += 1
        elif self._block:
            if self._block >= _BLOCK:
                self._candidate(self._top_at)
            self._block = 0

    def _candidate(self, at: int) -> None:
        """Judge the block whose wave is highest at `at`, and time its upstroke."""
        s = self._s
        peak = at
        for i in range(max(at - _STAGE, 0), at + _STAGE + 1):
            if s[i & (_S - 1)] > s[peak & (_S - 1)]:
                peak = i
        foot = peak
        reach = min(_FOOT, self._interval * 3 >> 2) if self._interval else _FOOT
        for i in range(peak - 1, max(peak - reach, 0) - 1, -1):
            if s[i & (_S - 1)] < s[foot & (_S - 1)]:
                foot = i
        height = s[peak & (_S - 1)] - s[foot & (_S - 1)]
        if not self._is_pulse(height):
            return
        steepest = 0
        steep_at = foot
        for i in range(foot, peak):
            step = s[(i + 1) & (_S - 1)] - s[i & (_S - 1)]
            if step > steepest:
                steepest = step
                steep_at = i
        mid = self._mid_upstroke(steep_at, steepest >> 4)
        self._rival(mid >> 8, mid & 255, height)

    def _is_pulse(self, height: int) -> bool:
        if height < _MIN_HEIGHT or 2 * height > 9 * self._last_raw:
            return False  # nothing, or more than 1/8 of the light
        if height < 9 * (self._rough >> 8):
            return False  # a quarter of the roughness of single samples: noise
        if height < self._height >> 3:
            self._height -= self._height >> 3
            return False
        return True

    def _mid_upstroke(self, steep_at: int, least: int) -> int:
        """Where the piece around the steepest step crosses half its height, in 1/256 samples.

        The piece goes on both ways while a step is more than `least`.
        """
        s = self._s
        low = steep_at
        while low > 0 and s[low & (_S - 1)] - s[(low - 1) & (_S - 1)] > least:
            low -= 1
        high = steep_at + 1
        while high < self._n and s[(high + 1) & (_S - 1)] - s[high & (_S - 1)] > least:
            high += 1
        level = (s[low & (_S - 1)] + s[high & (_S - 1)]) >> 1
        while s[(low + 1) & (_S - 1)] <= level and low + 1 < high:
            low += 1
        under = s[low & (_S - 1)]
        return (low << 8) + ((level - under) << 8) // max(1, s[(low + 1) & (_S - 1)] - under)

    def _rival(self, at: int, frac: int, height: int) -> None:
        """Put a candidate up against the beat before it, which may still be pending."""
        if self._pending:
            interval = at - self._at
            before = self._at_height
            if interval < _REFRACTORY and height > 2 * before:
                self._pending = False
                interval = at - self._last_at
                before = self._last_height
        else:
            interval = at - self._last_at
            before = self._last_height
        if interval < _REFRACTORY:
            return
        if interval * 5 < self._interval * 3 and height * 20 < before * 13:
            return  # early and small: the dicrotic wave
        if self._pending:
            self._give()
        self._pending = True
        self._at = at
        self._at_frac = frac
        self._at_height = height

    def _release(self, d: int) -> None:
        """Give the pending beat once nothing can replace it."""
        if not self._block or d - self._at >= _LONGEST_BLOCK:
            self._give()

    def _give(self) -> None:
        self._pending = False
        interval = self._at - self._last_at
        self._judge(interval)
        self._last_at = self._at
        self._last_height = self._at_height
        if self._height:
            self._height += (self._at_height - self._height) >> 2
        else:
            self._height = self._at_height
        if interval > _PAUSE:
            self._interval = 0
        elif self._interval:
            self._interval += (interval - self._interval) >> 2
        else:
            self._interval = interval
        if self.trust > 0:
            self._found = True
            self.back = self._n - self._at + DELAY
            self.frac = self._at_frac

    def _judge(self, interval: int) -> None:
        """Trust rises while beats look alike and come in rhythm, and falls when they don't."""
        alike = self._resembles()
        height = self._at_height
        even = height < 3 * self._height and self._height < 3 * height
        steady = 7 * interval <= 10 * self._interval and 7 * self._interval <= 10 * interval
        if not self._height:
            return
        if alike and even and (steady or not self._interval):
            self.trust = min(self.trust + 1, _TRUST_MAX)
        elif not (alike and even):
            self.trust = max(self.trust - 1, _TRUST_MIN)

    def _resembles(self) -> bool:
        """Whether the beat's shape correlates with the template (r^2 >= 1/2); renews it."""
        shape = self._shape
        top = mean = 0
        for i in range(_TEMPLATE):
            c = self._at - 24 + 4 * i
            v = self._b[c & (_B - 1)] if c >= 0 else 0
            shape[i] = v
            mean += v
        mean //= _TEMPLATE
        for i in range(_TEMPLATE):
            shape[i] -= mean
            top = max(top, abs(shape[i]))
        shift = 0
        while top >> shift > 1023:
            shift += 1
        t = self._template
        st = ss = tt = 0
        for i in range(_TEMPLATE):
            v = shape[i] >> shift
            st += v * t[i]
            ss += v * v
            tt += t[i] * t[i]
            t[i] += (v - t[i]) >> 2 if self._has_template else v - t[i]
        if not self._has_template:
            self._has_template = True
            return True
        while ss > 0x3FFF or tt > 0x3FFF or abs(st) > 0x3FFF:
            ss >>= 1
            tt >>= 1
            st >>= 1
        return st > 0 and 2 * st * st >= ss * tt
