"""The I2C bus between the ESP32 and the fake chip: bytes cost bus time, faults are errors."""

ADDRESS = 0x57
ENODEV, ETIMEDOUT = 19, 116
SDA_PIN = 21
NOISE_EVERY = 7  # a noisy bus spoils each seventh byte written, above this speed:
NOISE_ABOVE_HZ = 100_000
CALL_US = 60  # what a transfer costs the processor
STUCK_US = 50_000  # how long the driver waits for a bus that is held


class I2C:
    """machine.I2C with the one device of the board on it; `SoftI2C` behaves alike.

    `world` and `chip` are set once, at the start of the board.
    """

    world = chip = None
    _pointer = 0  # the register that `writeto` named last
    _written = 0

    def __init__(self, *args, freq=400_000, **pins):
        self._byte_us = 9e6 / freq
        self._fast = freq > NOISE_ABOVE_HZ
        self._crossed = "sda" in pins and pins["sda"].id != SDA_PIN

    init = __init__

    def _held(self):
        faults = self.chip.faults
        return self.world.faulty("stuck") or "sda_low" in faults or "scl_low" in faults

    def _silent(self):
        faults = self.chip.faults
        crossed = self._crossed != ("crossed_wires" in faults)
        absent = "no_sensor" in faults or "pull_ups_1v8" in faults
        return crossed or absent or self.world.faulty("nak")

    def _noisy(self, data):
        """What arrives at the chip."""
        if not self._fast or "noisy_bus" not in self.chip.faults:
            return data
        spoilt = bytearray(data)
        for i in range(len(spoilt)):
            I2C._written += 1
            if I2C._written % NOISE_EVERY == 0:
                spoilt[i] ^= 0x10
        return spoilt

    def _transfer(self, addr, n):
        if self._held():
            self.world.advance(STUCK_US)
            raise OSError(ETIMEDOUT)
        if addr != ADDRESS or self._silent():
            self.world.advance(CALL_US + int(self._byte_us))
            raise OSError(ENODEV)
        self.world.advance(CALL_US + int(self._byte_us * n))

    def scan(self):
        """Addresses that acknowledge."""
        self.world.advance(112 * 100)
        return [] if self._silent() or self._held() else [ADDRESS]

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
        self.chip.write(reg, self._noisy(buf))

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
