"""Runs esptool, and says in our words what it did. A process of its own: esptool is GPL."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from vagaband.device import open_port
from vagaband.errors import DeviceError
from vagaband.image_file import CHIP
from vagaband.plain import plain
from vagaband.tools import Ran, run_tool

FAST_BAUD, SAFE_BAUD = 921600, 115200
TIMEOUT_S = 600.0

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_CHIP = re.compile(r"Connected to (\S+) on ")
_MAC = re.compile(r"\bMAC:\s*((?:[0-9a-f]{2}:){5}[0-9a-f]{2})")
_SIZE = re.compile(r"Detected flash size:\s*(\d+)MB")

Progress = Callable[[float], None]  # percent


@dataclass(frozen=True)
class Chip:
    """The chip at a port, as its ROM says."""

    name: str
    mac: str
    flash_mib: int


# What esptool says where it fails, and what that means: (its words, what, next step).
_MUTE = (
    ("no serial data received", "The chip at {url} does not answer.", "Hold the button BOOT "
     "while this begins; if that fails too, try another cable: many carry power only."),
    ("wrong boot mode", "The chip at {url} did not enter download mode.", "Hold the button BOOT "
     "while this begins."),
    ("failed to connect", "The chip at {url} does not answer as an ESP32.", "Is it an ESP32? "
     "Hold the button BOOT while this begins, and try another cable."),
    ("no module named", "esptool is not installed.", "Run: pip install esptool"),
)  # fmt: skip
_FAILURES = (
    *_MUTE,
    ("md5 of file does not match", "What is on the flash is not what was written.", "Run this "
     "again; if it stays so, the flash chip or its supply is bad."),
    ("could not open", "The port {url} is gone.", "Check the cable and run this again."),
)  # fmt: skip


def chip_at(url: str) -> Chip:
    """Which chip is there, left in download mode; DeviceError where none answers."""
    open_port(url).close()  # says better than esptool why a port can't be opened
    ran = _run(url, "--after", "no-reset", "flash-id")
    text = "\n".join(ran.lines)
    name, mac, size = _CHIP.search(text), _MAC.search(text), _SIZE.search(text)
    if not name or (ran.code and name[1] == CHIP):
        raise failure(url, ran)
    return Chip(name[1], mac[1] if mac else "?", int(size[1]) if size else 0)


def esptool(url: str, *command: str, progress: Progress = lambda percent: None) -> list[str]:
    """Run a command on an ESP32, fast, and where that fails at 115200 baud; its lines."""
    ran = _run(url, "--baud", str(FAST_BAUD), *command, progress=progress)
    if ran.code and not _matching(ran, _MUTE):
        ran = _run(url, "--baud", str(SAFE_BAUD), *command, progress=progress)
    if ran.code != 0:
        raise failure(url, ran)
    return ran.lines


def _run(url: str, *words: str, progress: Progress = lambda percent: None) -> Ran:
    def look(line: str) -> None:
        found = _PERCENT.search(line)
        if found and "compressed" not in line.lower():
            progress(float(found[1]))

    return run_tool("esptool", "--port", url, *words, timeout_s=TIMEOUT_S, on_line=look)


def _matching(ran: Ran, table: tuple[tuple[str, str, str], ...]) -> tuple[str, str, str] | None:
    text = "\n".join(ran.lines).lower()
    return next((row for row in table if row[0] in text), None)


def failure(url: str, ran: Ran) -> DeviceError:
    """What a failed run means, in one sentence and the next step."""
    if ran.code is None:
        return DeviceError(f"The chip at {url} stopped answering.", "Check the cable; run again.")
    row = _matching(ran, _FAILURES)
    if row:
        return DeviceError(row[1].format(url=url), row[2])
    words = [line.strip() for line in ran.lines if "fatal error" in line.lower()]
    last = (words or [line.strip() for line in ran.lines if line.strip()] or ["no output"])[-1]
    text = plain(last, 200).rstrip(".")
    return DeviceError(f"esptool failed on {url}: {text}.", "Check the cable and run this again.")
