"""Beats down `Breathing` and `LockIn` with the heap locked, their once-an-epoch work included.

Arguments: the firmware's folder, a folder with files `NAME.beats` of 32-bit integers, four a beat:
interval (1/8 ms), height, level, flagged. Prints what the stages find every 30 s. What needs
memory is made once: the garbage collector of the WebAssembly build can lose what is still in use.
"""

import os
import sys
from array import array

sys.path.insert(0, sys.argv[1])
sys.path.insert(0, sys.argv[3])

import lock
from vagal.breathing import Breathing
from vagal.lockin import LockIn

EPOCH = 240000
CYCLES_MS = (10000, 2000, 20000)
ROOM = 5


def run(beats, n, cycle_ms, found):
    """Fills `found`, ROOM numbers an epoch; returns how many epochs."""
    lock.lock()
    breathing.restart()
    lockin.start(cycle_ms, 120000)
    t = epochs = 0
    for k in range(0, 4 * n, 4):
        ibi = beats[k]
        flagged = beats[k + 3] != 0
        breathing.pulse(ibi, beats[k + 1], beats[k + 2])
        breathing.interval(ibi, flagged)
        lockin.push(ibi, flagged)
        t += ibi
        if t >= EPOCH and epochs < 40:
            t -= EPOCH
            breathing.close()
            lockin.fit()
            at = ROOM * epochs
            found[at] = breathing.confidence
            found[at + 1] = breathing.rate
            found[at + 2] = lockin.value
            found[at + 3] = lockin.swing
            found[at + 4] = lockin.share
            epochs += 1
    lock.unlock()
    return epochs


breathing = Breathing()
lockin = LockIn()
found = array("i", [0] * (40 * ROOM))
values = array("i", [0] * 4000)
for name in sorted(os.listdir(sys.argv[2])):
    with open(sys.argv[2] + "/" + name, "rb") as f:
        n = f.readinto(values) // 16
    for cycle_ms in CYCLES_MS:
        print(name, cycle_ms)
        epochs = run(values, n, cycle_ms, found)
        print("epochs", *list(found[: ROOM * epochs]))
