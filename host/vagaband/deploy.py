"""Puts the firmware on a board with mpremote."""

import hashlib
import subprocess
import sys
from pathlib import Path

from vagaband.errors import DeviceError
from vagaband.paths import firmware_dir

# The watchdog can't be stopped, only put off: else it resets the board while files are copied.
RELAX = "import machine; machine.WDT(timeout=3600000)"
MAKE_FOLDER = "import os; 'vagal' in os.listdir('/') or os.mkdir('/vagal')"
TIMEOUT_S = 180


def firmware_files(folder: Path) -> list[Path]:
    """The files of /vagal, in the order of their names."""
    return sorted((folder / "vagal").glob("*.py"))


def firmware_hash(folder: Path) -> str:
    """The hash by which the device names its firmware (firmware version.py)."""
    total = hashlib.sha256()
    for file in [folder / "main.py", *firmware_files(folder)]:
        total.update(file.read_bytes())
    return total.hexdigest()[:16]


def deploy(url: str, folder: Path | None = None) -> str:
    """Copy the firmware, reset the board; returns the firmware's hash. Keeps logs and config."""
    folder = folder or firmware_dir()
    files = [str(file) for file in firmware_files(folder)]
    mpremote(
        url,
        *("exec", RELAX, "+", "exec", MAKE_FOLDER, "+"),
        *("fs", "cp", *files, ":/vagal/", "+"),
        *("fs", "cp", str(folder / "main.py"), ":/main.py", "+"),
        "reset",
    )
    return firmware_hash(folder)


def mpremote(url: str, *arguments: str) -> str:
    """Run mpremote on a port; DeviceError with its last words where it fails."""
    command = [sys.executable, "-m", "mpremote", "connect", url, *arguments]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise DeviceError(
            f"The board at {url} stopped answering mpremote.", "Reset the board and try again."
        ) from None
    if done.returncode:
        words = (done.stderr + done.stdout).strip().splitlines()
        raise DeviceError(
            f"mpremote failed on {url}: {words[-1] if words else 'no output'}.",
            "Check the port and that MicroPython is on the board.",
        )
    return done.stdout
