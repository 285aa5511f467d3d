"""The board's file system where MicroPython can't use it: a copy on the PC, then a new one.

That is so on a board that had another program before, after a reset during MicroPython's first
start (which makes the file system), and where flash has decayed.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

from vagaband.errors import DeviceError
from vagaband.esptool_run import Chip, esptool
from vagaband.image_file import FILE_SYSTEM_AT, FILE_SYSTEM_BYTES
from vagaband.prompt import Prompt
from vagaband.saved_logs import BLOCK, save_partition

Say = Callable[[str], None]
Progress = Callable[[str, float], None]  # what, percent

_WHERE = (f"{FILE_SYSTEM_AT:#x}", f"{FILE_SYSTEM_BYTES:#x}")
_HEAD_BLOCKS = 2  # all that is written where a file system was only begun


def mounted(prompt: Prompt) -> bool:
    """Whether the board has a file system that it can use."""
    try:
        return int(prompt.run("import os; print(os.statvfs('/')[2])")) > 0
    except (DeviceError, ValueError):
        return False


def renew(url: str, chip: Chip, out: Path, say: Say, progress: Progress) -> None:
    """Copy what is there to `out`, erase it, restart: MicroPython makes a new one."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "partition"
        esptool(
            url,
            *("read-flash", *_WHERE, str(copy)),
            progress=lambda percent: progress("saving the file system", percent),
        )
        partition = copy.read_bytes()
    if partition[_HEAD_BLOCKS * BLOCK :].strip(b"\xff"):
        for path in save_partition(partition, chip.mac.replace(":", ""), out, say):
            say(f"saved {path}")
    progress("erasing the file system", 0)
    esptool(url, "erase-region", *_WHERE)
    say("erased the file system, which could not be used; MicroPython makes a new one")
