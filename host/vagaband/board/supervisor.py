"""The one loop of a board: serial port, reset circuit, ROM, and MicroPython with its umbilical."""

import ast
import contextlib
import os
import select
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vagaband.board.bootloader import Bootloader
from vagaband.board.esp_image import BadImage, Image, boot_image
from vagaband.board.flash_chip import FlashChip
from vagaband.board.interpreter import RAW_PROMPT, Interpreter
from vagaband.board.light import Light, Request
from vagaband.board.port import QUEUE_BYTES, Port
from vagaband.board.reset_circuit import OFF, RUN
from vagaband.board.rom import BootLoop, Rom, Silent, boot_text

SOFT_RESET, HARD_RESET, PWRON_RESET = 5, 2, 1
SOFT_REBOOT = b"MPY: soft reboot\r\n"
BANNER = b"\nMicroPython "
TICK_S = 0.2
BUSY_TICK_S = 0.002
CUT_S = 0.06  # so long MicroPython may take to say what outlives a reset by the pin
FAST = 0.0


class Supervisor:
    """Keeps a board alive: an interpreter or a state of the ROM, one after another.

    Ends when `stop` is set. `board`: what does not change over restarts (see
    `run.board_config`); `event` is called with each line about the wearing, `note` with what
    else the user should know; `on_worn` when the budget of wearing is used up.
    """

    def __init__(
        self,
        port: Port,
        light: Light,
        board: dict[str, Any],
        event: Callable[[str], None],
        note: Callable[[str], None],
        on_worn: Callable[[], None],
    ) -> None:
        self.stop = False
        self._port = port
        self._light = light
        self._board = board
        self._event = event
        self._note = note
        self._noted: set[str] = set()
        self._on_worn = on_worn
        self._held = False
        self._raw = False
        self._tail = b""
        self._was_attached = False
        self._first_sample_s: float | None = None
        self._stdin = _closable_stdin()
        self._kept: dict[str, Any] = {"world": board["world"], "device": None}
        self._kept_at_s = time.monotonic()
        self._cause = PWRON_RESET
        self._testament: tuple[int, dict[str, Any]] | None = None  # what the last run left
        self._budget_used = not board["budget_us"]
        self._next_light: tuple[Request, bytes] | None = None
        self._rom: Rom | None = None  # there is always one of these two
        self._interpreter: Interpreter | None = None
        self._boot(PWRON_RESET)

    def run(self) -> None:
        """Runs until `stop` is set or stdin closes."""
        try:
            while not self.stop:
                self._turn()
        finally:
            self._leave()
            self._port.close()

    # one turn of the loop

    def _turn(self) -> None:
        port = self._port
        ready = self._wait()
        if self._stdin in ready:
            self._read_stdin()
        if port.client in ready:
            port.receive()
        if port.listener in ready:
            port.accept()
        self._note_attachment()
        self._follow_reset_circuit()
        if self._interpreter:
            self._serve_interpreter(self._interpreter, ready)
        elif self._rom:
            self._serve_rom(self._rom)
        port.lossy = self._interpreter is not None
        port.send()

    def _wait(self) -> list[Any]:
        """What can be read; returns soon without where something is to happen by itself."""
        port, interpreter = self._port, self._interpreter
        readable: list[Any] = [port.listener]
        if port.wants_reading():
            readable.append(port.client)
        if interpreter:
            readable.append(interpreter.line)
        if interpreter and (port.client is None or len(port.to_host) < QUEUE_BYTES):
            readable.append(interpreter.master)
        if self._stdin is not None:
            readable.append(self._stdin)
        works = interpreter.busy() if interpreter else self._rom is not None and self._rom.busy
        busy = works or port.busy() or port.reset_circuit.pending
        return select.select(readable, [], [], BUSY_TICK_S if busy else TICK_S)[0]

    def _serve_interpreter(self, interpreter: Interpreter, ready: list[Any]) -> None:
        heard = interpreter.line in ready or interpreter.master in ready
        if heard and self._frames(interpreter):
            self._ended(interpreter)
            return
        if interpreter.master in ready:
            self._output(interpreter.read())
        interpreter.check_start()
        if interpreter.ended or (not ready and interpreter.exited()):
            self._ended(interpreter)
        elif not self._held:
            interpreter.feed(self._from_host())
            interpreter.pump()

    def _serve_rom(self, rom: Rom) -> None:
        port, now_s = self._port, time.monotonic()
        port.set_rate(bootloader=isinstance(rom, Bootloader))
        rom.feed(self._from_host(), port.host_baud, now_s)
        port.to_host += rom.output(port.host_baud, now_s)
        if rom.ended and not rom.busy:
            self._boot(HARD_RESET)

    def _from_host(self) -> bytes:
        """What the line has brought to the board by now."""
        port = self._port
        count = port.inward.take(len(port.to_board))
        data = bytes(port.to_board[:count])
        del port.to_board[:count]
        return data

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
        if self._interpreter:
            self._interpreter.tell(b"V", b"%r" % speed)
        wearing = self._held and not self._budget_used
        line_speed = self._board["speed"] if wearing else speed
        self._port.outward.factor = self._port.inward.factor = line_speed

    # frames of the world

    def _frames(self, interpreter: Interpreter) -> bool:
        """Handles what the world says; true when that ends this interpreter."""
        for kind, payload in interpreter.frames():
            if kind == b"L":
                self._serve_light(interpreter, payload)
            elif kind == b"B":
                interpreter.tell(b"b", repr(self._start_config(interpreter.raw)).encode())
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
            elif kind == b"x":
                interpreter.interrupt_lost()
            elif kind == b"K":
                self._keep({"world": ast.literal_eval(payload.decode()), "device": None})
            elif kind in b"ZR":
                self._testament = ast.literal_eval(payload.decode())
                if kind == b"R":
                    return True
        return False

    def _keep(self, kept: dict[str, Any]) -> None:
        self._kept = kept
        self._kept_at_s = time.monotonic()

    def _start_config(self, raw: bool) -> dict[str, Any]:
        return {
            **self._board,
            **self._kept,
            "reset_cause": self._cause,
            "idle_speed": self._idle_speed(),
            "app_follows": not raw,
        }

    def _serve_light(self, interpreter: Interpreter, payload: bytes) -> None:
        """Answers with the chunk, then computes the one that probably follows."""
        request = Request.unpack(payload)
        if self._next_light and self._next_light[0] == request:
            data = self._next_light[1]
        else:
            data = self._light.fifo_bytes(request)
        interpreter.tell(b"l", data)
        following = self._light.following(request)
        self._next_light = (following, self._light.fifo_bytes(following))

    def _worn(self) -> None:
        self._budget_used = True
        self._set_speed()
        minutes = self._board["budget_us"] / 60e6
        wall_s = time.monotonic() - (self._first_sample_s or time.monotonic())
        self._on_worn()
        self._event(f"worn {minutes:.1f} min in {wall_s:.1f} s")

    # resets and starts

    def _follow_reset_circuit(self) -> None:
        for event in self._port.reset_circuit.take(time.monotonic()):
            if event == OFF:
                if self._interpreter:
                    self._cut(self._interpreter)
                self._enter(Silent())
            elif event == RUN:
                self._boot(PWRON_RESET)
            else:
                chip = FlashChip(Path(self._board["flash_file"]), self._board["erase_us"][0] / 1e6)
                pace = self._board["speed"] or 1.0
                self._enter(Bootloader(chip, self._board["unique_id"], pace))

    def _cut(self, interpreter: Interpreter) -> None:
        """EN is low while MicroPython runs: it is asked what outlives that; then it ends."""
        self._testament = None
        interpreter.tell(b"Q")
        until_s = time.monotonic() + CUT_S
        while (left_s := until_s - time.monotonic()) > 0:
            heard = select.select([interpreter.line], [], [], left_s)[0]
            if not heard or self._frames(interpreter) or interpreter.exited():
                break
        self._keep(self._testament[1] if self._testament else self._survivors())
        self._testament = None

    def _survivors(self) -> dict[str, Any]:
        """What is left of a process that ended without a word: the world, some time later."""
        passed_us = round((time.monotonic() - self._kept_at_s) * 1e6 * self._idle_speed())
        world = self._kept["world"]
        return {"world": {**world, "now_us": world["now_us"] + passed_us}, "device": None}

    def _ended(self, interpreter: Interpreter) -> None:
        """The board restarts: by a reset of any kind, or because its process has crashed."""
        self._output(interpreter.drain())
        if self._testament is None:
            self._frames(interpreter)
        cause, kept = self._testament or (HARD_RESET, self._survivors())
        self._testament = None
        self._keep(kept)
        if cause == SOFT_RESET:
            self._output(SOFT_REBOOT)
            self._start(cause, raw=self._raw)
        else:
            self._boot(cause)

    def _boot(self, cause: int) -> None:
        """Out of reset: the ROM's text, then MicroPython, if there is an image to boot."""
        self._output(boot_text(cause))
        try:
            image = boot_image(Path(self._board["flash_file"]).read_bytes())
        except BadImage as problem:
            self._enter(BootLoop(str(problem), time.monotonic()))
            return
        self._say_of(image)
        self._start(cause, raw=False)

    def _say_of(self, image: Image) -> None:
        name = f"{image.project} {image.version}".strip() or "an image that names no version"
        text = f"the chip holds {name}; the board runs its own MicroPython in place of its code"
        if text not in self._noted:
            self._noted.add(text)
            self._note(text)

    def _start(self, cause: int, raw: bool) -> None:
        self._leave()
        self._cause = cause
        self._raw = raw
        self._interpreter = Interpreter(raw)
        self._port.set_rate(bootloader=False)
        self._set_speed()

    def _enter(self, rom: Rom) -> None:
        self._leave()
        self._rom = rom
        self._set_speed()

    def _leave(self) -> None:
        """Ends what has the line: MicroPython or the ROM."""
        if self._interpreter:
            self._interpreter.close()
        if self._rom:
            self._rom.close()
        self._interpreter = self._rom = None
        self._held = False


def _closable_stdin() -> int | None:
    """Descriptor of a stdin whose closing means the end: an open pipe or socket."""
    with contextlib.suppress(OSError, ValueError):
        descriptor = sys.stdin.fileno()
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
            at_end = bool(select.select([descriptor], [], [], 0)[0])
            return None if at_end else descriptor
    return None
