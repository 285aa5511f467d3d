"""Beats to motion: when the light says that the sensor moved, and when it was good again."""

from micropython import const

_RECENT = const(4)  # beats
_ENTER = const(2)  # suspect ones among them: motion. One alone may be an early beat
_LEAVE = const(4)  # beats in a row without suspicion end it: none is among the recent
_TALL = const(2)  # times the usual height, or one part in that: breathing changes it by a third
_JUMP = const(3)  # usual heights that the level bends in three beats: wander goes straight on
_BADLY_TIMED = const(512)  # jitter of 8 ms: RSA of ln 3.7 from nothing (reference figures)
_LOW_TRUST = const(1)  # on the verge of not being given out
_LEVEL_GAIN = const(36)  # heights are in counts times 36
_BLIND = const(3)  # beats after a step of the current whose level may be from before it
_FOLLOW = const(3)  # the usual height changes by 1/8 at most: one beat says little
_FOLLOW_MOVING = const(2)  # but where the pulse stays changed it is the usual one soon
_FEW = const(3)  # first heights


class Motion:
    """Push each beat; True when `moving` changed. It began `since` beats before the newest."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget all beats (after a gap or without contact)."""
        self.moving = False
        self.since = 0
        self._recent = 0  # a bit for each recent beat, the newest lowest: suspect
        self._clean = 0
        self._n = 0  # heights
        self._usual = 0
        self._low = 0  # of the first heights
        self._high = 0
        self._level = 0
        self._blind = 1  # beats whose level is not compared with the last
        self._step = 0  # of the level, between the last two beats
        self._trust = 0

    def push(self, height: int, level: int, trust: int, jitter: int) -> bool:
        """Take a beat: height (counts times 36), light (counts), trust, jitter (1/64 ms)."""
        suspect = self._n >= _FEW and self._is_suspect(height, level, trust, jitter)
        self._note(height, level, trust)
        self._recent = (self._recent << 1 | bool(suspect)) & ((1 << _RECENT) - 1)
        self._clean = 0 if suspect else self._clean + 1
        if self.moving:
            self.moving = self._clean < _LEAVE
            self.since = 0
            return not self.moving
        if not suspect:
            return False
        return self._begin()

    def stepped(self, old_code: int, new_code: int) -> None:
        """The LED current was set: the pulse grows with it."""
        self._blind = _BLIND
        self._usual = self._usual // old_code * new_code

    def _begin(self) -> bool:
        suspects = 0
        for back in range(_RECENT):
            if self._recent >> back & 1:
                suspects += 1
                self.since = back  # of the oldest of them
        self.moving = suspects >= _ENTER
        return self.moving

    def _is_suspect(self, height: int, level: int, trust: int, jitter: int) -> bool:
        usual = self._usual
        return (
            height > _TALL * usual
            or _TALL * height < usual
            or (not self._blind and self._bend(level) * _LEVEL_GAIN > _JUMP * usual)
            or trust < self._trust
            or (trust <= _LOW_TRUST and trust == self._trust)
            or jitter > _BADLY_TIMED
        )

    def _first(self, height: int) -> None:
        """Of three, the usual height is the middle one: the first may be a piece of a beat."""
        self._n += 1
        if self._n == _FEW:
            self._usual = max(self._low, min(self._high, height))
        else:
            self._low = min(height, self._low) if self._n > 1 else height
            self._high = max(height, self._high)

    def _bend(self, level: int) -> int:
        return abs(level - self._level - self._step)

    def _note(self, height: int, level: int, trust: int) -> None:
        usual = self._usual
        if self._n < _FEW:
            self._first(height)
        else:
            most = usual >> (_FOLLOW_MOVING if self.moving else _FOLLOW)
            self._usual = usual + max(-most, min(most, (height - usual) >> 1)) or 1
        if self._blind:
            self._blind -= 1
            self._step = 0
        else:
            self._step = level - self._level
        self._level = level
        self._trust = trust
