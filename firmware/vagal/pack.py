"""Integers to bits: blocks of differences in Rice code (Rice 1979), losslessly.

A block is a byte `order << 5 | k`, then each value's first (order 0) or second (order 1)
difference, zigzag (0, -1, 1, -2, ...), as a unary quotient by 2^k, a zero bit and k bits. A
quotient of 20 or more is 20 one bits and the zigzag value in 24 bits. Bits fill bytes from the
top; a block ends on a byte.
"""

from micropython import const

_ESCAPE = const(20)
_ESCAPE_BITS = const(24)
_USUAL_K = const(8)  # before the first block
_AT_ONCE = const(21)  # bits that fit beside 7 waiting ones


class Packer:
    """Packs blocks into `buf` from `pos` on; remembers the last two values between blocks."""

    def __init__(self, buf: bytearray) -> None:
        self._buf = buf
        self._order = 0
        self._k = _USUAL_K
        self._bits = 0  # waiting in a long code
        self.restart(0)

    def restart(self, pos: int, start: int = 0) -> None:
        """Go to `pos`; the first value to come is coded against `start`."""
        self.pos = pos
        self._last = start
        self._step = 0

    def block(self, values, n: int) -> None:
        """Pack values[:n], each under 2^22; the buffer must have room for 6 bytes a value.

        Order and k are what suited the block before.
        """
        order = self._order
        k = self._k
        buf = self._buf
        buf[self.pos] = order << 5 | k
        pos = self.pos + 1
        last = self._last
        step = self._step
        mask = (1 << k) - 1
        acc = bits = first = second = 0
        for i in range(n):
            d = values[i] - last
            last += d
            bend = d - step
            step = d
            first += d if d > 0 else -d
            second += bend if bend > 0 else -bend
            z = (bend if order else d) << 1
            if z < 0:
                z = -z - 1
            q = z >> k
            if q + k < _AT_ONCE and q < _ESCAPE:
                bits += q + 1 + k
                acc = acc << (q + 1 + k) | ((2 << q) - 2) << k | z & mask
            else:
                self.pos = pos
                self._bits = bits
                acc = self._write_long(acc, z, q, k)
                bits = self._bits
                pos = self.pos
            while bits >= 8:
                bits -= 8
                buf[pos] = acc >> bits
                pos += 1
                acc &= (1 << bits) - 1
        if bits:
            buf[pos] = acc << (8 - bits)
            pos += 1
        self.pos = pos
        self._last = last
        self._step = step
        self._order = 1 if second < first else 0
        self._k = _rice_k(min(first, second), n)

    def _write_long(self, acc: int, z: int, q: int, k: int) -> int:
        """A code too long for one piece; returns the bits left over, `_bits` of them."""
        if q < _ESCAPE:
            acc = self._write(acc, (2 << q) - 2, q + 1)
            return self._write(acc, z & ((1 << k) - 1), k)
        acc = self._write(acc, (1 << _ESCAPE) - 1, _ESCAPE)
        acc = self._write(acc, z >> 12, _ESCAPE_BITS - 12)
        return self._write(acc, z & 0xFFF, 12)

    def _write(self, acc: int, v: int, n: int) -> int:
        acc = acc << n | v  # at most 7 + 21 bits
        bits = self._bits + n
        while bits >= 8:
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
