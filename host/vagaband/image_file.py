"""An ESP32 firmware image as a file: what it is, and whether it is whole.

Layout (esp-idf, esp_app_format.h): header of 24 bytes, segments of address, length and data, a
checksum on the last byte of a 16-byte row, and the SHA-256 of all that. What is written at 0x1000
of an ESP32 is often several in one file: bootloader, partition table at 0x8000, applications.
"""

import hashlib
import struct
from dataclasses import dataclass
from functools import reduce
from operator import xor
from pathlib import Path

from vagaband.errors import InputError
from vagaband.plain import plain

WRITTEN_AT = 0x1000
FILE_SYSTEM_AT = 0x200000  # where MicroPython keeps its files on a 4 MiB board
FILE_SYSTEM_BYTES = 0x200000
TABLE_AT = 0x8000
MAGIC = 0xE9
CHIP = "ESP32"
CHIPS = {
    0: CHIP,
    2: "ESP32-S2",
    5: "ESP32-C3",
    9: "ESP32-S3",
    12: "ESP32-C2",
    13: "ESP32-C6",
    16: "ESP32-H2",
    18: "ESP32-P4",
    20: "ESP32-C61",
    23: "ESP32-C5",
}
_HEADER = struct.Struct("<BBBBI BBBB HBHHIB")
_SEGMENT = struct.Struct("<II")
_PARTITION = struct.Struct("<HBBII16sI")
_PARTITION_MAGIC = 0x50AA
_APP = 0  # type of a partition that holds a program
_MOST_SEGMENTS = 16
_CHECKSUM_SEED = 0xEF
_DESCRIPTION = struct.Struct("<I4xQ32s32s")  # esp_app_desc_t: magic, -, -, version, name
_DESCRIPTION_MAGIC = 0xABCD5432
_NEXT = "Use the .bin for ESP32_GENERIC from micropython.org, or leave --image out."


@dataclass(frozen=True)
class Image:
    """A sound image: its bytes, and the version of the program in it where it names one."""

    data: bytes
    version: str


def read_image(path: Path) -> Image:
    """Read an image and check all of it; InputError says what is wrong with it."""
    try:
        with path.open("rb") as file:
            data = file.read(FILE_SYSTEM_AT - WRITTEN_AT + 1)
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.", _NEXT) from None
    if len(data) > FILE_SYSTEM_AT - WRITTEN_AT:
        raise InputError(f"{path} is too large: it would overwrite the logs.", _NEXT)
    problem = problem_of(data)
    if problem:
        raise InputError(f"{path} can't be flashed: {problem}.", _NEXT)
    return Image(data, _version(data))


def problem_of(data: bytes) -> str:
    """What is wrong with the bytes meant for 0x1000; "" where nothing is."""
    problem = _problem_of_program(data)
    if problem:
        return problem
    programs = _programs(data)
    if not programs and not _version(data):
        return "it is cut off behind its bootloader, or is no MicroPython"
    for at in programs:
        if at >= len(data):
            return "it is cut off"
        problem = _problem_of_program(data[at:])
        if problem:
            return problem
    return ""


def _problem_of_program(data: bytes) -> str:
    if not data:
        return "it is empty"
    if data[0] != MAGIC:
        return f"it is no ESP32 image, it begins with 0x{data[0]:02x} and not 0xe9"
    if len(data) < _HEADER.size:
        return "it is cut off"
    _, segments, *_, chip, _, _, _, _, hashed = _HEADER.unpack_from(data)
    if chip != 0:
        return f"it is for the {CHIPS.get(chip, f'chip {chip}')}, not for the {CHIP}"
    if not 1 <= segments <= _MOST_SEGMENTS or hashed > 1:
        return "its header is damaged"
    checksum, at = _CHECKSUM_SEED, _HEADER.size
    for _ in range(segments):
        if at + _SEGMENT.size > len(data):
            return "it is cut off"
        length = _SEGMENT.unpack_from(data, at)[1]
        at += _SEGMENT.size
        if at + length > len(data):
            return "it is cut off"
        checksum = reduce(xor, data[at : at + length], checksum)
        at += length
    at |= 15  # the checksum is the last of a row of 16
    end = at + 1 + (32 if hashed else 0)
    if end > len(data):
        return "it is cut off"
    if data[at] != checksum:
        return "its checksum is wrong"
    if hashed and hashlib.sha256(data[: at + 1]).digest() != data[at + 1 : end]:
        return "its SHA-256 is wrong"
    return ""


def _programs(data: bytes) -> list[int]:
    """Where the partition table in an image, if there is one, puts programs in it."""
    found, at = [], TABLE_AT - WRITTEN_AT
    while at + _PARTITION.size <= len(data):
        magic, kind, _, offset, _, _, _ = _PARTITION.unpack_from(data, at)
        if magic != _PARTITION_MAGIC:
            break
        if kind == _APP:
            found.append(offset - WRITTEN_AT)
        at += _PARTITION.size
    return found[:1]  # the first is what runs; others may be empty yet


def _version(data: bytes) -> str:
    for start in (*_programs(data), 0):
        at = start + _HEADER.size + _SEGMENT.size
        if at + _DESCRIPTION.size <= len(data):
            magic, _, version, _ = _DESCRIPTION.unpack_from(data, at)
            if magic == _DESCRIPTION_MAGIC:
                return plain(version.split(b"\0")[0].decode("ascii", "replace"))
    return ""
