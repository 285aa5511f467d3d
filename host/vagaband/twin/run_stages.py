"""Runs the firmware's stages over a tape of inputs. MicroPython and CPython both run this file.

Arguments: the firmware's folder, the tape. Each operation on the tape is a code and two 32-bit
integers; what the stages find is printed, a line each (see tape.py for both).
"""

import struct
import sys
from array import array

FIRMWARE, TAPE = sys.argv[1], sys.argv[2]
sys.path.insert(0, FIRMWARE)

from vagal.journal import floor_16  # noqa: E402
from vagal.pipeline import Pipeline  # noqa: E402

HEAD = 9
UNKNOWN = -128  # trust in a beat whose light was not logged


class Printer:
    """A sink that prints."""

    pipeline = None

    def beat(self, index, frac, trust):
        print("b", index, frac, self.pipeline.index, trust)

    def interval(self, ibi, flag, used):
        print("i", ibi, flag, used)

    def epoch(self, stages, reason):
        rsa, hp, breath = stages.rsa, stages.hp, stages.breathing
        print(
            "e",
            stages.run & 0xFF,
            rsa.number & 0xFF,
            rsa.rsa,
            rsa.bp_rsa,
            hp.rmssd,
            hp.mean,
            rsa.flagged,
            reason,
            breath.rate,
            breath.confidence,
            floor_16(stages),
        )

    def event(self, code, arg, value):
        print("v", self.pipeline.index, self.pipeline.beats, code, int(arg), value)


def samples(pipeline, tape, n, _):
    while n:
        piece = array("i", tape.read(4 * min(n, 1024)))
        pipeline.samples(piece)
        n -= len(piece)


def intervals(pipeline, tape, n, _):
    for ibi in array("i", tape.read(4 * n)):
        pipeline.interval(ibi)


def scale(pipeline, tape, value, at_once):
    pipeline.next_scale = value
    if at_once:
        pipeline.scale = value


OPERATIONS = {
    "S": samples,
    "I": intervals,
    "C": scale,
    "E": lambda pipeline, tape, code, last: pipeline.led(code, last),
    "U": lambda pipeline, tape, index, _: pipeline.quality.stepped(index, 1, 1),
    "Z": lambda pipeline, tape, on, n: pipeline.buzz(bool(on), n),
    "V": lambda pipeline, tape, on, at: pipeline.quality.shaken(bool(on), at),
    "P": lambda pipeline, tape, cycle_ms, _: pipeline.pace(cycle_ms),
    "M": lambda pipeline, tape, moving, since: pipeline.quality.told(bool(moving), since),
    "D": lambda pipeline, tape, a, b: print("d"),
    "G": lambda pipeline, tape, lost, cause: pipeline.gap(lost, cause),
    "B": lambda pipeline, tape, index, frac: pipeline.beat(index, frac, UNKNOWN),
    "L": lambda pipeline, tape, a, b: pipeline.lose_contact(),
    "K": lambda pipeline, tape, a, b: pipeline.break_off(),
    "F": lambda pipeline, tape, a, b: pipeline.finish(),
}


def main():
    name = sys.implementation.name
    version = ".".join(str(n) for n in sys.implementation.version[:3])
    print("n", name, version, 64 if sys.maxsize >> 31 else 32)
    printer = Printer()
    with open(TAPE, "rb") as tape:
        rate_hz, led_code = struct.unpack("<ii", tape.read(8))
        printer.pipeline = pipeline = Pipeline(rate_hz, led_code, printer)
        while True:
            head = tape.read(HEAD)
            if not head:
                break
            code, a, b = struct.unpack("<Bii", head)
            OPERATIONS[chr(code)](pipeline, tape, a, b)


main()
