"""A virtual board in its own process, and the files on its flash chip."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from forked import Forked
from littlefs import LittleFS, UserContext
from vagaband.board import BoardOptions, run_board

FIRMWARE = Path(__file__).parent / "firmware"
FS_OFFSET, BLOCK, BLOCKS = 0x200000, 4096, 512


def _run(options: dict[str, Any]) -> None:
    run_board(BoardOptions(**options))


class Board:
    """A running virtual board: `url`, `event()` for its next line, `stop()`."""

    def __init__(self, **options: object) -> None:
        options.setdefault("firmware_dir", FIRMWARE)
        self.process = Forked(_run, options)
        self.url = self.event()

    def event(self) -> str:
        return self.process.stdout.readline().strip()

    def stop(self) -> int:
        self.process.terminate()
        code = self.process.wait(10)
        for stream in (self.process.stdin, self.process.stdout):
            stream.close()
        return code

    def mpremote(self, *words: str) -> str:
        """Output of an mpremote command that must succeed."""
        done = subprocess.run(
            [sys.executable, "-m", "mpremote", "connect", self.url, *words],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def log_files(chip: Path) -> dict[str, bytes]:
    """The logs on a flash chip, read by another littlefs."""
    data = bytearray(chip.read_bytes()[FS_OFFSET:])
    context = UserContext(buffer=data)
    files = LittleFS(context, block_size=BLOCK, block_count=BLOCKS, mount=False)
    files.mount()
    found = {}
    for name in set(files.listdir("/log")) - {"reserve"}:
        with files.open(f"/log/{name}", "rb") as file:
            found[name] = file.read()
    return found
