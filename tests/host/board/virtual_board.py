"""A virtual board in its own process, and the files on its flash chip."""

import os
import subprocess
import sys
from pathlib import Path

from littlefs import LittleFS, UserContext

FIRMWARE = Path(__file__).parent / "firmware"
FS_OFFSET, BLOCK, BLOCKS = 0x200000, 4096, 512
RUN = """
import sys
from pathlib import Path
from vagaband.board import BoardOptions, run_board
run_board(BoardOptions(**eval(sys.argv[1])))
"""


class Board:
    """A running virtual board: `url`, `event()` for its next line, `stop()`."""

    def __init__(self, **options: object) -> None:
        options.setdefault("firmware_dir", FIRMWARE)
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN, repr(options).replace("PosixPath", "Path")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        self.url = self.event()

    def event(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def stop(self) -> int:
        self.process.terminate()
        code = self.process.wait(10)
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
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
