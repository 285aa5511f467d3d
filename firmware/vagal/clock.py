"""The sensor's sample clock against the ESP32's crystal.

The sensor's oscillator is off by up to 1.5 % (MAX30102 datasheet, rev 1: 10.32 to 10.64 MHz).
"""

from array import array

from micropython import const

ONE = const(65536)  # a scale is (true sample period / nominal - 1) in 1/65536
_FIRST_S = const(60)  # shortest stretch that gives a scale
_SPAN = const(10)  # minutes that a fit looks back
_LIMIT = const(1966)  # 3 %: beyond it the count or the clock is wrong, not the oscillator


class SampleClock:
    """Tell it at each drain how many samples have come and how much time has gone by.

    `scale` is the latest fit, in 1/65536, `ready` from the first 60 s on. Works in whole
    seconds and microseconds so that nothing grows past 31 bits in months.
    """

    def __init__(self, rate_hz: int) -> None:
        self._period_us = 1000000 // rate_hz
        self._samples = array("i", [0] * _SPAN)  # of each minute
        self._us = array("i", [0] * _SPAN)
        self.scale = 0
        self.ready = False
        self.restart()

    def restart(self) -> None:
        """Begin a new count (after samples were lost in unknown number)."""
        self._minutes = 0
        self._n = 0  # samples and time of the minute that is running
        self._t = 0
        self._anchored = False

    def drained(self, samples: int, elapsed_us: int) -> bool:
        """Count `samples` read `elapsed_us` after the drain before; True when `scale` is new."""
        if not self._anchored:
            self._anchored = True
            return False
        self._n += samples
        self._t += elapsed_us
        if self._t < _FIRST_S * 1000000:
            return False
        i = self._minutes % _SPAN
        self._samples[i] = self._n
        self._us[i] = self._t
        self._minutes += 1
        self._n = self._t = 0
        return self._fit()

    def _fit(self) -> bool:
        """Once a minute: its sums may pass 31 bits."""
        n = us = 0
        for i in range(min(self._minutes, _SPAN)):
            n += self._samples[i]
            us += self._us[i]
        nominal = n * self._period_us
        if not nominal:
            return False
        scale = ((us - nominal) * ONE + (nominal >> 1)) // nominal
        if abs(scale) > _LIMIT or (self.ready and scale == self.scale):
            return False
        self.scale = scale
        self.ready = True
        return True
