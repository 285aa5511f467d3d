"""The button's language: a short press, two of them, a long one."""

from micropython import const

PRESSED = const(1)  # a press begins; what it means is told later
SHORT = const(2)
DOUBLE = const(3)
LONG = const(4)
STUCK = const(5)  # nobody holds it for so long

_BOUNCE_MS = const(30)
_DOUBLE_MS = const(450)  # so long after the first press a second one belongs to it,
_AFTER_MS = const(250)  # or so long after its end
_LONG_MS = const(800)
_AWAY_MS = const(300)  # a loop that did not look for so long may have missed a release
_STUCK_MS = const(20000)


class Gestures:
    """Call `push()` at least ten times a second; after a gesture `ago_ms` is how long ago its
    first press began. A button that is down from the start counts from its release on.
    """

    def __init__(self, down: bool) -> None:
        self.ago_ms = 0
        self.stuck = False
        self._down = down  # without the bounces
        self._done = down  # this press means nothing more
        self._waiting = False  # after a short press, for a second one
        self._age_ms = 0  # since the first press
        self._since_ms = _BOUNCE_MS if not down else 0  # it went down or up

    @property
    def busy(self) -> bool:
        """Whether it should be looked at more often."""
        return self._waiting or (self._down and not self.stuck)

    def push(self, ms: int, down: bool, fell_ms: int) -> int:
        """What happened in the last `ms`: a gesture, or 0.

        `down`: the level now; `fell_ms`: how long ago it went down, -1 where it did not.
        """
        self._age_ms = min(self._age_ms + ms, _STUCK_MS)
        self._since_ms = min(self._since_ms + ms, _STUCK_MS)
        if self._down:
            if down and fell_ms >= 0 and ms > _AWAY_MS and self._since_ms - fell_ms > _BOUNCE_MS:
                self._down = False  # and down again, unseen
                self._waiting = not self._done
                self._since_ms = _AFTER_MS + 1
                return self._press(0)
            return self._held(down)
        if fell_ms < 0 and down:
            fell_ms = 0
        if fell_ms >= 0 and self._since_ms - fell_ms >= _BOUNCE_MS:
            return self._press(fell_ms)
        return self._wait()

    def consume(self) -> None:
        """The press that has begun means nothing more."""
        self._done = True

    def _press(self, fell_ms: int) -> int:
        first_ms = self._age_ms
        between_ms = self._since_ms - fell_ms
        self._down = True
        self._since_ms = min(fell_ms, _AWAY_MS)  # it may have been up since
        if not self._waiting:
            self._age_ms = fell_ms
            self._done = False
            return PRESSED
        self._waiting = False
        self.ago_ms = first_ms
        self._done = first_ms - fell_ms <= _DOUBLE_MS or between_ms <= _AFTER_MS
        if self._done:
            return DOUBLE
        self._age_ms = fell_ms  # seen late: the first press was one by itself
        return SHORT

    def _held(self, down: bool) -> int:
        if down:
            if self._since_ms >= _STUCK_MS and not self.stuck:
                self.stuck = True
                return STUCK
            if not self._done and self._since_ms >= _LONG_MS:
                self._done = True
                self.ago_ms = self._age_ms
                return LONG
        elif self._since_ms >= _BOUNCE_MS:
            self._down = self.stuck = False
            self._since_ms = 0
            self._waiting = not self._done
        return 0

    def _wait(self) -> int:
        late = self._age_ms > _DOUBLE_MS and self._since_ms > _AFTER_MS
        if not (self._waiting and late):
            return 0
        self._waiting = False
        self.ago_ms = self._age_ms
        return SHORT
