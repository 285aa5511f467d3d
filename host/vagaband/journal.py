"""Journal files to what the device logged. The format is in journal.md, beside this file."""

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vagaband.errors import InputError
from vagaband.rice import Unpacker

MAGIC = b"VBJ1"
FORMAT = 3
LONGEST = 4096
RECORD_HEAD = struct.Struct("<BHHI")
CRC_BYTES = 4
USUAL_TICKS = 20480
EPOCH_BYTES = 17
LARGEST_FILE = 64 << 20  # 16 times the board's flash

CONTACT, SCALE, GAP, LED, MOTION, PACE, LOCKIN = 1, 2, 3, 4, 5, 6, 7
RAW_STOPPED, END, CLOCK = 16, 17, 18
FLAGS = ("ok", "missed", "extra", "ectopic", "gap", "motion")
REASONS = ("", "corrected", "flat", "motion", "irregular", "noise")
CONFIDENCES = ("none", "fair", "good")
GAP_CAUSES = {1: "overflow", 2: "bus", 3: "brown-out", 4: "silent", 5: "part"}
END_REASONS = {1: "stopped", 2: "interrupted", 3: "full", 4: "fault"}


@dataclass(frozen=True)
class Event:
    """What happened at a sample, and how many beats there were before."""

    index: int
    beats: int
    code: int
    arg: int
    value: int


@dataclass
class Journal:
    """One session as logged. Integers as the device has them; times are sample indices."""

    header: dict[str, Any] = field(default_factory=dict)
    raw: list[tuple[int, list[int]]] = field(default_factory=list)  # first index, IR counts
    red: list[tuple[int, list[int]]] = field(default_factory=list)  # first index, mean of seconds
    beats: list[tuple[int, int]] = field(default_factory=list)  # index, 1/256
    mends: list[tuple[int, int, int, int]] = field(
        default_factory=list
    )  # ok before, used, flag, ibi
    ok_tail: int = 0  # intervals left as they are after the last mend
    epochs: list[tuple[int, ...]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    marks: list[tuple[int, str, str]] = field(default_factory=list)
    bad_bytes: int = 0  # passed over: not part of a record
    bad_records: int = 0  # a right checksum, but contents that can't be
    missing_records: int = 0  # absent by the sequence numbers
    truncated: bool = False  # the file ends inside a record

    @property
    def ended(self) -> bool:
        """Whether the session was closed by the device."""
        return any(event.code == END for event in self.events)

    @property
    def integrity(self) -> dict[str, int]:
        """Counts that are all 0 in a sound file."""
        return {
            "bad_bytes": self.bad_bytes,
            "bad_records": self.bad_records,
            "missing_records": self.missing_records,
            "truncated": int(self.truncated),
        }


def is_journal(path: Path) -> bool:
    """Whether a file begins as a journal does."""
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
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


def _records(data: bytes, journal: Journal) -> Iterator[tuple[str, bytes]]:
    """Records whose checksum, session and order are right; the rest is counted."""
    pos = len(MAGIC)
    session: int | None = None
    expected = 0
    while pos < len(data):
        found = _record_at(data, pos)
        if found is None:
            if session is not None and _is_cut_off(data, pos, session, expected):
                journal.truncated = True
                return
            journal.bad_bytes += 1
            pos += 1
            continue
        kind, number, sequence, payload, pos_after = found
        if session is None:
            session = number
        if number != session or sequence < expected:
            journal.bad_records += 1  # a stale or foreign record
        else:
            journal.missing_records += sequence - expected
            expected = sequence + 1
            yield kind, payload
        pos = pos_after


def _record_at(data: bytes, pos: int) -> tuple[str, int, int, bytes, int] | None:
    if pos + RECORD_HEAD.size + CRC_BYTES > len(data):
        return None
    kind, length, session, sequence = RECORD_HEAD.unpack_from(data, pos)
    end = pos + RECORD_HEAD.size + length
    if length > LONGEST or end + CRC_BYTES > len(data):
        return None
    if zlib.crc32(data[pos:end]) != int.from_bytes(data[end : end + CRC_BYTES], "little"):
        return None
    payload = data[pos + RECORD_HEAD.size : end]
    return chr(kind), session, sequence, payload, end + CRC_BYTES


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
    header = json.loads(payload)
    if not isinstance(header, dict) or journal.header:
        raise ValueError("no header")
    if header["rate_hz"] not in (25, 50, 100) or not 0 < header["config"]["ir_code"] < 256:
        raise ValueError("settings")
    journal.header = header


def _raw(journal: Journal, payload: bytes) -> None:
    first, count = struct.unpack_from("<IH", payload)
    unpacker = Unpacker(payload, 6)
    samples: list[int] = []
    while unpacker.pos < len(payload):
        samples += unpacker.block()
    if len(samples) != count or not all(0 <= v < 1 << 18 for v in samples):
        raise ValueError("raw light")
    journal.raw.append((first, samples))


def _red(journal: Journal, payload: bytes) -> None:
    first, count = struct.unpack_from("<IB", payload)
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
    if beats:
        ticks = index * 256 + frac
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
        journal.epochs.append(_epoch(payload[pos + 4 * mends + EPOCH_BYTES * i :][:EPOCH_BYTES]))


def _epoch(payload: bytes) -> tuple[int, ...]:
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
    journal.events.append(Event(*struct.unpack("<IIBBi", payload)))


def _mark(journal: Journal, payload: bytes) -> None:
    (index,) = struct.unpack_from("<I", payload)
    kind, text = json.loads(payload[4:])
    journal.marks.append((index, str(kind)[:24], str(text)[:120]))


READERS = {"H": _header, "R": _raw, "L": _red, "B": _found, "V": _event, "M": _mark}
