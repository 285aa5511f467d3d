"""One session of measuring: light into the journal and down the pipeline."""

from micropython import const

from .clock import ONE, SampleClock
from .contact import ON
from .cue import Cue
from .journal import CLOCK, CRYSTAL, EXERCISE, Journal
from .ledcurrent import LedCurrent
from .pipeline import Pipeline

_ESTIMATED = const(128)  # added to a gap's cause

OVERFLOW = const(1)  # causes of a gap
BUS = const(2)
BROWN_OUT = const(3)
SILENT = const(4)  # no samples, though the sensor answers
PART = const(5)  # what answers is no MAX30102, or does not do as it is told

STOPPED = const(1)  # why a session ended
INTERRUPTED = const(2)
FULL = const(3)
FAULT = const(4)
EMPTY = const(5)  # the battery

BATTERY = const(20)  # event code; arg: its state, see battery.py; value: mV

RING_MS = const(50)  # the motor runs on so long when it is switched off
_FLUSH_US = const(28600000)  # with the flush itself at most 30 s are lost with the power


class Recorder:
    """Feed it what the sensor gives; it is the pipeline's sink and knows the latest results."""

    def __init__(self, session: int, header: dict, config: dict, listeners=()) -> None:
        self._listeners = listeners
        self.rate_hz = header["rate_hz"]
        self.journal = Journal(session, header, config)
        self.pipeline = Pipeline(self.rate_hz, config["ir_code"], self)
        self.clock = SampleClock(self.rate_hz)
        self.clock_asked = False  # a PC leads it to its own: from then on the crystal is logged
        self._led = LedCurrent(config["ir_code"], config["ir_cap"])
        self._led_n = 0  # samples since the LED current was judged
        self._last = 0  # the newest sample
        self._red_lit = not config["ir_only"]
        self._red_sum = 0
        self._red_n = 0
        self._since_flush_us = 0
        self._worked = False  # an epoch was closed since the last drain: a flush can wait a turn
        self.cue = Cue(self.rate_hz)
        self.ibi = 0  # latest corrected interval in 1/8 ms
        self.rsa = None  # latest valid RSA in 1/65536 ln
        self.bp_rsa = None  # BP-RSA beside it, which sees slow breathing too

    def samples(self, ir, red) -> None:
        """Take the samples of a drain: as many of each light, at least one."""
        pipeline = self.pipeline
        n = len(ir)
        self._worked = False
        self.journal.samples(pipeline.index, ir)
        pipeline.samples(ir)
        if self._red_n + n < self.rate_hz:
            self._red_n += n
            self._red_sum += sum(red)
        else:
            self._end_second(red)
        self._led_n += n
        self._last = ir[-1]

    def _end_second(self, red) -> None:
        """A second ends within these samples of red light."""
        index = self.pipeline.index - len(red)
        second = self.rate_hz
        total = self._red_sum
        n = self._red_n
        for v in red:
            total += v
            n += 1
            index += 1
            if n == second:
                if self._red_lit:
                    self.journal.red(index - n, total // n)
                total = n = 0
                self.pipeline.second()
        self._red_sum = total
        self._red_n = n

    def drained(self, n: int, elapsed_us: int) -> None:
        """Note the time that a drain of n samples closes."""
        clock = self.clock
        if clock.drained(n, elapsed_us):
            self.pipeline.next_scale = clock.scale
        if clock.back:
            if self.clock_asked:
                self.journal.event(self.pipeline.index - clock.back, CRYSTAL, 0, clock.told_us)
            clock.back = 0

    def wanted_led(self) -> int:
        """The code that the infrared LED should have from now on; 0 where it has it."""
        state = self.pipeline.contact.state
        n = self._led_n
        if not n or (state == ON and n < self.rate_hz) or self.pipeline.shaking:
            return 0
        ms = n * 1000 // self.rate_hz
        self._led_n = 0
        return self._led.push(self._last, ms, state)

    def led(self, code: int) -> None:
        """The infrared LED's current was set, after the newest sample."""
        self.pipeline.led(code, self._last)

    def pace(self, cycle_ms: int) -> None:
        """Paced breathing begins, a breath each `cycle_ms`; 0: it ends."""
        self.pipeline.pace(cycle_ms)
        self.cue.breath = cycle_ms * self.rate_hz // 1000

    def exercise(self, kind: int, value: int) -> None:
        """An exercise begins; kind 0: it has ended, and that is to be committed soon."""
        self.event(EXERCISE, kind, value)
        if not kind:
            self.hasten()

    def hasten(self) -> None:
        """What is logged by now is to be committed soon."""
        self._since_flush_us += _FLUSH_US

    def buzz(self, on: bool, ms: int) -> None:
        """The motor is switched on or off, so long after the newest sample."""
        self.pipeline.buzz(on, (ms if on else ms + RING_MS) * self.rate_hz // 1000)

    def waited(self, elapsed_us: int) -> None:
        """Time has gone by, with samples or without: a flush falls due."""
        self._since_flush_us += elapsed_us

    def gap(self, cause: int, lost: int, n: int, elapsed_us: int) -> None:
        """Samples were lost: `lost` of them, or when negative what time says, in which n came."""
        if lost < 0:
            scale = ONE + self.clock.scale
            period_us = 1000000 // self.rate_hz
            lost = max(1, (elapsed_us * ONE + scale * period_us // 2) // (scale * period_us) - n)
            cause |= _ESTIMATED
            self.clock.restart()
        self._red_sum = self._red_n = 0
        self.pipeline.gap(lost, cause)

    def clock_set(self, before: int, seconds: int) -> None:
        """The wall clock was set, from seconds since 2000-01-01 to others."""
        self.event(CLOCK, 0, before)
        self.event(CLOCK, 1, seconds)

    def mark(self, kind: str, text: str, ago_ms: int = 0) -> None:
        """Someone marked a moment, so long before the newest sample; less than 0: after it."""
        n = ago_ms * self.rate_hz
        n -= n * self.clock.scale >> 16
        self.journal.mark(max(0, self.pipeline.index - n // 1000), kind, text)

    @property
    def flush_due(self) -> bool:
        """Whether it is time to commit, or that has begun."""
        if self.journal.file.writing:
            return True
        due = self._since_flush_us > _FLUSH_US and not self._worked
        return due or self.journal.pressing

    def flush(self) -> bool:
        """Commit the journal piece by piece, so that samples are read between; True at the end."""
        file = self.journal.file
        if not file.writing:
            self._since_flush_us = 0
            self.journal.flush(self.pipeline.index)
        return file.step()

    def close(self, why: int) -> None:
        """End the session."""
        self.pipeline.finish()
        self.journal.close(self.pipeline.index, why)

    # The pipeline's sink

    def beat(self, index: int, frac: int, trust: int) -> None:
        """Log a beat."""
        self.cue.beat(index)
        self.journal.beat(index, frac, trust)

    def interval(self, ibi: int, flag: int, used: int) -> None:
        """Log a corrected interval."""
        self.ibi = ibi
        self.journal.interval(ibi, flag, used)
        for listener in self._listeners:
            listener.interval(ibi, flag)

    def epoch(self, pipeline, reason: int) -> None:
        """Log a complete epoch."""
        self._worked = True
        self.rsa = None if reason else pipeline.rsa.rsa
        self.bp_rsa = None if reason else pipeline.rsa.bp_rsa
        self.journal.epoch(pipeline, reason)

    def event(self, code: int, arg: int, value: int) -> None:
        """Log an event."""
        self.journal.event(self.pipeline.index, code, arg, value)
