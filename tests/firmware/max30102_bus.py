"""The register-level chip on a bus, and the driver on it."""

from vagaband.board.inside.chip import Chip
from vagal.max30102 import ADDRESS, Max30102

ENODEV = 19
RED_CODE, IR_CODE = 0x21, 0x2F


class Clock:
    now_us = 0


class Bus:
    """The chip on its bus. Sample n is n in red and 2 n + 1 in infrared, above it stray bits."""

    def __init__(self, **options):
        self.clock = Clock()
        self.chip = Chip(self.clock, self.light, **options)
        self.log = []
        self.transfers = []
        self.absent = 0  # how many transfers stay without an answer
        self.stuck_bits = {}  # register: bits that can't be set
        self.resets = True

    def light(self, stretch_us, period_us, index, n, settings):
        data = bytearray()
        slots = [wavelength for wavelength, _ in settings[-1]]
        for i in range(index, index + n):
            for wavelength in slots:
                data += (0xFC0000 | (2 * i + 1 if wavelength == 2 else i)).to_bytes(3, "big")
        return bytes(data)

    def answer(self, address):
        assert address == ADDRESS
        if self.absent:
            self.absent -= 1
            raise OSError(ENODEV)

    def readfrom_mem_into(self, address, register, into):
        self.answer(address)
        self.transfers.append((register, len(into)))
        self.chip.read(register, into)
        if register in self.stuck_bits:
            into[0] &= ~self.stuck_bits[register]

    def writeto_mem(self, address, register, values):
        self.answer(address)
        self.log.append((register, *values))
        if self.resets or register != 0x09:
            self.chip.write(register, bytes(values))
        else:
            self.chip.regs[0x09] = values[0]

    def sleep_ms(self, ms):
        self.clock.now_us += ms * 1000


def driver(bus, *mode):
    return Max30102(bus, RED_CODE, IR_CODE, bus.sleep_ms, *mode)
