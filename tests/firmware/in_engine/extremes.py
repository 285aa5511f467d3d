"""Light and intervals as no finger gives them, down each stage with the heap locked.

Arguments: the firmware's folder, a folder with files `NAME.light` and `NAME.intervals` of 32-bit
integers, the folder of what scripts share. Prints all that the stages find, for comparison between
engines. What needs memory is made once: the garbage collector of the WebAssembly build can lose
what is still in use.
"""

import os
import sys
from array import array

sys.path.insert(0, sys.argv[1])
sys.path.insert(0, sys.argv[3])

import lock
from vagal.beats import Beats
from vagal.journal import RawPart
from vagal.pipeline import Pipeline


class Collector:
    """Notes what comes into room that was laid out before."""

    def __init__(self, room):
        self.values = array("i", [0] * room)
        self.n = 0

    def note(self, value):
        self.values[self.n] = value
        self.n += 1

    def beat(self, index, frac, trust):
        self.note(index)
        self.note(frac)

    def interval(self, ibi, flag, used):
        self.note(ibi)
        self.note(flag << 4 | used)

    def epoch(self, stages, reason):
        self.note(stages.rsa.rsa)
        self.note(stages.rsa.bp_rsa)
        self.note(stages.hp.mean)
        self.note(stages.hp.rmssd)
        self.note(stages.rsa.flagged << 3 | reason)
        self.note(stages.quality.floor)
        self.note(stages.breathing.rate << 2 | stages.breathing.confidence)

    def event(self, code, arg, value):
        self.note(code)
        self.note(arg)

    def show(self, name):
        """A line for each hundred values."""
        for i in range(0, self.n, 100):
            print(name, *list(self.values[i : min(i + 100, self.n)]))


def beats_alone(light, n, found):
    stage = Beats()
    lock.lock()
    for i in range(n):
        if stage.push(light[i]):
            found.beat(stage.back, stage.frac, stage.trust)
    lock.unlock()


def pack(light, n, found):
    part = RawPart(bytearray(2048))
    one = array("i", [0])
    lock.lock()
    for i in range(n):
        one[0] = light[i]
        if not part.count:
            part.begin(0, i)
        if part.push(one):
            found.note(part.close())
    lock.unlock()


def light_through_pipeline(light, n, found):
    pipeline = Pipeline(100, 31, found)
    drain = array("i", [0] * 10)
    lock.lock()
    for at in range(0, n, 10):
        for i in range(10):
            drain[i] = light[at + i]
        pipeline.samples(drain)
    pipeline.gap(20, 1)
    lock.unlock()


def intervals_through_pipeline(ibis, n, found):
    pipeline = Pipeline(100, 31, found)
    lock.lock()
    for i in range(n):
        pipeline.interval(ibis[i])
    pipeline.break_off()
    lock.unlock()


STAGES = {
    "light": (beats_alone, pack, light_through_pipeline),
    "intervals": (intervals_through_pipeline,),
}

found = Collector(8000)
values = array("i", [0] * 2000)
for name in sorted(os.listdir(sys.argv[2])):
    with open(sys.argv[2] + "/" + name, "rb") as f:
        n = f.readinto(values) // 4
    for stage in STAGES[name.split(".")[1]]:
        found.n = 0
        print(name)
        stage(values, n, found)
        found.show(stage.__name__)
