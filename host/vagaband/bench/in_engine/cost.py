"""What a sample costs, stage by stage: each `host.call` notes the fuel that is left.

A line a stretch between two notes: what it was and how many samples it took. A name with `each_`
before it is one call of that stage: by these the usual sample is told from one with a beat.
"""
# pyright: reportAttributeAccessIssue=false, reportMissingImports=false

import gc
import sys
from array import array

sys.path.insert(0, sys.argv[2])

import names  # noqa: F401 - before the firmware's own: see vagaband.bench.device
from road import TURN, WARM, Deaf, Worn, flush
from vagal import contact
from vagal.beats import Beats
from vagal.journal import RawPart
from vagal.pipeline import Pipeline

import host


def note(what, samples):
    print(what, samples)
    host.call("", "{}")


def start():
    """Only what is in use is on the heap: a frame that needs room finds it as soon as it can."""
    gc.collect()
    note("start", 0)


host.call("", "{}")
worn = Worn()
n = worn.samples - WARM
light = array("i", [0] * WARM)
for at in range(0, WARM, TURN):
    worn.sensor.drain()
    light[at : at + TURN] = array("i", worn.sensor.ir)
usual = [array("i", [0] * TURN) for _ in range(0, n, TURN)]
for turn in usual:
    worn.sensor.drain()
    turn[:] = array("i", worn.sensor.ir)


def warm(push):
    """A minute that isn't counted: the stage settles."""
    for x in light:
        push(x)


def go(push):
    """Sample by sample."""
    for turn in usual:
        for x in turn:
            push(x)


def find(turn):
    """The beats in a drain."""
    found = beats.take(turn)
    while found:
        found = beats.take(None)


worn = Worn()
worn.wear(WARM)
beats_before = worn.recorder.pipeline.beats
start()
worn.wear(n)
note("road", n)
note("beats_in_all", worn.recorder.pipeline.beats - beats_before)

worn = Worn()
status, state, many = bytearray(1), bytearray(7), bytearray(6 * TURN)
start()
for _ in usual:
    worn.bus.readfrom_mem_into(0x57, 0x00, state)
    worn.bus.readfrom_mem_into(0x57, 0x07, many)
    worn.bus.readfrom_mem_into(0x57, 0x00, status)
note("bus", n)
worn = Worn()
start()
for _ in usual:
    worn.sensor.drain()
note("drain", n)
contact_stage, beats = contact.Contact(0x1F, 100), Beats()
pipeline, raw = Pipeline(100, 0x1F, Deaf()), RawPart(bytearray(2048))
warm(contact_stage.push)
warm(beats.push)
start()
go(abs)
note("loop", n)
go(contact_stage.push)
note("contact", n)
for turn in usual:
    find(turn)
note("beats", n)
warm(pipeline.push)
start()
for _ in usual:
    pass
note("turns", n)
for turn in usual:
    pipeline.samples(turn)
note("pipeline", n)
for turn in usual:
    if not raw.count:
        raw.begin(0, 0)
    if raw.push(turn):
        raw.close()
note("pack", n)

beats, pipeline = Beats(), Pipeline(100, 0x1F, Deaf())
warm(beats.push)
start()
for turn in usual:
    find(turn)
    note("each_beats", TURN)
warm(pipeline.push)
start()
for turn in usual:
    pipeline.samples(turn)
    note("each_pipeline", TURN)
worn = Worn()
worn.wear(WARM)
start()
for _ in usual:
    worn.turn()
    note("each_road", TURN)
    if worn.recorder.flush_due:
        flush(worn.recorder)
        note("flush", 0)
