"""From a bare ESP32 to the first beat: MicroPython, the firmware, the clock, what it sees."""

import time
from pathlib import Path
from typing import Any

from vagaband import deploy
from vagaband.device import Device, whole
from vagaband.errors import DeviceError
from vagaband.esptool_run import Chip, chip_at, esptool
from vagaband.file_system import Progress, Say, mounted, renew
from vagaband.image_file import CHIP, WRITTEN_AT
from vagaband.plain import plain
from vagaband.prompt import Prompt

FLASH_MIB = 4  # the file system lies in the upper half
FIRST_START_S = 30.0  # MicroPython's first start makes a file system
LOOK_S = 8.0  # so long it waits for a beat


def flash(
    url: str, image: Path, out: Path, *, erase: bool, say: Say, progress: Progress
) -> dict[str, Any]:
    """Write a checked image and the firmware, start; what the device then answers to status.

    A file system that can't be used is copied to `out` before a new one is made.
    """
    progress("asking the board", 0)
    with Device(url) as device:
        device.end_session()  # what it has not written yet would be lost
    chip = write(url, image, erase=erase, say=say, progress=progress)
    progress("waiting for MicroPython", 0)
    if not await_files(url):
        renew(url, chip, out, say, progress)
        await_files(url)
    progress("copying the firmware", 0)
    firmware = deploy.deploy(url, say=say)
    say(f"firmware {firmware} is on the board and runs")
    progress("looking for a pulse", 0)
    return look(url)


def write(url: str, image: Path, *, erase: bool, say: Say, progress: Progress) -> Chip:
    """Write MicroPython on an ESP32, and only on an ESP32, and verify it."""
    progress("asking the chip", 0)
    chip = chip_at(url)
    check(url, chip)
    say(f"an {chip.name} with {chip.flash_mib} MB of flash, {chip.mac}, at {url}")
    if erase:
        progress("erasing the flash", 0)
        esptool(url, "erase-flash")
        say("erased the whole flash, logs and configuration with it")
    else:
        say("logs and configuration stay on the board (--erase would clear them)")
    lines = esptool(
        url,
        *("write-flash", f"{WRITTEN_AT:#x}", str(image)),
        progress=lambda percent: progress("writing MicroPython", percent),
    )
    if not any("hash of data verified" in line.lower() for line in lines):
        raise DeviceError(f"esptool could not verify what it wrote to {url}.", "Run this again.")
    say(f"wrote {image.name} at {WRITTEN_AT:#x}, verified")
    return chip


def check(url: str, chip: Chip) -> None:
    """DeviceError where vagaband does not run on a chip."""
    if chip.name != CHIP:
        raise DeviceError(
            f"The chip at {url} is an {chip.name}, not an {CHIP}; nothing was written.",
            f"vagaband runs on the plain {CHIP}: choose another board.",
        )
    if chip.flash_mib < FLASH_MIB:
        raise DeviceError(
            f"The board at {url} has {chip.flash_mib} MB of flash; nothing was written.",
            f"vagaband needs {FLASH_MIB} MB: choose another board.",
        )


def await_files(url: str) -> bool:
    """See MicroPython start; whether it has a file system. DeviceError where it does not start."""
    with Prompt(url, FIRST_START_S) as prompt:
        return mounted(prompt)


def look(url: str) -> dict[str, Any]:
    """Set the clock where it is off; the first status with a beat, or the last before 8 s."""
    end_s = time.monotonic() + LOOK_S
    with Device(url) as device:
        status = device.ask("status")
        if abs(whole(status, "clock_s") + 946684800 - time.time()) > 1.5:
            device.ask(f"time {round(time.time())}")
        while time.monotonic() < end_s and status.get("sensor") == "ok":
            if whole(status, "ibi_ms"):
                break
            time.sleep(0.5)
            status = device.ask("status")
    return status


def what_it_sees(status: dict[str, Any], url: str) -> str:
    """What a status says of sensor, finger and pulse, with the next step where one is missing."""
    sensor = str(status.get("sensor", "?"))
    if not status.get("session"):
        return "It runs, but no session is open: is the flash full? Type: vagaband pull"
    if sensor != "ok":
        return f"It runs, but has no sensor ({plain(sensor)}). Next: vagaband doctor --port {url}"
    if whole(status, "ibi_ms") > 0:
        return f"It sees a pulse: {60000 / whole(status, 'ibi_ms'):.0f} beats a minute."
    if status.get("contact"):
        return "It sees a finger, no beat yet: keep still and warm for ten seconds."
    return "The sensor works, there is no finger on it yet: put it on, the light towards the skin."
