"""The I2C bus between the ESP32 and the fake chip: bytes cost bus time, faults are errors."""

ADDRESS = 0x57
ENODEV, ETIMEDOUT = 19, 116
CALL_US = 60  # what a transfer costs the processor
STUCK_US = 50_000  # how long the driver waits for a bus that is held


class I2C:
    """machine.I2C with the one device of the board on it; `SoftI2C` behaves alike.

    `world` and `chip` are set once, at the start of the board.
    """

    world = chip = None
    _pointer = 0  # the register that `writeto` named last

    def __init__(self, *args, freq=400_000, **pins):
        self._byte_us = 9e6 / freq

    init = __init__

    def _transfer(self, addr, n):
        if self.world.faulty("stuck"):
            self.world.advance(STUCK_US)
            raise OSError(ETIMEDOUT)
        if addr != ADDRESS or self.world.faulty("nak"):
            self.world.advance(CALL_US + int(self._byte_us))
            raise OSError(ENODEV)
        self.world.advance(CALL_US + int(self._byte_us * n))

    def scan(self):
        """Addresses that acknowledge."""
        self.world.advance(112 * 100)
        return [] if self.world.faulty("nak") or self.world.faulty("stuck") else [ADDRESS]

    def readfrom_mem_into(self, addr, reg, buf, *, addrsize=8):
        """Reads registers from `reg` on into `buf`."""
        self._transfer(addr, 3 + len(buf))
        self.chip.read(reg, buf)

    def readfrom_mem(self, addr, reg, n, *, addrsize=8):
        """Reads `n` registers from `reg` on."""
        buf = bytearray(n)
        self.readfrom_mem_into(addr, reg, buf)
        return bytes(buf)

    def writeto_mem(self, addr, reg, buf, *, addrsize=8):
        """Writes `buf` to the registers from `reg` on."""
        self._transfer(addr, 2 + len(buf))
        self.chip.write(reg, buf)

    def writeto(self, addr, buf, stop=True):
        """Writes a register address and, when there are more bytes, its values."""
        self._transfer(addr, 1 + len(buf))
        if buf:
            self._pointer = buf[0]
            self.chip.write(buf[0], buf[1:])
        return len(buf)

    def readfrom_into(self, addr, buf, stop=True):
        """Reads from the register that `writeto` pointed at."""
        self._transfer(addr, 1 + len(buf))
        self.chip.read(self._pointer, buf)

    def readfrom(self, addr, n, stop=True):
        """Reads `n` bytes from the register that `writeto` pointed at."""
        buf = bytearray(n)
        self.readfrom_into(addr, buf)
        return bytes(buf)
