"""The road from light to RSA: samples in, beats, corrected intervals and epochs out.

The board, the twin on the PC and the tests all run this one class, so what the board found can
be found again from what it logged. What comes out goes to a sink as it is known:

    beat(index, frac, trust)        a beat, at sample `index` + `frac` / 256
    interval(ibi, flag, used)       a corrected interval in 1/8 ms (see intervals.py)
    epoch(pipeline, reason)         a complete epoch: its numbers stand in the stages
    event(code, arg, value)         what happened beside that: see the codes
"""

from micropython import const

from . import contact, intervals, lockin, validity
from .beats import HOLD, Beats
from .breathing import Breathing
from .heartperiod import HeartPeriod
from .quality import Quality
from .rhythm import Rhythm
from .rsa import NONE, Rsa

CONTACT = const(1)  # event codes; arg: the new state
SCALE = const(2)  # value: the sample clock's scale in 1/65536, from the next interval on
GAP = const(3)  # arg: cause, plus 128 where the count is estimated; value: samples lost
LED = const(4)  # arg: the LED's code from here on; value: samples kept out, 0 without contact
MOTION = const(5)  # arg: 1 moving, 0 still, plus 2 for each beat it began before; value: samples
PACE = const(6)  # arg: 1 pacing, 0 not; value: ms a breath
LOCKIN = const(7)  # arg: % of the variance that the breath takes; value: RSA as in an epoch
BUZZ = const(8)  # arg: 1 the motor vibrates, 0 no longer; value: samples until that

_HOLD_MS = const(1500)  # so long the last light is held to bring out the beats in the detector
_BLANK_N = const(4)  # samples from a step of the LED current on that are kept out of detection
_EXERCISE_MS = const(120000)  # lock-in RSA looks back so far, as the exercise goes on
_LONGEST_S = const(4)  # an interval is cut off here; the corrector gives up long before


class Pipeline:
    """Give it IR counts in order, and tell the gaps between them; everything else follows.

    `index` numbers the coming sample from the session's first, lost ones included.
    """

    def __init__(self, rate_hz: int, led_code: int, sink) -> None:
        self._sink = sink
        self._rate_hz = rate_hz
        self._unit = 500 // rate_hz  # 1/256 sample in 1/128 ms: whole at 100, 50 and 25 Hz
        self._longest = _LONGEST_S * 256 * rate_hz
        self._led_code = led_code
        self._blanking = 0  # samples still to be kept out, and the one after them
        self._before = 0  # the light before a step of the current
        self.shaking = False  # the motor vibrates, or a change of that is to come
        self._buzzing = False  # it vibrates, once
        self._until = 0  # so many samples have gone by
        self.contact = contact.Contact(led_code, rate_hz)
        self._beats = Beats(rate_hz)
        self.quality = Quality(rate_hz)
        self._corrector = intervals.Corrector()
        self._rhythm = Rhythm()
        self.rsa = Rsa()
        self.hp = HeartPeriod()
        self.breathing = Breathing()
        self.lockin = lockin.LockIn()
        self.index = 0
        self.beats = 0  # beats given out
        self.run = 0  # unbroken stretches of intervals
        self.scale = 0
        self.next_scale = 0  # what `scale` becomes at the next boundary
        self._boundary = False  # an epoch ended or the series broke
        self._has_last = False
        self.last_index = 0  # of the newest beat
        self.last_frac = 0

    def samples(self, light) -> None:
        """Push an array of counts. While contact holds they pass nothing but the detector."""
        touch = self.contact
        held = self._blanking or self._boundary or self.shaking or touch.state != contact.ON
        if held or min(light) < touch.least or max(light) > contact.FULL:
            for ir in light:
                self.push(ir)
            return
        start = self.index
        beats = self._beats
        found = beats.take(light)
        while found:
            self.index = start + beats.at
            self._take_beat(self.index)
            if self._boundary:
                self._rescale()
            found = beats.take(None)
        self.index = start + len(light)

    def push(self, ir: int) -> None:
        """Take a sample."""
        if self.shaking and self._is_shaken():
            self._hold()
        elif self._blanking:
            self._blank(ir)
        else:
            self._look(ir)
        if self._boundary:
            self._rescale()
        self.index += 1

    def _look(self, ir: int) -> None:
        touch = self.contact
        if touch.state != contact.ON or not touch.least <= ir <= contact.FULL:
            if touch.push(ir):
                self._contact_changed()
            if not contact.OFF < touch.state < contact.SATURATED:
                return
        if self._beats.push(ir) and touch.state == contact.ON:
            self._take_beat(self.index)

    def _take_beat(self, index: int) -> None:
        b = self._beats
        at = index - b.back
        quality = self.quality
        if self.contact.beat():
            self._sink.event(CONTACT, contact.ON, 0)
        if quality.beat(b.height, b.slope, b.noise, b.level, b.trust):
            self._sink.event(MOTION, quality.moving + 2 * quality.since, self.index - at)
        self.beat(at, b.frac, b.trust, b.height, b.level)

    def second(self) -> None:
        """A second has gone by."""
        if self.contact.waited(self._rate_hz):
            self._sink.event(CONTACT, contact.WEAK, 0)

    def led(self, code: int, last: int) -> None:
        """The LED current was set; `last` is the newest sample before that."""
        self.contact.led(code)
        on = self.contact.state == contact.ON
        self._sink.event(LED, code, _BLANK_N if on else 0)
        self._before = last
        self._blanking = _BLANK_N + 1
        if on:
            self.quality.stepped(self.index, self._led_code, code)
            self.breathing.restart()  # the level jumps
        else:
            self.contact.restart()  # no series yet: settle anew
        self._led_code = code

    def _blank(self, ir: int) -> None:
        """Take a sample near a step of the current: the detector gets the last light again."""
        self._blanking -= 1
        if self._blanking:
            self._hold()
            return
        if self.contact.state == contact.ON:
            self._beats.step(ir - self._before)
        self._look(ir)

    def _hold(self) -> None:
        """The detector gets the last light again."""
        if self.contact.state == contact.ON and self._beats.push(HOLD):
            self._take_beat(self.index)

    def buzz(self, on: bool, n: int) -> None:
        """The motor vibrates from `n` samples on, or no longer: such light shows no pulse."""
        self._sink.event(BUZZ, on, n)
        self.quality.shaken(on, self.index + n)
        self._buzzing = on
        self._until = n
        self.shaking = True

    def _is_shaken(self) -> bool:
        """Whether the coming sample is."""
        if self._until:
            self._until -= 1
            return not self._buzzing
        self.shaking = self._buzzing
        return self._buzzing

    def pace(self, cycle_ms: int) -> None:
        """Paced breathing begins, a breath each `cycle_ms`; 0: it ends."""
        if cycle_ms:
            self.lockin.start(cycle_ms, _EXERCISE_MS)
        else:
            self.lockin.stop()
        self._sink.event(PACE, cycle_ms > 0, cycle_ms)

    def _contact_changed(self) -> None:
        state = self.contact.state
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
        self.contact.restart()
        self._until = 0
        self._rescale()
        self.index += lost

    def finish(self) -> None:
        """The recording ends: bring out what is still in the stages."""
        self._bring_out()
        self.break_off()

    def _bring_out(self) -> None:
        """Hold the last light until the detector has decided on every beat before it."""
        if self.contact.state == contact.ON:
            for i in range(_HOLD_MS * self._rate_hz // 1000):
                if self._beats.push(HOLD):
                    self._take_beat(self.index + i)

    def beat(self, index: int, frac: int, trust: int, height: int = 0, level: int = 0) -> None:
        """Take a beat (the twin calls this, without a height, where light was not logged)."""
        self.beats += 1
        self._sink.beat(index, frac, trust)
        self.quality.placed(index)
        if self._has_last:
            d = ((index - self.last_index) << 8) + frac - self.last_frac
            ibi = self._eighths(min(d, self._longest))
            if height:
                self.breathing.pulse(ibi, height, level)
            self.interval(ibi)
        self._has_last = True
        self.last_index = index
        self.last_frac = frac

    def _eighths(self, d: int) -> int:
        """1/256 samples to 1/8 ms on the measured clock, rounded."""
        nominal = d * self._unit  # 1/128 ms, under 2^19; the scale is under 2^11
        return (nominal + (nominal * self.scale >> 16) + 8) >> 4

    def interval(self, ibi: int) -> None:
        """Take a raw interval of 1/8 ms."""
        self.quality.came()
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
        self.quality.restart()
        self._new_run()

    def _new_run(self) -> None:
        self.quality.new_run()
        self._rhythm.restart()
        self.rsa.restart()
        self.hp.restart()
        self.breathing.restart()
        self.lockin.restart()
        self.run += 1
        self._boundary = True

    def _take(self, n: int) -> None:
        c = self._corrector
        for i in range(n):
            ibi = c.ibi[i]
            flag = c.flag[i]
            in_motion = self.quality.take(ibi, c.used[i])
            if in_motion and flag == intervals.OK:
                flag = intervals.MOTION
            self._sink.interval(ibi, flag, c.used[i])
            if flag == intervals.GAP:
                self._new_run()
                continue
            flagged = flag != intervals.OK
            self._rhythm.push(ibi, flag)
            self.hp.push(ibi, flagged)
            self.breathing.interval(ibi, flagged)
            self.lockin.push(ibi, flagged)
            if self.rsa.push(ibi, flagged):
                self._close_epoch()

    def _close_epoch(self) -> None:
        rsa = self.rsa
        quality = self.quality
        paced = self.lockin
        self.hp.close()
        quality.close()
        self.breathing.close()
        irregular = self._rhythm.judge()
        why = validity.reason(rsa.rsa, rsa.flagged, quality.moved, irregular, quality.floor)
        self._sink.epoch(self, why)
        paced.fit()
        if paced.value != NONE and paced.share >= lockin.LEAST_SHARE:
            self._sink.event(LOCKIN, paced.share, paced.value)
        self._boundary = True

    def _rescale(self) -> None:
        self._boundary = False
        if self.scale != self.next_scale:
            self.scale = self.next_scale
            self._sink.event(SCALE, 0, self.scale)
