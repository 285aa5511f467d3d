"""The log on flash: append-only records, committed by a flush.

The format is specified in the PC package's journal.md. Records are laid down in memory as they
arise, without touching the heap; flush() adds their checksums and writes them. What was flushed
survives a power cut: littlefs commits a file when it is flushed.

There are two pools of records: while the sealed one goes to flash piece by piece, the other one
takes what arises meanwhile.
"""

import binascii
import json
import struct

from micropython import const

from . import logs
from .intervals import OK
from .pack import Packer
from .sessionfile import SessionFile

MAGIC = b"VBJ1"

RAW_STOPPED = const(16)  # event codes, beside the pipeline's
END = const(17)  # arg: why
CLOCK = const(18)  # arg: 1 where the clock was set just now; value: seconds since 2000-01-01
EXERCISE = const(19)  # arg: 0 ended, else its kind; value: see exercise.py

CRYSTAL = const(23)  # value: its microseconds when this sample had just come, see clock.py

_HEAD = const(9)  # type, length (2), session (2), sequence (4)
_CRC = const(4)
_POOL = const(6144)  # records waiting for the flush
_RAW_RECORD = const(400)  # bytes at which a raw record is closed
_BLOCK = const(96)  # samples after which a block of raw light is full; a drain brings 32 at most
_RAW_HEAD = const(6)
_RAW_ROOM = const(_RAW_RECORD + 6 * 32 + 4 + _RAW_HEAD)  # at most, whatever the light does
_FOUND_HEAD = const(9)
_BEATS = const(64)  # most beats, mends and epochs in a record
_MENDS = const(64)
_EPOCHS = const(4)
_EPOCH_BYTES = const(17)
_USUAL_TICKS = const(20480)  # 0.8 s at 100 Hz: what a record's first interval is coded against
_SECONDS = const(60)  # most seconds of red light in a record
_DAY = const(274000)  # bytes that a day of beats needs: raw light leaves room for some days


class Journal:
    """One session's file, and the sink of the pipeline. Times are sample indices."""

    def __init__(self, session: int, header: dict, config: dict) -> None:
        self.session = session
        self.keep_raw = bool(config["raw"])
        self._for_beats = max(2 * logs.LEAST, config["reserve_days"] * _DAY)
        self._beats = 0
        self._sequence = 0
        self._pool = bytearray(_POOL)
        self._filled = 0
        self._raw = RawPart(self._pool)
        self._other = bytearray(_POOL)
        self._other_raw = RawPart(self._other)
        self._found = FoundPart()
        self._red = [0] * _SECONDS
        self._red_n = 0
        self._red_at = 0
        self._seed = 0  # what a record's checksum goes on from
        self.file = SessionFile(session, MAGIC)
        text = json.dumps(header).encode()
        p = self._open(b"H"[0], len(text))
        self._pool[p : p + len(text)] = text
        self._commit()
        # Each later checksum goes on from the header's: no other session's record fits here.
        self._seed = struct.unpack_from("<I", self._other, p + len(text))[0]

    # What the pipeline and the app tell it. None of it touches the heap.

    def samples(self, index: int, ir) -> None:
        """Log IR samples, those of a drain; `index` is the first one's."""
        if not self.keep_raw:
            return
        if not self._raw.count:
            if self._filled + _HEAD + _RAW_ROOM + _CRC > _POOL:
                self._commit()
            self._raw.begin(self._filled + _HEAD, index)
        if self._raw.push(ir):
            self._close_raw()

    def red(self, index: int, mean: int) -> None:
        """Log the mean red light of the second whose first sample was `index`."""
        if not self.keep_raw:
            return
        if self._red_n == 0:
            self._red_at = index
        self._red[self._red_n] = mean
        self._red_n += 1
        if self._red_n == _SECONDS:
            self._close_red()

    def beat(self, index: int, frac: int, trust: int) -> None:
        """Log a beat."""
        if not self._found.takes(index):
            self._close_found()
        self._found.beat(index, frac)
        self._beats += 1

    def interval(self, ibi: int, flag: int, used: int) -> None:
        """Log a corrected interval."""
        if self._found.mends == _MENDS:
            self._close_found()
        self._found.interval(ibi, flag, used)

    def epoch(self, stages, reason: int) -> None:
        """Log a complete epoch; `stages` is the pipeline."""
        if self._found.epochs == _EPOCHS:
            self._close_found()
        self._found.epoch(stages, reason)

    @property
    def epochs(self) -> int:
        """How many were logged."""
        return self._found.in_all

    def newest_epoch(self) -> bytes:
        """The newest epoch's 17 bytes."""
        return self._found.newest_epoch()

    def event(self, index: int, code: int, arg: int, value: int) -> None:
        """Log what happened at sample `index`."""
        p = self._open(b"V"[0], 14)
        struct.pack_into("<IIBBi", self._pool, p, index, self._beats, code, arg, value)

    def mark(self, index: int, kind: str, text: str) -> None:
        """Log a mark of the wearer or the host."""
        body = json.dumps([kind, text]).encode()
        p = self._open(b"M"[0], 4 + len(body))
        struct.pack_into("<I", self._pool, p, index)
        self._pool[p + 4 : p + 4 + len(body)] = body

    # Records

    def _open(self, kind: int, n: int) -> int:
        """Make room for a record; returns where its payload goes."""
        self._close_raw()  # it lies where the new record will
        if self._filled + _HEAD + n + _CRC > _POOL:
            self._commit()
        p = self._filled + _HEAD
        self._head(kind, n)
        return p

    def _head(self, kind: int, n: int) -> None:
        p = self._filled
        struct.pack_into("<BHHI", self._pool, p, kind, n, self.session & 0xFFFF, self._sequence)
        self._sequence += 1
        self._filled = p + _HEAD + n + _CRC

    def _close_raw(self) -> None:
        if self._raw.count:
            self._head(b"R"[0], self._raw.close())

    def _close_found(self) -> None:
        n = self._found.close()
        if n:
            _append(self._pool, self._open(b"B"[0], n), self._found.buf, n)

    def _close_red(self) -> None:
        n = self._red_n
        if n:
            p = self._open(b"L"[0], 5 + 3 * n)
            struct.pack_into("<IB", self._pool, p, self._red_at, n)
            for i in range(n):
                struct.pack_into(
                    "<HB", self._pool, p + 5 + 3 * i, self._red[i] & 0xFFFF, self._red[i] >> 16
                )
            self._red_n = 0

    # Commits

    @property
    def pressing(self) -> bool:
        """Whether the pool is so full that it should be flushed before its time."""
        return self._filled > _POOL * 3 // 4

    def flush(self, index: int) -> None:
        """Hand all that was told so far, up to the sample before `index`, to the file.

        Its step() commits it.
        """
        free = logs.free_bytes()
        if free < logs.LEAST:
            self.file.full = True
        if self.keep_raw and free < self._for_beats:
            self._close_raw()
            self.event(index, RAW_STOPPED, 0, 0)
            self.keep_raw = False
        self._close_all()
        self._seal()

    def _close_all(self) -> None:
        self._close_raw()
        self._close_found()
        self._close_red()

    def _seal(self) -> None:
        """Add the checksums and hand the pool over; the pools change places."""
        self.file.write_out()
        pool = self._pool
        view = memoryview(pool)
        p = 0
        while p < self._filled:
            n = pool[p + 1] | pool[p + 2] << 8
            end = p + _HEAD + n
            struct.pack_into("<I", pool, end, binascii.crc32(view[p:end], self._seed))
            p = end + _CRC
        self.file.append(view[:p])
        self._filled = 0
        self._pool = self._other
        self._other = pool
        self._raw, self._other_raw = self._other_raw, self._raw

    def _commit(self) -> None:
        self._seal()
        self.file.write_out()

    def close(self, index: int, why: int) -> None:
        """End the session: the last record says why."""
        self._close_all()
        self.event(index, END, why, 0)
        self._commit()
        self.file.close()


def floor_16(stages) -> int:
    """An epoch's noise floor in 1/16 ln, rounded down, as the journal has it."""
    return max(-128, stages.quality.floor >> 12)


class RawPart:
    """A raw record that grows in the pool: first index, count, blocks of packed IR samples."""

    def __init__(self, pool: bytearray) -> None:
        self._pool = pool
        self._packer = Packer(pool)
        self._in_block = 0
        self._at = 0
        self._first = 0
        self.count = 0  # samples in the record

    def begin(self, at: int, index: int) -> None:
        """Begin a record whose payload goes to `at` in the pool."""
        self._at = at
        self._first = index
        self._packer.restart(at + _RAW_HEAD)
        self._packer.begin()

    def push(self, ir) -> bool:
        """Take an array of samples; True when the record is full."""
        packer = self._packer
        if self._in_block > _BLOCK:
            packer.end(self._in_block)
            packer.begin()
            self._in_block = 0
        packer.add(ir)
        n = len(ir)
        self._in_block += n
        self.count += n
        return packer.pos - self._at >= _RAW_RECORD

    def close(self) -> int:
        """Finish the payload; returns its length."""
        self._packer.end(self._in_block)
        struct.pack_into("<IH", self._pool, self._at, self._first, self.count)
        self._in_block = self.count = 0
        return self._packer.pos - self._at


class FoundPart:
    """A record of what the stages found: beats, mended intervals, epochs."""

    def __init__(self) -> None:
        self.buf = bytearray(_FOUND_HEAD + 6 * _BEATS + 4 * _MENDS + _EPOCH_BYTES * _EPOCHS + 8)
        self._packer = Packer(self.buf)
        self._tick = [0]
        self._mends = bytearray(4 * _MENDS)
        self._epochs = bytearray(_EPOCH_BYTES * _EPOCHS + 4)
        self._newest = 0  # where the newest lies
        self.in_all = 0  # epochs of the session
        self._first_index = 0
        self._first_frac = 0
        self._last_index = 0
        self._last_frac = 0
        self._clear()

    def _clear(self) -> None:
        self._beats = 0
        self._ok = 0  # unmended intervals since the last mended one
        self.mends = 0
        self.epochs = 0

    def takes(self, index: int) -> bool:
        """Whether a beat at `index` still fits."""
        return self._beats == 0 or (self._beats < _BEATS and index - self._last_index < 8192)

    def beat(self, index: int, frac: int) -> None:
        """Take a beat."""
        if self._beats == 0:
            self._first_index = index
            self._first_frac = frac
        else:
            ticks = (index - self._last_index) * 256 + frac - self._last_frac
            if self._beats == 1:
                self._packer.restart(_FOUND_HEAD, _USUAL_TICKS)
                self._packer.begin()
            self._tick[0] = ticks  # from beat to beat, 1/256 samples
            self._packer.add(self._tick)
        self._last_index = index
        self._last_frac = frac
        self._beats += 1

    def interval(self, ibi: int, flag: int, used: int) -> None:
        """Take a corrected interval: one that was not mended follows from the beats."""
        if flag == OK:
            self._ok += 1
            return
        p = 4 * self.mends
        struct.pack_into("<BBH", self._mends, p, self._ok, used << 4 | flag, min(ibi, 65535))
        self.mends += 1
        self._ok = 0

    def epoch(self, stages, reason: int) -> None:
        """Take an epoch of the pipeline's stages."""
        buf = self._epochs
        self._newest = p = _EPOCH_BYTES * self.epochs
        self.in_all += 1
        rsa = stages.rsa
        hp = stages.hp
        breath = stages.breathing
        struct.pack_into("<BBi", buf, p, stages.run & 0xFF, rsa.number & 0xFF, rsa.rsa)
        struct.pack_into("<i", buf, p + 5, rsa.bp_rsa)  # both RSA values have 3 bytes
        struct.pack_into("<HHBB", buf, p + 8, hp.rmssd, hp.mean, rsa.flagged, reason)
        struct.pack_into(
            "<Hb", buf, p + 14, breath.confidence << 12 | breath.rate, floor_16(stages)
        )
        self.epochs += 1

    def newest_epoch(self) -> bytes:
        """The newest epoch as it is logged; also once its record was closed."""
        return bytes(self._epochs[self._newest : self._newest + _EPOCH_BYTES])

    def close(self) -> int:
        """Finish the payload in `buf`; returns its length, 0 where there is nothing."""
        if not (self._beats or self._ok or self.mends or self.epochs):
            return 0
        buf = self.buf
        struct.pack_into("<IB", buf, 0, self._first_index, self._first_frac)
        struct.pack_into("<BBBB", buf, 5, self._beats, self.mends, self._ok, self.epochs)
        p = _FOUND_HEAD
        if self._beats > 1:
            self._packer.end(self._beats - 1)
            p = self._packer.pos
        p = _append(buf, p, self._mends, 4 * self.mends)
        p = _append(buf, p, self._epochs, _EPOCH_BYTES * self.epochs)
        self._clear()
        return p


def _append(to: bytearray, p: int, what: bytearray, n: int) -> int:
    for i in range(n):
        to[p + i] = what[i]
    return p + n
