"""The ROM's bootloader and the flasher stub, command by command."""

import hashlib
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from vagaband.board.bootloader import Bootloader
from vagaband.board.esp_image import xor_of
from vagaband.board.flash_chip import CHIP_BYTES, FlashChip
from vagaband.board.flash_file import blank_chip
from vagaband.board.slip import SlipReader, encode

MAC = bytes.fromhex("24 0a c4 01 02 03")
BAUD = 115200
SECTOR_S = 0.045
DATA = bytes(range(256)) * 40


class Host:
    """Speaks to a bootloader directly; `now_s` is its clock."""

    def __init__(self, file: Path) -> None:
        blank_chip(file)
        self.file = file
        self.boot = Bootloader(FlashChip(file, SECTOR_S), MAC, 1.0)
        self.now_s = 0.0
        self.greeting = self.boot.output(BAUD, 0.0)
        self._slip = SlipReader()

    def packets(self, baud: int = BAUD) -> list[bytes]:
        return self._slip.feed(self.boot.output(baud, self.now_s))

    def send(self, op: int, data: bytes = b"", checksum: int = 0, baud: int = BAUD) -> None:
        packet = struct.pack("<BBHI", 0, op, len(data), checksum) + data
        self.boot.feed(encode(packet), baud, self.now_s)

    def ask(self, op: int, *words: int, data: bytes = b"", checksum: int = 0) -> tuple[int, bytes]:
        """Value and data with status; waits as long as that takes."""
        self.send(op, struct.pack(f"<{len(words)}I", *words) + data, checksum)
        self.now_s += 100
        packet = self.packets()[0]
        assert packet[:2] == bytes((1, op))
        return struct.unpack_from("<I", packet, 4)[0], packet[8:]

    def write(self, op: int, data: bytes) -> bytes:
        words = (len(data), 0, 0, 0)
        return self.ask(op, *words, data=data, checksum=0xEF ^ xor_of(data))[1]

    def start_stub(self) -> None:
        self.send(0x06, struct.pack("<II", 0, 0x400A902C))
        assert self.packets()[-1] == b"OHAI"

    def contents(self, at: int, count: int) -> bytes:
        return self.file.read_bytes()[at : at + count]


@pytest.fixture
def rom(tmp_path: Path) -> Iterator[Host]:
    host = Host(tmp_path / "chip.bin")
    yield host
    host.boot.close()


@pytest.fixture
def stub(rom: Host) -> Host:
    rom.start_stub()
    return rom


def test_the_rom_says_that_it_waits(rom: Host) -> None:
    assert b"boot:0x3 (DOWNLOAD_BOOT" in rom.greeting
    assert rom.greeting.endswith(b"waiting for download\r\n")


def test_sync_is_answered_eight_times_and_tells_rom_from_stub(rom: Host) -> None:
    rom.send(0x08, bytes(36))
    values = [struct.unpack_from("<I", packet, 4)[0] for packet in rom.packets()]
    assert len(values) == 8
    assert all(values)
    rom.start_stub()
    rom.send(0x08, bytes(36))
    assert [struct.unpack_from("<I", packet, 4)[0] for packet in rom.packets()] == [0] * 8


def test_the_chip_and_its_mac_are_in_registers(rom: Host) -> None:
    assert rom.ask(0x0A, 0x40001000) == (0x00F01D83, bytes(4))
    low, high = rom.ask(0x0A, 0x3FF5A004)[0], rom.ask(0x0A, 0x3FF5A008)[0]
    assert struct.pack(">HI", high, low) == MAC


def test_the_flash_chip_answers_over_the_spi_controller(rom: Host) -> None:
    mask = 0xFFFFFFFF
    rom.ask(0x09, 0x3FF42024, 7 << 28 | 0x9F, mask, 0)
    rom.ask(0x09, 0x3FF42000, 1 << 18, mask, 0)
    assert rom.ask(0x0A, 0x3FF42000)[0] == 0
    assert rom.ask(0x0A, 0x3FF42080)[0] == 0x164020


def test_what_the_rom_does_not_know_is_refused(rom: Host) -> None:
    assert rom.ask(0x14)[1] == b"\x01\x05\x00\x00"
    assert rom.ask(0xD0)[1][:2] == b"\x01\x05"
    rom.start_stub()
    assert rom.ask(0x0E, 0, 64)[1] == b"\x01\xff"


@pytest.mark.parametrize("packet", [b"\x00\x08\x24\x00", b"\x01\x0a\x00\x00\x00\x00\x00\x00", b""])
def test_what_is_no_command_is_not_answered(rom: Host, packet: bytes) -> None:
    rom.boot.feed(encode(packet), BAUD, 0)
    assert rom.packets() == []


def test_a_plain_write(rom: Host) -> None:
    rom.ask(0x02, len(DATA), 10, 1024, 0x3000)
    for at in range(0, len(DATA), 1024):
        assert rom.write(0x03, DATA[at : at + 1024]) == bytes(4)
    assert rom.contents(0x3000, len(DATA)) == DATA
    assert rom.ask(0x13, 0x3000, len(DATA), 0, 0)[1][:32] == hashlib.md5(DATA).hexdigest().encode()
    assert rom.ask(0x0E, 0x3000, 16)[1] == DATA[:16] + bytes(48) + bytes(4)


def test_a_deflated_write_by_the_stub(stub: Host) -> None:
    packed = zlib.compress(DATA)
    stub.ask(0x10, len(DATA), 1, 0x4000, 0x3000, 0)
    for at in range(0, len(packed), 100):
        assert stub.write(0x11, packed[at : at + 100]) == bytes(2)
    assert stub.contents(0x3000, len(DATA)) == DATA
    assert stub.ask(0x13, 0x3000, len(DATA), 0, 0)[1] == hashlib.md5(DATA).digest() + bytes(2)


def test_programming_only_clears_bits_and_a_write_erases_its_sectors(stub: Host) -> None:
    chip = FlashChip(stub.file, SECTOR_S)
    chip.program(0x3000, b"\x0f" * 8192)
    chip.program(0x3000, b"\x3c")
    assert stub.contents(0x3000, 2) == b"\x0c\x0f"
    chip.close()
    stub.ask(0x02, 16, 1, 16, 0x3000, 0)
    stub.write(0x03, b"\xaa" * 16)
    assert stub.contents(0x3000, 4096) == b"\xaa" * 16 + b"\xff" * 4080
    assert stub.contents(0x4000, 1) == b"\x0f"


def test_wrong_data_are_refused(rom: Host) -> None:
    assert rom.write(0x03, b"early")[:2] == b"\x01\x06"
    rom.ask(0x10, 1024, 1, 1024, 0)
    assert rom.ask(0x11, 4, 0, 0, 0, data=b"abcd", checksum=0)[1][:2] == b"\x01\x07"
    assert rom.write(0x11, b"this is not deflated")[:2] == b"\x01\x0b"
    assert rom.ask(0x02, 4096, 1, 1024, CHIP_BYTES)[1][:2] == b"\x01\x06"
    assert rom.ask(0x13, 0, CHIP_BYTES + 1, 0, 0)[1][:2] == b"\x01\x06"
    assert rom.ask(0x0A)[1][:2] == b"\x01\x06"
    assert rom.contents(0, CHIP_BYTES) == b"\xff" * CHIP_BYTES


def test_the_rom_answers_after_erasing_and_the_stub_while_it_writes(rom: Host) -> None:
    begin = struct.pack("<4I", 65536, 64, 1024, 0)
    rom.send(0x02, begin)
    rom.now_s = 0.149
    assert rom.packets() == []
    assert rom.boot.busy
    rom.now_s = 0.151
    assert len(rom.packets()) == 1
    rom.start_stub()
    rom.send(0x02, begin)
    data = struct.pack("<4I", 4, 0, 0, 0) + b"abcd"
    for _ in range(2):
        rom.send(0x03, data, 0xEF ^ xor_of(b"abcd"))
    assert len(rom.packets()) == 2  # to the beginning and to the first data; the second must wait
    rom.now_s += 0.2
    assert len(rom.packets()) == 1


def test_erasing_takes_its_time(stub: Host) -> None:
    stub.ask(0x02, 8192, 1, 8192, 0x3000, 0)
    stub.write(0x03, DATA[:8192])
    stub.send(0xD1, struct.pack("<II", 0x3000, 4096))
    assert stub.packets() == []
    stub.now_s += SECTOR_S
    assert len(stub.packets()) == 1
    assert stub.contents(0x3000, 8192) == b"\xff" * 4096 + DATA[4096:8192]
    stub.send(0xD0)
    stub.now_s += 9.5
    assert stub.packets() == []
    stub.now_s += 0.2
    assert len(stub.packets()) == 1
    assert stub.contents(0, CHIP_BYTES) == b"\xff" * CHIP_BYTES


def test_reading_waits_for_acknowledgements(stub: Host) -> None:
    stub.ask(0x02, len(DATA), 1, len(DATA), 0, 0)
    stub.write(0x03, DATA)
    stub.send(0xD2, struct.pack("<4I", 0, len(DATA), 4096, 2))
    _, *got = stub.packets()
    assert [len(packet) for packet in got] == [4096, 4096]
    for acknowledged in (4096, 8192, len(DATA)):
        stub.boot.feed(encode(struct.pack("<I", acknowledged)), BAUD, stub.now_s)
        got += stub.packets()
    assert b"".join(got[:-1]) == DATA
    assert got[-1] == hashlib.md5(DATA).digest()


def test_the_line_must_have_the_chips_rate(rom: Host) -> None:
    rom.ask(0x08)
    rom.ask(0x0F, 460800, 0)
    rom.send(0x0A, struct.pack("<I", 0))
    assert rom.packets() == []
    rom.send(0x0A, struct.pack("<I", 0), baud=460800)
    assert len(rom.packets(460800)) == 1


def test_the_end_of_writing(rom: Host) -> None:
    rom.start_stub()
    rom.ask(0x04, 1)
    assert rom.ask(0x0A, 0)[1] == bytes(2)  # still the stub
    rom.ask(0x04, 0)
    assert rom.ask(0x0A, 0)[1] == bytes(4)  # the ROM again
    rom.ask(0x04, 0)
    assert rom.boot.ended
