"""The board around the firmware: a bus with prepared samples, a flash chip that only takes.

For every engine. Nothing here touches the heap while samples flow.
"""
# pyright: reportAttributeAccessIssue=false

import sys

sys.path.insert(0, sys.argv[1])

from vagal import config, logs, sessionfile
from vagal.max30102 import Max30102
from vagal.recorder import Recorder

DATA = sys.argv[2]
CONFIG = {name: limits[0] for name, limits in config.KEYS.items()}
TURN = 10  # samples in the FIFO at each drain
SETTLE = 50  # the driver drops as many
WARM = 6600  # samples until every stage is at work


class Bus:
    """An I2C bus whose chip finds TURN more samples of the file in its FIFO at each look."""

    def __init__(self, samples):
        self._samples = samples
        self._registers = bytearray(256)
        self._registers[0xFF] = 0x15
        self._write = self._read = 0

    def writeto_mem(self, address, register, values):
        for i in range(len(values)):
            self._registers[register + i] = values[i]
        if self._registers[0x09] & 0x40:
            self._registers[0x09] = 0

    def readfrom_mem_into(self, address, register, into):
        if register == 0x07:
            self._samples.readinto(into)
            self._read = (self._read + len(into) // 6) & 31
        elif register == 0x00 and len(into) == 7:
            self._write = (self._write + TURN) & 31
            into[4] = self._write
            into[6] = self._read
        else:
            into[0] = self._registers[register]


class Flash:
    """The file system as the journal uses it; `content` is what was written."""

    def __init__(self):
        self.content = bytearray()

    def listdir(self, folder):
        return ["log"]

    def statvfs(self, folder):
        return (4096, 4096, 512, 509)

    def stat(self, name):
        return (0, 0, 0, 0, 0, 0, 24576)  # the reserve is there

    def open(self, name, mode):
        return self

    def write(self, data):
        self.content.extend(data)

    def flush(self):
        pass

    def close(self):
        pass


class Deaf:
    """A sink that takes nothing down, so that what is left is the stages."""

    def beat(self, index, frac, trust):
        pass

    def interval(self, ibi, flag, used):
        pass

    def epoch(self, stages, reason):
        pass

    def event(self, code, arg, value):
        pass


class Worn:
    """Sensor and recorder, ready to turn; `samples` are still to come."""

    def __init__(self):
        self.flash = Flash()
        logs.os = self.flash
        sessionfile.open = self.flash.open
        with open(DATA + "/fifo", "rb") as f:
            self.samples = len(f.read()) // 6 - SETTLE
        self.bus = Bus(open(DATA + "/fifo", "rb"))  # noqa: SIM115 - read to the end of the run
        self.sensor = Max30102(self.bus, 0x1F, 0x1F, int)
        self.sensor.start()
        for _ in range(SETTLE // TURN):
            self.sensor.drain()
        header = {"format": 3, "session": 1, "rate_hz": 100, "config": CONFIG}
        self.recorder = Recorder(1, header, CONFIG)

    def turn(self):
        """One drain: its samples go down the road. The sensor's clock is 0.5 % slow."""
        sensor = self.sensor
        recorder = self.recorder
        n = sensor.drain()
        recorder.samples(sensor.ir, sensor.red)
        recorder.waited(n * 10050)
        recorder.drained(n, n * 10050)
        self.samples -= n

    def wear(self, samples):
        """So many samples, and the flushes that fall due."""
        for _ in range(0, samples, TURN):
            self.turn()
            if self.recorder.flush_due:
                flush(self.recorder)


def flush(recorder):
    """A whole flush, at once."""
    while not recorder.flush():
        pass


def print_bytes(name, data):
    """Lines of hexadecimal digits."""
    for i in range(0, len(data), 512):
        print(name, bytes(data[i : i + 512]).hex())
