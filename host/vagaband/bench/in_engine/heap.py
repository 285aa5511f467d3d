"""What the stages leave on the heap, stage by stage: nothing is collected meanwhile.

A line a stage: its name, the samples it took, the bytes left behind, and the bytes of what may
use the heap once an epoch or once a minute (see lock.py), which are not among the former.
"""
# pyright: reportAttributeAccessIssue=false

import gc
from array import array

import lock
from road import TURN, Deaf, Worn, flush
from vagal import contact
from vagal.beats import Beats
from vagal.journal import RawPart
from vagal.pipeline import Pipeline


class Apart:
    """Counts the bytes that are let through, in place of the heap's lock."""

    def __init__(self):
        self.bytes = 0
        self._begin = 0

    def unlock(self):
        self._begin = gc.mem_alloc()

    def lock(self):
        self.bytes += gc.mem_alloc() - self._begin


apart = Apart()
lock.lock, lock.unlock = apart.lock, apart.unlock


def measure(name, work):
    gc.collect()
    gc.disable()
    apart.bytes = 0
    begin = gc.mem_alloc()
    work()
    used = gc.mem_alloc() - begin
    gc.enable()
    print(name, n, used - apart.bytes, apart.bytes)


def push_all(push):
    def work():
        for x in light:
            push(x)

    return work


def drain_all():
    at = 0
    while at < n:
        at += worn.sensor.drain()


def pipe_all():
    for turn in turns:
        pipeline.samples(turn)


def pack_all():
    for turn in turns:
        if not raw.count:
            raw.begin(0, 0)
        if raw.push(turn):
            raw.close()


def go_the_road():
    """Flushes are once in half a minute: let through."""
    while worn.samples > 0:
        worn.turn()
        if worn.recorder.flush_due:
            apart.unlock()
            flush(worn.recorder)
            apart.lock()


worn = Worn()
n = worn.samples
light = array("i", [0] * n)
for at in range(0, n, TURN):
    worn.sensor.drain()
    for i in range(TURN):
        light[at + i] = worn.sensor.ir[i]
turns = [light[at : at + TURN] for at in range(0, n, TURN)]
raw = RawPart(bytearray(2048))
contact_stage, beats = contact.Contact(0x1F, 100), Beats()
pipeline = Pipeline(100, 0x1F, Deaf())
measure("contact", push_all(contact_stage.push))
measure("beats", push_all(beats.push))
measure("pipeline", pipe_all)
measure("pack", pack_all)
worn = Worn()
measure("drain", drain_all)
worn = Worn()
measure("road", go_the_road)
