"""Integers to bits: blocks of differences in Rice code (Rice 1979), losslessly.

A block is a byte `order << 5 | k`, then each value's first (order 0) or second (order 1)
difference, zigzag (0, -1, 1, -2, ...), as a unary quotient by 2^k, a zero bit and k bits. A
quotient of 20 or more is 20 one bits and the zigzag value in 24 bits. Bits fill bytes from the
top; a block ends on a byte.
"""

from micropython import const

_ESCAPE = const(20)
_ESCAPE_BITS = const(24)


class Packer:
    """Packs blocks into `buf` from `pos` on; remembers the last two values between blocks."""

    def __init__(self, buf: bytearray) -> None:
        self._buf = buf
        self.restart(0)

    def restart(self, pos: int, start: int = 0) -> None:
        """Go to `pos`; the first value to come is coded against `start`."""
        self.pos = pos
        self._last = start
        self._step = 0
        self._acc = 0
        self._bits = 0

    def block(self, values, n: int) -> None:
        """Pack values[:n], each under 2^22; the buffer must have room for 6 bytes a value."""
        first = second = 0
        last = self._last
        step = self._step
        for i in range(n):
            d = values[i] - last
            first += abs(d)
            second += abs(d - step)
            last = values[i]
            step = d
        order = 1 if second < first else 0
        k = _rice_k(min(first, second), n)
        self._buf[self.pos] = order << 5 | k
        self.pos += 1
        last = self._last
        step = self._step
        for i in range(n):
            d = values[i] - last
            self._put(d - step if order else d, k)
            last = values[i]
            step = d
        self._last = last
        self._step = step
        self._align()

    def _put(self, v: int, k: int) -> None:
        z = v << 1 if v >= 0 else (-v << 1) - 1
        q = z >> k
        if q < _ESCAPE:
            self._write((2 << q) - 2, q + 1)
            self._write(z & ((1 << k) - 1), k)
        else:
            self._write((1 << _ESCAPE) - 1, _ESCAPE)
            self._write(z >> 12, _ESCAPE_BITS - 12)
            self._write(z & 0xFFF, 12)

    def _write(self, v: int, n: int) -> None:
        acc = self._acc << n | v  # at most 7 + 21 bits
        bits = self._bits + n
        while bits >= 8:
            bits -= 8
            self._buf[self.pos] = acc >> bits
            self.pos += 1
            acc &= (1 << bits) - 1
        self._acc = acc
        self._bits = bits

    def _align(self) -> None:
        if self._bits:
            self._write(0, 8 - self._bits)


def _rice_k(total: int, n: int) -> int:
    """Bits of the remainder that suit a mean magnitude of total / n."""
    mean = total * 11 // (n << 3)  # 2 |v| (zigzag) times 0.69
    k = 0
    while mean > 1 and k < 20:
        mean >>= 1
        k += 1
    return k
