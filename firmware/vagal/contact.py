"""Light to contact: whether a finger lies on the sensor, from the IR light per LED current."""

from micropython import const

OFF = const(0)
SETTLING = const(1)  # enough light, for less than a second
ON = const(2)
SATURATED = const(3)

# Reflected light in ADC current per LED current, at 4096 nA full scale and 0.2 mA a code:
# counts = reflect (nA/mA) * 0.2 mA * code * 2^18 / 4096 nA = 12.8 * reflect * code.
_OFF_PER_CODE = const(768)  # 60 nA/mA: below it there is no finger
_ON_PER_CODE = const(1280)  # 100 nA/mA: above it there is one
FULL = const(249036)  # 95 % of full scale


class Contact:
    """Push IR counts; True when the state changed. `settle_n` samples of light make contact."""

    def __init__(self, led_code: int, settle_n: int) -> None:
        self.least = _OFF_PER_CODE * led_code  # contact, once there, holds from here
        self._on = _ON_PER_CODE * led_code
        self._settle_n = settle_n
        self._n = 0
        self.state = OFF

    def restart(self) -> None:
        """Forget the contact: it settles anew (after a gap)."""
        self.state = OFF
        self._n = 0

    def push(self, ir: int) -> bool:
        """Take one sample; True when `state` changed."""
        if ir > FULL:
            state = SATURATED
        elif ir < self.least or (ir < self._on and self.state in (OFF, SATURATED)):
            state = OFF
        elif self.state >= SETTLING and self.state != SATURATED:
            self._n += 1
            state = ON if self._n >= self._settle_n else SETTLING
        else:
            self._n = 0
            state = SETTLING
        if state == self.state:
            return False
        self.state = state
        return True
