"""Writing to and reading from the flash chip in the pieces in which the bootloader gets them."""

import hashlib
import zlib

from vagaband.board.flash_chip import SECTOR_BYTES, FlashChip


class Writing:
    """A write of `count` bytes from `at` on; erases what it has not erased before it programs.

    Methods return the seconds they take; ValueError outside of the chip, zlib.error for data
    that can't be inflated.
    """

    def __init__(self, chip: FlashChip, at: int, count: int, deflated: bool) -> None:
        chip.read(at, count)  # the stretch is on the chip
        self._chip = chip
        self._at = at
        self._end = at + count
        self._erased_to = at - at % SECTOR_BYTES
        self._inflate = zlib.decompressobj() if deflated else None

    def erase_all(self) -> float:
        """Erases all of it, as the ROM does before the data come."""
        return self._erase_to(self._end)

    def write(self, data: bytes) -> float:
        """Programs the next piece; what goes beyond the end is not for the chip."""
        if self._inflate:
            data = self._inflate.decompress(data)
        data = data[: self._end - self._at]
        took_s = self._erase_to(self._at + len(data))
        took_s += self._chip.program(self._at, data)
        self._at += len(data)
        return took_s

    def _erase_to(self, at: int) -> float:
        took_s = 0.0
        while self._erased_to < at:
            self._erased_to, more_s = self._chip.erase_next(self._erased_to, self._end)
            took_s += more_s
        return took_s


class Reading:
    """A read of `count` bytes in packets, at most `ahead` of them not yet acknowledged."""

    def __init__(self, chip: FlashChip, at: int, count: int, packet_bytes: int, ahead: int):
        if not 0 < packet_bytes <= SECTOR_BYTES or not ahead:
            raise ValueError("packets of no use")
        self._data = chip.read(at, count)
        self._packet_bytes = packet_bytes
        self._ahead_bytes = ahead * packet_bytes
        self._sent = 0
        self.done = False

    def packets(self, acknowledged: int) -> tuple[bytes, ...]:
        """What may be sent now; the last packet is the MD5 of all."""
        out = []
        while self._sent < min(len(self._data), acknowledged + self._ahead_bytes):
            out.append(self._data[self._sent : self._sent + self._packet_bytes])
            self._sent += len(out[-1])
        if acknowledged >= len(self._data):
            self.done = True
            out.append(hashlib.md5(self._data).digest())
        return tuple(out)
