"""Files with health data: readable by their owner only, and whole or not there at all."""

import os
import tempfile
from pathlib import Path

from vagaband.errors import InputError, VagabandError


def write_private(path: Path, content: bytes) -> None:
    """Write a file with mode 0600, under its name only once it is whole and on disk."""
    if path.exists() and not path.is_file():
        raise VagabandError(f"{path} is no file.", "Choose another place.")
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise VagabandError(
            f"{path} can't be written: {error.strerror}.", "Choose another place."
        ) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        os.unlink(temporary)
        raise VagabandError(
            f"{path} can't be written: {error.strerror}.", "Make room or choose another place."
        ) from None
    except BaseException:
        Path(temporary).unlink(missing_ok=True)  # Ctrl-C may come when it has its name already
        raise


def private_folder(path: Path) -> None:
    """Make a folder that only its owner enters; one that is there stays as it is."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise VagabandError(
            f"{path} can't be made a folder: {error.strerror}.", "Choose another place."
        ) from None


def check_folder(path: Path) -> None:
    """Raise InputError where `path` can't become a folder to write to; makes nothing."""
    place = path
    while not place.exists():
        place = place.parent
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        raise InputError(f"{path} can't be a folder to write to.", "Choose another place.")
