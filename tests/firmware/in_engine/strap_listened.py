"""A phone listens for a while; the heap is locked wherever a beat is told."""

import sys

import micropython

sys.path.insert(0, sys.argv[1])
sys.path.insert(0, sys.argv[2])

import virtual_bluetooth  # pyright: ignore[reportMissingImports]
from air import Air  # pyright: ignore[reportMissingImports]
from vagal.strap import Strap

TURN_US = 100000


class World:
    """Time in steps of a turn; nothing fails."""

    def __init__(self):
        self.now_us = 0
        self.air = Air(self, Sent(), 1, None)

    def advance(self, us):
        self.now_us += us

    def faulty(self, name):
        return False

    def expect_air(self, at_us):
        pass  # the phone pairs by itself


class Sent:
    """The radio's record, on stdout."""

    def write(self, line):
        print(line, end="")

    def flush(self):
        pass


world = World()
virtual_bluetooth.bind(world)
strap = Strap(lambda: virtual_bluetooth, "c0ffee12ab34", "0.1.0")
strap.set(True)
lock = getattr(micropython, "heap_lock", int)
unlock = getattr(micropython, "heap_unlock", int)
for turn in range(400):
    if turn in (5, 6, 7):
        world.air.do(("connect", "pair", "subscribe")[turn - 5])
    if turn % 8 == 0:
        lock()
        strap.interval(2400 + 34 * turn, 0)
        unlock()
    strap.step(None, TURN_US)
