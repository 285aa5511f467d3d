"""Runs beats with their measures through the stages of quality, with the heap locked throughout.

Arguments: the firmware's folder, a folder of files of 32-bit integers, eight to a beat: sample,
height, slope, noise, level, trust, interval, flag. Each 40 beats an epoch is closed.
"""

import os
import sys
from array import array

sys.path.insert(0, sys.argv[1])

import micropython
from vagal import validity
from vagal.contact import Contact
from vagal.ledcurrent import LedCurrent
from vagal.quality import Quality
from vagal.rhythm import Rhythm

lock = getattr(micropython, "heap_lock", int)  # CPython has none
unlock = getattr(micropython, "heap_unlock", int)

ROW = 8
EPOCH = 40
found = array("i", [0] * 4096)


def run(rows, n):
    quality, rhythm, led, contact = Quality(), Rhythm(), LedCurrent(31, 63), Contact(31, 10)
    k = 0
    lock()
    for i in range(n):
        p = ROW * i
        at = rows[p]
        level = rows[p + 4]
        trust = rows[p + 5]
        ibi = rows[p + 6]
        contact.push(level)
        contact.waited(100)
        contact.beat()
        code = led.push(level, 1000, contact.state)
        if code:
            quality.stepped(at, 31, code)
        changed = quality.beat(rows[p + 1], rows[p + 2], rows[p + 3], level, trust)
        quality.placed(at)
        quality.came()
        moving = quality.take(ibi, 1)
        rhythm.push(ibi, rows[p + 7])
        found[k] = code << 3 | changed << 2 | moving << 1 | quality.moving
        k += 1
        if i % EPOCH == EPOCH - 1:
            quality.close()
            irregular = rhythm.judge()
            found[k] = quality.floor
            found[k + 1] = quality.jitter
            found[k + 2] = quality.moved
            found[k + 3] = rhythm.unexplained
            found[k + 4] = validity.reason(200000, i % 9, quality.moved, irregular, quality.floor)
            k += 5
    unlock()
    return k


values = array("i", [0] * (ROW * 1024))
for name in sorted(os.listdir(sys.argv[2])):
    with open(sys.argv[2] + "/" + name, "rb") as f:
        n = f.readinto(values) // (4 * ROW)
    print(name, *list(found[: run(values, n)]))
