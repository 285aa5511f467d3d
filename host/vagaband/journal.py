"""Journal files to what the device logged. The format is in journal.md, beside this file."""

import json
import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vagaband.errors import InputError
from vagaband.plain import JOINERS, plain
from vagaband.rice import Unpacker

MAGIC = b"VBJ1"
SQLITE = b"SQLite format 3\0"
JSON = b"{"
FORMAT = 3
LONGEST = 4096
RECORD_HEAD = struct.Struct("<BHHI")
CRC_BYTES = 4
HEADER = ord("H")
USUAL_TICKS = 20480
EPOCH_BYTES = 17
HEADER_WITHIN = 64 << 10  # bytes of a damaged file that are searched for its header
LARGEST_FILE = 16 << 20  # 4 times the board's flash
MOST_SAMPLES = 1 << 24  # more than a file system holds of the dullest light
INDEXES = 1 << 31  # of samples: 248 days of one session
LONGEST_KIND, LONGEST_TEXT = 24, 120  # of a mark, as the device cuts them

CONTACT, SCALE, GAP, LED, MOTION, PACE, LOCKIN, BUZZ = 1, 2, 3, 4, 5, 6, 7, 8
RAW_STOPPED, END, CLOCK, EXERCISE, BATTERY = 16, 17, 18, 19, 20
STRAP, CRYSTAL = 22, 23
FLAGS = ("ok", "missed", "extra", "ectopic", "gap", "motion")
REASONS = ("", "corrected", "flat", "motion", "irregular", "noise")
CONFIDENCES = ("none", "fair", "good")
GAP_CAUSES = {1: "overflow", 2: "bus", 3: "brown-out", 4: "silent", 5: "part"}
EXERCISES = {0: "", 1: "pacing", 2: "resonance"}
END_REASONS = {1: "stopped", 2: "interrupted", 3: "full", 4: "fault", 5: "empty"}
BATTERY_STATES = ("unknown", "ok", "low", "empty")


@dataclass(frozen=True)
class Event:
    """What happened at a sample, and how many beats there were before."""

    index: int
    beats: int
    code: int
    arg: int
    value: int


Mend = tuple[int, int, int, int]  # intervals left as they are before it, used, flag, ibi


@dataclass
class Journal:
    """One session as logged. Integers as the device has them; times are sample indices."""

    header: dict[str, Any] = field(default_factory=dict)
    raw: list[tuple[int, list[int]]] = field(default_factory=list)  # first index, IR counts
    samples: int = 0  # of raw light
    red: list[tuple[int, list[int]]] = field(default_factory=list)  # first index, mean of seconds
    beats: list[tuple[int, int]] = field(default_factory=list)  # index, 1/256
    mends: list[Mend] = field(default_factory=list)
    ok_tail: int = 0  # intervals left as they are after the last mend
    epochs: list[tuple[int, ...]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    marks: list[tuple[int, str, str]] = field(default_factory=list)
    bad_bytes: int = 0  # passed over: not part of a record
    bad_records: int = 0  # a right checksum, but contents that can't be
    missing_records: int = 0  # absent by the sequence numbers
    placed: tuple[int, int, int] | None = (
        None  # mends, ok_tail, epochs before the first absent one
    )
    truncated: bool = False  # the file ends inside a record

    @property
    def ended(self) -> bool:
        """Whether the session was closed by the device."""
        return any(event.code == END for event in self.events)

    def intervals_and_epochs(self) -> tuple[list[Mend], int, list[tuple[int, ...]]]:
        """Mends, intervals left as they are after them, and epochs, as far as they can be placed.

        Both are logged in order and not with their time: after a record that is absent, nothing
        says which beats they belong to.
        """
        mends, ok_tail, epochs = self.placed or _counts(self)
        return self.mends[:mends], ok_tail, self.epochs[:epochs]

    @property
    def integrity(self) -> dict[str, int]:
        """Counts that are all 0 in a sound file."""
        return {
            "bad_bytes": self.bad_bytes,
            "bad_records": self.bad_records,
            "missing_records": self.missing_records,
            "truncated": int(self.truncated),
        }


def _counts(journal: Journal) -> tuple[int, int, int]:
    return len(journal.mends), journal.ok_tail, len(journal.epochs)


def is_journal(path: Path) -> bool:
    """Whether a file begins as a journal does."""
    return _begins(path, MAGIC)


def refuse_recording(path: Path, given: Iterable[Path]) -> None:
    """InputError for a file that must not be written over: a journal, one of those given, a data
    folder's index, which holds what was noted, or JSON, as of clocks, consents and runs."""
    step = "Choose another name for what is made of it."
    if is_journal(path) or any(path.exists() and path.samefile(one) for one in given):
        raise InputError(f"{path} is a recording.", step)
    if _begins(path, SQLITE):
        raise InputError(f"{path} is the index of a data folder.", step)
    if _begins(path, JSON):
        raise InputError(f"{path} is a file of data, not a page or table.", step)


def _begins(path: Path, magic: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(magic)) == magic
    except OSError:
        return False


def load(path: Path, salvage: bool = False) -> Journal:
    """Read a journal; InputError where it is damaged, unless `salvage` takes what is left."""
    if path.stat().st_size > LARGEST_FILE:
        raise InputError(f"{path} is larger than any board's flash.", "Name a file from pull.")
    journal = decode(path.read_bytes())
    if journal.header.get("format", FORMAT) != FORMAT:
        raise InputError(
            f"{path} has format {journal.header['format']!r}, this vagaband reads {FORMAT}.",
            "Use the release that the device runs.",
        )
    if not journal.header:
        raise InputError(
            f"{path} begins as a journal but holds no readable header.", "Pull the session again."
        )
    damage = describe_damage(journal)
    if damage and not salvage:
        raise InputError(
            f"{path} is damaged: {damage}.",
            "Pull the session again, or add --salvage to use what is left.",
        )
    return journal


def describe_damage(journal: Journal) -> str:
    """What is wrong with the file in words; empty where nothing is."""
    parts = []
    if journal.truncated:
        parts.append("it ends in the middle of a record")
    if journal.bad_bytes:
        parts.append(f"{journal.bad_bytes} bytes are no record")
    if journal.bad_records:
        parts.append(f"{journal.bad_records} records can't be right")
    if journal.missing_records:
        parts.append(f"{journal.missing_records} records are missing")
    return ", ".join(parts)


def decode(data: bytes) -> Journal:
    """Decode a journal's bytes. Never raises: damage is counted in the result."""
    journal = Journal()
    if not data.startswith(MAGIC):
        journal.bad_bytes = len(data)
        return journal
    for kind, payload in _records(data, journal):
        reader = READERS.get(kind)
        if reader is None:
            journal.bad_records += 1
            continue
        try:
            reader(journal, payload)
        except (ValueError, struct.error, KeyError, TypeError, RecursionError):
            journal.bad_records += 1
    return journal


@dataclass(frozen=True)
class _Record:
    """A record whose checksum is right."""

    kind: str
    session: int
    sequence: int
    payload: bytes
    crc: int
    end: int  # of its bytes in the file


def _records(data: bytes, journal: Journal) -> Iterator[tuple[str, bytes]]:
    """The header, then the records of its session in their order; the rest is counted."""
    pos = len(MAGIC)
    header: _Record | None = None
    expected = 0
    while pos < len(data):
        record = _record_at(data, pos, header)
        if record is None:
            if header and _is_cut_off(data, pos, header.session, expected):
                journal.truncated = True
                return
            following = _next_head(data, pos + 1, header)
            journal.bad_bytes += following - pos
            pos = following
            continue
        if record.sequence < expected:
            journal.bad_records += 1  # a copy, or out of its place
        else:
            header = header or record
            if record.sequence > expected:
                journal.missing_records += record.sequence - expected
                journal.placed = journal.placed or _counts(journal)
            expected = record.sequence + 1
            yield record.kind, record.payload
        pos = record.end


def _record_at(data: bytes, pos: int, header: _Record | None) -> _Record | None:
    """The record at `pos`: of the header's session, or where there is no header yet, a header."""
    if pos + RECORD_HEAD.size + CRC_BYTES > len(data):
        return None
    kind, length, session, sequence = RECORD_HEAD.unpack_from(data, pos)
    end = pos + RECORD_HEAD.size + length
    if length > LONGEST or end + CRC_BYTES > len(data):
        return None
    if header is None and (kind, sequence) != (HEADER, 0):
        return None
    crc = zlib.crc32(data[pos:end], header.crc if header else 0)
    if crc != int.from_bytes(data[end : end + CRC_BYTES], "little"):
        return None
    payload = data[pos + RECORD_HEAD.size : end]
    return _Record(chr(kind), session, sequence, payload, crc, end + CRC_BYTES)


def _next_head(data: bytes, pos: int, header: _Record | None) -> int:
    """Where from `pos` on the next record may begin; the end of the data where none may."""
    if header is None:
        found = data.find(b"H", pos, HEADER_WITHIN)
        return found if found >= 0 else len(data)
    head = KINDS + b".." + re.escape(struct.pack("<H", header.session))
    match = re.compile(head, re.DOTALL).search(data, pos)
    return match.start() if match else len(data)


def _is_cut_off(data: bytes, pos: int, session: int, expected: int) -> bool:
    """Whether the file ends inside what looks like the next record."""
    head = data[pos : pos + RECORD_HEAD.size]
    if len(head) < RECORD_HEAD.size:
        return True
    kind, length, number, sequence = RECORD_HEAD.unpack(head)
    whole = pos + RECORD_HEAD.size + length + CRC_BYTES
    plausible = chr(kind) in READERS and number == session and sequence == expected
    return plausible and length <= LONGEST and whole > len(data)


def _header(journal: Journal, payload: bytes) -> None:
    header = json.loads(payload, parse_constant=_refuse)
    if not isinstance(header, dict) or journal.header:
        raise ValueError("no header")
    rate_hz, ir_code = header["rate_hz"], header["config"]["ir_code"]
    if type(rate_hz) is not int or rate_hz not in (25, 50, 100):
        raise ValueError("rate")
    if type(ir_code) is not int or not 0 < ir_code < 256:
        raise ValueError("LED current")
    journal.header = {
        name: plain(value) if isinstance(value, str) else value for name, value in header.items()
    }


def _check_index(index: int) -> None:
    if index >= INDEXES:
        raise ValueError("a session of that length")


def _refuse(word: str) -> None:
    raise ValueError(word)  # NaN and Infinity are no JSON


def _raw(journal: Journal, payload: bytes) -> None:
    first, count = struct.unpack_from("<IH", payload)
    journal.samples += count
    if journal.samples > MOST_SAMPLES:
        raise ValueError("more light than there can be")
    unpacker = Unpacker(payload, 6)
    samples: list[int] = []
    while unpacker.pos < len(payload):
        samples += unpacker.block()
    _check_index(first + count)
    if not 0 < len(samples) == count or not all(0 <= v < 1 << 18 for v in samples):
        raise ValueError("raw light")
    journal.raw.append((first, samples))


def _red(journal: Journal, payload: bytes) -> None:
    first, count = struct.unpack_from("<IB", payload)
    _check_index(first)
    if len(payload) != 5 + 3 * count:
        raise ValueError("red light")
    means = [int.from_bytes(payload[5 + 3 * i : 8 + 3 * i], "little") for i in range(count)]
    journal.red.append((first, means))


def _found(journal: Journal, payload: bytes) -> None:
    index, frac, beats, mends, ok, epochs = struct.unpack_from("<IBBBBB", payload)
    unpacker = Unpacker(payload, 9, USUAL_TICKS)
    far = unpacker.block() if beats > 1 else []
    pos = unpacker.pos
    whole = len(payload) == pos + 4 * mends + EPOCH_BYTES * epochs
    if not whole or len(far) != max(beats - 1, 0) or any(d <= 0 for d in far):
        raise ValueError("found")
    ticks = index * 256 + frac
    _check_index(ticks + sum(far) >> 8)
    if beats:
        journal.beats.append((index, frac))
        for d in far:
            ticks += d
            journal.beats.append((ticks >> 8, ticks & 255))
    for i in range(mends):
        before, how, ibi = struct.unpack_from("<BBH", payload, pos + 4 * i)
        if not 0 < how & 15 < len(FLAGS):
            raise ValueError("flag")
        journal.mends.append((journal.ok_tail + before, how >> 4, how & 15, ibi))
        journal.ok_tail = 0
    journal.ok_tail += ok
    for i in range(epochs):
        journal.epochs.append(
            read_epoch(payload[pos + 4 * mends + EPOCH_BYTES * i :][:EPOCH_BYTES])
        )


def read_epoch(payload: bytes) -> tuple[int, ...]:
    """An epoch's integers from its 17 bytes; ValueError where it is none."""
    run, number = payload[0], payload[1]
    rsa = int.from_bytes(payload[2:5], "little", signed=True)
    bp_rsa = int.from_bytes(payload[5:8], "little", signed=True)
    rmssd, mean, flagged, reason = struct.unpack_from("<HHBB", payload, 8)
    breath, floor = struct.unpack_from("<Hb", payload, 14)
    confidence = breath >> 12
    if reason >= len(REASONS) or confidence >= len(CONFIDENCES) or flagged > 60:
        raise ValueError("epoch")
    breathing = (breath & 0xFFF, confidence)
    return run, number, rsa, bp_rsa, rmssd, mean, flagged, reason, *breathing, floor


def _event(journal: Journal, payload: bytes) -> None:
    event = Event(*struct.unpack("<IIBBi", payload))
    _check_index(event.index)
    journal.events.append(event)


def _mark(journal: Journal, payload: bytes) -> None:
    (index,) = struct.unpack_from("<I", payload)
    _check_index(index)
    kind, text = json.loads(payload[4:])
    journal.marks.append(
        (index, plain(kind, LONGEST_KIND, also=JOINERS), plain(text, LONGEST_TEXT, also=JOINERS))
    )


READERS = {"H": _header, "R": _raw, "L": _red, "B": _found, "V": _event, "M": _mark}
KINDS = b"[" + "".join(READERS).encode() + b"]"
