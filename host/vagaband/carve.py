"""Sessions out of a flash whose file system can't be read: record by record, by their checksums.

All checksums of a session go on from that of its header, which is salted (see journal.md): a
record that fits one is of that session, wherever it lies.

littlefs keeps a file in blocks of 4096 bytes. Each but the first begins with pointers, one to ten
of 4 bytes; the first pointer is the number of the block before it.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from vagaband.journal import CRC_BYTES, KINDS, LONGEST, MAGIC, RECORD_HEAD, decode

BLOCK = 4096
POINTER = struct.Struct("<I")
MOST_POINTERS = 10
LONGEST_RECORD = RECORD_HEAD.size + LONGEST + CRC_BYTES


@dataclass
class Carved:
    """A session as found: its header and the other records, by sequence number."""

    number: int
    header: bytes
    records: dict[int, bytes] = field(default_factory=dict)

    @property
    def file(self) -> bytes:
        """The session's file, with what was found in its order."""
        return MAGIC + self.header + b"".join(self.records[k] for k in sorted(self.records))

    @property
    def number_missing(self) -> int:
        """Records that are missing before the last one found."""
        return decode(self.file).missing_records


def carve(partition: bytes) -> list[Carved]:
    """All sessions of which the header can be found, in order of their numbers."""
    found: dict[bytes, Carved] = {}
    for match in re.finditer(re.escape(MAGIC) + b"H", partition):
        record = _record_at(partition, match.start() + len(MAGIC), 0)
        if record:
            _, _, number, _ = RECORD_HEAD.unpack_from(record)
            found.setdefault(record, Carved(number, record))
    for carved in found.values():
        seed = int.from_bytes(carved.header[-CRC_BYTES:], "little")
        pattern = re.compile(
            KINDS + b".." + re.escape(struct.pack("<H", carved.number)), re.DOTALL
        )
        for stretch in _stretches(partition, pattern):
            for match in pattern.finditer(stretch):
                record = _record_at(stretch, match.start(), seed)
                if record:
                    carved.records.setdefault(RECORD_HEAD.unpack_from(record)[3], record)
    return sorted(found.values(), key=lambda carved: carved.number)


def _stretches(partition: bytes, pattern: re.Pattern[bytes]) -> Iterator[bytes]:
    """Bytes that may follow each other in a file: each block, and each seam between two."""
    blocks = [partition[at : at + BLOCK] for at in range(0, len(partition), BLOCK)]
    yield from blocks
    for block in blocks:
        (before,) = POINTER.unpack_from(block)
        if before < len(blocks) and pattern.search(blocks[before]):
            for n in range(1, MOST_POINTERS + 1):
                yield blocks[before][-LONGEST_RECORD:] + block[POINTER.size * n :]


def _record_at(data: bytes, at: int, seed: int) -> bytes | None:
    """The record that begins at a byte, if its checksum goes on from `seed`."""
    if at + RECORD_HEAD.size > len(data):
        return None
    length = RECORD_HEAD.unpack_from(data, at)[1]
    end = at + RECORD_HEAD.size + length
    crc = data[end : end + CRC_BYTES]
    if length > LONGEST or len(crc) < CRC_BYTES:
        return None
    right = zlib.crc32(data[at:end], seed) == int.from_bytes(crc, "little")
    return data[at : end + CRC_BYTES] if right else None
