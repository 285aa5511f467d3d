"""What the tests of flash, deploy and rescue share: boards that cost little time, the CLI."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from littlefs import LittleFS, UserContext
from vagaband import board_files
from vagaband.board_files import BoardFiles
from vagaband.deploy import await_status
from vagaband.paths import firmware_dir
from virtual_board import BLOCK, BLOCKS, FS_OFFSET, Board

QUICK = {"firmware_dir": None, "baud": 2_000_000, "erase_us": (500, 1000), "speed": 4.0}


def quick_board(chip: Path, **options: object) -> Board:
    """A board whose clock, line and flash are fast; `chip` is its flash file."""
    return Board(flash_file=chip, **{**QUICK, **options})


def copied(chip: Path, to: Path) -> Path:
    """A chip of its own, with the same on it."""
    shutil.copy(chip, to)
    return to


def vagaband(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder."""
    command = [sys.executable, "-m", "vagaband", *words]
    return subprocess.run(
        command,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def one_sentence(err: str) -> bool:
    """The last line says what happened and what to do; no traceback."""
    last = err.strip().splitlines()[-1]
    return last.startswith("vagaband: ") and last.count(". ") >= 1 and "Traceback" not in err


def killed_after(seconds: float, *words: str, cwd: Path) -> bool:
    """Start a command and kill it, without mercy; whether it was still running."""
    process = subprocess.Popen(
        [sys.executable, "-m", "vagaband", *words],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(seconds)
    running = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return running


def other_firmware(folder: Path, version: str) -> Path:
    """The firmware under another version number."""
    shutil.copytree(firmware_dir(), folder)
    file = folder / "vagal" / "version.py"
    file.write_text(file.read_text().replace('VERSION = "', f'VERSION = "{version}-'))
    return folder


def runs(board: Board) -> str:
    """The firmware that answers on a board; DeviceError where none does."""
    return str(await_status(board.url, 15)["firmware"])


class ChipFiles:
    """The file system on a flash file, changed from outside; use it as a context."""

    def __init__(self, chip: Path) -> None:
        self._chip = chip
        self._data = bytearray(chip.read_bytes()[FS_OFFSET:])

    def __enter__(self) -> LittleFS:
        context = UserContext(buffer=self._data)
        self._files = LittleFS(context, block_size=BLOCK, block_count=BLOCKS, mount=False)
        self._files.mount()
        return self._files

    def __exit__(self, *_: object) -> None:
        self._files.unmount()
        with self._chip.open("r+b") as chip:
            chip.seek(FS_OFFSET)
            chip.write(self._data)


def put(files: LittleFS, name: str, content: bytes) -> None:
    """Write a file."""
    with files.open(name, "wb") as file:
        file.write(content)


def compiled(folder: Path) -> BoardFiles:
    """A firmware as it lies on a board."""
    files = board_files.compiled(folder)
    assert files
    return files


def put_vagal(files: LittleFS, folder: Path, vagal: str = "/vagal") -> None:
    """Put the compiled package of a firmware under a name."""
    files.makedirs(vagal, exist_ok=True)
    for name, content in compiled(folder).vagal.items():
        put(files, f"{vagal}/{name}", content)
