"""The file that stands for the board's 4 MiB flash chip."""

import os
import tempfile
from pathlib import Path

from vagaband import board_files
from vagaband.board.esp_image import IMAGE_AT, make_image
from vagaband.board.flash_chip import BLANK, CHIP_BYTES
from vagaband.board.interpreter import INSIDE, run_micropython
from vagaband.errors import InputError


def open_flash_file(path: Path, flashed: bool = False) -> None:
    """Makes a chip where there is none; InputError when `path` is not a chip.

    The new chip is blank, or as `flashed_chip` makes it.
    """
    if not path.exists():
        try:
            (flashed_chip if flashed else blank_chip)(path)
        except OSError as error:
            raise InputError(
                f"The flash file {path} can't be made ({error.strerror}).", "Name another path."
            ) from None
    elif not path.is_file() or path.stat().st_size != CHIP_BYTES:
        raise InputError(
            f"{path} is not a flash chip: it is not a file of {CHIP_BYTES} bytes.",
            "Name a flash file of a virtual board, or one that does not exist yet.",
        )
    elif not os.access(path, os.R_OK | os.W_OK):
        raise InputError(f"The flash file {path} can't be written.", "Change its permissions.")


def blank_chip(path: Path) -> None:
    """A chip on which nothing was ever written; OSError."""
    _write(path, b"")


def flashed_chip(path: Path) -> None:
    """A chip with a MicroPython image to boot from and an empty file system; OSError."""
    _write(path, BLANK * IMAGE_AT + make_image())


def _write(path: Path, begin: bytes) -> None:
    """Whole or not at all, also when this process is killed meanwhile."""
    descriptor, part = tempfile.mkstemp(prefix=path.name, dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(begin.ljust(CHIP_BYTES, BLANK))
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise


def temporary_chip(firmware_dir: Path) -> tempfile.TemporaryDirectory[str]:
    """A directory with the file `flash.bin`: a flashed chip with the firmware on it."""
    if not (firmware_dir / "main.py").is_file():
        raise InputError(
            f"There is no firmware in {firmware_dir}: it has no main.py.",
            "Install vagaband again, or name the firmware's directory.",
        )
    folder: tempfile.TemporaryDirectory[str] = tempfile.TemporaryDirectory(
        prefix="vagaband-board-"
    )
    chip = Path(folder.name) / "flash.bin"
    flashed_chip(chip)
    with tempfile.TemporaryDirectory(prefix="vagaband-board-") as laid:
        files = board_files.compiled(firmware_dir) or board_files.source(firmware_dir)
        files.write(Path(laid))
        run_micropython(INSIDE / "install.py", str(chip), laid)
    return folder
