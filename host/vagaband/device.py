"""A board on a serial port, running vagaband."""

import contextlib
import json
import struct
import time
import zlib
from collections.abc import Iterator
from typing import Any, Self

import serial

import vagaband.url_ports  # noqa: F401  pyserial finds them
from vagaband.errors import DeviceError
from vagaband.frames import Frames
from vagaband.plain import plain

BAUD = 115200
WRITE_S = 0.1  # a pseudo-terminal that nobody reads blocks; a serial port never does
ANSWER_S = 4.0  # the device answers at its next turn, 100 ms; a flush may take a second
LONGEST_S = 60.0  # for an answer, whatever else the board has to say meanwhile
START_S = 15.0  # from a soft reset to the app
AWAKE_S = 20.0  # a board that was heard stays awake for 30 s
AT_ONCE_S = 0.4  # in which one that is awake usually answers
KNOCK_S = 1.1  # asleep it listens for a moment each 0.24 s (100 Hz) to 0.96 s (25 Hz)
KNOCKS = 2
LINE_ENDS = b"\r" * 48  # 4 ms of the line
LINE_ENDS_S = 0.005
NOTHING = b"\r~00000000\r"  # an empty command: any firmware answers it, none does anything
# Twice is as good as once:
REPEATABLE = ("status", "sessions", "check", "time", "clock", "config", "watch", "help")
MOST_SPOILT = 8  # times that one command is sent again because it did not arrive whole
MOST_STALE = 24  # pieces of an earlier pull that may still be on their way: 1 s of the line
LONGEST_TEXT = 200  # in an answer
TO_CHARACTERS = 40  # of a command, in its answer
LONGEST_COMMAND = 240 - len("~01234567 ")  # bytes: see firmware link.py
PIECE = struct.Struct("<HI")
PROMPT = b">>> "
# What systems say of a port in use; a shared port behind RFC 2217 closes the line.
BUSY = (
    *("busy", "lock", "temporarily unavailable", "broken pipe", "reset by peer"),
    "does not seem to support rfc2217",  # closed before it had answered
)


class Line:
    """An open serial port or URL; DeviceError where it breaks."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._port = open_port(url)

    def _read(self, most: int) -> bytes:
        """What has come, up to `most` bytes; waits a moment for the first."""
        try:
            return self._port.read(max(1, min(getattr(self._port, "in_waiting", 0), most)))
        except (OSError, serial.SerialException) as error:
            raise self._lost(error) from None

    def _write(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except serial.SerialTimeoutException:
            pass  # nobody takes the bytes: as silent as one who does not answer
        except (OSError, serial.SerialException) as error:
            raise self._lost(error) from None

    def _knock(self, seconds: float) -> bytes:
        """Send line ends: a board that sleeps hears those that come while it is awake.

        Ends as soon as anything comes, and returns that.
        """
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s:
            self._write(LINE_ENDS)
            time.sleep(LINE_ENDS_S)
            if getattr(self._port, "in_waiting", 0):
                return self._read(4096)
        return b""

    def _lost(self, error: Exception) -> DeviceError:
        return DeviceError(
            f"The connection to {self.url} broke ({error}).", "Check the cable and run this again."
        )


class Device(Line):
    """Commands and answers over the line. Use it as a context; DeviceError where it fails."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._frames = Frames()
        self._heard_s = -AWAKE_S  # when anything came last

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._port.close()

    def ask(self, command: str, wait_s: float = ANSWER_S) -> dict[str, Any]:
        """Send a command and return its answer; starts the app where the board sits idle."""
        answer = self.try_ask(command, wait_s)
        if answer is None and PROMPT in self.stray[-16:]:
            self._write(b"\x02\x04")  # leave a raw prompt, soft reset: main.py runs
            end_s = time.monotonic() + START_S
            while answer is None and time.monotonic() < end_s:
                answer = self.try_ask(command, 1.0)
        if answer is None:
            raise DeviceError(
                f"The board at {self.url} does not answer.",
                "Is vagaband on it? Reset the board, or put the firmware on it with "
                f"vagaband deploy --port {self.url}",
            )
        if answer.get("error") == "no such command":
            raise DeviceError(
                f"The firmware of the board at {self.url} is too old for that: there is no such "
                f"command as {command.split()[0]}.",
                f"Run: vagaband deploy --port {self.url}",
            )
        if "error" in answer:
            raise DeviceError(
                f"The board refused {command!r}: {answer['error']}.", _next_step(answer)
            )
        return answer

    @property
    def stray(self) -> bytes:
        """The newest of what came beside the frames."""
        return self._frames.stray

    def try_ask(self, command: str, wait_s: float) -> dict[str, Any] | None:
        """Send a command; its answer, or None where none comes.

        One that the board did not get whole is sent again; one that got no answer at all only
        where twice is as good as once.
        """
        if command.split()[0] not in REPEATABLE:
            self.wake()
            return self._answer(command, wait_s)
        first_s = wait_s / 2 if self._is_awake() else AT_ONCE_S
        answer = self._answer(command, first_s)
        if answer is None:
            self._rouse()
            answer = self._answer(command, wait_s / 2)
        return answer

    def _answer(self, command: str, wait_s: float) -> dict[str, Any] | None:
        for answer in self._answers(command, wait_s):
            if answer.pop("to", None) == plain(command[:TO_CHARACTERS]):
                return answer
        return None

    def _is_awake(self) -> bool:
        return time.monotonic() - self._heard_s < AWAKE_S

    def wake(self) -> None:
        """Hear from the board, where there is one; one that sleeps is woken."""
        self._call(AT_ONCE_S)
        self._rouse()

    def _rouse(self) -> None:
        """Wake a board that may be asleep: see firmware/vagal/rest.py."""
        for _ in range(KNOCKS):
            if not self._is_awake():
                self._hear(self._knock(KNOCK_S))
                self._call(AT_ONCE_S)

    def _call(self, wait_s: float) -> None:
        """Ask for a sign of life; returns as soon as there is one, or was a moment ago."""
        if self._is_awake():
            return
        self._write(NOTHING)
        end_s = time.monotonic() + wait_s
        while time.monotonic() < end_s and not self._is_awake():
            self._hear(self._read(4096))

    def _hear(self, data: bytes) -> list[tuple[str, bytes]]:
        """The frames that these bytes complete."""
        if data:
            self._heard_s = time.monotonic()
        return self._frames.feed(data)

    def _answers(self, command: str, wait_s: float) -> Iterator[dict[str, Any]]:
        """Send a command, again where it was spoilt on its way; the answers that come."""
        self._send(command)
        spoilt = 0
        until_s = time.monotonic() + LONGEST_S
        for kind, payload in self.frames(wait_s):
            answer = read_answer(payload) if kind == "J" else {}
            if answer.get("to") == "~" and spoilt < MOST_SPOILT:
                spoilt += 1
                self._send(command)
            elif answer:
                yield answer
            if time.monotonic() > until_s:
                return

    def _send(self, command: str) -> None:
        """Send a line that the board obeys only if it arrives whole (see firmware link.py)."""
        data = command.encode()
        self._write(b"\r~%08x %s\n" % (zlib.crc32(data), data))

    def end_session(self, wait_s: float = 1.5) -> None:
        """End the session in good order, where one answers at all within `wait_s`."""
        if self.try_ask("status", wait_s) is not None:
            self.try_ask("stop", ANSWER_S)

    def pieces(self, session: int, offset: int) -> Iterator[tuple[int, bytes]]:
        """A session's bytes from an offset on, in order, as (offset, bytes), then (size, b"").

        It ends without that where a piece is missing, because the line was disturbed.
        """
        command = f"pull {session} {offset}"
        self._send(command)
        short = session & 0xFFFF  # as a piece names it
        have, stale, spoilt = offset, 0, 0
        for kind, payload in self.frames(ANSWER_S):
            if kind == "D" and len(payload) > PIECE.size:
                number, at = PIECE.unpack_from(payload)
                if number == short and at == have:
                    have += len(payload) - PIECE.size
                    yield at, payload[PIECE.size :]
                elif number == short and at > have:
                    stale += 1
                    if have > offset or stale > MOST_STALE:
                        return
                continue
            answer = read_answer(payload)
            if answer.get("to") == command and "error" in answer:
                raise DeviceError(f"The board can't send session {session}.", "Try again.")
            if answer.get("to") == "~" and spoilt < MOST_SPOILT:
                spoilt += 1
                self._send(command)
            elif answer.get("pulled") == session and answer.get("bytes") == have:
                yield have, b""
                return

    def frames(self, wait_s: float) -> Iterator[tuple[str, bytes]]:
        """Frames as they come, until none has come for `wait_s`."""
        end_s = time.monotonic() + wait_s
        while time.monotonic() < end_s:
            for frame in self._hear(self._read(4096)):
                yield frame
                end_s = time.monotonic() + wait_s


def _next_step(answer: dict[str, Any]) -> str:
    """What the board says to do, for someone who is not on its line."""
    step = plain(answer.get("next", ""), 60)
    where = " on its line" if step.startswith("type ") else ""
    return f"{step[:1].upper()}{step[1:]}{where}." if step else ""


def whole(answer: dict[str, Any], name: str) -> int:
    """A whole number of an answer; 0 where it has none."""
    value = answer.get(name)
    return value if type(value) is int and abs(value) < 1 << 53 else 0


def read_answer(payload: bytes) -> dict[str, Any]:
    """An answer whose texts can be shown; {} where it is none."""
    try:
        answer = json.loads(payload, parse_constant=_refuse)
        return _showable(answer) if isinstance(answer, dict) else {}
    except (ValueError, RecursionError):
        return {}


def _showable(value: Any) -> Any:
    if isinstance(value, dict):
        return {plain(name, 40): _showable(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_showable(item) for item in value]
    return plain(value, LONGEST_TEXT) if isinstance(value, str) else value


def _refuse(word: str) -> None:
    raise ValueError(word)  # NaN and Infinity are no JSON


def open_port(url: str) -> serial.SerialBase:
    """Open a serial port or URL for us alone; DeviceError says why it can't be."""
    try:
        port = serial.serial_for_url(url, do_not_open=True, baudrate=BAUD, timeout=0.05)
        if "://" not in url:
            port.exclusive = True
            port.write_timeout = WRITE_S
        port.open()
        return port
    except (OSError, ValueError, serial.SerialException) as error:
        raise DeviceError(
            f"There is no board to talk to at {url} ({_cause(error)}).", _next(error)
        ) from None


def _cause(error: Exception) -> str:
    inner = error.__context__
    if isinstance(inner, OSError) and inner.strerror:
        return inner.strerror
    return str(error).splitlines()[0][:160]


def _next(error: Exception) -> str:
    text = f"{error} {error.__context__}".lower()
    if "permission" in text:
        return "Add yourself to the group dialout (or run: ls -l on the port), then log in again."
    if any(word in text for word in BUSY):
        return "Another program holds the port: close it and try again."
    return "Check the cable and the name of the port; vagaband board gives one without hardware."
