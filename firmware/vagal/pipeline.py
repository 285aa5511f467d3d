"""The road from light to RSA: samples in, beats, corrected intervals and epochs out.

The board, the twin on the PC and the tests all run this one class, so what the board found can
be found again from what it logged. What comes out goes to a sink as it is known:

    beat(index, frac, trust)        a beat, at sample `index` + `frac` / 256
    interval(ibi, flag, used)       a corrected interval in 1/8 ms (see intervals.py)
    epoch(run, rsa, hp, reason)     a complete epoch: `rsa` and `hp` are the stages themselves
    event(code, arg, value)         contact, gap, scale: what the stages did not find in the light
"""

from micropython import const

from . import contact, intervals, validity
from .beats import HOLD, Beats
from .heartperiod import HeartPeriod
from .rsa import Rsa

CONTACT = const(1)  # event codes; arg: the new state
SCALE = const(2)  # value: the sample clock's scale in 1/65536, from the next interval on
GAP = const(3)  # arg: cause, plus 128 where the count is estimated; value: samples lost

_HOLD_N = const(120)  # samples of the last light that bring out the beats still in the detector
_LONGEST_S = const(4)  # an interval is cut off here; the corrector gives up long before


class Pipeline:
    """Push IR counts in order, and tell the gaps between them; everything else follows.

    `index` numbers the coming sample from the session's first, lost ones included.
    """

    def __init__(self, rate_hz: int, led_code: int, sink) -> None:
        self._sink = sink
        self._unit = 500 // rate_hz  # 1/256 sample in 1/128 ms: whole at 100, 50 and 25 Hz
        self._longest = _LONGEST_S * 256 * rate_hz
        self._contact = contact.Contact(led_code, rate_hz)
        self._beats = Beats()
        self._corrector = intervals.Corrector()
        self._rsa = Rsa()
        self._hp = HeartPeriod()
        self.index = 0
        self.beats = 0  # beats given out
        self.run = 0  # unbroken stretches of intervals
        self.scale = 0
        self.next_scale = 0  # what `scale` becomes at the next boundary
        self._boundary = False  # an epoch ended or the series broke
        self._has_last = False
        self._last_index = 0
        self._last_frac = 0
        road = self._road()
        next(road)
        self.push = road.send

    @property
    def contact(self) -> int:
        """State of contact, as in contact.py."""
        return self._contact.state

    def _road(self):
        """Takes a sample. While contact holds, it passes nothing but the detector."""
        touch = self._contact
        detect = self._beats.push
        least = touch.least
        most = contact.FULL
        on = contact.ON
        ir = yield
        while True:
            if touch.state == on and least <= ir <= most:
                found = detect(ir)
            else:
                if touch.push(ir):
                    self._contact_changed()
                found = contact.OFF < touch.state < contact.SATURATED and detect(ir)
            if found and touch.state == on:
                self._take_beat(self.index)
            if self._boundary:
                self._rescale()
            self.index += 1
            ir = yield

    def _take_beat(self, index: int) -> None:
        beats = self._beats
        self.beat(index - beats.back, beats.frac, beats.trust)

    def _contact_changed(self) -> None:
        state = self._contact.state
        if state == contact.SETTLING:
            self._beats.restart()
        elif state != contact.ON:
            self.lose_contact()
        self._sink.event(CONTACT, state, 0)

    def lose_contact(self) -> None:
        """The finger is gone: the series ends with the last beat."""
        if self._has_last:
            self.break_off()

    def gap(self, lost: int, cause: int) -> None:
        """Samples were lost: `lost` of them, never bridged."""
        self._bring_out()
        self.break_off()
        self._sink.event(GAP, cause, lost)
        self._contact.restart()
        self._rescale()
        self.index += lost

    def finish(self) -> None:
        """The recording ends: bring out what is still in the stages."""
        self._bring_out()
        self.break_off()

    def _bring_out(self) -> None:
        """Hold the last light until the detector has decided on every beat before it."""
        if self._contact.state == contact.ON:
            for i in range(_HOLD_N):
                if self._beats.push(HOLD):
                    self._take_beat(self.index + i)

    def beat(self, index: int, frac: int, trust: int) -> None:
        """Take a beat (the twin calls this where the light itself was not logged)."""
        self.beats += 1
        self._sink.beat(index, frac, trust)
        if self._has_last:
            d = ((index - self._last_index) << 8) + frac - self._last_frac
            self.interval(self._eighths(min(d, self._longest)))
        self._has_last = True
        self._last_index = index
        self._last_frac = frac

    def _eighths(self, d: int) -> int:
        """1/256 samples to 1/8 ms on the measured clock, rounded."""
        nominal = d * self._unit  # 1/128 ms, under 2^19; the scale is under 2^11
        return (nominal + (nominal * self.scale >> 16) + 8) >> 4

    def interval(self, ibi: int) -> None:
        """Take a raw interval of 1/8 ms."""
        self._take(self._corrector.push(ibi))

    def break_off(self) -> None:
        """End the series: no interval and no epoch crosses this moment."""
        while True:
            n = self._corrector.flush()
            if not n:
                break
            self._take(n)
        self._corrector.restart()
        self._has_last = False
        self._new_run()

    def _new_run(self) -> None:
        self._rsa.restart()
        self._hp.restart()
        self.run += 1
        self._boundary = True

    def _take(self, n: int) -> None:
        c = self._corrector
        for i in range(n):
            ibi = c.ibi[i]
            flag = c.flag[i]
            self._sink.interval(ibi, flag, c.used[i])
            if flag == intervals.GAP:
                self._new_run()
                continue
            flagged = flag != intervals.OK
            self._hp.push(ibi, flagged)
            if self._rsa.push(ibi, flagged):
                self._hp.close()
                why = validity.reason(self._rsa.rsa, self._rsa.flagged)
                self._sink.epoch(self.run, self._rsa, self._hp, why)
                self._boundary = True

    def _rescale(self) -> None:
        self._boundary = False
        if self.scale != self.next_scale:
            self.scale = self.next_scale
            self._sink.event(SCALE, 0, self.scale)
