"""A recording's corrected intervals in the compact form that the index keeps.

Begin and length of each in 1/8 ms, and whether it was corrected: what follows from the interval
before is left out, the rest goes through zlib in planes of bytes. Two to three bytes a beat.
"""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vagaband.analysis.heart_series import HeartRun
from vagaband.session import Floats

HEAD = struct.Struct("<4sII")  # magic, intervals, CRC-32 of their number and what follows
MAGIC = b"VBI1"
TICKS_MS, TICKS_S = 8, 8000


@dataclass(frozen=True)
class Intervals:
    """Corrected intervals (n,) each: begin in s from the recording's first sample, length in ms,
    and whether it was corrected."""

    t_s: Floats
    ibi_ms: Floats
    corrected: NDArray[np.bool_]


def pack(runs: Sequence[HeartRun]) -> bytes:
    """The intervals of all runs, in order of time."""
    empty = np.zeros(0)
    t_s = np.concatenate([empty, *(run.t_s for run in runs)])
    ibi_ms = np.concatenate([empty, *(run.ibi_ms for run in runs)])
    corrected = ~np.concatenate([empty.astype(bool), *(run.sound for run in runs)])
    begin, length = np.rint(t_s * TICKS_S).astype("<i8"), np.rint(ibi_ms * TICKS_MS).astype("<i8")
    late = np.diff(begin, prepend=0)
    late[1:] -= length[:-1]
    packed = zlib.compress(
        _planes(late) + _planes(np.diff(length, prepend=0)) + np.packbits(corrected).tobytes()
    )
    return HEAD.pack(MAGIC, len(begin), _checksum(len(begin), packed)) + packed


def is_whole(data: bytes) -> bool:
    """Whether these are bytes that `pack` made."""
    if len(data) < HEAD.size:
        return False
    magic, count, checksum = HEAD.unpack_from(data)
    return magic == MAGIC and checksum == _checksum(count, data[HEAD.size :])


def unpack(data: bytes) -> Intervals:
    """The intervals of bytes that are whole."""
    count = HEAD.unpack_from(data)[1]
    plain = zlib.decompress(data[HEAD.size :])
    size = 8 * count
    length = np.cumsum(_whole(plain[size : 2 * size]))
    late = _whole(plain[:size])
    late[1:] += length[:-1]
    corrected = np.unpackbits(np.frombuffer(plain[2 * size :], np.uint8), count=count).astype(bool)
    return Intervals(np.cumsum(late) / TICKS_S, length / TICKS_MS, corrected)


def _checksum(count: int, packed: bytes) -> int:
    return zlib.crc32(packed, count)


def _planes(values: NDArray[np.int64]) -> bytes:
    """All lowest bytes first, then all of the next place: zlib finds what repeats."""
    return values.astype("<i8").view(np.uint8).reshape(-1, 8).T.tobytes()


def _whole(planes: bytes) -> NDArray[np.int64]:
    columns = np.frombuffer(planes, np.uint8).reshape(8, -1)
    return np.ascontiguousarray(columns.T).view("<i8").ravel().astype(np.int64)
