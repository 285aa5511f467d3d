"""Integers to bits: blocks of differences in Rice code (Rice 1979), losslessly.

A block is a byte `order << 5 | k`, a byte with the number of its values, then each value's first
(order 0) or second (order 1) difference, zigzag (0, -1, 1, -2, ...), as its quotient by 2^k in
zero bits, a one bit and k bits. A quotient of 20 or more is 20 zero bits and the zigzag value in
24 bits. Bits fill bytes from the top; a block ends on a byte.
"""

from micropython import const

_ESCAPE = const(20)
_ESCAPE_BITS = const(24)
_USUAL_K = const(8)  # before the first block
_AT_ONCE = const(15)  # bits that fit beside 15 waiting ones


class Packer:
    """Packs blocks into `buf` from `pos` on: begin(), add() as values come, end().

    It remembers the last two values between blocks. Values are under 2^22, and the buffer must
    have room for 6 bytes of each and for a block's head.
    """

    def __init__(self, buf: bytearray) -> None:
        self._buf = buf
        self._order = 0
        self._k = _USUAL_K
        self._head = 0  # where the block begins
        self._acc = 0  # bits that wait for their bytes
        self._bits = 0
        self._first = 0  # sums of |difference| and of its |change|, of the last value of each add
        self._second = 0
        self._looks = 0
        self.restart(0)

    def restart(self, pos: int, start: int = 0) -> None:
        """Go to `pos`; the first value to come is coded against `start`."""
        self.pos = pos
        self._last = start
        self._step = 0

    def begin(self) -> None:
        """Begin a block. Order and k are what suited the blocks before."""
        self._head = self.pos
        self._buf[self.pos] = self._order << 5 | self._k
        self.pos += 2

    def add(self, values) -> None:
        """Pack values, at least one."""
        # MicroPython reaches a function's first sixteen names fastest: here, the busiest ones.
        q = z = before = 0
        step = self._step
        last = self._last
        acc = self._acc
        bits = self._bits
        k = self._k
        second = -self._order  # all bits or none
        width = k + 1
        stop = 1 << k
        mask = stop - 1
        short = _AT_ONCE - k  # quotients below it fit at once, and are no escape
        pos = self.pos
        buf = self._buf
        for v in values:
            before = step
            step = v - last
            last = v
            z = (step - (before & second)) << 1
            if z < 0:
                z = ~z
            q = z >> k
            if q < short:
                q += width
                acc = acc << q | stop | z & mask
                bits += q
            else:
                self.pos = pos
                self._bits = bits
                acc = self._write_long(acc, z, q, k)
                bits = self._bits
                pos = self.pos
            if bits > 15:
                bits -= 16
                q = acc >> bits
                buf[pos] = q >> 8
                buf[pos + 1] = q & 255
                pos += 2
                acc -= q << bits
        self.pos = pos
        self._acc = acc
        self._bits = bits
        self._last = last
        self._step = step
        self._first += step if step > 0 else -step
        step -= before
        self._second += step if step > 0 else -step
        self._looks += 1

    def end(self, n: int) -> None:
        """End the block, of n values, at most 255."""
        self._buf[self._head + 1] = n
        acc = self._acc << (16 - self._bits)
        if self._bits:
            self._buf[self.pos] = acc >> 8
            self.pos += 1
        if self._bits > 8:
            self._buf[self.pos] = acc & 255
            self.pos += 1
        self._acc = self._bits = 0
        self._order = 1 if self._second < self._first else 0
        self._k = _rice_k(min(self._first, self._second), self._looks)
        self._first >>= 1  # half of what the blocks before said
        self._second >>= 1
        self._looks >>= 1

    def _write_long(self, acc: int, z: int, q: int, k: int) -> int:
        """A code too long to be written at once; returns the bits left over, `_bits` of them."""
        if q < _ESCAPE:
            acc = self._write(acc, 1, q + 1)
            return self._write(acc, z & ((1 << k) - 1), k)
        acc = self._write(acc, 0, _ESCAPE)
        acc = self._write(acc, z >> 12, _ESCAPE_BITS - 12)
        return self._write(acc, z & 0xFFF, 12)

    def _write(self, acc: int, v: int, n: int) -> int:
        bits = self._bits
        while n:  # 8 at a time
            part = min(n, 8)
            n -= part
            acc = acc << part | v >> n & ((1 << part) - 1)
            bits += part
            if bits > 15:
                bits -= 8
                self._buf[self.pos] = acc >> bits
                self.pos += 1
                acc &= (1 << bits) - 1
        self._bits = bits
        return acc


def _rice_k(total: int, n: int) -> int:
    """Bits of the remainder that suit a mean magnitude of total / n."""
    mean = total * 11 // (n << 3)  # 2 |v| (zigzag) times 0.69
    k = 0
    while mean > 1 and k < 20:
        mean >>= 1
        k += 1
    return k
