"""The I2C bus between the ESP32 and the fake chip: bytes cost bus time, faults are errors."""

ADDRESS = 0x57
ENODEV, ETIMEDOUT = 19, 116
SDA_PIN = 21
NOISE_EVERY = 7  # a noisy bus spoils each seventh byte written, above this speed:
NOISE_ABOVE_HZ = 100_000
CALL_US = 60  # what a transfer costs the processor
HELD_US = 100_000  # so long the driver waits for a bus that is held, for each byte and one more
LOOK_US = 10_000
HEAD_BYTES = 3  # two addresses and a register
POINTERS, FIFO_DATA = 0x04, 0x07


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

    def _spend(self, us):
        self.world.spent["bus"] += us
        self.world.advance(us)

    def _held(self):
        faults = self.chip.faults
        held = self.world.faulty("stuck") or self.world.faulty("short")
        return held or "sda_low" in faults or "scl_low" in faults

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

    def _address(self, addr):
        """The part of a transfer before its data."""
        self._check_held(1)
        if addr != ADDRESS or self._silent():
            self._spend(CALL_US + int(self._byte_us))
            raise OSError(ENODEV)
        self._spend(CALL_US + int(self._byte_us * HEAD_BYTES))

    def _check_held(self, n):
        """A bus that is held blocks the driver until it is free, or the driver gives up."""
        if self._held():
            for _ in range(HELD_US // LOOK_US * (1 + n)):
                self._spend(LOOK_US)
                if not self._held():
                    break
            raise OSError(ETIMEDOUT)

    def _write(self, addr, reg, data):
        self._address(addr)
        self._spend(int(self._byte_us * len(data)))
        self._check_held(len(data))
        if self._silent():
            raise OSError(ENODEV)
        self.chip.write(reg, self._noisy(data))

    def _read(self, addr, reg, buf):
        """A chip that leaves amid it is not missed: the pull-ups are read as ones."""
        self._address(addr)
        self.chip.read(reg, buf)
        if reg < FIFO_DATA and self.world.faulty("pointers"):
            for i in range(max(0, POINTERS - reg), min(len(buf), FIFO_DATA - reg)):
                buf[i] = (self.world.now_us >> i) * 37 & 0xFF
        self._spend(int(self._byte_us * len(buf)))
        self._check_held(len(buf))
        if self._silent():
            for i in range(len(buf) // 2, len(buf)):
                buf[i] = 0xFF

    def scan(self):
        """Addresses that acknowledge."""
        self._spend(112 * 100)
        return [] if self._silent() or self._held() else [ADDRESS]

    def readfrom_mem_into(self, addr, reg, buf, *, addrsize=8):
        """Reads registers from `reg` on into `buf`."""
        self._read(addr, reg, buf)

    def readfrom_mem(self, addr, reg, n, *, addrsize=8):
        """Reads `n` registers from `reg` on."""
        buf = bytearray(n)
        self.readfrom_mem_into(addr, reg, buf)
        return bytes(buf)

    def writeto_mem(self, addr, reg, buf, *, addrsize=8):
        """Writes `buf` to the registers from `reg` on."""
        self._write(addr, reg, buf)

    def writeto(self, addr, buf, stop=True):
        """Writes a register address and, when there are more bytes, its values."""
        self._pointer = buf[0] if buf else self._pointer
        self._write(addr, self._pointer, bytes(buf[1:]))
        return len(buf)

    def readfrom_into(self, addr, buf, stop=True):
        """Reads from the register that `writeto` pointed at."""
        self._read(addr, self._pointer, buf)

    def readfrom(self, addr, n, stop=True):
        """Reads `n` bytes from the register that `writeto` pointed at."""
        buf = bytearray(n)
        self.readfrom_into(addr, buf)
        return bytes(buf)
