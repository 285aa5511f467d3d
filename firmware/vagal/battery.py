"""The battery: what is left of it, and when it is time to stop."""

from micropython import const

UNKNOWN = const(0)  # none is fitted, or none that could be read
OK = const(1)
LOW = const(2)
EMPTY = const(3)
NAMES = ("unknown", "ok", "low", "empty")

_NONE_MV = const(2500)  # below it there is no battery: its own protection cuts it off before
_EMPTY_MV = const(3300)
_LOW_MV = const(3600)  # some 5 %: hours, with a margin for the cold
_AGAIN_MV = const(100)  # so much above its limit a state ends: a load that goes lets it rise
_LOOK_US = const(30000000)  # between two readings
_TELL_US = const(600000000)  # a state that lasts is told again
_TIMES = const(3)  # readings in a row that make it empty: a buzz makes the voltage dip

# Open-circuit voltage of a lithium polymer cell in mV at 0, 10, ... 100 %: the chart that hobby
# pages copy from each other (ampow's "LiPo voltage chart"), with EMPTY for its 3.27 V. At the few
# mA drawn here the cell's voltage is within 10 mV of it; its age and the cold are not known.
_CURVE = (3300, 3690, 3730, 3770, 3800, 3840, 3870, 3950, 4020, 4110, 4200)


def percent_of(mv: int) -> int:
    """What is left at an open-circuit voltage, 0 to 100."""
    for i in range(10, 0, -1):
        at = _CURVE[i - 1]
        if mv >= at:
            return min(100, 10 * (i - 1) + 10 * (mv - at) // (_CURVE[i] - at))
    return 0


class Battery:
    """Call `waited()` each turn; `state`, `mv` and `percent` are of the last reading.

    `read_mv()` gives the voltage now, 0 where no battery can be measured; `state` is what was
    known before.
    """

    def __init__(self, read_mv, state: int = UNKNOWN) -> None:
        self._read_mv = read_mv
        self._look_us = _LOOK_US  # since the last reading
        self._tell_us = 0  # since the state was told
        self.state = state
        self.mv = 0
        self._under = 0  # readings in a row

    @property
    def percent(self):
        """What is left, or None where that is unknown."""
        return percent_of(self.mv) if self.state else None

    def waited(self, elapsed_us: int) -> bool:
        """Time has gone by; True where the state is new, or is known and untold for 10 minutes."""
        self._look_us += elapsed_us
        if self._look_us < _LOOK_US:
            return False
        self._tell_us += self._look_us
        self._look_us = 0
        new = self.push(self._read_mv())
        if not new and (self.state == UNKNOWN or self._tell_us < _TELL_US):
            return False
        self._tell_us = 0
        return True

    def push(self, mv: int) -> bool:
        """Take a reading; True where the state is new."""
        self.mv = mv
        before = self.state
        self._under = self._under + 1 if mv < _EMPTY_MV else 0
        if mv < _NONE_MV:
            self.state = UNKNOWN
        elif self._under >= _TIMES:
            self.state = EMPTY
        elif mv < (_EMPTY_MV + _AGAIN_MV if before == EMPTY else _EMPTY_MV):
            self.state = before or LOW
        elif mv < (_LOW_MV + _AGAIN_MV if before > OK else _LOW_MV):
            self.state = LOW
        else:
            self.state = OK
        return self.state != before
