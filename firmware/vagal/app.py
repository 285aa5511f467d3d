"""Wires sensor, stages, journal and line together: one loop."""

import gc
import sys

from micropython import const

from . import battery, board, config, logs, version
from .commands import Commands
from .exercise import Exercise
from .link import Link
from .max30102 import FULL_SCALE_NA
from .recorder import BATTERY, EMPTY, FAULT, FULL, INTERRUPTED, Recorder
from .rest import EAR_MS, Rest
from .sensing import Sensing
from .strap import Strap
from .watch import Watch
from .wearer import Wearer

_TURN_MS = const(100)  # 10 samples; the FIFO holds 320 ms
_AGAIN_US = const(60000000)  # after which a session is tried again where flash failed
_FAST_US = const(60000000)  # a crash within a minute of the start counts as fast
_FAREWELL_US = const(5000000)  # till an empty board lies down; the wearer is told meanwhile
_NAP_MS = const(600000)  # then it looks whether someone charges it


class App:
    """The device: measures while a session is open, and always answers the line."""

    def __init__(self) -> None:
        self.config = {}
        self._configure()
        self.firmware = version.firmware_hash()
        self._console = board.Console()
        self.link = Link(self._console, Commands(self).table())
        self.sensing = Sensing(board.sensor_bus, self.config, board.sleep_ms)
        self.exercise = Exercise(self, self.config)
        self.wearer = Wearer(self.config, self.exercise)
        self.strap = Strap(board.radio, board.device_id(), version.VERSION)
        self.rest = Rest(self.config)
        lay_down = board.reset_cause() == "deep sleep"
        self._gauge = board.Gauge()
        self.battery = battery.Battery(
            self._read_mv, battery.EMPTY if lay_down else battery.UNKNOWN
        )
        self._watch = board.Stopwatch()
        self._watchdog = None
        self.recorder = None
        self.listeners = [self.strap]  # told each interval: listener.interval(ibi, flag)
        self.watch = Watch(self.link, self.listeners)
        self.boot = board.random_id()
        self._set_by = 0  # seconds by which the clock was set since then
        self._up_us = 0
        self.lap_us = 0  # from the turn before to this one
        self.ended = 0  # why the latest session did, as recorder.py has it
        self.flash_fault = ""  # what is wrong with the flash, in words
        self._unwritten = False  # a session could not be begun
        self._idle_us = 0  # since then

    def run(self) -> None:
        """Measure until Ctrl-C; a failure resets the board."""
        self._console.hold()
        try:
            self.battery.waited(0)
            self._charge()
            if self.battery.state == battery.EMPTY:
                self._lie_down()
            self.start()
            while True:
                self._turn()
        except KeyboardInterrupt:
            self._console.hold()
            if self._watchdog:
                self._watchdog.relax()
            self.end(INTERRUPTED)
        except Exception as e:
            sys.print_exception(e)
            self._crashed()
        finally:
            self._console.release()
            self.strap.set(False)

    def _crashed(self) -> None:
        try:
            self.end(FAULT)
        except Exception as e:
            sys.print_exception(e)
        board.set_crashes(board.crashes() + 1 if self._up_us < _FAST_US else 0)
        board.reset()

    def _turn(self) -> None:
        """Once around: samples, flash, line."""
        self.lap_us = lap_us = self._watch.lap_us()
        flushed = False
        if self._up_us < _FAST_US:
            self._up_us += lap_us
            if self._up_us >= _FAST_US:
                board.set_crashes(0)
                board.accept_version()
        self.rest.waited(lap_us)
        if self.battery.waited(lap_us):
            self._charge()
        recorder = self.recorder
        if recorder:
            self._measure(recorder, lap_us)
            flushed = recorder.flush_due and self._may_flush(recorder) and self._flush(recorder)
        else:
            self._feed()
            self._idle_us = min(self._idle_us + lap_us, 2 * _AGAIN_US)  # small for ever
            if self._unwritten and self._idle_us > _AGAIN_US:
                self.start()
            if self.battery.state == battery.EMPTY and self._may_lie_down():
                self._lie_down()
        self.strap.step(self.recorder, lap_us)
        babble = self.link.listen()
        if self.link.heard or self.link.pulling:
            self.link.heard = False
            self.rest.heard()
        if not (flushed or babble or self.link.pulling):
            self._wait()
            return
        if not flushed:  # else what came meanwhile is drained first
            self.link.step()
        self.wearer.step(self)

    def _wait(self) -> None:
        """Until the next turn; the wearer's light, motor and button are served meanwhile."""
        ms = self.wearer.step(self)
        if self.rest.allowed and self.wearer.idle and not self.strap.state:
            self._sleep()  # a turn that has begun awake ends so: the sensor holds 320 ms at 100 Hz
            return
        left_ms = _TURN_MS
        while left_ms > 0:
            ms = min(left_ms, ms)
            self._console.wait_ms(ms)
            left_ms -= ms
            if left_ms:
                ms = self.wearer.step(self)

    def _sleep(self) -> None:
        """Until the sensor has gathered what it safely holds; then a moment for the line."""
        if self.recorder:
            self.recorder.clock.restart()  # no crystal counts a sleep
        board.light_sleep(self.rest.turn_ms)
        self._console.wait_ms(EAR_MS)

    def _charge(self) -> None:
        """The battery's state is new, or to be told again: an empty one ends the session."""
        state = self.battery.state
        self.strap.battery(self.battery.percent)
        if self.recorder:
            self.recorder.event(BATTERY, state, self.battery.mv)
        if state == battery.EMPTY:
            self.end(EMPTY)
            self._idle_us = 0
        elif self.ended == EMPTY and not self.recorder:
            self.start()  # someone charges it

    def _may_lie_down(self) -> bool:
        return self._idle_us > _FAREWELL_US and self.wearer.idle and not self.rest.attached

    def _lie_down(self) -> None:
        """Nothing is left to measure with: sleep till someone charges it."""
        print("vagaband: the battery is empty; charge it")
        board.deep_sleep(_NAP_MS)

    def _may_flush(self, recorder: Recorder) -> bool:
        """A cue of the motor is not torn by an erase, where that can wait for 0.2 s."""
        return recorder.journal.pressing or not self.exercise.buzzing

    def _flush(self, recorder: Recorder) -> bool:
        """Write a piece of what is due; False where that failed: it is tried a turn later."""
        button = self.wearer.button
        button.blind()
        done = recorder.flush()
        button.sees()
        self._feed()  # a bus that sticks in the next turn may take the watchdog's time
        file = recorder.journal.file
        if file.error and recorder.journal.pressing:
            self.flash_fault = "session %d can't be written: %s" % (file.session, file.error)
            self.recorder = None
            self.start()
        elif done:
            gc.collect()
            if file.full:
                self.end(FULL)
        return not file.error

    def _measure(self, recorder: Recorder, lap_us: int) -> None:
        recorder.waited(lap_us)
        fresh = self.sensing.measure(recorder, lap_us)
        if fresh and not self._watchdog:
            self._watchdog = board.Watchdog()
        if self.watch.left_us > 0:
            self.watch.step(recorder, self.sensing.light if fresh else b"", lap_us)
        self._feed()

    def _feed(self) -> None:
        if self._watchdog:
            self._watchdog.feed()

    def _configure(self) -> None:
        """Take over what was set; whoever holds the table sees it."""
        self.config.update(config.load())
        board.set_cpu_mhz(self.config["cpu_mhz"])

    def _read_mv(self) -> int:
        return self._gauge.read_mv() if self.config["battery"] else 0

    def start(self) -> dict:
        """Begin a session, where none is open; the answer for who asked."""
        if self.recorder:
            return {"error": "a session is open", "next": "type stop first"}
        if self.battery.state == battery.EMPTY:
            return {"error": "the battery is empty", "next": "charge it"}
        if not logs.has_room():
            self.ended = FULL
            return {"error": "the flash is full", "next": "run vagaband pull --free"}
        self._idle_us = 0
        self._configure()
        self.strap.set(self.config["strap"])
        try:
            number = logs.next_session()
            self.recorder = Recorder(number, self._header(number), self.config, self.listeners)
            self._unwritten = False
        except OSError as e:
            self._unwritten = True
            self.flash_fault = self.flash_fault or "no session can be written: %s" % e
            return {"error": "the flash can't be written", "next": "run vagaband rescue"}
        self.sensing.begin(self.config)
        self.rest.begin()
        if self.battery.state:
            self.recorder.event(BATTERY, self.battery.state, self.battery.mv)
        return {"started": number}

    def _header(self, number: int) -> dict:
        return {
            "format": 3,
            "session": number,
            "salt": board.random_id(),
            "device": board.device_id(),
            "version": version.VERSION,
            "firmware": self.firmware,
            "micropython": ".".join(str(n) for n in sys.implementation.version[:3]),
            "rate_hz": self.config["rate_hz"],
            "sensor": {"part": "MAX30102", "full_scale_na": FULL_SCALE_NA, "average": 4},
            "config": self.config,
            "units": {"ir": "counts", "ibi": "1/8 ms", "rsa": "ln ms2 / 65536"},
            "clock_s": board.clock_s(),
            "boot": self.boot,
            "rtc_s": board.rtc_s(),
            "set_by_s": self._set_by,
            "reset": board.reset_cause(),
        }

    def end(self, why: int) -> None:
        """End the session, where one is open."""
        self.exercise.stop()
        recorder = self.recorder
        self.recorder = None
        if recorder:
            self.ended = why
            self.sensing.end(recorder)
            try:
                recorder.close(why)
            except OSError as e:
                self.flash_fault = "session %d has no end: %s" % (recorder.journal.session, e)

    def mark(self, kind: str, text: str, ago_ms: int) -> None:
        """Mark the moment so long before now, where a session is open."""
        if self.recorder:
            self.recorder.mark(kind, text, ago_ms - self.drained_ms)

    @property
    def drained_us(self) -> int:
        """How long ago the newest samples were taken."""
        return self.sensing.quiet_us + self._watch.since_us()

    @property
    def drained_ms(self) -> int:
        """The same in ms."""
        return self.drained_us // 1000

    def shaken(self, on: bool) -> None:
        """The motor begins to run, or has just been switched off."""
        if self.recorder:
            self.recorder.buzz(on, self.drained_ms)

    def set_clock(self, seconds: int) -> None:
        """Set the wall clock to seconds since 1970-01-01 UTC."""
        before = board.rtc_s()
        board.set_clock(seconds)
        now = board.rtc_s()
        self._set_by += now - before
        if self.recorder:
            self.recorder.clock_set(before, now)


def run() -> None:
    """Run the device; where it can't even begin, that counts as a crash too."""
    try:
        app = App()
    except Exception as e:
        sys.print_exception(e)
        board.set_crashes(board.crashes() + 1)
        board.reset()
    else:
        app.run()
