"""Commands of the line: each gets the rest of its line and returns the answer, a dict."""

from micropython import const

from . import battery, board, config, logs, version
from .recorder import STOPPED
from .strap import STATES

_FREE_STEP = const(16384)  # bytes that `free` compares at once
_EARLIEST = 1704067200  # 2024-01-01, in seconds since 1970
_LATEST = 3061152000  # 2067-01-02: the log has 31 bits of seconds since 2000
_LONGEST_AGO_MS = const(60000)
_LONGEST_SINCE_MS = const(3600000)
_TICKS = const(0x3FFFFFFF)  # of `ms` in `status`, which wraps there
_SHOWN = const(64)  # sessions in an answer: on the line for 45 ms

_LONGEST_WATCH_S = const(60)
# What a host that looks on is told of the status beside the frames.
_WATCHED = (
    "device",
    "session",
    "sensor",
    "free",
    "flash",
    "config",
    "battery",
    "battery_percent",
)

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
            "config": config.check()[1] or "ok",
            "battery": battery.NAMES[app.battery.state],
            "battery_mv": app.battery.mv,
            "battery_percent": app.battery.percent,
            "clock_s": board.clock_s(),
            "ms": board.ticks_ms(),
            "strap": app.strap.fault or STATES[app.strap.state],
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
        sign = rest[:1]
        ago_ms = 0
        if sign and sign in "-@":
            when, _, rest = rest.partition(" ")
            ago_ms = self._since(int(when[1:])) if sign == "@" else int(when[1:])
            ago_ms = max(0, min(ago_ms, _LONGEST_AGO_MS if sign == "-" else _LONGEST_SINCE_MS))
        kind, _, text = rest.strip().partition(" ")
        if not kind:
            return {"error": "mark what?", "next": "type mark glimmer"}
        app = self._app
        if not app.recorder:
            return dict(_NONE_OPEN)
        if sign != "@":
            ago_ms += app.lap_us // 2000  # it came since the last look
        app.mark(kind[:24], text[:120], ago_ms)
        return {"marked": kind[:24]}

    def _since(self, ms: int) -> int:
        """How long ago it was so many ms of `status`; ValueError where that was no moment."""
        if not 0 <= ms <= _TICKS:
            raise ValueError("that is no moment of this board")
        return board.ticks_diff(board.ticks_ms(), ms)

    def _sign(self, rest: str):
        self._app.wearer.sign(self._app)
        return {"sign": "block"}

    def _commit(self, rest: str):
        recorder = self._app.recorder
        if not recorder:
            return dict(_NONE_OPEN)
        recorder.hasten()
        return {"commits": recorder.journal.session}

    def _breathe(self, rest: str):
        exercise = self._app.exercise
        words = rest.split()
        if not words:
            return exercise.report()
        if words[0] == "stop":
            exercise.stop()
            return exercise.report()
        if words[0] == "resonance":
            recorder = self._app.recorder
            drawn = recorder.pipeline.index & 0xFFFF if recorder else 0
            return exercise.start_resonance(int(words[1]) if words[1:] else drawn)
        if len(words) != 3:
            return {"error": "at which pace?", "next": "type breathe 4000 6000 5"}
        return exercise.start(*[int(word) for word in words])

    def _strap(self, rest: str):
        strap = self._app.strap
        if rest in ("on", "off"):
            config.store("strap", int(rest == "on"))
            self._app.config["strap"] = int(rest == "on")
            strap.set(rest == "on")
        elif rest == "forget":
            strap.forget()
        elif rest:
            return {"error": "strap what?", "next": "type strap on, off or forget"}
        return {
            "strap": strap.fault or STATES[strap.state],
            "name": strap.name,
            "bonded": len(strap.bonds) > 0,
            "sent": strap.sent,
            "dropped": strap.dropped,
        }

    def _time(self, rest: str):
        seconds = int(rest)
        if not _EARLIEST <= seconds < _LATEST:
            return {"error": "that is no time of this age", "next": "give seconds since 1970"}
        self._app.set_clock(seconds)
        return {"clock_s": board.clock_s()}

    def _clock(self, rest: str):
        recorder = self._app.recorder
        if not recorder:
            return dict(_NONE_OPEN)
        recorder.clock_asked = True
        return {
            "session": recorder.journal.session,
            "boot": self._app.boot,
            "index": recorder.pipeline.index,
            "us": recorder.clock.us,
            "age_us": self._app.drained_us,
        }

    def _config(self, rest: str):
        words = rest.split()
        if len(words) > 1:
            if len(words) % 2:
                return {"error": "a value is missing", "next": "give NAME VALUE"}
            config.store(*[int(word) if i % 2 else word for i, word in enumerate(words)])
            for i in range(0, len(words), 2):
                if words[i] in config.AT_ONCE:
                    self._app.config[words[i]] = int(words[i + 1])
        values, fault = config.check()
        wanted = words[::2] or values
        if not all(name in values for name in wanted):
            return {"error": "no such key", "next": "type config"}
        return {
            "values": {name: values[name] for name in wanted},
            "set": [name for name in wanted if values[name] != config.KEYS[name][0]],
            "config": fault or "ok",
            "holds": "now" if values == self._app.config else "from the next session on",
        }

    def _watch(self, rest: str):
        seconds = int(rest)
        if not 0 <= seconds <= _LONGEST_WATCH_S:
            return {"error": "not for so long", "next": "give 0 to 60 s, then again"}
        self._app.watch.begin(seconds)
        status = self._status("")
        answer = {name: status[name] for name in _WATCHED}
        if self._app.exercise.running:
            answer["exercise"] = self._app.exercise.report()["exercise"]
        return answer

    def _help(self, rest: str):
        return {(name + " " + form).strip(): does for name, (form, does) in HELP.items()}


# name: (what follows it, what it does). All but Ctrl-C are methods of Commands.
HELP = {
    "status": ("", "what the device sees"),
    "sessions": ("[AFTER]", "the sessions on flash, 64 at most, those after a number"),
    "pull": ("SESSION OFFSET", "send a session's file from a byte on"),
    "check": ("SESSION BYTES", "size, and CRC-32 of the 512 bytes before a byte"),
    "free": ("SESSION BYTES CRC", "remove a session whose copy has this size and CRC-32"),
    "mark": (
        "[-MS | @MS] KIND [TEXT]",
        "mark this moment, one so many ms ago, or that of ms in status",
    ),
    "sign": ("", "show and shake that a block of a protocol begins or ends"),
    "commit": ("", "write what is logged to flash soon, not within half a minute"),
    "strap": (
        "[on|off|forget]",
        "a heart-rate strap over Bluetooth: it broadcasts",
    ),
    "breathe": (
        "[IN_MS OUT_MS MINUTES | resonance [SEED] | stop]",
        "an exercise: 2000 to 12000 ms in and out, together 8000 at least; or how it goes",
    ),
    "time": ("SECONDS", "set the clock, seconds since 1970-01-01 UTC"),
    "clock": ("", "how many samples came, the crystal's time then, and how long ago that is"),
    "watch": ("SECONDS", "send what is seen as it comes, for so long; 0: no longer"),
    "config": ("[NAME [VALUE ...]]", "what is set; set it"),
    "start": ("", "begin a new session"),
    "stop": ("", "end the session and commit it"),
    "help": ("", "this list"),
    "Ctrl-C": ("", "end the session, go to the prompt"),
}
