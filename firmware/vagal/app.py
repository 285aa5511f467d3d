"""Wires sensor, stages, journal and line together: one loop."""

import gc
import sys

from micropython import const

from . import board, config, journal, version
from .link import Link
from .max30102 import (
    DEPTH,
    FULL_SCALE_NA,
    LOST_UNKNOWN,
    OVERFLOW_MAX,
    RATE_HZ,
    SETTLE,
    Max30102,
    SensorError,
)
from .recorder import BROWN_OUT, BUS, OVERFLOW, PART, SILENT, Recorder

_TURN_MS = const(100)  # 10 samples; the FIFO holds 320 ms
_SAMPLE_US = 1000000 // RATE_HZ
_SLACK_US = const(30000)  # so well do samples and time agree, with a clock 1.5 % off
_STILL_US = const(1200000)  # a sensor that settles for so long does not sample
_BUS_TRIES = const(2)  # each second try sets up the bus itself again
_HASTY = const(20)  # turns with a try each; after that
_CALM = const(5)  # one in so many
_FAST_US = const(60000000)  # a crash within a minute of the start counts as fast

_EARLIEST = 1704067200  # 2024-01-01, in seconds since 1970
_LATEST = 3061152000  # 2067-01-02: the log has 31 bits of seconds since 2000

_FASTEST_MS = const(2000)  # a paced breath
_SLOWEST_MS = const(20000)

STOPPED = const(1)  # why a session ended
INTERRUPTED = const(2)
FULL = const(3)
FAULT = const(4)


class App:
    """The device: measures while a session is open, and always answers the line."""

    def __init__(self) -> None:
        self._config = config.load()
        self._firmware = version.firmware_hash()
        self._console = board.Console()
        self._link = Link(
            self._console,
            {
                "status": self._status,
                "sessions": self._sessions,
                "pull": self._pull,
                "check": self._check,
                "mark": self._mark,
                "pace": self._pace,
                "time": self._time,
                "start": self._start,
                "stop": self._stop,
                "help": self._help,
            },
        )
        self._sensor = Max30102(
            board.sensor_bus(), self._config["red_code"], self._config["ir_code"], board.sleep_ms
        )
        self._watch = board.Stopwatch()
        self._watchdog = None
        self._recorder = None
        self._boot = board.random_id()
        self._set_by = 0  # seconds by which the clock was set since then
        self._up_us = 0
        self._quiet_us = 0  # since the last sample
        self._still_us = 0  # since that, or since the sensor was started
        self._settling = True  # it was started, and no sample has come
        self._cause = 0  # of the gap that is running
        self._fault = ""  # what is wrong with the sensor, in words
        self._tries = 0  # turns without it

    def run(self) -> None:
        """Measure until Ctrl-C; a failure resets the board."""
        self._console.hold()
        try:
            self._start("")
            while True:
                self._turn()
        except KeyboardInterrupt:
            self._console.hold()
            if self._watchdog:
                self._watchdog.relax()
            self._end(INTERRUPTED)
        except Exception as e:
            sys.print_exception(e)
            self._crashed()
        finally:
            self._console.release()

    def _crashed(self) -> None:
        try:
            self._end(FAULT)
        except Exception as e:
            sys.print_exception(e)
        board.set_crashes(board.crashes() + 1 if self._up_us < _FAST_US else 0)
        board.reset()

    def _turn(self) -> None:
        """Once around: samples, flash, line."""
        lap_us = self._watch.lap_us()
        if self._up_us < _FAST_US:
            self._up_us += lap_us
            if self._up_us >= _FAST_US:
                board.set_crashes(0)
                board.accept_version()
        recorder = self._recorder
        if recorder:
            self._measure(recorder, lap_us)
            if recorder.flush_due:
                recorder.flush()
                self._feed()  # a bus that sticks in the next turn may take the watchdog's time
                gc.collect()
                if recorder.journal.full:
                    self._end(FULL)
                return  # drain what came meanwhile before anything else
        else:
            self._feed()
        self._link.listen()
        if self._link.pulling:
            self._link.step()
        else:
            self._console.wait_ms(_TURN_MS)

    def _measure(self, recorder: Recorder, lap_us: int) -> None:
        self._quiet_us += lap_us
        self._still_us += lap_us
        recorder.waited(lap_us)
        sensor = self._sensor
        try:
            if self._fault and not self._restart_sensor():
                return
            n = sensor.drain()
        except SensorError as e:
            self._lose_sensor(PART, str(e))
            return
        except OSError as e:
            self._lose_sensor(BUS, str(e) or "bus fault")
            return
        if sensor.browned_out:
            self._lose_sensor(BROWN_OUT, "brown-out")
        elif self._too_few(n):
            self._lose_sensor(SILENT, "it does not sample")
        elif self._too_many(n):
            self._lose_sensor(PART, "more samples than time")
        elif n:
            self._record(recorder, n)
            self._light(recorder)

    def _too_few(self, n: int) -> bool:
        """Whether samples are missing that the FIFO can't have lost."""
        if self._settling:
            return n == 0 and self._still_us > _STILL_US
        return self._ahead_us(n) < -_SLACK_US and n < DEPTH

    def _too_many(self, n: int) -> bool:
        """Whether there were more samples than time: the FIFO's pointers can't be right."""
        return n > 0 and self._ahead_us(n) > _SLACK_US

    def _ahead_us(self, n: int) -> int:
        """Time of the samples that were taken or lost, less time gone by; at least that."""
        lost = self._sensor.lost
        taken = n + (OVERFLOW_MAX if lost < 0 else lost)
        if self._settling:
            taken += SETTLE
        return taken * _SAMPLE_US - self._still_us

    def _restart_sensor(self) -> bool:
        """Start a lost sensor again, if this is a turn to try it; as Max30102.start() raises."""
        self._feed()
        self._tries += 1
        if self._tries > _HASTY and self._tries % _CALM:
            return False
        if self._tries % _BUS_TRIES == 0:
            self._sensor.bus = board.sensor_bus()  # frees a line that is held down
        self._sensor.start()
        self._fault = ""
        self._tries = 0
        self._still_us = 0
        self._settling = True
        return True

    def _lose_sensor(self, cause: int, fault: str) -> None:
        """A gap begins, or goes on; the turns that follow try to start the sensor again.

        Of several causes the one that says most counts: the highest.
        """
        self._cause = max(self._cause, cause)
        self._fault = fault
        self._feed()

    def _feed(self) -> None:
        if self._watchdog:
            self._watchdog.feed()

    def _record(self, recorder: Recorder, n: int) -> None:
        sensor = self._sensor
        lost = sensor.lost
        time_us = self._quiet_us
        if self._cause:
            recorder.gap(self._cause, LOST_UNKNOWN, n + max(lost, 0), time_us)
            self._cause = 0
        elif n == DEPTH and not lost and time_us > DEPTH * _SAMPLE_US + _SLACK_US:
            lost = LOST_UNKNOWN  # a clone that does not count them
        recorder.samples(sensor.ir, sensor.red)
        if lost:
            recorder.gap(OVERFLOW, lost, n, time_us)
        recorder.drained(n + max(lost, 0), time_us)
        self._quiet_us = self._still_us = 0
        self._settling = False
        if not self._watchdog:
            self._watchdog = board.Watchdog()
        self._feed()

    def _light(self, recorder: Recorder) -> None:
        code = recorder.wanted_led()
        if code:
            try:
                self._sensor.set_ir(code)
                recorder.led(code)
            except OSError as e:
                self._lose_sensor(BUS, str(e) or "bus fault")

    def _end(self, why: int) -> None:
        recorder = self._recorder
        self._recorder = None
        if recorder:
            if self._cause:
                recorder.gap(self._cause, LOST_UNKNOWN, 0, self._quiet_us)
            recorder.close(why)

    # Commands of the line. Each gets the rest of its line and returns the answer.

    def _start(self, rest: str):
        """start: begin a new session"""
        if self._recorder:
            return {"error": "a session is open", "next": "type stop first"}
        if not journal.has_room():
            return {"error": "the flash is full", "next": "pull the sessions and remove them"}
        number = (journal.sessions() or [0])[-1] + 1
        self._recorder = Recorder(number, self._header(number), self._config)
        self._sensor.codes[1] = self._config["ir_code"]
        self._fault = "not started"
        self._cause = 0
        self._quiet_us = 0
        return {"started": number}

    def _header(self, number: int) -> dict:
        return {
            "format": 3,
            "session": number,
            "device": board.device_id(),
            "version": version.VERSION,
            "firmware": self._firmware,
            "micropython": ".".join(str(n) for n in sys.implementation.version[:3]),
            "rate_hz": RATE_HZ,
            "sensor": {"part": "MAX30102", "full_scale_na": FULL_SCALE_NA, "average": 4},
            "config": self._config,
            "units": {"ir": "counts", "ibi": "1/8 ms", "rsa": "ln ms2 / 65536"},
            "clock_s": board.clock_s(),
            "boot": self._boot,
            "rtc_s": board.rtc_s(),
            "set_by_s": self._set_by,
            "reset": board.reset_cause(),
        }

    def _stop(self, rest: str):
        """stop: end the session and commit it"""
        if not self._recorder:
            return {"error": "no session is open", "next": "type start"}
        number = self._recorder.journal.session
        self._end(STOPPED)
        return {"stopped": number}

    def _status(self, rest: str):
        """status: what the device sees"""
        answer = {
            "vagaband": version.VERSION,
            "firmware": self._firmware,
            "device": board.device_id(),
            "session": 0,
            "sensor": self._fault or "ok",
            "free": journal.free_bytes(),
            "clock_s": board.clock_s(),
            "reset": board.reset_cause(),
        }
        recorder = self._recorder
        if recorder:
            pipeline = recorder.pipeline
            answer["session"] = recorder.journal.session
            answer["samples"] = pipeline.index
            answer["beats"] = pipeline.beats
            answer["contact"] = pipeline.contact.shown
            answer["moving"] = pipeline.quality.moving
            answer["ibi_ms"] = recorder.ibi >> 3
            answer["rsa_q16"] = recorder.rsa
            answer["bp_rsa_q16"] = recorder.bp_rsa
            answer["breath_per_10_min"] = pipeline.breathing.rate
            answer["bytes"] = recorder.journal.size
        return answer

    def _sessions(self, rest: str):
        """sessions: the sessions on flash"""
        open_now = self._recorder.journal.session if self._recorder else 0
        return {"device": board.device_id(), "sessions": journal.sessions(), "open": open_now}

    def _pull(self, rest: str):
        """pull SESSION OFFSET: send a session's file from a byte on"""
        session, _, offset = rest.partition(" ")
        number = int(session)
        if number not in journal.sessions():
            return {"error": "no such session", "next": "type sessions"}
        start = int(offset or 0)
        if not 0 <= start <= journal.size(number):
            return {"error": "the session is not that long", "next": "type pull %d 0" % number}
        self._link.send_file(journal.path(number), number, start)
        return None

    def _check(self, rest: str):
        """check SESSION BYTES: size, and the CRC-32 of up to 512 bytes before a byte"""
        session, _, end = rest.partition(" ")
        number = int(session)
        if number not in journal.sessions():
            return {"error": "no such session", "next": "type sessions"}
        return {"bytes": journal.size(number), "crc": journal.crc_before(number, int(end))}

    def _mark(self, rest: str):
        """mark KIND [TEXT]: mark this moment"""
        kind, _, text = rest.partition(" ")
        if not kind:
            return {"error": "mark what?", "next": "type mark glimmer"}
        if not self._recorder:
            return {"error": "no session is open", "next": "type start"}
        self._recorder.mark(kind[:24], text[:120])
        return {"marked": kind[:24]}

    def _pace(self, rest: str):
        """pace MS: paced breathing begins, a breath each so many ms; pace 0: it ends"""
        cycle_ms = int(rest)
        if cycle_ms and not _FASTEST_MS <= cycle_ms <= _SLOWEST_MS:
            return {"error": "no breath is paced so", "next": "give 2000 to 20000 ms, or 0"}
        if not self._recorder:
            return {"error": "no session is open", "next": "type start"}
        self._recorder.pace(cycle_ms)
        return {"pace_ms": cycle_ms}

    def _time(self, rest: str):
        """time SECONDS: set the clock, in seconds since 1970-01-01 UTC"""
        seconds = int(rest)
        if not _EARLIEST <= seconds < _LATEST:
            return {"error": "that is no time of this age", "next": "give seconds since 1970"}
        before = board.rtc_s()
        board.set_clock(seconds)
        now = board.rtc_s()
        self._set_by += now - before
        if self._recorder:
            self._recorder.clock_set(before, now)
        return {"clock_s": board.clock_s()}

    def _help(self, rest: str):
        """help: this list"""
        return {
            "status": "what the device sees",
            "sessions": "the sessions on flash",
            "pull SESSION OFFSET": "send a session's file from a byte on",
            "check SESSION BYTES": "size, and CRC-32 of the 512 bytes before a byte",
            "mark KIND [TEXT]": "mark this moment",
            "pace MS": "paced breathing begins, a breath each so many ms; 0: it ends",
            "time SECONDS": "set the clock, seconds since 1970-01-01 UTC",
            "start": "begin a new session",
            "stop": "end the session and commit it",
            "Ctrl-C": "end the session, go to the prompt",
        }


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
