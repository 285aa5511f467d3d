"""Damaged journals and frames by the million: nothing crashes, nothing false is read as true.

A journal is mutated as flash, file systems, cables and people do it: bits, torn and stale blocks,
records lost, copied, exchanged, put elsewhere or taken from another session. A record is false if
it is accepted and is not one of the session that the accepted header begins, in its place there.
A frame is false if it is none of those that were sent.
"""

import json
import struct
import time
import traceback
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from vagaband import journal
from vagaband.frames import Frames
from vagaband.journal import CRC_BYTES, MAGIC, RECORD_HEAD, Journal

from .small_sessions import SESSIONS, written

BLOCK = 64  # of a file system that fits so small a file
AT_ONCE = 200  # mutations between looks at the clock
LISTS = ("events", "marks", "raw", "red", "beats", "epochs")

Decode = Callable[[bytes], Journal]


@dataclass(frozen=True)
class MutationResult:
    """What came of it; `first` is what went wrong first, in words and as hex."""

    mutations_tried: int
    crashes: int
    false_records: int
    first: str = ""


def run(
    seed: int,
    seconds: float,
    count: int | None = None,
    *,
    decode: Decode = journal.decode,
    frames: Callable[[], Frames] = Frames,
    sessions: Sequence[tuple[int, str, int]] = SESSIONS,
) -> MutationResult:
    """Try mutations for so long, or `count` of them: journals and frames in turn."""
    rng = Random(seed)
    files = _Journals([written(*session) for session in sessions], decode)
    streams = _Streams(frames)
    end_s = time.monotonic() + seconds
    tried = crashes = false = 0
    first = ""
    while (tried < count) if count is not None else (time.monotonic() < end_s):
        for _ in range(min(AT_ONCE, (count or AT_ONCE + tried) - tried)):
            kind = files if tried % 2 else streams
            data = kind.mutated(rng)
            tried += 1
            try:
                wrong = kind.false_in(data, rng)
            except Exception:
                crashes += 1
                first = first or f"{traceback.format_exc()}{data.hex()}"
                continue
            if wrong:
                false += 1
                first = first or f"{wrong}: {data.hex()}"
    return MutationResult(tried, crashes, false, first)


class _Journals:
    """Mutates the first of the files; the others are what gets into it."""

    def __init__(self, files: Sequence[bytes], decode: Decode) -> None:
        self._decode = decode
        self._files = files
        self._records = [list(_split(file)) for file in files]
        wholes = [journal.decode(file) for file in files]
        assert not any(count for whole in wholes for count in whole.integrity.values())
        # Of sessions with the same header the first is the true one.
        self._by_header = {_key(whole): whole for whole in reversed(wholes)}

    def mutated(self, rng: Random) -> bytes:
        """A file that is not the original."""
        while True:
            pieces = list(self._records[0])
            strange = rng.choice(self._records)
            for _ in range(rng.randrange(3)):
                rng.choice(OF_PIECES)(rng, pieces, strange)
            data = bytearray(b"".join([MAGIC, *pieces]))
            for _ in range(rng.randrange(3)):
                rng.choice(OF_BYTES)(rng, data, rng.choice(self._files))
            if data != self._files[0]:
                return bytes(data)

    def false_in(self, data: bytes, rng: Random) -> str:
        """What of it was accepted and is false; "" where nothing is."""
        found = self._decode(data)
        if not found.header:
            return "" if _is_empty(found) else "records without a header"
        whole = self._by_header.get(_key(found))
        if whole is None:
            return "a header"
        for name in LISTS:
            if not _is_in(getattr(found, name), getattr(whole, name)):
                return name
        mends = [mend[1:] for mend in found.mends]  # the first counts what may be lost
        return "" if _is_in(mends, [mend[1:] for mend in whole.mends]) else "mends"


class _Streams:
    """Mutates a stream of frames amid text; what is found must be among what was sent."""

    def __init__(self, frames: Callable[[], Frames]) -> None:
        self._frames = frames
        payloads = [(b"J", b'{"to": "status"}'), *((b"D", bytes([k]) * 30) for k in range(5))]
        self._pieces = [b"boot text\r\n", *(_frame(*p) for p in payloads), b"\n>>> \x1eV"]
        self._strange = [_frame(b"D", b"\x1eVD\x04\x00abcd" * 3), _frame(b"J", b'{"to": "pull"}')]
        sent = [*payloads, (b"D", b"\x1eVD\x04\x00abcd" * 3), (b"J", b'{"to": "pull"}')]
        self._sent = {(kind.decode(), payload) for kind, payload in sent}

    def mutated(self, rng: Random) -> bytes:
        """A stream that the line has spoilt."""
        pieces = list(self._pieces)
        for _ in range(rng.randrange(3)):
            rng.choice(OF_PIECES)(rng, pieces, self._strange)
        data = bytearray(b"".join(pieces))
        for _ in range(rng.randrange(1, 4)):
            rng.choice(OF_BYTES)(rng, data, rng.choice(self._strange))
        return bytes(data)

    def false_in(self, data: bytes, rng: Random) -> str:
        """What was found and never sent."""
        reader = self._frames()
        at = 0
        while at < len(data):
            part = rng.randrange(1, 200)
            for frame in reader.feed(data[at : at + part]):
                if frame not in self._sent:
                    return f"frame {frame}"
            at += part
        return ""


def _split(file: bytes) -> Iterator[bytes]:
    """A sound file's records."""
    at = len(MAGIC)
    while at < len(file):
        end = at + RECORD_HEAD.size + RECORD_HEAD.unpack_from(file, at)[1] + CRC_BYTES
        yield file[at:end]
        at = end


def _frame(kind: bytes, payload: bytes) -> bytes:
    body = struct.pack("<cH", kind, len(payload)) + payload
    return b"\x1eV" + body + struct.pack("<I", zlib.crc32(body))


def _key(whole: Journal) -> str:
    return json.dumps(whole.header, sort_keys=True)


def _is_empty(found: Journal) -> bool:
    return not any(getattr(found, name) for name in (*LISTS, "mends"))


def _is_in(part: list, whole: list) -> bool:
    """Whether all of `part` is in `whole`, in its order."""
    if len(part) == len(whole):
        return part == whole
    rest = iter(whole)
    return all(item in rest for item in part)


# Mutations of pieces (records or frames, in a list), then of bytes.


def _lose(rng: Random, pieces: list[bytes], strange: list[bytes]) -> None:
    if pieces:
        del pieces[rng.randrange(len(pieces))]


def _copy(rng: Random, pieces: list[bytes], strange: list[bytes]) -> None:
    if pieces:
        pieces.insert(rng.randrange(len(pieces) + 1), rng.choice(pieces))


def _exchange(rng: Random, pieces: list[bytes], strange: list[bytes]) -> None:
    if pieces:
        a, b = rng.randrange(len(pieces)), rng.randrange(len(pieces))
        pieces[a], pieces[b] = pieces[b], pieces[a]


def _move(rng: Random, pieces: list[bytes], strange: list[bytes]) -> None:
    if pieces:
        piece = pieces.pop(rng.randrange(len(pieces)))
        pieces.insert(rng.randrange(len(pieces) + 1), piece)


def _splice_in(rng: Random, pieces: list[bytes], strange: list[bytes]) -> None:
    pieces.insert(rng.randrange(len(pieces) + 1), rng.choice(strange))


def _splice_over(rng: Random, pieces: list[bytes], strange: list[bytes]) -> None:
    """The piece of the same place, as when a block of another file shows up."""
    at = rng.randrange(min(len(pieces), len(strange)) or 1)
    if at < len(pieces):
        pieces[at] = strange[at]


def _splice_tail(rng: Random, pieces: list[bytes], strange: list[bytes]) -> None:
    at = rng.randrange(len(strange))
    pieces[at:] = strange[at:]


def _flip(rng: Random, data: bytearray, strange: bytes) -> None:
    if data:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _overwrite(rng: Random, data: bytearray, strange: bytes) -> None:
    at = rng.randrange(len(data) + 1)
    data[at : at + 8] = rng.randbytes(min(8, len(data) - at))


def _delete(rng: Random, data: bytearray, strange: bytes) -> None:
    at = rng.randrange(len(data) + 1)
    del data[at : at + rng.randrange(1, 40)]


def _insert(rng: Random, data: bytearray, strange: bytes) -> None:
    at = rng.randrange(len(data) + 1)
    data[at:at] = rng.randbytes(rng.randrange(1, 20))


def _cut(rng: Random, data: bytearray, strange: bytes) -> None:
    del data[rng.randrange(len(data) + 1) :]


def _double(rng: Random, data: bytearray, strange: bytes) -> None:
    at = rng.randrange(len(data) + 1)
    data[at:at] = data[at : at + rng.randrange(1, 80)]


def _tear(rng: Random, data: bytearray, strange: bytes) -> None:
    """A block that was erased and not, or only half, written."""
    at = rng.randrange(len(data) // BLOCK + 1) * BLOCK + rng.randrange(BLOCK)
    end = (at // BLOCK + 1) * BLOCK
    data[at:end] = b"\xff" * (min(end, len(data)) - at)


def _stale(rng: Random, data: bytearray, strange: bytes) -> None:
    """A block of another file, or of another place of this one."""
    at = rng.randrange(len(data) // BLOCK + 1) * BLOCK
    source = strange if rng.randrange(2) else bytes(data)
    old = source[rng.choice((at, 0, BLOCK, 2 * BLOCK)) :][:BLOCK]
    data[at : at + len(old)] = old


OF_PIECES = (_lose, _copy, _exchange, _move, _splice_in, _splice_over, _splice_tail)
OF_BYTES = (_flip, _overwrite, _delete, _insert, _cut, _double, _tear, _stale)
