"""Light to beat times: where the low-passed upstroke crosses half its height.

Two moving averages on the rectified pulse wave (the idea of Elgendi et al. 2013) find the
systolic blocks, causally and without gain control; a template of recent beats decides whether
what was found can be trusted.
"""

from micropython import const

DELAY = const(5)  # of the two boxcars, taken off: a beat's time is the time of its light

_RING = const(512)  # samples kept of the low-passed wave and of the one without its baseline
_STAGE = const(6)  # boxcar length; both together have gain 36
_BASE_HALF = const(50)  # half width of the centred mean that removes the baseline
_SHORT_HALF = const(5)
_LONG_HALF = const(30)
_SLOW = const(9)  # time constant of the slow mean: 2^9 samples
_SLOW_50 = const(25600)  # 2 % of the slow mean, which is kept times 2^9
_BLOCK = const(9)  # shortest block
_FOOT = const(45)  # how far before the peak the foot may lie
_REFRACTORY = const(30)
_BASE_N = const(2 * _BASE_HALF + 1)
_SHORT_N = const(2 * _SHORT_HALF + 1)
_LONG_N = const(2 * _LONG_HALF + 1)
_D_BACK = const(_BASE_HALF + _LONG_HALF)  # where blocks are looked for
_ENTERS_SHORT = const(_D_BACK - _SHORT_HALF)
_LEAVES_SHORT = const(_D_BACK + _SHORT_HALF + 1)
_LEAVES_LONG = const(_BASE_HALF + _LONG_N)
_STARTED = const(_D_BACK + _LONG_HALF + 1)  # from here on every window is full
_DUE = const(_D_BACK + _REFRACTORY)  # when a pending beat can't be replaced any more
_LONGEST_BLOCK = const(30)  # a longer one keeps no beat waiting
_PAUSE = const(200)  # an interval beyond this says nothing about the rhythm
_MIN_HEIGHT = const(432)  # 12 counts, times 36
_TEMPLATE = const(18)  # points of a beat's shape, 4 samples apart, from 24 before the upstroke
HOLD = const(-1)  # in place of a sample: the last one again
_RESTART = const(-2)  # forget everything
_NEVER = const(0x20000000)
_REBASE = const(0x80000)  # sample numbers are kept small: only differences matter
_TRUST_START = const(3)
_TRUST_MAX = const(8)
_TRUST_MIN = const(-2)


class Beats:
    """Push IR counts (18 bits) at 100 Hz; True when a beat is found.

    Then `back` is how many samples before the one just pushed its light fell, `frac` the fraction
    of a sample after that in 1/256, and `trust` > 0 says that it looks like its predecessors.
    Found about 1.1 s after its light. All lengths above are in samples.

    The work of every sample is one generator, whose locals cost a tenth of attributes.
    """

    def __init__(self) -> None:
        # Lists of small integers: MicroPython reads them faster than arrays, in the same room.
        self._s = [0] * _RING
        self._b = [0] * _RING
        self._template = [0] * _TEMPLATE
        self._shape = [0] * _TEMPLATE
        self.back = 0
        self.frac = 0
        self.trust = 0
        self._forget()
        filters = self._filters()
        next(filters)
        self.push = filters.send

    def restart(self) -> None:
        """Forget all light seen so far (after a gap or without contact)."""
        self.push(_RESTART)

    def _forget(self) -> None:
        self._n = -1  # number of the newest sample, as of the last block
        self._light = 0  # that sample
        self._rough = 0  # mean |second difference| of the counts then
        self._pending = False
        self._at = 0  # the pending beat
        self._at_frac = 0
        self._at_height = 0
        self._last_at = -_PAUSE - 1  # the last beat given out
        self._last_height = 0
        self._height = 0  # running amplitude
        self._interval = 0  # running interval, 0 where there is no rhythm yet
        self._has_template = False
        self.trust = _TRUST_START

    def _filters(self):
        """Takes a sample, yields whether a beat is found."""
        s = self._s
        b = self._b
        raw = [0] * _STAGE  # the two boxcars
        box = [0] * _STAGE
        rings = (s, b, raw, box)
        base_n = short_n = long_n = 1  # samples in each window
        ir = last = _RESTART
        while True:
            while ir < 0:
                if ir == HOLD:
                    ir = last
                    break
                self._forget()
                for ring in rings:
                    _clear(ring)
                n = -1
                box_at = sum_raw = sum_box = sum_base = sum_short = sum_long = 0
                slow = rough = 0  # slow mean of the rectified wave, mean |second difference|
                last_step = block = top = top_at = 0
                due = _NEVER  # when the pending beat can't be replaced any more
                ir = yield False
                first = last = ir
            n += 1
            # Two boxcars over the inverted light: systole up, low-pass at about 8 Hz.
            bend = ir - last - last_step
            last_step += bend
            last = ir
            rough += (bend if bend > 0 else -bend) - (rough >> 8)
            x = first - ir
            sum_raw += x - raw[box_at]
            raw[box_at] = x
            sum_box += sum_raw - box[box_at]
            box[box_at] = sum_raw
            box_at = box_at + 1 if box_at < _STAGE - 1 else 0
            p = n & (_RING - 1)  # p - k is k samples back: a negative index counts from the end
            s[p] = sum_box
            if n < _STARTED:  # every window is divided by what there is in it
                base_n = min(n + 1, _BASE_N)
                short_n = min(max(n - _D_BACK, 0) + _SHORT_HALF + 1, _SHORT_N)
                long_n = min(max(n - _D_BACK, 0) + _LONG_HALF + 1, _LONG_N)
            # v, 50 samples back: the wave less its centred mean.
            sum_base += (sum_box >> 4) - (s[p - _BASE_N] >> 4)
            v = (s[p - _BASE_HALF] >> 4) - sum_base // base_n if n >= _BASE_HALF else 0
            old = b[p - _LEAVES_LONG]
            if old > 0:
                sum_long -= old
            slow -= slow >> _SLOW
            b[p - _BASE_HALF] = v
            if v > 0:
                sum_long += v
                slow += v
            # The rectified wave around 80 samples back, against its surroundings.
            v = b[p - _ENTERS_SHORT]
            if v > 0:
                sum_short += v
            v = b[p - _LEAVES_SHORT]
            if v > 0:
                sum_short -= v
            found = False
            if sum_short // short_n > sum_long // long_n + slow // _SLOW_50:
                v = b[p - _D_BACK]
                if n >= _D_BACK and (not block or v > top):
                    top = v
                    top_at = n - _D_BACK
                block += n >= _D_BACK
            elif block:
                if block >= _BLOCK:
                    self._n = n
                    self._light = ir
                    self._rough = rough >> 8
                    found = self._candidate(top_at)
                    due = self._at + _DUE if self._pending else _NEVER
                block = 0
                if n >= 2 * _REBASE:
                    n -= _REBASE
                    due -= _REBASE if due != _NEVER else 0
                    self._rebase()
            if n >= due and not found and (not block or n >= due + _LONGEST_BLOCK):
                self._n = n
                found = self._give()
                due = _NEVER
            ir = yield found

    def _rebase(self) -> None:
        self._last_at = max(self._last_at - _REBASE, -_REBASE)
        self._at -= _REBASE

    def _candidate(self, at: int) -> bool:
        """Judge the block whose wave is highest at `at`, and time its upstroke.

        True when that gives out the beat before it.
        """
        s = self._s
        peak = at
        top = s[peak & (_RING - 1)]
        for i in range(max(at - _STAGE, 0), at + _STAGE + 1):
            if s[i & (_RING - 1)] > top:
                peak = i
                top = s[i & (_RING - 1)]
        foot = peak
        bottom = top
        reach = min(_FOOT, self._interval * 3 >> 2) if self._interval else _FOOT
        for i in range(peak - 1, max(peak - reach, 0) - 1, -1):
            if s[i & (_RING - 1)] < bottom:
                foot = i
                bottom = s[i & (_RING - 1)]
        height = top - bottom
        if not self._is_pulse(height):
            return False
        steepest = 0
        steep_at = foot
        for i in range(foot, peak):
            value = s[(i + 1) & (_RING - 1)]
            if value - bottom > steepest:
                steepest = value - bottom
                steep_at = i
            bottom = value
        mid = self._mid_upstroke(steep_at, steepest >> 4)
        return self._rival(mid >> 8, mid & 255, height)

    def _is_pulse(self, height: int) -> bool:
        if height < _MIN_HEIGHT or 2 * height > 9 * self._light:
            return False  # nothing, or more than 1/8 of the light
        if height < 9 * self._rough:
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
        while low > 0 and s[low & (_RING - 1)] - s[(low - 1) & (_RING - 1)] > least:
            low -= 1
        high = steep_at + 1
        while high < self._n and s[(high + 1) & (_RING - 1)] - s[high & (_RING - 1)] > least:
            high += 1
        level = (s[low & (_RING - 1)] + s[high & (_RING - 1)]) >> 1
        while s[(low + 1) & (_RING - 1)] <= level and low + 1 < high:
            low += 1
        under = s[low & (_RING - 1)]
        return (low << 8) + ((level - under) << 8) // max(1, s[(low + 1) & (_RING - 1)] - under)

    def _rival(self, at: int, frac: int, height: int) -> bool:
        """Put a candidate up against the beat before it; True when that one is given out."""
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
            return False
        if interval * 5 < self._interval * 3 and height * 20 < before * 13:
            return False  # early and small: the dicrotic wave
        found = self._pending and self._give()
        self._pending = True
        self._at = at
        self._at_frac = frac
        self._at_height = height
        return found

    def _give(self) -> bool:
        """Judge the pending beat; True when it can be given out."""
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
        self.back = self._n - self._at + DELAY
        self.frac = self._at_frac
        return self.trust > 0

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
            v = self._b[c & (_RING - 1)] if c >= 0 else 0
            shape[i] = v
            mean += v
        mean //= _TEMPLATE
        for v in shape:
            v -= mean
            if v < 0:
                v = -v
            if v > top:
                top = v
        shift = 0
        while top >> shift > 1023:
            shift += 1
        t = self._template
        share = 2 if self._has_template else 0  # the template moves by 1/4, at first all the way
        st = ss = tt = 0
        for i in range(_TEMPLATE):
            v = (shape[i] - mean) >> shift
            old = t[i]
            st += v * old
            ss += v * v
            tt += old * old
            t[i] = old + ((v - old) >> share)
        if not self._has_template:
            self._has_template = True
            return True
        while ss > 0x3FFF or tt > 0x3FFF or abs(st) > 0x3FFF:
            ss >>= 1
            tt >>= 1
            st >>= 1
        return st > 0 and 2 * st * st >= ss * tt


def _clear(ring: list) -> None:
    for i in range(len(ring)):
        ring[i] = 0
