"""What a sample costs, stage by stage: each `host.call` notes the fuel that is left.

A line a stretch between two notes: what it was and how many samples it took. A name with `each_`
before it is one call of that stage: by these the usual sample is told from one with a beat.
"""
# pyright: reportAttributeAccessIssue=false

import gc
from array import array

from road import TURN, Deaf, Worn, flush
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


def go(push):
    for x in light:
        push(x)


def go_each(what, push):
    start()
    for x in light:
        push(x)
        note(what, 1)


host.call("", "{}")
worn = Worn()
n = worn.samples
start()
while worn.samples > 0:
    worn.turn()
    if worn.recorder.flush_due:
        flush(worn.recorder)
flush(worn.recorder)
note("road", n)

worn = Worn()
registers, few, many = bytearray(1), bytearray(3), bytearray(6 * TURN)
start()
for _ in range(0, n, TURN):
    worn.bus.readfrom_mem_into(0x57, 0x00, registers)
    worn.bus.readfrom_mem_into(0x57, 0x04, few)
    worn.bus.readfrom_mem_into(0x57, 0x07, many)
note("bus", n)
worn = Worn()
light = array("i", [0] * n)
start()
for _ in range(0, n, TURN):
    worn.sensor.drain()
note("drain", n)
worn = Worn()
for at in range(0, n, TURN):
    worn.sensor.drain()
    for i in range(TURN):
        light[at + i] = worn.sensor.ir[i]
contact_stage, beats = contact.Contact(0x1F, 100), Beats()
turn = array("i", [0] * TURN)
raw, pipeline = RawPart(bytearray(2048)), Pipeline(100, 0x1F, Deaf())


start()
go(abs)
note("loop", n)
go(contact_stage.push)
note("contact", n)
go(beats.push)
note("beats", n)
go(pipeline.push)
note("pipeline", n)
for at in range(0, n, TURN):
    for i in range(TURN):
        turn[i] = light[at + i]
note("copy", n)
for at in range(0, n, TURN):
    for i in range(TURN):
        turn[i] = light[at + i]
    if not raw.count:
        raw.begin(0, at)
    if raw.push(turn, TURN):
        raw.close()
note("pack", n)

beats, pipeline = Beats(), Pipeline(100, 0x1F, Deaf())
go_each("each_loop", abs)
go_each("each_beats", beats.push)
go_each("each_pipeline", pipeline.push)
worn = Worn()
start()
for _ in range(0, n, TURN):
    worn.turn()
    note("each_road", TURN)
    if worn.recorder.flush_due:
        flush(worn.recorder)
        note("flush", 0)
note("beats_in_all", worn.recorder.pipeline.beats)
