"""The 4 MiB flash chip as the bootloader sees it: programs, erases, and their times."""

import hashlib
import os
from pathlib import Path

CHIP_BYTES = 4 << 20
SECTOR_BYTES, BLOCK_BYTES = 4096, 65536
BLOCK_TIME = 10 / 3  # W25Q32: a 64 KiB block takes 150 ms where a sector takes 45 ms
PROGRAM_BYTE_S = 2.6e-6  # 0.67 ms a page of 256
BLANK = b"\xff"


class FlashChip:
    """The flash file. All is written through at once; methods return the seconds they take.

    ValueError for what lies outside of the chip.
    """

    def __init__(self, path: Path, sector_erase_s: float) -> None:
        self._descriptor = os.open(path, os.O_RDWR)
        self._sector_erase_s = sector_erase_s

    def read(self, at: int, count: int) -> bytes:
        """`count` bytes from `at` on."""
        _check(at, count)
        return os.pread(self._descriptor, count, at)

    def md5(self, at: int, count: int) -> bytes:
        """The digest of a stretch."""
        return hashlib.md5(self.read(at, count)).digest()

    def program(self, at: int, data: bytes) -> float:
        """Programs: bits go from 1 to 0 only."""
        before = int.from_bytes(self.read(at, len(data)), "little")
        after = before & int.from_bytes(data, "little")
        os.pwrite(self._descriptor, after.to_bytes(len(data), "little"), at)
        return len(data) * PROGRAM_BYTE_S

    def erase_next(self, at: int, end: int) -> tuple[int, float]:
        """Erases the block or sector at `at` on the way to `end`: where it ends, its seconds."""
        start = at - at % SECTOR_BYTES
        whole_block = start % BLOCK_BYTES == 0 and end - start >= BLOCK_BYTES
        count = BLOCK_BYTES if whole_block else SECTOR_BYTES
        _check(start, count)
        os.pwrite(self._descriptor, BLANK * count, start)
        return start + count, self._sector_erase_s * (BLOCK_TIME if whole_block else 1)

    def erase(self, at: int, count: int) -> float:
        """Erases all sectors that a stretch touches."""
        _check(at, count)
        end, took_s = at + count, 0.0
        while at < end:
            at, more_s = self.erase_next(at, end)
            took_s += more_s
        return took_s

    def close(self) -> None:
        """Closes the file."""
        os.close(self._descriptor)


def _check(at: int, count: int) -> None:
    if not 0 <= at <= at + count <= CHIP_BYTES:
        raise ValueError(f"{count} bytes at {at:#x} are not on the chip")
