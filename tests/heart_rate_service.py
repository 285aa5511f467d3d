"""What an app makes of a strap's bytes, written from the GATT Specification Supplement.

Heart Rate Measurement (0x2A37): flags (1 byte; bit 0: heart rate has 16 bits; bits 1 and 2: 0, 1
sensor contact is not supported, 2 not detected, 3 detected; bit 3: energy expended is there; bit
4: RR intervals are there), heart rate, energy expended (2 bytes), RR intervals in 1/1024 s, the
oldest first. Numbers are little-endian.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

DEFAULT_ATT_PAYLOAD = 20  # an ATT MTU of 23 less the notification's head


@dataclass(frozen=True)
class Measurement:
    """One Heart Rate Measurement."""

    bpm: int
    contact: bool | None  # None: not supported
    rr: tuple[int, ...]  # 1/1024 s


def decode(data: bytes) -> Measurement:
    """Read a measurement; AssertionError where it is not as specified."""
    assert 2 <= len(data) <= DEFAULT_ATT_PAYLOAD
    flags = data[0]
    assert flags >> 5 == 0, "bits that are reserved"
    at = 3 if flags & 1 else 2
    bpm = int.from_bytes(data[1:at], "little")
    if flags & 8:
        at += 2
    rest = data[at:]
    assert bool(rest) == bool(flags & 16)
    assert len(rest) % 2 == 0
    rr = tuple(int.from_bytes(rest[i : i + 2], "little") for i in range(0, len(rest), 2))
    return Measurement(bpm, (None, None, False, True)[flags >> 1 & 3], rr)


@dataclass(frozen=True)
class Line:
    """A line of the record that a virtual board keeps of its radio."""

    t_s: float
    who: str
    what: str
    data: bytes


def read_record(file: Path) -> list[Line]:
    """The lines of a record (see `vagaband board --help`)."""
    lines = []
    for line in file.read_text().splitlines():
        t_us, who, what, hexes = line.split(",")
        lines.append(Line(int(t_us) / 1e6, who, what, bytes.fromhex(hexes)))
    return lines


def measurements(lines: Iterable[Line]) -> list[Measurement]:
    """What the phone's app got."""
    return [decode(line.data) for line in lines if (line.who, line.what) == ("phone", "2a37")]


def intervals(got: Iterable[Measurement]) -> list[int]:
    """All RR intervals in the order they came."""
    return [rr for one in got for rr in one.rr]
