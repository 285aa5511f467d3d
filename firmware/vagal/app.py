"""Wires sensor, stages, journal and line together: one loop."""

import gc
import sys

from micropython import const

from . import board, config, logs, version
from .link import Link
from .max30102 import FULL_SCALE_NA, RATE_HZ
from .recorder import Recorder
from .sensing import Sensing

_TURN_MS = const(100)  # 10 samples; the FIFO holds 320 ms
_FREE_STEP = const(16384)  # bytes that `free` compares at once
_AGAIN_US = const(60000000)  # after which a session is tried again where flash failed
_FAST_US = const(60000000)  # a crash within a minute of the start counts as fast

_EARLIEST = 1704067200  # 2024-01-01, in seconds since 1970
_LATEST = 3061152000  # 2067-01-02: the log has 31 bits of seconds since 2000

_SHOWN = const(64)  # sessions in an answer: on the line for 45 ms
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
                "free": self._free,
                "mark": self._mark,
                "pace": self._pace,
                "time": self._time,
                "start": self._start,
                "stop": self._stop,
                "help": self._help,
            },
        )
        self._sensing = Sensing(board.sensor_bus, self._config, board.sleep_ms)
        self._watch = board.Stopwatch()
        self._watchdog = None
        self._recorder = None
        self._boot = board.random_id()
        self._set_by = 0  # seconds by which the clock was set since then
        self._up_us = 0
        self._flash = ""  # what is wrong with the flash, in words
        self._unwritten = False  # a session could not be begun
        self._idle_us = 0  # since then
        self._compared = (0, 0, 0)  # by `free`: session, bytes, their CRC

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
            if recorder.flush_due and self._flush(recorder):
                return  # drain what came meanwhile before anything else
        else:
            self._feed()
            self._idle_us += lap_us
            if self._unwritten and self._idle_us > _AGAIN_US:
                self._start("")
        babble = self._link.listen()
        if self._link.pulling:
            self._link.step()
        elif not babble:
            self._console.wait_ms(_TURN_MS)

    def _flush(self, recorder: Recorder) -> bool:
        """Write a piece of what is due; False where that failed: it is tried a turn later."""
        done = recorder.flush()
        self._feed()  # a bus that sticks in the next turn may take the watchdog's time
        file = recorder.journal.file
        if file.error and recorder.journal.pressing:
            self._flash = "session %d can't be written: %s" % (file.session, file.error)
            self._recorder = None
            self._start("")
        elif done:
            gc.collect()
            if file.full:
                self._end(FULL)
        return not file.error

    def _measure(self, recorder: Recorder, lap_us: int) -> None:
        recorder.waited(lap_us)
        if self._sensing.measure(recorder, lap_us) and not self._watchdog:
            self._watchdog = board.Watchdog()
        self._feed()

    def _feed(self) -> None:
        if self._watchdog:
            self._watchdog.feed()

    def _end(self, why: int) -> None:
        recorder = self._recorder
        self._recorder = None
        if recorder:
            self._sensing.end(recorder)
            try:
                recorder.close(why)
            except OSError as e:
                self._flash = "session %d has no end: %s" % (recorder.journal.session, e)

    # Commands of the line. Each gets the rest of its line and returns the answer.

    def _start(self, rest: str):
        """start: begin a new session"""
        if self._recorder:
            return {"error": "a session is open", "next": "type stop first"}
        if not logs.has_room():
            return {"error": "the flash is full", "next": "run vagaband pull --free"}
        self._idle_us = 0
        try:
            number = logs.next_session()
            self._recorder = Recorder(number, self._header(number), self._config)
            self._unwritten = False
        except OSError as e:
            self._unwritten = True
            self._flash = self._flash or "no session can be written: %s" % e
            return {"error": "the flash can't be written", "next": "run vagaband rescue"}
        self._sensing.begin(self._config)
        return {"started": number}

    def _header(self, number: int) -> dict:
        return {
            "format": 3,
            "session": number,
            "salt": board.random_id(),
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
            "sensor": self._sensing.fault or "ok",
            "free": logs.free_bytes(),
            "flash": self._flash or ", ".join(logs.set_aside()) or self._room(),
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
            answer["bytes"] = recorder.journal.file.size
        return answer

    def _room(self) -> str:
        return "ok" if self._recorder or logs.has_room() else "full"

    def _sessions(self, rest: str):
        """sessions [AFTER]: the sessions on flash, at most 64 of them, those after a number"""
        after = int(rest or 0)
        numbers = [n for n in logs.sessions() if n > after]
        return {
            "device": board.device_id(),
            "sessions": numbers[:_SHOWN],
            "more": len(numbers) > _SHOWN,
            "open": self._recorder.journal.session if self._recorder else 0,
        }

    def _pull(self, rest: str):
        """pull SESSION OFFSET: send a session's file from a byte on"""
        session, _, offset = rest.partition(" ")
        number = int(session)
        if number not in logs.sessions():
            return {"error": "no such session", "next": "type sessions"}
        start = int(offset or 0)
        if not 0 <= start <= logs.size(number):
            return {"error": "the session is not that long", "next": "type pull %d 0" % number}
        self._link.send_file(logs.path(number), number, start)
        return None

    def _check(self, rest: str):
        """check SESSION BYTES: size, and the CRC-32 of up to 512 bytes before a byte"""
        session, _, end = rest.partition(" ")
        number = int(session)
        if number not in logs.sessions():
            return {"error": "no such session", "next": "type sessions"}
        return {"bytes": logs.size(number), "crc": logs.crc_before(number, int(end))}

    def _free(self, rest: str):
        """free SESSION BYTES CRC: remove a session whose copy has this size and CRC-32

        The file is read in steps: type it again until it says "freed".
        """
        number, size, crc = [int(word) for word in rest.split()]
        if number not in logs.sessions():
            return {"error": "no such session", "next": "type sessions"}
        if self._link.pulling or (self._recorder and self._recorder.journal.session == number):
            return {"error": "the session is in use", "next": "wait, or type stop"}
        if logs.size(number) != size:
            return {"error": "the copy is not what is here", "next": "pull again"}
        session, at, found = self._compared
        if session != number:
            at = found = 0
        end = min(size, at + _FREE_STEP)
        found = logs.crc_of(number, at, end, found)
        self._compared = (number, end, found)
        if end < size:
            return {"compared": end, "bytes": size}
        self._compared = (0, 0, 0)
        if found != crc:
            return {"error": "the copy is not what is here", "next": "pull again"}
        logs.remove(number)
        return {"freed": number, "bytes": size}

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
            "sessions [AFTER]": "the sessions on flash, 64 at most, those after a number",
            "pull SESSION OFFSET": "send a session's file from a byte on",
            "check SESSION BYTES": "size, and CRC-32 of the 512 bytes before a byte",
            "free SESSION BYTES CRC": "remove a session whose copy has this size and CRC-32",
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
