"""Light to beat times: where the low-passed upstroke is halfway.

Two moving averages on the rectified pulse wave (the idea of Elgendi et al. 2013) find the
systolic blocks, causally and without gain control. Whether what was found is a pulse is judged
from its likeness to the beats before it (likeness.py, trust.py) and from how well the wave
repeats itself (periodicity.py).
"""

from micropython import const

from .likeness import ALIKE, Likeness
from .periodicity import Periodicity
from .trust import TRUST_MAX, Trust
from .upstroke import middle
from .windows import WINDOWS

# Lengths in ms: see where they are used.
_FOOT_MS = const(450)  # how far before the peak the foot may lie: half a slow systole
_REFRACTORY_MS = const(250)  # 240 beats a minute
_DICROTIC_MS = const(420)  # where the dicrotic wave may come while the rhythm is unknown
_DUE_MS = const(300)  # the pending beat waits so long for a better one
_LATEST_MS = const(1400)  # no beat waits longer after its light
_REACH_MS = const(120)  # half an upstroke with its rounded ends: whole samples at every rate
_HALF_RISE_MS = const(80)  # so far to either side a systole rises by 5/8 of its height, no drift
_HURRY_MS = const(4000)  # a first beat in this time is given out at once
_CLEAR = const(4)  # times the wave that white noise makes: a first beat stands clear of it
_PAUSE_MS = const(2000)  # an interval beyond this says nothing about the rhythm
_MIN_HEIGHT = const(432)  # 12 counts, times 36: under it steps of the converter make the shape
_CROWDED = const(4)  # twice as many waves too soon, one a beat taken off: from here on it is hum

_RING = const(512)  # samples kept of the low-passed wave
_STEPS = const(256)  # steps kept of the wave without its baseline
HOLD = const(-1)  # in place of a sample: the last one again
_NEVER = const(0x20000000)
_REBASE = const(0x80000)  # sample numbers are kept small: only differences matter


class Beats:
    """Push IR counts (18 bits) at 100, 50 or 25 Hz; True when a beat is found.

    Then `back` is how many samples before the one just pushed its light fell, `frac` the fraction
    of a sample after that in 1/256, and `trust` > 0 says that it looks like its predecessors
    (else it is given out because the wave as a whole is regular).
    Found about 1.1 s after its light. Of that moment also: `height`, the upstroke in counts x 36;
    `slope`, its steepest step in counts x 36 a sample; `noise`, the mean |second difference| of
    the counts; `level`, the light itself in counts.

    `take` does the same with an array: True at a beat, with `at` the place in it of the sample
    just taken; then `take(None)` goes on, to False at the end. The work of every sample is one
    generator, whose locals cost a tenth of attributes.
    """

    def __init__(self, rate_hz: int = 100) -> None:
        # Lists of small integers: MicroPython reads them faster than arrays, in the same room.
        self._s = [0] * _RING
        self._b = [0] * _STEPS
        self._windows = windows = WINDOWS[rate_hz]
        self._stage = windows[0]
        self._shift = windows[2]
        self._stride = 2 if rate_hz > 25 else 1  # steps in 40 ms
        self._rate_hz = rate_hz
        self._foot = _FOOT_MS * rate_hz // 1000
        self._refractory = (_REFRACTORY_MS * rate_hz + 999) // 1000
        self._dicrotic = _DICROTIC_MS * rate_hz // 1000
        self._latest = _LATEST_MS * rate_hz // 1000
        self._reach = _REACH_MS * rate_hz // 1000
        self._half_rise = _HALF_RISE_MS * rate_hz // 1000
        self._pause = _PAUSE_MS * rate_hz // 1000
        self._hurry = _HURRY_MS * rate_hz // 1000
        behind = (windows[3] + windows[5]) << windows[2]  # where blocks are looked for
        self._wait = behind + _DUE_MS * rate_hz // 1000
        self._rhythm = Periodicity(2 * self._stride)
        self._trust = Trust()
        self._likeness = Likeness(self._stride)
        self.at = self.back = self.frac = self.trust = 0
        self.height = self.slope = self.noise = self.level = 0
        self._one = [0]
        self.restart()
        filters = self._filters()
        next(filters)
        self.take = filters.send

    def push(self, ir: int) -> bool:
        """Take a count, or the last one again (HOLD)."""
        self._one[0] = self._newest if ir == HOLD else ir
        found = self.take(self._one)
        if found:
            self.take(None)
        return found

    def step(self, by: int) -> None:
        """The light is brighter by `by` counts from here on: no step in the wave."""
        self._newest += by
        self._by += by

    def restart(self) -> None:
        """Forget all light seen so far (after a gap or without contact)."""
        self._fresh = True  # the light to come is the first
        self._n = -1  # number of the newest sample, as of the last block
        self._first = 0  # the first sample
        self._newest = self._by = 0  # the last count; how much brighter the light became after it
        self._rough = 0  # mean |second difference| of the counts then
        self._pending = False
        self._at = 0  # the pending beat
        self._at_frac = 0
        self._at_height = 0
        self._at_slope = 0
        self._due = _NEVER  # when the pending beat can't be replaced any more
        self._last_at = -self._pause - 1  # the last beat given out
        self._last_height = 0
        self._height = 0  # running amplitude
        self._interval = 0  # running interval, 0 where there is no rhythm yet
        self._crowd = 0  # waves as high as the beats, but too soon after them
        self._rhythm.restart()
        self._likeness.restart()
        self._trust.restart()
        self.trust = 0

    def _filters(self):
        """Takes an array of counts, yields whether a beat is found: see the class."""
        # MicroPython reaches a function's first sixteen names fastest: here, the busiest ones.
        ir = n = p = box_at = x = v = sum_raw = sum_box = last = before = mean = first = 0
        s = self._s
        q = [0] * _STEPS  # the wave without its baseline where it is positive
        stage, scale, shift, base, short, long, shortest, rough_shift, slow, slow_50 = (
            self._windows[:10]
        )
        raw = [0] * stage  # the two boxcars
        box = [0] * stage
        b = self._b
        rings = (s, b, q, raw, box)
        stage -= 1
        odd = (1 << shift) - 1  # samples of the same step before its last
        base_all = 2 * base + 1
        short_all = 2 * short + 1
        long_all = 2 * long + 1
        behind = base + long
        base_back = base << shift  # in samples
        base_leaves = base_all << shift
        enters_short = behind - short
        leaves_short = behind + short + 1
        leaves_long = base + long_all
        started = (behind + long + 1) << shift  # from here on every window is full
        base_n = short_n = long_n = 1  # steps in each window
        while True:
            light = yield False
            if self._fresh:
                self._fresh = False
                for ring in rings:
                    for i in range(len(ring)):
                        ring[i] = 0
                n = -1
                box_at = sum_raw = sum_box = sum_base = sum_short = sum_long = 0
                mean = rough = 0  # slow mean of the rectified wave, mean |second difference|
                block = top = top_at = 0
                due = _NEVER
                self._first = first = last = before = light[0]
            elif self._by:
                last += self._by
                before += self._by
                self._first = first = first + self._by
                self._by = 0
            start = n + 1
            for ir in light:
                n += 1
                # Two boxcars over the inverted light: systole up, low-pass at about 5 Hz.
                x = (first - ir) * scale
                sum_raw += x - raw[box_at]
                raw[box_at] = x
                sum_box += sum_raw - box[box_at]
                box[box_at] = sum_raw
                box_at = box_at - 1 if box_at else stage
                p = n & (_RING - 1)  # p - k is k samples back: a negative index is from the end
                s[p] = sum_box
                if n & odd:
                    before = last
                    last = ir
                    continue
                x = ir - last - last + before
                before = last
                last = ir
                rough += (x if x > 0 else -x) - (rough >> rough_shift)
                # v, half a second back: the wave less its centred mean.
                sum_base += (sum_box >> 4) - (s[p - base_leaves] >> 4)
                if n < started:  # every window is divided by what there is in it
                    if n < base_back:
                        continue
                    k = n >> shift
                    base_n = min(k + 1, base_all)
                    short_n = min(max(k - behind, 0) + short + 1, short_all)
                    long_n = min(max(k - behind, 0) + long + 1, long_all)
                v = (s[p - base_back] >> 4) - sum_base // base_n
                p = (n >> shift) & (_STEPS - 1)
                b[p - base] = v
                if v < 0:
                    v = 0
                mean += v - (mean >> slow)
                sum_long += v - q[p - leaves_long]
                q[p - base] = v
                # The rectified wave around 0.8 s back, against its surroundings.
                sum_short += q[p - enters_short] - q[p - leaves_short]
                found = False
                if sum_short * long_n > sum_long * short_n + (mean >> slow_50):
                    k = (n >> shift) - behind
                    v = b[p - behind]
                    if k >= 0:
                        if not block or v > top:
                            top = v
                            top_at = k
                        block += 1
                elif block:
                    if block >= shortest:
                        self._n = n
                        self._rough = rough // min((n >> shift) + 1, 1 << rough_shift)
                        found = self._candidate(top_at << shift)
                    block = 0
                    if n >= 2 * _REBASE:
                        n -= _REBASE
                        start -= _REBASE
                        self._rebase()
                    due = self._due
                if n >= due and not found and (not block or n >= self._at + self._latest):
                    self._n = n
                    found = self._give()
                    due = self._due
                if found:
                    self.at = n - start
                    yield True
            self._newest = last

    def _rebase(self) -> None:
        self._last_at = max(self._last_at - _REBASE, -_REBASE)
        self._at -= _REBASE
        self._rhythm.rebase(_REBASE >> self._shift)
        self._due -= _REBASE if self._due != _NEVER else 0

    def _candidate(self, at: int) -> bool:
        """Judge the block whose wave is highest at `at`, and time its upstroke.

        True when that gives out the beat before it.
        """
        s = self._s
        back = (self._n & (_RING - 1)) - self._n  # of a sample's number: its place in the ring
        peak = at + back
        top = s[peak]
        for i in range(max(at - self._stage, 0) + back, at + back + self._stage + 1):
            if s[i] > top:
                peak = i
                top = s[i]
        foot = steep_at = most_at = peak
        bottom = before = top
        steepest = most = 0
        reach = min(self._foot, self._interval * 3 >> 2) if self._interval else self._foot
        for i in range(peak - 1, max(peak - reach, back) - 1, -1):
            v = s[i]
            if before - v > most:
                most = before - v
                most_at = i
            if v < bottom:
                bottom = v
                foot = i
                steepest = most
                steep_at = most_at
            before = v
        height = top - bottom
        if not self._is_pulse(height):
            return False
        mid = middle(s, foot - back, steep_at - back, peak - back, self._reach)
        i = mid >> 8
        rise = s[(i + self._half_rise) & (_RING - 1)]
        rise -= s[max(i - self._half_rise, 0) & (_RING - 1)]
        if 8 * rise < 5 * height:
            return False  # it drifts rather than beats
        return self._rival(mid >> 8, mid & 255, height, steepest)

    def _is_pulse(self, height: int) -> bool:
        if height < _MIN_HEIGHT or 2 * height > 9 * self._light():
            return False  # nothing, or more than 1/8 of the light
        if height < self._windows[10] * self._rough:
            return False  # the wave that white noise of that roughness makes
        if height < self._height >> 3:
            self._height -= self._height >> 3
            return False
        return True

    def _light(self) -> int:
        """The light in counts, as of now."""
        return self._first - self._s[self._n & (_RING - 1)] // 36

    def _period(self) -> int:
        """The beat to beat distance in samples by the wave's rhythm, or else by the beats; 0."""
        rhythm = self._rhythm
        return rhythm.period_ms * self._rate_hz // 1000 if rhythm.regular else self._interval

    def _rival(self, at: int, frac: int, height: int, slope: int) -> bool:
        """Put a candidate up against the beat before it; True when that one is given out."""
        if self._pending:
            interval = at - self._at
            before = self._at_height
            if interval < self._refractory and height > 2 * before:
                self._pending = False
                interval = at - self._last_at
                before = self._last_height
        else:
            interval = at - self._last_at
            before = self._last_height
        if interval < self._refractory:
            if 2 * height > before and interval > self._half_rise:  # else it is the same upstroke
                self._crowd = min(self._crowd + 2, 2 * _CROWDED)
            return False
        period = self._period()
        early = period * 3 // 5 if period else self._dicrotic
        if interval < early and height * 20 < before * 13:
            return False  # early and small: the dicrotic wave
        found = self._pending and self._give()
        self._pending = True
        self._at = at
        self._at_frac = frac
        self._at_height = height
        self._at_slope = slope
        self._due = at + self._wait
        return found

    def _interposed(self) -> bool:
        """Whether the pending beat comes early and another upstroke follows at the right time."""
        period = self._period()
        last = self._last_at
        at = self._at
        if not period or (at - last) * 10 >= period * 7:
            return False
        s = self._s
        lag = self._stage + 1
        here = s[(at + lag) & (_RING - 1)] - s[(at - lag) & (_RING - 1)]
        start = max(last + period * 3 // 4, at + self._refractory)
        stop = min(last + period * 5 // 4, self._n - lag)
        for i in range(start, stop):
            rise = s[(i + lag) & (_RING - 1)] - s[(i - lag) & (_RING - 1)]
            if 4 * rise > 3 * here:
                return True
        return False

    def _give(self) -> bool:
        """Judge the pending beat; True when it can be given out."""
        self._pending = False
        self._due = _NEVER
        crowded = self._crowd >= (_CROWDED if self._last_height else 1)
        self._crowd -= self._crowd > 0
        height = self._at_height
        known = (self._n >> self._shift) - self._windows[3]  # the wave is known before this step
        thin = self.trust == TRUST_MAX  # nothing hangs on the rhythm then
        self._rhythm.follow(self._b, known, max(height, self._height) >> 4, thin)
        alike = self._likeness.of(self._b, self._at >> self._shift)
        near_noise = height < _CLEAR * self._windows[10] * self._rough
        if not self._last_height and (near_noise or self._at > self._hurry):
            self._trust.doubt()
            alike = 0
        if alike < ALIKE and self._interposed():
            return False
        self._likeness.renew()
        interval = self._at - self._last_at
        self._judge(interval, alike)
        self._last_at = self._at
        self._last_height = height
        if self._height:
            self._height += (height - self._height) >> (1 if alike >= ALIKE else 2)
        else:
            self._height = height
        if interval > self._pause:
            self._interval = 0
        elif self._interval:
            self._interval += (interval - self._interval) >> 2
        else:
            self._interval = interval
        self.back = self._n - self._at + self._stage - 1
        self.frac = self._at_frac
        self.height = height
        self.slope = self._at_slope
        self.noise = self._rough
        self.level = self._first - self._s[self._at & (_RING - 1)] // 36
        if crowded:
            return False
        if self._trust.given:
            return True
        return self._rhythm.regular and interval * 4 <= self._period() * 9

    def _judge(self, interval: int, alike: int) -> None:
        """Lets trust follow: does the beat look like those before it, and come in rhythm?"""
        height = self._at_height
        even = not self._height or (height < 3 * self._height and self._height < 3 * height)
        if not self._last_height:
            self._trust.first(alike)
        elif interval > self._pause:
            if interval > 2 * self._pause:
                self._trust.lose()
            self._trust.judge(alike, even, False, not self._interval)
        else:
            steady = 7 * interval <= 10 * self._interval and 7 * self._interval <= 10 * interval
            self._trust.judge(alike, even, steady or not self._interval, False)
        self.trust = self._trust.score
