"""Light to contact: whether a finger lies on the sensor, from the IR light per LED current.

Light alone can't tell a finger from a table top. Contact without beats is WEAK: something lies
there, but no blood flows in it that the sensor could see.
"""

from micropython import const

OFF = const(0)
SETTLING = const(1)  # enough light, for less than a second
ON = const(2)
SATURATED = const(3)
WEAK = const(4)  # ON, but no beat for a while; only `shown` says so

# Reflected light in ADC current per LED current, at 4096 nA full scale and 0.2 mA a code:
# counts = reflect (nA/mA) * 0.2 mA * code * 2^18 / 4096 nA = 12.8 * reflect * code.
_OFF_PER_CODE = const(768)  # 60 nA/mA: below it there is no finger
_ON_PER_CODE = const(1280)  # 100 nA/mA: above it there is one
FULL = const(249036)  # 95 % of full scale
_FLOW_S = const(5)  # without a beat: two and a half intervals of the slowest heart (30 bpm)


class Contact:
    """Push IR counts; True when the state changed. `settle_n` samples of light make contact.

    Tell it each beat and, in steps of about a second, how many samples have gone by: both return
    True when contact became WEAK or ceased to be.
    """

    def __init__(self, led_code: int, settle_n: int) -> None:
        self._settle_n = settle_n
        self._flow_n = _FLOW_S * settle_n
        self.led(led_code)
        self.restart()

    def led(self, code: int) -> None:
        """Judge by another LED current from the next sample on."""
        self.least = _OFF_PER_CODE * code  # contact, once there, holds from here
        self._on = _ON_PER_CODE * code

    def restart(self) -> None:
        """Forget the contact: it settles anew (after a gap)."""
        self.state = OFF
        self._n = 0
        self._beatless = 0  # samples in contact since the last beat
        self._weak = False

    @property
    def shown(self) -> int:
        """The state to show: `state`, or WEAK."""
        return WEAK if self._weak else self.state

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
        self._beatless = 0
        self._weak = False
        return True

    def beat(self) -> bool:
        """A beat was found; True when contact was WEAK."""
        was_weak = self._weak
        self._beatless = 0
        self._weak = False
        return was_weak

    def waited(self, n: int) -> bool:
        """`n` samples have gone by; True when contact is WEAK from now on."""
        if self.state != ON or self._weak:
            return False
        self._beatless += n
        self._weak = self._beatless > self._flow_n
        return self._weak
