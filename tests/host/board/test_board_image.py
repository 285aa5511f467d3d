"""Which flash contents boot, and what the chip says of the others."""

import hashlib
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from esp_image import combined, program
from vagaband.board.esp_image import IMAGE_AT, BadImage, boot_image, make_image
from vagaband.image_file import problem_of

IMAGE = make_image("micropython", "v1.26.1")
APP_AT = 0x10000


def flash(image: bytes) -> bytes:
    return (b"\xff" * IMAGE_AT + image).ljust(4 << 20, b"\xff")


def rehashed(data: bytes) -> bytes:
    return data[:-32] + hashlib.sha256(data[:-32]).digest()


def with_byte(data: bytes, at: int, value: int) -> bytes:
    return data[:at] + bytes([value]) + data[at + 1 :]


def test_the_synthetic_image_boots_and_names_its_version() -> None:
    image = boot_image(flash(IMAGE))
    assert (image.project, image.version, image.size) == ("micropython", "v1.26.1", len(IMAGE))


def test_esptool_and_vagaband_accept_the_synthetic_image(tmp_path: Path) -> None:
    file = tmp_path / "image.bin"
    file.write_bytes(IMAGE)
    command = [sys.executable, "-m", "esptool", "image-info", str(file)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "v1.26.1" in said
    assert said.count("(valid)") == 2  # checksum and hash
    assert problem_of(IMAGE) == ""


def test_images_of_another_hand_boot() -> None:
    assert boot_image(flash(program("v9", hashed=False))).version == "v9"
    assert boot_image(flash(combined("v8"))).version == "v8"


@pytest.mark.parametrize(
    ("contents", "says"),
    [
        (b"", "invalid header: 0xffffffff"),
        (b"\x00\x01\x02\x03", "invalid header: 0x03020100"),
        (IMAGE[:24], "invalid segment length 0xffffffff"),
        (IMAGE[:200], "invalid segment length 0xffffffff"),
        (with_byte(IMAGE, 1, 17), "segment count 17"),
        (rehashed(with_byte(IMAGE, 12, 9)), "mismatch chip ID, expected 0, found 9"),
        (with_byte(IMAGE, 200, 1), "csum err:0x"),
        (with_byte(IMAGE, len(IMAGE) - 1, IMAGE[-1] ^ 1), "Image hash failed"),
    ],
)
def test_what_is_not_an_image_does_not_boot(contents: bytes, says: str) -> None:
    with pytest.raises(BadImage, match=says):
        boot_image(flash(contents))


def test_a_half_written_application_does_not_boot() -> None:
    chip = bytearray(flash(combined()))
    chip[APP_AT + 0x800 :] = b"\xff" * (len(chip) - APP_AT - 0x800)
    with pytest.raises(BadImage, match="No bootable app partitions"):
        boot_image(bytes(chip))


def test_text_of_an_image_is_shown_safely() -> None:
    assert boot_image(flash(make_image("a\x1b[2J", "v1\n"))).project == "a?[2J"


def test_any_changed_byte_is_seen() -> None:
    at = struct.calcsize("<24s8s")
    for place in range(at, len(IMAGE) - 32, 37):
        with pytest.raises(BadImage):
            boot_image(flash(with_byte(IMAGE, place, IMAGE[place] ^ 0x10)))
