"""Run by MicroPython alone: the firmware's recorder and journal on littlefs, every operation kept.

Arguments: firmware folder, flash file, file of light (int32 counts), file for the trace,
configuration (JSON), sample at which another file eats the flash (-1: none). The light comes in
turns of ten samples, as the app reads it; marks, clock, pace and gaps come at fixed moments. After
each flush a note ("N") says what is committed by then: samples, beats, marks, bytes.
"""

# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false
# pyright: reportAttributeAccessIssue=false

import array
import json
import os
import struct
import sys

import vfs
from flash import Partition
from flash_faults import Trace

TURN = 10
firmware, chip, light_file, trace_file, settings, eaten_at = sys.argv[1:7]
sys.path.insert(0, firmware)
from vagal import config  # noqa: E402
from vagal.recorder import OVERFLOW, Recorder  # noqa: E402

light = open(light_file, "rb")  # noqa: SIM115
trace = Trace(open(trace_file, "wb"))  # noqa: SIM115
partition = Partition(open(chip, "r+b"), trace=trace)  # noqa: SIM115
vfs.umount("/")
vfs.mount(vfs.VfsLfs2(partition, mtime=False), "/")
os.chdir("/")
values = {name: limits[0] for name, limits in config.KEYS.items()}
values.update(json.loads(settings))
header = {"format": 3, "session": 7, "rate_hz": 100, "config": values, "clock_s": 0}
recorder = Recorder(7, header, values)
told = marks = 0


def eat():
    """A file that takes the last block."""
    try:
        with open("/foreign", "wb") as foreign:
            while True:
                foreign.write(bytes(1024))
                foreign.flush()
    except OSError:
        pass


def note():
    """What is committed now."""
    trace.add(
        b"N", told, data=struct.pack("<IIII", index, beats, marked, recorder.journal.file.size)
    )


index = beats = marked = 0
note()
while True:
    turn = array.array("i", light.read(4 * TURN))
    if not turn:
        break
    recorder.samples(turn, turn)
    recorder.waited(len(turn) * 10_000)
    recorder.drained(len(turn), len(turn) * 10_000)
    code = recorder.wanted_led()
    if code:
        recorder.led(code)
    told += len(turn)
    if told % 7010 == 0:
        marks += 1
        recorder.mark("glimmer", f"number {marks}")
    if told == 20_000:
        recorder.clock_set(0, 800_000_000)
    if told == 30_000:
        recorder.pace(10_000)
    if told % 41_000 == 0:
        recorder.gap(OVERFLOW, 5, 0, 50_000)
    if recorder.flush_due:
        if not recorder.journal.file.writing:
            index, beats, marked = recorder.pipeline.index, recorder.pipeline.beats, marks
        if recorder.flush():
            note()
            if recorder.journal.file.full:
                break
    if told == int(eaten_at):
        eat()
recorder.close(3 if recorder.journal.file.full else 1)
index, beats, marked = recorder.pipeline.index, recorder.pipeline.beats, marks
note()
