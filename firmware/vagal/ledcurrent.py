"""The infrared LED's current: as much light as the converter takes well, within the cap.

Light is linear in the current, so one step nearly always does. A step is cheap while contact
settles (no series has begun), and dear afterwards: the pulse jumps. So it settles with the
finger, may correct itself in the first minute, while the finger warms and the cuff sits down,
and then rests unless the light is near the converter's ends.
"""

from micropython import const

from .contact import OFF, ON, SATURATED

_TARGET = const(131072)  # half of full scale
_LOW = const(65536)  # 25 to 75 % need no step
_HIGH = const(196608)
_FAR_LOW = const(39322)  # 15 to 85 %: after the first minute (Goodix' driver)
_FAR_HIGH = const(222822)
_LEAST_CODE = const(2)
_WORTH = const(8)  # a step under 1/8 of the current is not worth one
_PAUSE_MS = const(200)  # after a step: what the FIFO held, and the next drain
_SETTLING_STEPS = const(3)  # while contact settles; beyond, the light itself is not steady
_EARLY_MS = const(60000)  # the first minute of contact
_SOON_MS = const(3000)  # out of the band for so long, then
_LATE_MS = const(10000)
_REST_MS = const(1800000)  # half an hour between late steps


class LedCurrent:
    """Push a count from each drain; returns the LED code to set now, 0 where it stays.

    `code` is the one in force (0.2 mA each). Without a finger it is `start`.
    """

    def __init__(self, start: int, cap: int) -> None:
        self._cap = max(_LEAST_CODE, cap)
        self._start = max(_LEAST_CODE, min(start, self._cap))
        self.code = self._start
        self._pause = 0
        self._forget()

    def _forget(self) -> None:
        self._in_contact = 0  # ms
        self._out_of_band = 0  # ms
        self._steps = 0  # while this contact settled
        self._rested = _REST_MS  # since the last late step

    def push(self, ir: int, ms: int, state: int) -> int:
        """Take a count, the time since the last one and the state of contact."""
        if self._pause > 0:
            self._pause -= ms
            return 0
        if state == OFF:
            self._forget()
            return self._set(self._start)
        if state == SATURATED:
            return self._set(self.code >> 1)
        if state == ON:
            return self._watch(ir, ms)
        if self._steps >= _SETTLING_STEPS or _LOW <= ir <= _HIGH:
            return 0
        self._steps += 1
        return self._aim(ir)

    def _watch(self, ir: int, ms: int) -> int:
        """On a finger: a step only where the light has long been out of its band."""
        early = self._in_contact < _EARLY_MS
        if early:
            self._in_contact += ms
        if self._rested < _REST_MS:
            self._rested += ms
        good = _LOW <= ir <= _HIGH if early else _FAR_LOW <= ir <= _FAR_HIGH
        self._out_of_band = 0 if good else self._out_of_band + ms
        if self._out_of_band < (_SOON_MS if early else _LATE_MS):
            return 0
        self._out_of_band = 0
        if not early:
            if self._rested < _REST_MS:
                return 0
            self._rested = 0
        return self._aim(ir)

    def _aim(self, ir: int) -> int:
        """Towards half of full scale, by a factor of two at most."""
        code = (self.code * _TARGET + (ir >> 1)) // max(1, ir)
        code = max(self.code >> 1, min(self.code << 1, code))
        code = max(_LEAST_CODE, min(self._cap, code))
        return self._set(code) if abs(code - self.code) * _WORTH >= self.code else 0

    def _set(self, code: int) -> int:
        code = max(_LEAST_CODE, code)
        if code == self.code:
            return 0
        self.code = code
        self._pause = _PAUSE_MS
        return code
