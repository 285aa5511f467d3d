"""Where the package's own files are."""

from pathlib import Path


def firmware_dir() -> Path:
    """The firmware as it goes on a board: packaged with vagaband, else the checkout's."""
    here = Path(__file__).resolve().parent
    packaged = here / "firmware"
    return packaged if packaged.is_dir() else here.parents[1] / "firmware"
