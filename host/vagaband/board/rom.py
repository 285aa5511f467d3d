"""What the ESP32's ROM does when no program runs: it is held in reset, or complains of the flash.

A state of the ROM takes the bytes of the line (`feed`) and gives its own (`output`), like the
bootloader in download mode (`bootloader.py`). Times are real seconds.
"""

from typing import Protocol

from vagaband.board import rom_facts as rom


class Rom(Protocol):
    """A state in which the ROM, or the flasher stub, has the serial line."""

    @property
    def busy(self) -> bool:
        """Whether output is to come soon by itself."""
        ...

    @property
    def ended(self) -> bool:
        """Whether the chip has gone on to run what is on its flash."""
        ...

    def feed(self, data: bytes, host_baud: int, now_s: float) -> None:
        """Bytes from the host."""
        ...

    def output(self, host_baud: int, now_s: float) -> bytes:
        """Bytes for the host."""
        ...

    def close(self) -> None:
        """The state is left."""
        ...


def boot_text(reset_cause: int) -> bytes:
    """What the ROM prints when it is going to boot from the flash."""
    name = rom.RESET_NAMES.get(reset_cause, rom.SOFTWARE_RESET)
    return rom.HELLO % (name, rom.BOOT_FLASH)


class Silent:
    """Held in reset: EN is low."""

    busy = ended = False

    def feed(self, data: bytes, host_baud: int, now_s: float) -> None:
        """Nobody listens."""

    def output(self, host_baud: int, now_s: float) -> bytes:
        """Nobody speaks."""
        return b""

    def close(self) -> None:
        """Nothing to give back."""


class BootLoop(Silent):
    """There is nothing to boot: says why, until its watchdog resets it, again and again."""

    def __init__(self, complaint: str, now_s: float) -> None:
        self._line = complaint.encode() + b"\r\n"
        self._next_s = now_s
        self._said = 0

    def output(self, host_baud: int, now_s: float) -> bytes:
        """The complaints that are due."""
        if now_s < self._next_s:
            return b""
        self._next_s = now_s + rom.COMPLAINT_S
        self._said += 1
        if self._said <= rom.COMPLAINTS:
            return self._line
        self._said = 0
        return rom.HELLO % (rom.ROM_WATCHDOG, rom.BOOT_FLASH)
