"""The device's answers, found in a stream that may hold other things (see firmware link.py)."""

import struct
import zlib

START = b"\x1eV"
HEAD = struct.Struct("<cH")
CRC_BYTES = 4
LONGEST = 2048  # four times what a device sends
KINDS = b"JDW"
MOST_STRAY = 4096


class Frames:
    """Feed it bytes; it gives whole frames and keeps the newest stray text."""

    def __init__(self) -> None:
        self._waiting = b""
        self.stray = b""
        self.damaged = 0  # frames whose checksum was wrong

    def feed(self, data: bytes) -> list[tuple[str, bytes]]:
        """Kind and payload of each frame that is complete now."""
        self._waiting += data
        frames = []
        while True:
            start = self._waiting.find(START)
            if start < 0:
                keep = len(self._waiting) - self._waiting.endswith(START[:1])
                self._drop(keep)
                return frames
            self._drop(start)
            frame = self._take()
            if frame is None:
                return frames
            if frame:
                frames.append(frame)

    def _take(self) -> tuple[str, bytes] | tuple[()] | None:
        """The frame at the start of what waits; None while incomplete, () where it is none."""
        body = len(START) + HEAD.size
        if len(self._waiting) < body:
            return None
        kind, length = HEAD.unpack_from(self._waiting, len(START))
        if kind not in KINDS or length > LONGEST:
            self._drop(1)
            return ()
        end = body + length
        if len(self._waiting) < end + CRC_BYTES:
            return None
        crc = int.from_bytes(self._waiting[end : end + CRC_BYTES], "little")
        if zlib.crc32(self._waiting[len(START) : end]) != crc:
            self.damaged += 1
            self._drop(1)  # a frame may begin inside what looked like one
            return ()
        payload = self._waiting[body:end]
        self._waiting = self._waiting[end + CRC_BYTES :]
        return kind.decode(), payload

    def _drop(self, n: int) -> None:
        self.stray = (self.stray + self._waiting[:n])[-MOST_STRAY:]
        self._waiting = self._waiting[n:]
