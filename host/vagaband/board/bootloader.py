"""The ESP32 in download mode: the ROM's serial bootloader, and esptool's flasher stub after it."""

import struct
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from vagaband.board import rom_facts as rom
from vagaband.board.esp_image import xor_of
from vagaband.board.flash_chip import CHIP_BYTES, FlashChip
from vagaband.board.flash_transfer import Reading, Writing
from vagaband.board.slip import SlipReader, encode

REQUEST = struct.Struct("<BBHI")
WORDS = {n: struct.Struct(f"<{n}I") for n in (1, 2, 4)}
ERASE_CHIP = 0xD0
READ_FLASH = 0xD2
STUB_ONLY = (ERASE_CHIP, 0xD1, READ_FLASH)
ROM_ONLY = (0x0E,)
ANSWERED_FIRST = (0x03, 0x11)  # data that the stub writes after it has answered


@dataclass
class Answer:
    """To a command: the value, data before the status, an error code, the time it takes.

    `then`: packets after the answer; `baud`: the chip's rate from then on (0: the next SYNC's).
    """

    value: int = 0
    data: bytes = b""
    error: int = 0
    cost_s: float = 0.0
    then: tuple[bytes, ...] = ()
    baud: int | None = None


@dataclass
class _Due:
    at_s: float
    data: bytes
    baud: int | None


class Bootloader:
    """Answers the host. `pace`: the board's seconds in a real second; `ended`: it boots."""

    def __init__(self, chip: FlashChip, mac: bytes, pace: float) -> None:
        self.ended = False
        self._chip = chip
        self._pace = pace
        self._registers = dict(rom.REGISTERS)
        self._registers[rom.EFUSE_MAC] = int.from_bytes(mac[2:], "big")
        self._registers[rom.EFUSE_MAC + 4] = int.from_bytes(mac[:2], "big")
        self._slip = SlipReader()
        self._stub = False
        self._baud: int | None = None  # None: the first SYNC tells
        self._free_s = 0.0  # when the flash chip has done what it was told
        self._writing: Writing | None = None
        self._reading: Reading | None = None
        self._due: deque[_Due] = deque()
        text = rom.HELLO % (rom.RESET_NAMES[1], rom.BOOT_DOWNLOAD) + rom.WAITING
        self._due.append(_Due(0.0, text, None))

    @property
    def busy(self) -> bool:
        """Whether answers wait for the flash chip."""
        return bool(self._due)

    def close(self) -> None:
        """Lets go of the chip."""
        self._chip.close()

    # the line

    def feed(self, data: bytes, host_baud: int, now_s: float) -> None:
        """Bytes from the host; at another rate than the chip's they are noise."""
        if not self._hears(host_baud):
            return
        for packet in self._slip.feed(data):
            if self._reading and len(packet) == 4:
                self._go_on_reading(packet)
            else:
                self._take(packet, host_baud, now_s)

    def output(self, host_baud: int, now_s: float) -> bytes:
        """What is due now, in the order of the commands."""
        out = b""
        while self._due and self._due[0].at_s <= now_s:
            due = self._due.popleft()
            if self._hears(host_baud):
                out += due.data
            if due.baud is not None:
                self._baud = due.baud or None
        return out

    def _hears(self, host_baud: int) -> bool:
        return not self._baud or abs(host_baud / self._baud - 1) <= rom.BAUD_TOLERANCE

    # commands

    def _take(self, packet: bytes, host_baud: int, now_s: float) -> None:
        """Carries out a command. One that is no command is not answered."""
        if len(packet) < REQUEST.size:
            return
        direction, op, length, checksum = REQUEST.unpack_from(packet)
        data = packet[REQUEST.size :]
        if direction != 0 or length != len(data):
            return
        if op == 0x08 and not self._baud:
            self._baud = host_baud
        by_stub = self._stub
        answer = self._carry_out(op, data, checksum)
        free_s = max(now_s, self._free_s)
        self._free_s = free_s + answer.cost_s / self._pace
        at_s = free_s if by_stub and op in ANSWERED_FIRST else self._free_s
        self._due.append(_Due(at_s, _packets(op, answer, by_stub), answer.baud))

    def _carry_out(self, op: int, data: bytes, checksum: int) -> Answer:
        command = COMMANDS.get(op)
        absent = ROM_ONLY if self._stub else STUB_ONLY
        if command is None or op in absent:
            return Answer(error=rom.STUB_UNKNOWN if self._stub else rom.ROM_UNKNOWN)
        if op in CHECKED and checksum != rom.CHECKSUM_SEED ^ xor_of(data[16:]):
            return Answer(error=rom.BAD_CHECKSUM)
        try:
            return command(self, data)
        except zlib.error:
            return Answer(error=rom.BAD_DEFLATE)
        except (struct.error, ValueError):
            return Answer(error=rom.FAILED)

    def sync(self, data: bytes) -> Answer:
        """SYNC."""
        return Answer(rom.STUB_SYNC_VALUE if self._stub else rom.ROM_SYNC_VALUE)

    def accept(self, data: bytes) -> Answer:
        """What needs no more than a yes: memory, SPI attach and parameters."""
        return Answer()

    def start_stub(self, data: bytes) -> Answer:
        """MEM_END: (stay, entry); with an entry the stub runs."""
        stay, _entry = WORDS[2].unpack_from(data)
        if stay:
            return Answer()
        self._stub = True
        return Answer(then=(rom.STUB_GREETING,))

    def read_register(self, data: bytes) -> Answer:
        """READ_REG: (address)."""
        (address,) = WORDS[1].unpack_from(data)
        return Answer(self._registers.get(address, 0))

    def write_register(self, data: bytes) -> Answer:
        """WRITE_REG: (address, value, mask, delay), one or more."""
        for address, value, mask, _ in WORDS[4].iter_unpack(data):
            before = self._registers.get(address, 0)
            self._registers[address] = before & ~mask | value & mask
            if address == rom.SPI_COMMAND and self._registers[address] & rom.SPI_START:
                command = self._registers.get(rom.SPI_USR2, 0) & 0xFF
                self._registers[rom.SPI_W0] = rom.SPI_ANSWERS.get(command, 0)
                self._registers[address] = 0
        return Answer()

    def change_baud(self, data: bytes) -> Answer:
        """CHANGE_BAUDRATE: (new, old)."""
        return Answer(baud=WORDS[2].unpack_from(data)[0])

    # the flash

    def begin(self, data: bytes) -> Answer:
        """FLASH_BEGIN: (bytes, packets, packet size, address)."""
        return self._begin(data, deflated=False)

    def begin_deflated(self, data: bytes) -> Answer:
        """FLASH_DEFL_BEGIN, the same; bytes are counted inflated."""
        return self._begin(data, deflated=True)

    def _begin(self, data: bytes, deflated: bool) -> Answer:
        count, _, _, at = WORDS[4].unpack_from(data)
        self._writing = Writing(self._chip, at, count, deflated)
        return Answer(cost_s=0.0 if self._stub else self._writing.erase_all())

    def write(self, data: bytes) -> Answer:
        """FLASH_DATA and FLASH_DEFL_DATA: (length, number, 0, 0), then the data."""
        length = WORDS[4].unpack_from(data)[0]
        if self._writing is None or length != len(data) - 16:
            return Answer(error=rom.FAILED)
        return Answer(cost_s=self._writing.write(data[16:]))

    def end(self, data: bytes) -> Answer:
        """FLASH_END and FLASH_DEFL_END: (stay)."""
        (stay,) = WORDS[1].unpack_from(data)
        self._writing = None
        if not self._stub:
            self.ended = True
        elif not stay:
            self._stub = False
            return Answer(baud=0)
        return Answer()

    def md5(self, data: bytes) -> Answer:
        """SPI_FLASH_MD5: (address, bytes, 0, 0)."""
        at, count, _, _ = WORDS[4].unpack_from(data)
        digest = self._chip.md5(at, count)
        return Answer(data=digest if self._stub else digest.hex().encode())

    def read_slowly(self, data: bytes) -> Answer:
        """READ_FLASH_SLOW: (address, bytes)."""
        at, count = WORDS[2].unpack_from(data)
        found = self._chip.read(at, min(count, rom.READ_SLOW_BYTES))
        return Answer(data=found.ljust(rom.READ_SLOW_BYTES, b"\0"))

    def read(self, data: bytes) -> Answer:
        """READ_FLASH: (address, bytes, packet size, packets ahead); then packets and acks."""
        self._reading = Reading(self._chip, *WORDS[4].unpack_from(data))
        return Answer(then=self._reading.packets(0))

    def _go_on_reading(self, packet: bytes) -> None:
        assert self._reading
        got = WORDS[1].unpack(packet)[0]
        more = b"".join(encode(p) for p in self._reading.packets(got))
        self._due.append(_Due(0.0, more, None))
        if self._reading.done:
            self._reading = None

    def erase(self, data: bytes) -> Answer:
        """ERASE_REGION: (address, bytes)."""
        return Answer(cost_s=self._chip.erase(*WORDS[2].unpack_from(data)))

    def erase_chip(self, data: bytes) -> Answer:
        """ERASE_FLASH."""
        return Answer(cost_s=self._chip.erase(0, CHIP_BYTES))


def _packets(op: int, answer: Answer, by_stub: bool) -> bytes:
    status = bytes((bool(answer.error), answer.error))
    status = status.ljust(rom.STUB_STATUS_BYTES if by_stub else rom.ROM_STATUS_BYTES, b"\0")
    body = answer.data + status
    packet = encode(REQUEST.pack(1, op, len(body), answer.value) + body)
    count = rom.SYNC_ANSWERS if op == 0x08 else 1
    return packet * count + b"".join(encode(more) for more in answer.then)


Command = Callable[[Bootloader, bytes], Answer]
COMMANDS: dict[int, Command] = {
    0x02: Bootloader.begin,
    0x03: Bootloader.write,
    0x04: Bootloader.end,
    0x05: Bootloader.accept,
    0x06: Bootloader.start_stub,
    0x07: Bootloader.accept,
    0x08: Bootloader.sync,
    0x09: Bootloader.write_register,
    0x0A: Bootloader.read_register,
    0x0B: Bootloader.accept,
    0x0D: Bootloader.accept,
    0x0E: Bootloader.read_slowly,
    0x0F: Bootloader.change_baud,
    0x10: Bootloader.begin_deflated,
    0x11: Bootloader.write,
    0x12: Bootloader.end,
    0x13: Bootloader.md5,
    ERASE_CHIP: Bootloader.erase_chip,
    0xD1: Bootloader.erase,
    READ_FLASH: Bootloader.read,
}
CHECKED = (0x03, 0x07, 0x11)  # the header's checksum is over their data
