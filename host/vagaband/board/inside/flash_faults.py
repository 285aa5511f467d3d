"""What goes wrong with flash, on demand: power that fails at an operation, worn blocks.

An operation is a program or an erase.
"""

import struct

BEFORE, TORN, AFTER = "before", "torn", "after"
WAYS = (BEFORE, TORN, AFTER)
EVERY = 64  # a worn block keeps the low half of each 64th byte at 0
FIRST_THAT_WEARS = 2  # littlefs can't do without the pair of its superblock
_TRACE = "<BQHHH"  # kind, us, block, offset, length


class FlashFaults:
    """Counts operations, and says which of them fail. `state()` outlives a restart."""

    def __init__(self, seed, boots, blocks, kept=None):
        self._seed = seed
        self._random = (seed + 65537 * boots) * 7919 + 12345
        self._blocks = blocks
        self._cut_in, self._way, self._worn_n = kept or (0, "", 0)
        self.worn = self._draw_worn()

    def state(self):
        """What outlives a restart."""
        return self._cut_in, self._way, self._worn_n

    def cut(self, n, way):
        """The power fails at the n-th operation from now."""
        self._cut_in, self._way = n, way

    def wear(self, n):
        """So many blocks can't be erased any more; what is in them stays readable."""
        self._worn_n = n
        self.worn = self._draw_worn()

    def next(self):
        """An operation begins: one of WAYS where the power fails at it, else ""."""
        if self._cut_in:
            self._cut_in -= 1
            if not self._cut_in:
                return self._way
        return ""

    def stick(self, block, offset, data):
        """What a block holds once `data` was written at an offset."""
        if block not in self.worn:
            return data
        out = bytearray(data)
        for i in range(-offset % EVERY, len(out), EVERY):
            out[i] &= 0xF0
        return out

    def tear(self, old, new):
        """What is left of a write that was cut: the beginning is new, the rest old or random."""
        n = self._draw(len(new))
        if self._draw(2):
            return new[:n] + old[n:]
        return new[:n] + bytes(self._draw(256) for _ in range(len(new) - n))

    def _draw_worn(self):
        state = self._random
        self._random = self._seed * 977 + 1  # the same blocks after each restart
        worn = set()
        while len(worn) < min(self._worn_n, self._blocks - FIRST_THAT_WEARS):
            worn.add(FIRST_THAT_WEARS + self._draw(self._blocks - FIRST_THAT_WEARS))
        self._random = state
        return worn

    def _draw(self, below):
        self._random = (self._random * 1103515245 + 12345) & 0x7FFFFFFF
        return (self._random >> 8) % below


class Trace:
    """A file of all operations: kind (P program, E erase, S sync, or a note), time, data."""

    def __init__(self, file):
        self._file = file

    def add(self, kind, us, block=0, offset=0, data=b""):
        """One operation."""
        self._file.write(struct.pack(_TRACE, kind[0], us, block, offset, len(data)))
        self._file.write(data)
