"""Rice code to integers: the blocks in which the device packs light and beats (see journal.md)."""

ESCAPE = 20
ESCAPE_BITS = 24


class Unpacker:
    """Reads blocks from `data` at byte `pos`; remembers the last two values between blocks.

    The first value was coded against `start`.
    """

    def __init__(self, data: bytes, pos: int, start: int = 0) -> None:
        self._data = data
        self.pos = pos
        self._last = start
        self._step = 0

    def block(self) -> list[int]:
        """The values of the next block; ValueError where the data ends before them."""
        if self.pos + 2 > len(self._data):
            raise ValueError("a packed block is missing")
        kind, count = self._data[self.pos : self.pos + 2]
        order, k = kind >> 5, kind & 31
        if order > 1 or k > ESCAPE_BITS:
            raise ValueError("a packed block has an unknown kind")
        bits = _Bits(self._data, self.pos + 2)
        values = []
        for _ in range(count):
            quotient = bits.zeros(ESCAPE)
            zigzag = bits.take(ESCAPE_BITS) if quotient == ESCAPE else quotient << k | bits.take(k)
            step = zigzag >> 1 if zigzag & 1 == 0 else -(zigzag >> 1) - 1
            if order:
                step += self._step
            self._last += step
            self._step = step
            values.append(self._last)
        self.pos = bits.end()
        return values


class _Bits:
    """Bits of `data` from byte `pos` on, most significant first."""

    def __init__(self, data: bytes, pos: int) -> None:
        self._data = data
        self._next = pos
        self._word = 0
        self._n = 0

    def _fill(self, n: int) -> None:
        while self._n < n:
            more = self._data[self._next : self._next + 32]
            if not more:
                raise ValueError("a packed block ends early")
            self._word = self._word << 8 * len(more) | int.from_bytes(more, "big")
            self._n += 8 * len(more)
            self._next += len(more)

    def take(self, n: int) -> int:
        if n > self._n:
            self._fill(n)
        self._n -= n
        value = self._word >> self._n
        self._word &= (1 << self._n) - 1
        return value

    def zeros(self, most: int) -> int:
        """How many zero bits come; `most` of them end without a one behind."""
        count = 0
        while True:
            if not self._n:
                self._fill(1)
            run = min(self._n - self._word.bit_length(), most - count)
            count += run
            self._n -= run
            if count == most:
                return count
            if self._n:
                self._n -= 1  # the one
                self._word &= (1 << self._n) - 1
                return count

    def end(self) -> int:
        """The byte after the last one begun."""
        return self._next - self._n // 8
