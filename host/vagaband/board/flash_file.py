"""The file that stands for the board's 4 MiB flash chip."""

import os
import tempfile
from pathlib import Path

from vagaband.board.interpreter import INSIDE, run_micropython
from vagaband.errors import InputError

CHIP_BYTES = 4 << 20
BLANK = b"\xff"


def open_flash_file(path: Path) -> None:
    """Makes a blank chip where there is none; InputError when `path` is not a chip."""
    if not path.exists():
        try:
            _write_blank(path)
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


def _write_blank(path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(BLANK * CHIP_BYTES)


def temporary_chip(firmware_dir: Path) -> tempfile.TemporaryDirectory[str]:
    """A directory with the file `flash.bin`: a chip with the firmware on it."""
    if not (firmware_dir / "main.py").is_file():
        raise InputError(
            f"There is no firmware in {firmware_dir}: it has no main.py.",
            "Install vagaband again, or name the firmware's directory.",
        )
    folder: tempfile.TemporaryDirectory[str] = tempfile.TemporaryDirectory(
        prefix="vagaband-board-"
    )
    chip = Path(folder.name) / "flash.bin"
    _write_blank(chip)
    run_micropython(INSIDE / "install.py", str(chip), str(firmware_dir))
    return folder
