"""A port behind RFC 2217, as a virtual board's or another machine's: pyserial's client, quicker.

pyserial's takes each byte by itself, looks for an answer every 50 ms, rests 0.3 s when it has
closed, and sends all settings again whenever a timeout changes, which esptool does all the time.
"""

import re
import threading
import time
from types import SimpleNamespace
from typing import Any

import serial
from serial import rfc2217
from serial.serialutil import PortNotOpenError

LOOK_EVERY_S = 0.002
RECEIVE_BYTES = 65536
LONGEST_COMMAND = 1024  # of telnet's; RFC 2217's are of some ten bytes
DOUBLED, SINGLE = b"\xff\xff", b"\xff"  # as telnet sends a 0xFF, and as it was meant
TELNET = re.compile(
    rb"(?P<data>(?:[^\xff]++|(?:\xff\xff)++)++)"
    rb"|\xff\xfa(?P<subnegotiation>(?:[^\xff]|\xff\xff)*)\xff\xf0"
    rb"|\xff(?P<verb>[\xfb-\xfe])(?P<option>.)"
    rb"|\xff[\xf0-\xf9]",
    re.DOTALL,
)

client: Any = rfc2217
client.time = SimpleNamespace(sleep=lambda s: time.sleep(min(s, LOOK_EVERY_S)))


class Received:
    """What has come and was not read yet."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._ended = False
        self._news = threading.Condition()

    def put(self, data: bytes | None) -> None:
        """More has come; None is the end."""
        with self._news:
            self._data += data or b""
            self._ended |= data is None
            self._news.notify()

    def qsize(self) -> int:
        """How many bytes are here."""
        return len(self._data)

    def get(self, _block: bool) -> bytes:
        """All that is here."""
        return self.take(len(self._data), 0)

    def take(self, size: int, timeout_s: float | None) -> bytes:
        """`size` bytes, or what has come by then; SerialException once there will be no more."""
        with self._news:
            self._news.wait_for(lambda: self._ended or len(self._data) >= size, timeout_s)
            if self._ended and size and not self._data:
                raise serial.SerialException("connection failed (the other end has closed)")
            data = bytes(self._data[:size])
            del self._data[:size]
            return data


class Serial(rfc2217.Serial):
    """The client; its timeout stays local."""

    _timeout: float | None
    _read_buffer: Any

    @property
    def timeout(self) -> float | None:
        """How long `read` waits."""
        return self._timeout

    @timeout.setter
    def timeout(self, timeout: float | None) -> None:
        self._timeout = timeout

    def read(self, size: int = 1) -> bytes:
        """`size` bytes, fewer where the timeout passes before."""
        if not self.is_open:
            raise PortNotOpenError
        return self._read_buffer.take(size, self._timeout)

    def _telnet_read_loop(self) -> None:
        """What the client's thread does."""
        this: Any = self
        received = self._read_buffer = Received()
        rest = b""
        while self.is_open and len(rest) < LONGEST_COMMAND:
            try:
                data = this._socket.recv(RECEIVE_BYTES)
            except TimeoutError:
                continue
            except OSError:
                break
            if not data:
                break
            rest = self._follow(rest + data, received)
        received.put(None)

    def _follow(self, stream: bytes, received: Received) -> bytes:
        """Take data and telnet's commands out of the stream; what is left has not come whole."""
        this: Any = self
        at = 0
        while found := TELNET.match(stream, at):
            at = found.end()
            data, subnegotiation, verb, option = found.groups()
            if data is not None:
                received.put(data.replace(DOUBLED, SINGLE))
            elif subnegotiation is not None:
                this._telnet_process_subnegotiation(subnegotiation.replace(DOUBLED, SINGLE))
            elif verb:
                this._telnet_negotiate_option(verb, option)
        return stream[at:]
