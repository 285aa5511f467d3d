"""Small images that an ESP32's ROM, esptool and vagaband take for real ones."""

import hashlib
import struct

HEADER = struct.Struct("<BBBBIBBBBHBHHIB")
IRAM, DROM = 0x40080000, 0x3F400020
TABLE_AT, APP_AT = 0x8000 - 0x1000, 0x10000 - 0x1000
FILLER = bytes(k * 7 % 256 for k in range(600))


def description(version: str) -> bytes:
    """esp_app_desc_t, 256 bytes."""
    text = struct.pack("<III4x", 0xABCD5432, 0, 0)
    text += version.encode().ljust(32, b"\0") + b"micropython".ljust(32, b"\0")
    text += b"12:00:00".ljust(16, b"\0") + b"Sep 11 2025".ljust(16, b"\0")
    return (text + b"v5.4.2".ljust(32, b"\0")).ljust(256, b"\0")


def program(
    version: str = "v1.26.1", *, chip: int = 0, hashed: bool = True, body: bytes = FILLER
) -> bytes:
    """One image: two segments, the first with the description of the program, if it has one."""
    body = (description(version) if version else b"") + body
    segments = [(DROM, body), (IRAM, bytes(range(64)) * 4)]
    data = HEADER.pack(
        0xE9, len(segments), 2, 0x20, IRAM, 0xEE, 0, 0, 0, chip, 0, 0, 399, 0, hashed
    )
    checksum = 0xEF
    for address, content in segments:
        content += b"\0" * (-len(content) % 4)
        data += struct.pack("<II", address, len(content)) + content
        for byte in content:
            checksum ^= byte
    data += b"\0" * (15 - len(data) % 16) + bytes([checksum])
    return data + hashlib.sha256(data).digest() if hashed else data


def combined(version: str = "v1.26.1", body: bytes = FILLER * 60) -> bytes:
    """Bootloader, partition table and application, as MicroPython ships them for 0x1000."""
    table = b""
    for kind, sub, offset, size, name in (
        (1, 2, 0x9000, 0x6000, b"nvs"),
        (0, 0, 0x10000, 0x1F0000, b"factory"),
        (1, 0x81, 0x200000, 0x200000, b"vfs"),
    ):
        table += struct.pack("<HBBII16sI", 0x50AA, kind, sub, offset, size, name, 0)
    table += b"\xeb\xeb" + b"\xff" * 14 + hashlib.md5(table).digest()
    boot = program("").ljust(TABLE_AT, b"\xff")
    return (boot + table).ljust(APP_AT, b"\xff") + program(version, body=body)
