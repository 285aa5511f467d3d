"""The one loop around the interpreter: serial port, terminal, umbilical, restarts."""

import ast
import contextlib
import os
import select
import stat
import sys
import time
from collections.abc import Callable
from typing import Any

from vagaband.board.interpreter import RAW_PROMPT, Interpreter
from vagaband.board.light import Light, Request
from vagaband.board.port import QUEUE_BYTES, Port

SOFT_RESET, HARD_RESET, PWRON_RESET = 5, 2, 1
SOFT_REBOOT = b"MPY: soft reboot\r\n"
ROM_TEXT = b"ets Jul 29 2019 12:21:46\r\n\r\nrst:%s,boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n"
RESET_NAMES = {
    1: b"0x1 (POWERON_RESET)",
    3: b"0x8 (TG1WDT_SYS_RESET)",
    4: b"0x5 (DEEPSLEEP_RESET)",
}
SOFTWARE_RESET_NAME = b"0xc (SW_CPU_RESET)"
BANNER = b"\nMicroPython "
TICK_S = 0.2
BUSY_TICK_S = 0.002
FAST = 0.0


class Supervisor:
    """Keeps a board alive: starts interpreters, one after another, until `stop` is set.

    `board`: what does not change over restarts (see `run.board_config`); `event` is called with
    each line for the user; `on_worn` when the budget of wearing is used up.
    """

    def __init__(
        self,
        port: Port,
        light: Light,
        board: dict[str, Any],
        event: Callable[[str], None],
        on_worn: Callable[[], None],
    ) -> None:
        self.stop = False
        self._port = port
        self._light = light
        self._board = board
        self._event = event
        self._on_worn = on_worn
        self._held = False
        self._raw = False
        self._tail = b""
        self._was_attached = False
        self._first_sample_s: float | None = None
        self._stdin = _closable_stdin()
        self._kept: dict[str, Any] = {"world": board["world"], "device": None}
        self._cause = PWRON_RESET
        self._testament: tuple[int, dict[str, Any]] | None = None  # what the last run left
        self._budget_used = not board["budget_us"]
        self._next_light: tuple[Request, bytes] | None = None
        self._interpreter = Interpreter(raw=False)

    def run(self) -> None:
        """Runs until `stop` is set or stdin closes."""
        try:
            while not self.stop:
                self._turn()
        finally:
            self._interpreter.close()
            self._port.close()

    # one turn of the loop

    def _turn(self) -> None:
        port, interpreter = self._port, self._interpreter
        readable: list[Any] = [port.listener, interpreter.line]
        if port.wants_reading():
            readable.append(port.client)
        if port.client is None or len(port.to_host) < QUEUE_BYTES:
            readable.append(interpreter.master)
        if self._stdin is not None:
            readable.append(self._stdin)
        busy = port.busy() or interpreter.busy()
        ready = select.select(readable, [], [], BUSY_TICK_S if busy else TICK_S)[0]
        if self._stdin in ready:
            self._read_stdin()
        if port.client in ready:
            port.receive()
        if port.listener in ready:
            port.accept()
        self._note_attachment()
        heard = interpreter.line in ready or interpreter.master in ready
        if heard and self._frames():
            return
        if interpreter.master in ready:
            self._output(interpreter.read())
        interpreter.check_start()
        if interpreter.ended or (not ready and interpreter.exited()):
            self._ended()
            return
        self._pass_host_bytes()
        port.send()

    def _pass_host_bytes(self) -> None:
        port = self._port
        if self._held:
            return
        count = port.inward.take(len(port.to_board))
        if count:
            self._interpreter.feed(bytes(port.to_board[:count]))
            del port.to_board[:count]
        self._interpreter.pump()

    def _output(self, data: bytes) -> None:
        if not data:
            return
        self._watch_prompts(data)
        self._port.to_host += data

    def _watch_prompts(self, data: bytes) -> None:
        """Follows whether the REPL is the raw one, from what it says when it changes."""
        tail = self._tail + data
        raw_at, banner_at = tail.rfind(RAW_PROMPT[:-3]), tail.rfind(BANNER)
        if max(raw_at, banner_at) >= 0:
            self._raw = raw_at > banner_at
        self._tail = tail[-len(RAW_PROMPT) :]

    def _read_stdin(self) -> None:
        assert self._stdin is not None
        try:
            if not os.read(self._stdin, 4096):
                self.stop = True
        except OSError:
            self.stop = True

    def _note_attachment(self) -> None:
        attached = self._port.client is not None
        if attached != self._was_attached:
            self._was_attached = attached
            self._set_speed()

    def _idle_speed(self) -> float:
        """The speed outside a budget; 0 is as fast as it goes."""
        speed = self._board["speed"]
        if self._board["budget_us"]:
            return 1.0 if self._budget_used else speed or 1.0
        return speed or (1.0 if self._was_attached else FAST)

    def _set_speed(self) -> None:
        speed = self._idle_speed()
        self._interpreter.tell(b"V", b"%r" % speed)
        wearing = self._held and not self._budget_used
        line_speed = self._board["speed"] if wearing else speed
        self._port.outward.factor = self._port.inward.factor = line_speed

    # frames of the world

    def _frames(self) -> bool:
        """Handles what the world says; true when that ended this interpreter."""
        interpreter = self._interpreter
        for kind, payload in interpreter.frames():
            if kind == b"L":
                self._serve_light(payload)
            elif kind == b"B":
                interpreter.tell(b"b", repr(self._start_config()).encode())
            elif kind == b"H":
                self._held = payload == b"1"
                self._set_speed()
            elif kind == b"F":
                self._first_sample_s = time.monotonic()
            elif kind == b"E":
                self._event(payload.decode())
            elif kind == b"U":
                self._worn()
            elif kind == b"c":
                interpreter.interrupt_taken()
            elif kind == b"Z":
                self._testament = ast.literal_eval(payload.decode())
            elif kind == b"R":
                self._testament = ast.literal_eval(payload.decode())
                self._ended()
                return True
        return False

    def _start_config(self) -> dict[str, Any]:
        return {
            **self._board,
            **self._kept,
            "reset_cause": self._cause,
            "idle_speed": self._idle_speed(),
            "app_follows": not self._interpreter.raw,
        }

    def _serve_light(self, payload: bytes) -> None:
        """Answers with the chunk, then computes the one that probably follows."""
        request = Request.unpack(payload)
        if self._next_light and self._next_light[0] == request:
            data = self._next_light[1]
        else:
            data = self._light.fifo_bytes(request)
        self._interpreter.tell(b"l", data)
        following = self._light.following(request)
        self._next_light = (following, self._light.fifo_bytes(following))

    def _worn(self) -> None:
        self._budget_used = True
        self._set_speed()
        minutes = self._board["budget_us"] / 60e6
        wall_s = time.monotonic() - (self._first_sample_s or time.monotonic())
        self._on_worn()
        self._event(f"worn {minutes:.1f} min in {wall_s:.1f} s")

    # restarts

    def _ended(self) -> None:
        """The board restarts: by a reset of any kind, or because its process has crashed."""
        self._output(self._interpreter.drain())
        if self._testament is None and self._frames():
            return
        crashed = HARD_RESET, {**self._kept, "device": None}
        self._cause, self._kept = self._testament or crashed
        self._testament = None
        soft = self._cause == SOFT_RESET
        reset_name = RESET_NAMES.get(self._cause, SOFTWARE_RESET_NAME)
        self._output(SOFT_REBOOT if soft else ROM_TEXT % reset_name)
        self._restart(raw=soft and self._raw)

    def _restart(self, raw: bool) -> None:
        self._interpreter.close()
        self._held = False
        self._raw = raw
        self._interpreter = Interpreter(raw)
        self._set_speed()


def _closable_stdin() -> int | None:
    """Descriptor of a stdin whose closing means the end: an open pipe or socket."""
    with contextlib.suppress(OSError, ValueError):
        descriptor = sys.stdin.fileno()
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
            at_end = bool(select.select([descriptor], [], [], 0)[0])
            return None if at_end else descriptor
    return None
