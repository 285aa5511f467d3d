"""MAX30102 pulse oximeter front end: I2C bus in, samples out.

Register addresses, fields and timings from the MAX30102 datasheet, revision 1 (10/18). The bus
is any object with `readfrom_mem_into`, `readfrom_mem` and `writeto_mem`.
"""

from array import array

from micropython import const

ADDRESS = const(0x57)
FULL_SCALE_NA = const(4096)

_INT_STATUS_1 = const(0x00)
_INT_ENABLE_1 = const(0x02)
_FIFO_WR_PTR = const(0x04)
_FIFO_DATA = const(0x07)
_FIFO_CONFIG = const(0x08)
_MODE_CONFIG = const(0x09)
_SPO2_CONFIG = const(0x0A)
_LED1_PA = const(0x0C)  # red, and infrared where a board has them exchanged
_LED2_PA = const(0x0D)
_MULTI_LED_1 = const(0x11)
_PART_ID = const(0xFF)

_A_FULL = const(0b1_0_0_0_000_0)
_PWR_RDY = const(0b0_0_0_0_000_1)
_FIFO_AVG4_STOP = const(0b010_0_1111)  # mean of 4, rollover off, interrupt at 17 unread
_SPO2 = {100: 0b0_01_011_11, 50: 0b0_01_010_11}  # 4096 nA, 400 or 200 sps, 411 us: 18 bits
_MODE_SHUTDOWN = const(0b1_0_000_000)
_MODE_RESET = const(0b0_1_000_000)
_MODE_SPO2 = const(0b0_0_000_011)  # red and infrared
_MODE_MULTI = const(0b0_0_000_111)  # what the slots say
_SLOTS_LED1 = const(0b0_000_0_001)  # LED1 in the first, nothing in the others
_SLOTS_LED2 = const(0b0_000_0_010)

_PART = const(0x15)
_PART_MAX30100 = const(0x11)
_number = int.from_bytes  # looked up once: that makes an object
_COUNTS = const(0x3FFFF)  # 18 bits
DEPTH = const(32)  # samples that the FIFO holds
_BURST = const(12)  # samples a transfer: a bus that sticks amid one blocks 100 ms a byte, 7.3 s
OVERFLOW_MAX = const(31)  # the counter stops here
_LOOKS = const(150)  # at the counter, 0.2 ms each: longer than a sample
_NOTHING = const(0xFF)  # what pull-ups alone read as

LOST_UNKNOWN = const(-1)


class SensorError(OSError):
    """The sensor is not there, or is not what it should be."""


class Max30102:
    """Call `start()`, then `drain()` before 32 samples have come: 320 ms at 100 Hz, 640 at 50.

    drain() returns how many samples it read; `ir` and `red` are views of them (18-bit counts). It
    sets `lost` to the samples lost after them (LOST_UNKNOWN where the chip can't say) and
    `browned_out`. With `ir_only` the red LED is off, and `red` is zeros.
    """

    def __init__(
        self, bus, red_code: int, ir_code: int, sleep_ms, rate_hz: int = 100, ir_only: bool = False
    ) -> None:
        self.bus = bus
        self.codes = [red_code, ir_code]  # LED currents from the next start on
        self._sleep_ms = sleep_ms
        self._byte = bytearray(1)
        self._state = bytearray(7)  # from the interrupt status to the FIFO's pointers
        self._pointers = memoryview(self._state)[4:]
        self._data = bytearray(6 * _BURST)
        self.set_mode(rate_hz, ir_only)
        self._skip = 0
        self._all_ir = array("i", [0] * DEPTH)
        self._all_red = array("i", [0] * DEPTH)
        view = memoryview(self._all_ir)
        self._ir_views = [view[:n] for n in range(DEPTH + 1)]
        view = memoryview(self._all_red)
        self._red_views = [view[:n] for n in range(DEPTH + 1)]
        self.ir = self._ir_views[0]
        self.red = self._red_views[0]
        self.lost = 0
        self.browned_out = False

    def set_mode(self, rate_hz: int, ir_only: bool, swapped: bool = False) -> None:
        """From the next start on: samples a second, 100 or 50, and which LEDs are lit.

        `swapped`: LED1 is the infrared one, as on some clones.
        """
        self.rate_hz = rate_hz
        self.swapped = swapped
        self._red_pa, self._ir_pa = (_LED2_PA, _LED1_PA) if swapped else (_LED1_PA, _LED2_PA)
        self.settle = rate_hz >> 1  # first samples after a start, dropped
        self.ir_only = ir_only
        width = 3 if ir_only else 6  # bytes of a sample
        view = memoryview(self._data)
        self._slices = [view[: width * n] for n in range(_BURST + 1)]
        starts = range(0, width * _BURST, width)
        pieces = tuple((view[i : i + 3], view[i + width - 3 : i + width]) for i in starts)
        if swapped:
            pieces = tuple((its_red, its_ir) for its_ir, its_red in pieces)
        self._pieces = [pieces[:n] for n in range(_BURST + 1)]
        self._unpack = self._unpack_ir if ir_only else self._unpack_both

    def start(self) -> None:
        """Reset and configure the chip; SensorError or OSError where that fails."""
        self._identify()
        self._reset()
        self._read(_INT_STATUS_1)  # drops PWR_RDY
        self._write(_MODE_CONFIG, _MODE_SHUTDOWN)
        settings = (
            (_FIFO_CONFIG, _FIFO_AVG4_STOP),
            (_SPO2_CONFIG, _SPO2[self.rate_hz]),
            (self._red_pa, 0 if self.ir_only else self.codes[0]),
            (self._ir_pa, self.codes[1]),
        )
        if self.ir_only:  # after a reset the slots are empty
            settings += ((_MULTI_LED_1, _SLOTS_LED1 if self.swapped else _SLOTS_LED2),)
        for register, value in settings:
            self._write(register, value)
        for register, value in settings:
            back = self._read(register)
            if back != value:
                raise SensorError(
                    "register 0x%02x reads 0x%02x, not 0x%02x" % (register, back, value)
                )
        self._write(_INT_ENABLE_1, _A_FULL)
        self._write(_MODE_CONFIG, _MODE_MULTI if self.ir_only else _MODE_SPO2)
        # The write pointer takes a value only in a running mode.
        self.bus.writeto_mem(ADDRESS, _FIFO_WR_PTR, b"\x00\x00\x00")
        self._skip = self.settle
        self.browned_out = False

    def stop(self) -> None:
        """Shut it down: 0.7 uA, no light. OSError on a bus fault."""
        self._write(_MODE_CONFIG, _MODE_SHUTDOWN)

    def set_ir(self, code: int) -> None:
        """Set the infrared LED's current, now and for later starts. OSError on a bus fault."""
        self._write(self._ir_pa, code)
        self.codes[1] = code

    def _identify(self) -> None:
        try:
            part = self._read(_PART_ID)
        except OSError:
            self._sleep_ms(10)
            part = self._read(_PART_ID)
        if part == _PART_MAX30100:
            raise SensorError("this is a MAX30100: it has other registers, fit a MAX30102")
        if part != _PART:
            raise SensorError("part id 0x%02x, not 0x%02x" % (part, _PART))

    def _reset(self) -> None:
        self._write(_MODE_CONFIG, _MODE_RESET)
        for _ in range(10):
            if not self._read(_MODE_CONFIG) & _MODE_RESET:
                return
            self._sleep_ms(10)
        raise SensorError("reset does not end")

    def drain(self) -> int:
        """Read what the FIFO holds; returns the number of samples. OSError on a bus fault."""
        bus = self.bus
        bus.readfrom_mem_into(ADDRESS, _INT_STATUS_1, self._state)
        status = self._state[0]
        self.lost = 0
        if status & _PWR_RDY:
            return self._brown_out()
        overflow = self._pointers[1] & 0x1F
        if overflow:
            overflow = self._overflow_until_it_grows(overflow)
        waiting = (self._pointers[0] - self._pointers[2]) & (DEPTH - 1)
        if waiting == 0 and (overflow or status & _A_FULL):
            waiting = DEPTH  # equal pointers: full
        n = 0
        while waiting:
            burst = min(waiting, self._skip or _BURST, _BURST)
            data = self._slices[burst]
            bus.readfrom_mem_into(ADDRESS, _FIFO_DATA, data)
            if data[-3] == _NOTHING and data[-2] & data[-1] == _NOTHING:
                raise OSError("the sensor left amid a transfer")
            if self._skip:
                self._skip -= burst
            else:
                self._unpack(n, burst)
                n += burst
            waiting -= burst
        if n:
            bus.readfrom_mem_into(ADDRESS, _INT_STATUS_1, self._byte)
            if self._byte[0] & _PWR_RDY:
                return self._brown_out()  # amid these samples
        if overflow:
            self.lost = overflow if overflow < OVERFLOW_MAX else LOST_UNKNOWN
        self.ir = self._ir_views[n]
        self.red = self._red_views[n]
        return n

    def _brown_out(self) -> int:
        """Every register is back to 0."""
        self.browned_out = True
        self.ir = self._ir_views[0]
        self.red = self._red_views[0]
        return 0

    def _overflow_until_it_grows(self, overflow: int) -> int:
        """Samples lost, counted just after one more was: the first read makes room and clears
        the counter, and a sample lost between the count and that read would go unseen."""
        for _ in range(_LOOKS):
            if overflow == OVERFLOW_MAX:
                break
            self.bus.readfrom_mem_into(ADDRESS, _FIFO_WR_PTR, self._pointers)
            before = overflow
            overflow = self._pointers[1] & 0x1F
            if overflow != before:
                break
        return overflow

    def _unpack_both(self, first: int, n: int) -> None:
        """18-bit counts, left-justified: red, then infrared."""
        number = _number
        counts = _COUNTS
        red = self._all_red
        ir = self._all_ir
        i = first
        for its_red, its_ir in self._pieces[n]:
            red[i] = number(its_red, "big") & counts
            ir[i] = number(its_ir, "big") & counts
            i += 1

    def _unpack_ir(self, first: int, n: int) -> None:
        """The same without red."""
        number = _number
        ir = self._all_ir
        i = first
        for _, its_ir in self._pieces[n]:
            ir[i] = number(its_ir, "big") & _COUNTS
            i += 1

    def _read(self, register: int) -> int:
        self.bus.readfrom_mem_into(ADDRESS, register, self._byte)
        return self._byte[0]

    def _write(self, register: int, value: int) -> None:
        self._byte[0] = value
        self.bus.writeto_mem(ADDRESS, register, self._byte)
