"""The main job in one go on a virtual board: flash, wear, pull, validate."""

import contextlib
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vagaband import deploy, flash, images, pull, recording
from vagaband.errors import DeviceError, VagabandError
from vagaband.files import private_folder, write_private

START_S = 20.0
LONGEST_S = 120.0
MINUTES = 6.0
SETTLE_S = 0.5  # the sensor's first light, which the firmware drops

Say = Callable[[str], None]


@dataclass(frozen=True)
class Demo:
    """What is worn: a recording, or else a synthetic heart."""

    recording: Path | None = None
    rate_hz: float | None = None
    heart: str | None = None
    minutes: float | None = None
    seed: int = 1
    image: Path | None = None  # a checked one; else the cache's, else the board is flashed already


def wear(demo: Demo, out: Path, say: Say) -> Path:
    """Flash a blank virtual chip, wear it, pull; returns the journal in `out`."""
    minutes = demo.minutes or MINUTES
    if demo.recording:
        loaded = recording.load(demo.recording, demo.rate_hz)
        loaded.to_counts()  # light, or an error, before a board is started
        minutes = demo.minutes or (loaded.duration_s + SETTLE_S) / 60
    image = demo.image or images.cached()
    chip = ["--flash-file", "chip"] if image else ["--flash-file", "chip", "--flashed"]
    with (
        tempfile.TemporaryDirectory() as folder,
        _board(demo, minutes, chip, Path(folder)) as board,
    ):
        if image:
            say(f"starts from a blank virtual chip: {board.url}")
            flash.write(board.url, image, erase=False, say=say, progress=lambda what, done: None)
            flash.await_files(board.url)
        else:
            say(f"starts from a flashed virtual board, without vagaband on it: {board.url}")
        began_s = time.monotonic()
        firmware = deploy.copy(board.url, say=say)
        say(f"firmware {firmware} deployed with mpremote in {time.monotonic() - began_s:.1f} s")
        say(f"{board.worn()} of wall time")
        pulled = pull.pull(board.url, Path(folder))
        if not pulled:
            raise DeviceError("The virtual board logged no session.", "Report this as a bug.")
        journal = pulled[-1]
        say(f"pulled session {journal.session}: {journal.bytes} bytes, verified")
        private_folder(out)
        final = out / "session.vbj"
        write_private(final, journal.path.read_bytes())
        return final


class _Board:
    """A `vagaband board` process and the lines that it prints."""

    def __init__(self, process: subprocess.Popen[str], errors: Path) -> None:
        self._process = process
        self._errors = errors
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.url = self._next(START_S)

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(line.strip())
        self._lines.put("")

    def _next(self, wait_s: float) -> str:
        try:
            line = self._lines.get(timeout=wait_s)
        except queue.Empty:
            raise VagabandError(
                f"The virtual board said nothing for {wait_s:.0f} s.", "Try a shorter --minutes."
            ) from None
        if not line:
            words = self._errors.read_text().strip().splitlines()
            raise VagabandError(
                f"The virtual board ended: {words[-1] if words else 'without a word'}"
            )
        return line

    def worn(self) -> str:
        """What the board says when it has been worn; VagabandError where it could not be."""
        line = self._next(LONGEST_S)
        if not line.startswith("worn"):
            raise VagabandError(
                f"The virtual board was {line}.", "Report this as a bug, with this line."
            )
        return line


@contextlib.contextmanager
def _board(demo: Demo, minutes: float, chip: list[str], folder: Path) -> Iterator[_Board]:
    command = [sys.executable, "-m", "vagaband", "board", *chip]
    command += ["--speed", "max", "--for", f"{minutes:.6f}", "--seed", str(demo.seed)]
    if demo.recording:
        command += ["--recording", str(demo.recording.absolute())]
        command += ["--rate", str(demo.rate_hz)] if demo.rate_hz else []
    elif demo.heart:
        command += ["--heart", demo.heart]
    errors = folder / "errors"
    with errors.open("w") as file:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=file,
            text=True,
        )
    try:
        yield _Board(process, errors)
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
