"""What the light said about each beat, carried along with the intervals to the epochs.

The corrector gives an interval out some beats after it came in, so what belongs to it waits here,
one entry for each raw interval.
"""

from array import array

from micropython import const

from . import jitter
from .heartperiod import isqrt
from .motion import Motion
from .rsa import NONE

_EPOCH = const(240000)  # 30 s in 1/8 ms
_DELAY = const(100000)  # an epoch's values come 12.5 s (25 grid samples) into the series
_N = const(192)  # more intervals than 42.5 s hold at 300 ms each
_LONGEST = const(32767)  # what the room for an interval holds; none that is used comes near
_WAITING = const(16)  # more raw intervals than the corrector holds
_FOREVER = const(0x10000)  # samples
_NEAR = const(5)  # a fifth of a second from a step of the light: a beat may lie on held light
_TOP_MS = const(130)  # so long before held light a beat has its whole upstroke
_FOOT_MS = const(140)  # and so long after it
_PAUSE_MS = const(700)  # signs of one rhythm: a beat is found when the next has long begun

_MOVING = const(1)  # what an interval may be: in motion,
_TOUCHED = const(2)  # or between beats of which one lies at held light


class Quality:
    """`beat()` and `placed()` for each beat, `came()` for each raw interval, `take()` for each
    corrected one.

    `close()` at each complete epoch: then `floor` is its noise floor (1/65536 ln or NONE),
    `jitter` the root mean square jitter of its beats (1/64 ms), `moved` how much of its time lies
    in motion (1/8 ms).
    """

    def __init__(self, rate_hz: int = 100) -> None:
        self._rate_hz = rate_hz
        self._near = rate_hz // _NEAR
        self._top = rate_hz * _TOP_MS // 1000
        self._foot = rate_hz * _FOOT_MS // 1000
        self._motion = Motion()
        self._jitter = 0  # of the newest beat
        self._touched = False  # whether it lies at a step
        self._touched_before = False
        self._stepped_at = 0
        self._pause = rate_hz * _PAUSE_MS // 1000
        self._shaken_from = self._shaken_to = -_FOREVER
        self._came_jitter = array("h", [0] * _WAITING)
        self._came_state = bytearray(_WAITING)
        self._ibi = array("h", [0] * _N)
        self._jitters = array("h", [0] * _N)
        self._states = bytearray(_N)
        self.floor = NONE
        self.jitter = 0
        self.moved = 0
        self.restart()
        self.new_run()

    @property
    def moving(self) -> bool:
        """Whether the newest beat lies in motion."""
        return self._motion.moving

    def restart(self) -> None:
        """The light's series ends (a gap, no contact): nothing waits any more."""
        self._motion.restart()
        self._jitter = 0
        self._touched = False
        self._stepped_at = -self._near
        self._in = 0
        self._out = 0

    def new_run(self) -> None:
        """The series of intervals begins anew."""
        self._p = 0
        self._n = 0
        self._end = -_DELAY  # end of the newest interval, from the start of the coming epoch

    @property
    def since(self) -> int:
        """How many beats before the newest it began."""
        return self._motion.since

    def stepped(self, at: int, old_code: int, new_code: int) -> None:
        """The LED current was set at sample `at`."""
        self._stepped_at = at
        self._motion.stepped(old_code, new_code)

    def shaken(self, on: bool, at: int) -> None:
        """The motor vibrates from sample `at` on, or no longer; a short pause is none."""
        if on:
            if at - self._shaken_to > self._pause:
                self._shaken_from = at
            self._shaken_to = at + _FOREVER
        else:
            self._shaken_to = at

    def beat(self, height: int, slope: int, noise: int, level: int, trust: int) -> bool:
        """Take a beat (see beats.py); True when motion began or ended with it."""
        self._jitter = jitter.of_beat(noise, slope, self._rate_hz)
        return self._motion.push(height, level, trust, self._jitter)

    def placed(self, at: int) -> None:
        """The newest beat lies at sample `at`."""
        self._touched_before = self._touched
        self._touched = (
            abs(at - self._stepped_at) < self._near
            or self._shaken_from - self._top < at < self._shaken_to + self._foot
        )

    def told(self, moving: bool, since: int) -> None:
        """Motion as it was logged, where there is no light: it began `since` beats before."""
        self._motion.moving = moving
        self._motion.since = since

    def came(self) -> None:
        """The newest beat ended a raw interval."""
        i = self._in & (_WAITING - 1)
        self._came_jitter[i] = self._jitter
        self._came_state[i] = _TOUCHED if self._touched or self._touched_before else 0
        self._in += 1
        if self._motion.moving:  # from the first suspect beat on, as far as still here
            for back in range(min(self._motion.since + 1, self._in - self._out)):
                self._came_state[(i - back) & (_WAITING - 1)] |= _MOVING

    def take(self, ibi: int, used: int) -> bool:
        """A corrected interval is out, made of `used` raw ones; whether light was bad in it."""
        first = self._out - (0 if used else 1)  # the second part of a split is like the first
        self._out += min(used, self._in - self._out)
        worst = state = 0
        for k in range(first, self._out):
            i = k & (_WAITING - 1)
            worst = max(worst, self._came_jitter[i])
            state |= self._came_state[i]
        self._ibi[self._p] = min(ibi, _LONGEST)
        self._jitters[self._p] = worst
        self._states[self._p] = state
        self._p = (self._p + 1) % _N
        if self._n < _N:
            self._n += 1
        self._end += ibi
        return state != 0

    def close(self) -> None:
        """Sum up the epoch just completed: the intervals that start in it."""
        total = n = squares = moved = 0
        start = self._end
        p = self._p
        for _ in range(self._n):
            p = (p - 1) % _N
            ibi = self._ibi[p]
            start -= ibi
            if start < 0:
                break
            if start < _EPOCH:
                total += ibi
                n += 1
                squares += self._jitters[p] * self._jitters[p]
                moved += ibi if self._states[p] & _MOVING else 0
        self._end -= _EPOCH
        self.moved = moved
        self.floor = jitter.floor(squares // n, total // n) if n else NONE
        self.jitter = isqrt(squares // n) if n else 0
