"""A host that speaks with the bootloader, in a few lines and without esptool's waits."""

import struct
import time

import serial
from vagaband.board.esp_image import xor_of
from vagaband.board.slip import SlipReader, encode


class RomClient:
    """An open port; `enter` resets the chip into download mode as esptool does."""

    def __init__(self, url: str) -> None:
        self.line = serial.serial_for_url(url, timeout=0.02, baudrate=115200)
        self._slip = SlipReader()
        self._packets: list[bytes] = []

    def enter(self) -> bytes:
        """Into download mode; what the ROM says there."""
        self._reset(low_io0=True)
        return self.heard(b"waiting for download\r\n")

    def run(self) -> None:
        """Into run mode."""
        self._reset(low_io0=False)

    def _reset(self, low_io0: bool) -> None:
        self.line.dtr = False
        self.line.rts = True
        if low_io0:
            self.line.dtr = True
        self.line.rts = False
        self.line.dtr = False

    def heard(self, words: bytes, wait_s: float = 5.0) -> bytes:
        """What the board sends, up to `words`."""
        text = b""
        until_s = time.monotonic() + wait_s
        while words not in text:
            assert time.monotonic() < until_s, text
            text += self.line.read(1)
        return text

    def command(self, op: int, data: bytes = b"", checksum: int = 0) -> tuple[int, bytes]:
        """Value and data of the answer."""
        self.send(op, data, checksum)
        packet = self.packet()
        direction, answered, length, value = struct.unpack_from("<BBHI", packet)
        assert (direction, answered, length) == (1, op, len(packet) - 8)
        return value, packet[8:]

    def send(self, op: int, data: bytes, checksum: int = 0) -> None:
        """A command, without waiting for its answer."""
        self.line.write(encode(struct.pack("<BBHI", 0, op, len(data), checksum) + data))

    def write(self, op: int, data: bytes) -> tuple[int, bytes]:
        """A command with a payload and its checksum."""
        return self.command(op, struct.pack("<4I", len(data), 0, 0, 0) + data, 0xEF ^ xor_of(data))

    def packet(self, wait_s: float = 5.0) -> bytes:
        """The next packet."""
        until_s = time.monotonic() + wait_s
        while not self._packets:
            assert time.monotonic() < until_s, "no answer"
            self._packets += self._slip.feed(self.line.read(max(1, self.line.in_waiting)))
        return self._packets.pop(0)

    def sync(self) -> None:
        """SYNC and its eight answers."""
        self.command(0x08, b"\x07\x07\x12\x20" + b"\x55" * 32)
        for _ in range(7):
            self.packet()
