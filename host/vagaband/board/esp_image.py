"""ESP32 images on the flash chip: whether the chip would boot, and a small image that does.

Layout (esp-idf: esp_app_format.h, esp_flash_partitions.h): a header of 24 bytes, segments of
address, length and data, zeros up to the last byte of 16, which is the XOR of all data, and the
SHA-256 of all that. This judges by itself, so that a mistake in the PC's check of an image shows.
"""

import hashlib
import struct
from dataclasses import dataclass

import numpy as np

from vagaband.plain import plain

IMAGE_AT, TABLE_AT, FILES_AT = 0x1000, 0x8000, 0x200000
MAGIC, ESP32 = 0xE9, 0
HEADER = struct.Struct("<BBBBI4BHBHHIB")
SEGMENT = struct.Struct("<II")
MOST_SEGMENTS = 16
CHECKSUM_SEED = 0xEF
DESCRIPTION = struct.Struct("<I12x32s32s")  # esp_app_desc_t: magic, version, project; 256 bytes
DESCRIPTION_MAGIC, DESCRIPTION_BYTES = 0xABCD5432, 256
PARTITION = struct.Struct("<HBBII16sI")
PARTITION_MAGIC, APP = 0x50AA, 0
DROM, IRAM = 0x3F400020, 0x40080000


@dataclass(frozen=True)
class Image:
    """A sound image: `size` in bytes; project and version are empty without a description."""

    size: int
    project: str
    version: str


class BadImage(ValueError):  # noqa: N818
    """The text that the chip prints about an image that it does not boot."""


def boot_image(flash: bytes) -> Image:
    """What a chip with this flash would run; BadImage with the chip's words if nothing.

    Where the image at 0x1000 is a bootloader (no app description) and there is a partition
    table, the first application in that is what runs.
    """
    (word,) = struct.unpack_from("<I", flash, IMAGE_AT)
    if word & 0xFF != MAGIC:
        raise BadImage(f"invalid header: 0x{word:08x}")
    image = read_image(flash[IMAGE_AT:FILES_AT])
    app_at = None if image.version or image.project else _first_app(flash)
    if app_at is None:
        return image
    try:
        return read_image(flash[app_at : app_at + FILES_AT])
    except BadImage as problem:
        raise BadImage(
            f"{problem}\r\nE (66) boot: No bootable app partitions in the partition table"
        ) from None


def read_image(data: bytes) -> Image:
    """The image that `data` begins with; BadImage when it is damaged or for another chip."""
    if len(data) < HEADER.size or data[0] != MAGIC:
        raise BadImage(f"E (50) esp_image: image at 0x10000 has invalid magic byte {data[:1]!r}")
    _, count, *_, chip_id, _, _, _, _, hashed = HEADER.unpack_from(data)
    if chip_id != ESP32:
        raise BadImage(f"E (50) boot_comm: mismatch chip ID, expected {ESP32}, found {chip_id}")
    if not 1 <= count <= MOST_SEGMENTS:
        raise BadImage(f"E (50) esp_image: image segment count {count} exceeds max")
    checksum, at = CHECKSUM_SEED, HEADER.size
    for _ in range(count):
        end = at + SEGMENT.size
        length = SEGMENT.unpack_from(data, at)[1] if end <= len(data) else 0xFFFFFFFF
        if end + length > len(data):
            raise BadImage(f"E (50) esp_image: invalid segment length 0x{length:x}")
        checksum ^= xor_of(data[end : end + length])
        at = end + length
    at |= 15
    if data[at : at + 1] != bytes([checksum]):
        raise BadImage(f"csum err:0x{checksum:x}!=0x{data[at : at + 1].hex()}")
    at += 1
    if hashed and hashlib.sha256(data[:at]).digest() != data[at : at + 32]:
        raise BadImage("E (90) esp_image: Image hash failed - image is corrupt")
    return Image(at + 32 * bool(hashed), *_described(data))


def xor_of(data: bytes) -> int:
    """All bytes, exclusively or-ed."""
    return int(np.bitwise_xor.reduce(np.frombuffer(data, dtype=np.uint8))) if data else 0


def _described(data: bytes) -> tuple[str, str]:
    """Project and version of the app description, which begins the first segment."""
    at = HEADER.size + SEGMENT.size
    if len(data) < at + DESCRIPTION.size:
        return "", ""
    magic, version, project = DESCRIPTION.unpack_from(data, at)
    return (_text(project), _text(version)) if magic == DESCRIPTION_MAGIC else ("", "")


def _text(field: bytes) -> str:
    return plain(field.split(b"\0")[0].decode("ascii", "replace"))


def _first_app(flash: bytes) -> int | None:
    for at in range(TABLE_AT, TABLE_AT + 0xC00, PARTITION.size):
        magic, kind, _, offset, *_ = PARTITION.unpack_from(flash, at)
        if magic != PARTITION_MAGIC:
            break
        if kind == APP:
            return offset
    return None


def make_image(project: str = "micropython", version: str = "v1.29.0-virtual") -> bytes:
    """A small sound image, as it lies at 0x1000: an app description and no code to speak of."""
    description = DESCRIPTION.pack(DESCRIPTION_MAGIC, version.encode(), project.encode())
    segments = [(DROM, description.ljust(DESCRIPTION_BYTES, b"\0")), (IRAM, bytes(64))]
    data = HEADER.pack(
        *(MAGIC, len(segments), 2, 0x20, IRAM),
        *(0xEE, 0, 0, 0, ESP32, 0, 0, 399, 0, 1),
    )
    checksum = CHECKSUM_SEED
    for address, content in segments:
        data += SEGMENT.pack(address, len(content)) + content
        checksum ^= xor_of(content)
    data = data.ljust(len(data) | 15, b"\0") + bytes([checksum])
    return data + hashlib.sha256(data).digest()
