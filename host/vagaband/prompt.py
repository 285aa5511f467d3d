"""MicroPython's prompt: stops what runs on a board and runs code there (the raw REPL)."""

import contextlib
import time
from typing import Self

import serial

from vagaband.device import KNOCK_S, Line
from vagaband.errors import DeviceError
from vagaband.plain import plain

RAW = b"raw REPL; CTRL-B to exit\r\n>"
INTERRUPT, TO_RAW, TO_FRIENDLY, END, RESTART = b"\x03", b"\x01", b"\x02", b"\x04", b"\x04"
KNOCK_EVERY_S = 0.25
PIECE_BYTES = 128  # a UART of the ESP32 holds 256 bytes
# The watchdog can't be stopped, only put off.
RELAX = """
try:
    import machine
    machine.WDT(timeout=3600000)
except Exception:
    pass
"""


class Prompt(Line):
    """A board at its prompt; use it as a context. DeviceError where it gives none.

    `relax`: put the watchdog off for an hour; the next hard reset ends that.
    """

    def __init__(self, url: str, wait_s: float = 10.0, relax: bool = True) -> None:
        super().__init__(url)
        self._relax = relax
        self.heard = b""  # what the board said before it was at its prompt
        try:
            self._enter(time.monotonic() + wait_s)
        except BaseException:
            self._port.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError, serial.SerialException):
            self._port.write(TO_FRIENDLY)
            self._port.flush()
        with contextlib.suppress(OSError):
            self._port.close()

    def _enter(self, end_s: float) -> None:
        """Ask for the prompt until it is there and the watchdog is put off.

        A board that sleeps hears little of what is sent: see Line._knock.
        """
        while True:
            self._write(b"\r" + INTERRUPT + INTERRUPT + TO_RAW)
            if self._read_until(RAW, KNOCK_EVERY_S):
                with contextlib.suppress(DeviceError):
                    self.run(RELAX if self._relax else "pass", 1.0)
                    return
            elif not self.heard:
                self.heard = self._knock(KNOCK_S)
            if time.monotonic() > end_s:
                raise DeviceError(
                    f"The board at {self.url} does not come to MicroPython's prompt.",
                    f"Reset it and try again, or run: vagaband rescue --port {self.url}",
                )

    def run(self, code: str, wait_s: float = 10.0) -> str:
        """Run code; what it printed, or DeviceError with the last line of its error.

        `wait_s`: the longest silence.
        """
        data = code.encode()
        for at in range(0, len(data), PIECE_BYTES):
            self._write(data[at : at + PIECE_BYTES])
            time.sleep(PIECE_BYTES * 10 / 115200 if len(data) > PIECE_BYTES else 0)
        self._write(END)
        if not self._read_until(b"OK", wait_s):
            raise self._silent()
        out = self._answer(wait_s)
        error = self._answer(wait_s)
        if error:
            words = error.decode(errors="replace").strip().splitlines() or [""]
            raise DeviceError(f"The board can't do that: {plain(words[-1], 160)}.")
        self._read_until(b">", wait_s)
        return out.decode(errors="replace")

    def restart(self) -> None:
        """Soft reset: boot.py and main.py run again."""
        self._write(TO_FRIENDLY + RESTART)

    def reset(self) -> None:
        """Hard reset; there is no answer to it."""
        self._write(b"import machine; machine.reset()" + END)
        self._read_until(b"OK", 1.0)

    def _answer(self, wait_s: float) -> bytes:
        found = self._read_until(END, wait_s, silence=True)
        if not found:
            raise self._silent()
        return found[:-1]

    def _silent(self) -> DeviceError:
        return DeviceError(
            f"The board at {self.url} stopped answering.", "Reset it and try again."
        )

    def _read_until(self, mark: bytes, wait_s: float, silence: bool = False) -> bytes:
        """What comes up to a mark and with it, or b"" when time is up; `silence`: of silence."""
        got = b""
        end_s = time.monotonic() + wait_s
        while not got.endswith(mark):
            piece = self._read(1)
            got += piece
            if piece and silence:
                end_s = time.monotonic() + wait_s
            if time.monotonic() > end_s:
                self.heard = (self.heard + got)[-4096:]
                return b""
        return got
