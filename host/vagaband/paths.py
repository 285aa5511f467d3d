"""Where the package's own files are."""

from pathlib import Path


def firmware_dir() -> Path:
    """The firmware as it goes on a board."""
    return _shipped("firmware")


def hardware_dir() -> Path:
    """What is known of the device's parts; a package holds of it only what a command reads."""
    return _shipped("hardware")


def _shipped(name: str) -> Path:
    """A folder packaged with vagaband, else the checkout's."""
    here = Path(__file__).resolve().parent
    packaged = here / name
    return packaged if packaged.is_dir() else here.parents[1] / name
