"""Gestures and rhythms under a locked heap: prints what was told, and how often a light changed.

Arguments: the firmware's folder, the input (unused), the folder of what is shared.
"""
# It runs in MicroPython:
# pyright: reportMissingImports=false, reportAttributeAccessIssue=false

import sys

import micropython

sys.path.insert(0, sys.argv[1])

from vagal.button import Gestures
from vagal.feedback import Rhythm

button = Gestures(False)
rhythm = Rhythm()
told = bytearray(16)
signs = b".....-"
changes = 0


def push(n, ms, down, fell_ms):
    for _ in range(ms // 20):
        gesture = button.push(20, down, fell_ms)
        fell_ms = -1
        if gesture:
            told[n] = gesture
            n += 1
    return n


def serve():
    n = push(0, 1000, False, -1)
    n = push(n, 100, True, 10)
    n = push(n, 1000, False, -1)
    n = push(n, 100, True, 10)
    n = push(n, 100, False, -1)
    n = push(n, 100, True, 10)
    n = push(n, 1000, False, -1)
    n = push(n, 1000, True, 10)
    push(n, 1000, False, -1)
    rhythm.play(signs)
    changes = 0
    while rhythm.playing:
        was_on = rhythm.on
        rhythm.step(50)
        if rhythm.on != was_on:
            changes += 1
    return changes


micropython.heap_lock()
try:
    changes = serve()
finally:
    micropython.heap_unlock()
print([gesture for gesture in told if gesture], changes)
