"""The sensor's sample clock against the ESP32's crystal.

The sensor's oscillator is off by up to 1.5 % (MAX30102 datasheet, rev 1: 10.32 to 10.64 MHz). A
drain finds its samples up to a sample's time old, so single drains say little: their mean over
ten seconds is compared with the mean of ten seconds at least 50 s before.
"""

from array import array

from micropython import const

ONE = const(65536)  # a scale is (true sample period / nominal - 1) in 1/65536
_BLOCK_US = const(10000000)
_FIRST = const(6)  # blocks before the first fit: 60 s
_SPAN = const(60)  # blocks that a fit looks back: 10 minutes
_CHANGE = const(3)  # 0.005 %: a smaller step says nothing and would fill the log
_LIMIT = const(1966)  # 3 %: beyond it the count or the clock is wrong, not the oscillator
_TELL = const(12)  # blocks from one reading for the log to the next: 2 minutes
_WRAP = const(0x1FFFFFFF)  # of the crystal's microseconds: 9 minutes, so that sums stay small


class SampleClock:
    """Tell it at each drain how many samples have come and how much time has gone by.

    `scale` is the latest fit, in 1/65536. Sums are kept within a block, so that nothing grows
    past 31 bits in months. `us` is the crystal's time of the newest drain, modulo 2^29. Where
    `back` is not 0 there is a reading for the log, freed of the jitter of single drains: the
    sample so many before the newest had just come at `told_us`; whoever logs it clears `back`.
    """

    def __init__(self, rate_hz: int) -> None:
        self._period_us = 1000000 // rate_hz
        self._slips = array("i", [0] * _SPAN)  # us that time ran ahead of the samples, by block
        self._times = array("i", [0] * _SPAN)  # us from the middle of the block before
        self.scale = 0
        self.us = self.told_us = self.back = 0
        self.restart()

    def restart(self) -> None:
        """Begin a new count (after samples were lost in unknown number)."""
        self._blocks = -1  # the first mean is compared with nothing
        self._anchored = False
        self._carried = 0  # lag and time since the middle of the block before
        self._carried_us = 0
        self._clear()

    def _clear(self) -> None:
        self._lag = 0  # time gone by less that of the samples, us, since the block began
        self._lags = 0
        self._t = 0
        self._drains = 0

    def drained(self, samples: int, elapsed_us: int) -> bool:
        """Count `samples` read `elapsed_us` after the drain before; True when `scale` is new."""
        self.us = (self.us + elapsed_us) & _WRAP
        if not self._anchored:
            self._anchored = True
            return False
        self._lag = lag = self._lag + elapsed_us - samples * self._period_us
        self._lags += lag
        self._drains += 1
        self._t = t = self._t + elapsed_us
        return t >= _BLOCK_US and self._close_block()

    def _close_block(self) -> bool:
        """Every ten seconds, and once a minute a fit, whose sums may pass 31 bits."""
        mean = self._lags // self._drains
        if self._blocks >= 0:
            i = self._blocks % _SPAN
            self._slips[i] = self._carried + mean
            self._times[i] = self._carried_us + (self._t >> 1)
        self._blocks += 1
        if self._blocks % _TELL == 0:
            self._tell(mean)
        self._carried = self._lag - mean
        self._carried_us = self._t - (self._t >> 1)
        self._clear()
        return self._blocks % _FIRST == _FIRST - 1 and self._fit()

    def _tell(self, mean: int) -> None:
        """What the block's mean says of its middle."""
        behind = self._lag - mean
        self.back = ((self._t >> 1) - behind) // self._period_us
        self.told_us = (self.us - behind - self.back * self._period_us) & _WRAP

    def _fit(self) -> bool:
        slip = us = 0
        for i in range(min(self._blocks, _SPAN)):
            slip += self._slips[i]
            us += self._times[i]
        nominal = us - slip
        if nominal <= 0:
            return False
        scale = (slip * ONE + (nominal >> 1)) // nominal
        if abs(scale) > _LIMIT or abs(scale - self.scale) < _CHANGE:
            return False
        self.scale = scale
        return True
