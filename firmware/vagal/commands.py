"""Commands of the line: each gets the rest of its line and returns the answer, a dict."""

from micropython import const

from . import battery, board, logs, version
from .recorder import STOPPED

_FREE_STEP = const(16384)  # bytes that `free` compares at once
_EARLIEST = 1704067200  # 2024-01-01, in seconds since 1970
_LATEST = 3061152000  # 2067-01-02: the log has 31 bits of seconds since 2000
_SHOWN = const(64)  # sessions in an answer: on the line for 45 ms
_FASTEST_MS = const(2000)  # a paced breath
_SLOWEST_MS = const(20000)

_NONE_OPEN = {"error": "no session is open", "next": "type start"}


class Commands:
    """What a host or a person may type; `app` is the device."""

    def __init__(self, app) -> None:
        self._app = app
        self._compared = (0, 0, 0)  # by `free`: session, bytes, their CRC

    def table(self) -> dict:
        """Functions by the name of their command."""
        return {name: getattr(self, "_" + name) for name in HELP if name[0] != "C"}

    def _start(self, rest: str):
        return self._app.start()

    def _stop(self, rest: str):
        recorder = self._app.recorder
        if not recorder:
            return dict(_NONE_OPEN)
        self._app.end(STOPPED)
        return {"stopped": recorder.journal.session}

    def _status(self, rest: str):
        app = self._app
        answer = {
            "vagaband": version.VERSION,
            "firmware": app.firmware,
            "device": board.device_id(),
            "session": 0,
            "sensor": app.sensing.fault or "ok",
            "mode": app.sensing.mode,
            "free": logs.free_bytes(),
            "flash": app.flash_fault or ", ".join(logs.set_aside()) or self._room(),
            "battery": battery.NAMES[app.battery.state],
            "battery_mv": app.battery.mv,
            "battery_percent": app.battery.percent,
            "clock_s": board.clock_s(),
            "reset": board.reset_cause(),
        }
        recorder = app.recorder
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
        return "ok" if self._app.recorder or logs.has_room() else "full"

    def _open(self) -> int:
        recorder = self._app.recorder
        return recorder.journal.session if recorder else 0

    def _sessions(self, rest: str):
        after = int(rest or 0)
        numbers = [n for n in logs.sessions() if n > after]
        return {
            "device": board.device_id(),
            "sessions": numbers[:_SHOWN],
            "more": len(numbers) > _SHOWN,
            "open": self._open(),
        }

    def _pull(self, rest: str):
        session, _, offset = rest.partition(" ")
        number = int(session)
        if number not in logs.sessions():
            return {"error": "no such session", "next": "type sessions"}
        start = int(offset or 0)
        if not 0 <= start <= logs.size(number):
            return {"error": "the session is not that long", "next": "type pull %d 0" % number}
        self._app.link.send_file(logs.path(number), number, start)
        return None

    def _check(self, rest: str):
        session, _, end = rest.partition(" ")
        number = int(session)
        if number not in logs.sessions():
            return {"error": "no such session", "next": "type sessions"}
        return {"bytes": logs.size(number), "crc": logs.crc_before(number, int(end))}

    def _free(self, rest: str):
        """The file is read in steps: type it again until it says "freed"."""
        number, size, crc = [int(word) for word in rest.split()]
        if number not in logs.sessions():
            return {"error": "no such session", "next": "type sessions"}
        if self._app.link.pulling or self._open() == number:
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
        kind, _, text = rest.partition(" ")
        if not kind:
            return {"error": "mark what?", "next": "type mark glimmer"}
        app = self._app
        if not app.recorder:
            return dict(_NONE_OPEN)
        app.mark(kind[:24], text[:120], app.lap_us // 2000)  # it came since the last look
        return {"marked": kind[:24]}

    def _pace(self, rest: str):
        cycle_ms = int(rest)
        if cycle_ms and not _FASTEST_MS <= cycle_ms <= _SLOWEST_MS:
            return {"error": "no breath is paced so", "next": "give 2000 to 20000 ms, or 0"}
        recorder = self._app.recorder
        if not recorder:
            return dict(_NONE_OPEN)
        recorder.pace(cycle_ms)
        return {"pace_ms": cycle_ms}

    def _time(self, rest: str):
        seconds = int(rest)
        if not _EARLIEST <= seconds < _LATEST:
            return {"error": "that is no time of this age", "next": "give seconds since 1970"}
        self._app.set_clock(seconds)
        return {"clock_s": board.clock_s()}

    def _help(self, rest: str):
        return {(name + " " + form).strip(): does for name, (form, does) in HELP.items()}


# name: (what follows it, what it does). All but Ctrl-C are methods of Commands.
HELP = {
    "status": ("", "what the device sees"),
    "sessions": ("[AFTER]", "the sessions on flash, 64 at most, those after a number"),
    "pull": ("SESSION OFFSET", "send a session's file from a byte on"),
    "check": ("SESSION BYTES", "size, and CRC-32 of the 512 bytes before a byte"),
    "free": ("SESSION BYTES CRC", "remove a session whose copy has this size and CRC-32"),
    "mark": ("KIND [TEXT]", "mark this moment"),
    "pace": ("MS", "paced breathing begins, a breath each so many ms; 0: it ends"),
    "time": ("SECONDS", "set the clock, seconds since 1970-01-01 UTC"),
    "start": ("", "begin a new session"),
    "stop": ("", "end the session and commit it"),
    "help": ("", "this list"),
    "Ctrl-C": ("", "end the session, go to the prompt"),
}
