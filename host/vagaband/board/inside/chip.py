"""A register-level MAX30102: what the chip answers on its bus, byte by byte.

Pure Python for MicroPython and CPython alike. `clock` has `now_us`; `light(stretch_us,
period_us, index, n, settings)` returns the FIFO bytes of n samples (see `light_settings`). Times
are virtual microseconds. Register facts: the MAX30102 datasheet (Rev 1), tables 1-12.
"""

INT_STATUS_1, INT_STATUS_2, INT_ENABLE_1, INT_ENABLE_2 = 0x00, 0x01, 0x02, 0x03
FIFO_WR_PTR, OVF_COUNTER, FIFO_RD_PTR, FIFO_DATA = 0x04, 0x05, 0x06, 0x07
FIFO_CONFIG, MODE_CONFIG, SPO2_CONFIG, LED1_PA, LED2_PA = 0x08, 0x09, 0x0A, 0x0C, 0x0D
MULTI_LED_1, MULTI_LED_2 = 0x11, 0x12
DIE_TEMP_INT, DIE_TEMP_FRAC, DIE_TEMP_CFG = 0x1F, 0x20, 0x21
REV_ID, PART_ID = 0xFE, 0xFF

A_FULL, PPG_RDY, PWR_RDY = 0x80, 0x40, 0x01
DIE_TEMP_RDY = 0x02
SHDN, RESET = 0x80, 0x40
MODE_RED, MODE_SPO2, MODE_MULTI = 0x02, 0x03, 0x07

DEPTH = 32
AVERAGES = (1, 2, 4, 8, 16, 32, 32, 32)
RATES_HZ = (50, 100, 200, 400, 800, 1000, 1600, 3200)
# Highest rate code per pulse width code 0..3 (datasheet tables 11 and 12).
MAX_RATE_CODE_1_LED = (7, 6, 6, 5)
MAX_RATE_CODE_2_LEDS = (6, 5, 4, 3)
TEMP_CONVERSION_US = 29_000
DIE_TEMP_SIXTEENTHS = 31 * 16 + 9  # 31.5625 °C: a chip against a finger
CHUNK_MIN, CHUNK_MAX = 32, 4096  # samples asked of the light at a time
DEAD_LED = {1: "dead_red", 2: "dead_ir"}
WEAK_LED_CODE = 0x24  # the most that a weak LED supply gives
BROWN_OUT_CODES = 0x7F  # both LEDs' codes together

# The bits a write can reach; a register that is not named keeps its value.
WRITABLE = {
    INT_ENABLE_1: 0xE0,
    INT_ENABLE_2: 0x02,
    FIFO_WR_PTR: 0x1F,
    OVF_COUNTER: 0x1F,
    FIFO_RD_PTR: 0x1F,
    FIFO_CONFIG: 0xFF,
    MODE_CONFIG: 0xC7,
    SPO2_CONFIG: 0x7F,
    LED1_PA: 0xFF,
    LED2_PA: 0xFF,
    MULTI_LED_1: 0x77,
    MULTI_LED_2: 0x77,
    DIE_TEMP_CFG: 0x01,
}
# Registers whose change begins a new stretch of sampling, and those that only change the light.
RESTARTS = (MODE_CONFIG, SPO2_CONFIG, FIFO_CONFIG, MULTI_LED_1, MULTI_LED_2)
RELIGHTS = (LED1_PA, LED2_PA)


class Chip:
    """One MAX30102: `read(reg, buf)`, `write(reg, data)`, `brown_out()`, `state()`."""

    def __init__(self, clock, light, clock_scale=1.0, part_id=0x15, swapped=False):
        self.clock = clock
        self.light = light
        self.clock_scale = clock_scale
        self.part_id = part_id
        self.swapped = swapped
        self.faults = ()  # of script.WIRING_FAULTS
        self.motor = None  # what vibrates beside it, where something does
        self.first_start_us = None  # when it first sampled: time zero of the light
        self.first_period_us = 0.0
        self.regs = bytearray(256)
        self.ring = bytearray(DEPTH * 12)
        self._ring_view = memoryview(self.ring)
        self.brown_out()

    # power and reset

    def brown_out(self):
        """Power comes (back): every register at its power-on value, PWR_RDY set."""
        self._power_on_values()
        self.regs[INT_STATUS_1] = PWR_RDY

    def _power_on_values(self):
        for i in range(256):
            self.regs[i] = 0
        for i in range(0x13, 0x18):
            self.regs[i] = 0xFF
        self.regs[REV_ID] = 0x03
        self.regs[PART_ID] = self.part_id
        self.unread = 0
        self.temp_ready_us = None
        self._plan(0)

    # the sampling plan

    def _plan(self, start_us):
        """Works out from the registers what is sampled, from `start_us` on."""
        regs = self.regs
        mode = regs[MODE_CONFIG] & 0x07
        if mode == MODE_MULTI and "no_multi_led" in self.faults:
            slots = []
        elif mode == MODE_MULTI:
            slots = []
            for nibble in (0, 4, 8, 12):
                code = (regs[MULTI_LED_1 + (nibble >> 3)] >> (nibble & 7)) & 0x07
                if code not in (1, 2):
                    break
                slots.append(code)
        else:
            slots = {MODE_RED: [1], MODE_SPO2: [1, 2]}.get(mode, [])
        self.slots = slots
        self.width = 3 * len(slots)
        if slots:
            self._clamp_rate()
        awake = not regs[MODE_CONFIG] & SHDN and "no_sampling" not in self.faults
        self.sampling = bool(slots) and awake
        rate_hz = RATES_HZ[(regs[SPO2_CONFIG] >> 2) & 7]
        average = AVERAGES[regs[FIFO_CONFIG] >> 5]
        self.period_us = 1e6 * average / (rate_hz * self.clock_scale)
        self.start_us = start_us
        self.done = 0  # samples converted since start_us
        self.next_us = start_us + self.period_us if self.sampling else 1 << 60
        self._drop_chunk()
        if self.sampling and self.first_start_us is None:
            self.first_start_us = start_us
            self.first_period_us = self.period_us
            self.on_first_sample()

    def on_first_sample(self):
        """Called once, when the chip samples for the first time; the world listens here."""

    def _clamp_rate(self):
        config = self.regs[SPO2_CONFIG]
        limits = MAX_RATE_CODE_1_LED if len(self.slots) == 1 else MAX_RATE_CODE_2_LEDS
        limit = limits[config & 3]
        if (config >> 2) & 7 > limit:
            self.regs[SPO2_CONFIG] = (config & ~0x1C) | (limit << 2)

    def light_settings(self):
        """(pulse width code, range code, average, rate_hz, [(wavelength, led code), ...]):
        wavelength 1 is red, 2 is infrared, whichever pin drives it."""
        config = self.regs[SPO2_CONFIG]
        lit = []
        for slot in self.slots:
            wavelength = 3 - slot if self.swapped else slot
            lit.append((wavelength, self._led_code(slot)))
        return (
            config & 3,
            (config >> 5) & 3,
            AVERAGES[self.regs[FIFO_CONFIG] >> 5],
            RATES_HZ[(config >> 2) & 7],
            lit,
        )

    def _led_code(self, slot):
        """The current that an LED really gets."""
        code = self.regs[LED1_PA + slot - 1]
        if DEAD_LED[slot] in self.faults:
            return 0
        return min(code, WEAK_LED_CODE) if "weak_led_supply" in self.faults else code

    def set_clock(self, scale):
        """The oscillator changes: the sample that is under way is the first at the new rate."""
        self.update()
        last_us = self.start_us + self.done * self.period_us
        self.clock_scale = scale
        self._plan(last_us)

    def halt(self):
        """It falls asleep by itself, and says nothing of it."""
        self.update()
        self.regs[MODE_CONFIG] |= SHDN
        self._plan(self.clock.now_us)

    def forget_light(self):
        """Drops the light that was asked for ahead; it is asked for again."""
        self._drop_chunk()

    def _drop_chunk(self):
        self._chunk = b""
        self._chunk_from = self._chunk_to = 0
        self._chunk_size = CHUNK_MIN

    def _bytes_of(self, index, count):
        """FIFO bytes of `count` samples from sample `index` of this stretch on."""
        width = self.width
        if index < self._chunk_from or index + count > self._chunk_to:
            self._fetch(index, count)
        at = (index - self._chunk_from) * width
        return self._chunk[at : at + count * width]

    def _fetch(self, index, count):
        """Asks for the light of the samples that come next; what is left over stays in front."""
        kept = b""
        ask_from = index
        if self._chunk_from <= index <= self._chunk_to:
            kept = bytes(self._chunk[(index - self._chunk_from) * self.width :])
            ask_from = self._chunk_to
        n = max(index + count - ask_from, self._chunk_size)
        self._chunk_size = min(2 * self._chunk_size, CHUNK_MAX)
        stretch_us = (self.start_us - self.first_start_us) + (
            self.period_us - self.first_period_us
        ) / 2
        data = self.light(stretch_us, self.period_us, ask_from, n, self.light_settings())
        self._chunk = memoryview(kept + data)
        self._chunk_from, self._chunk_to = index, ask_from + n

    def update(self):
        """Brings the FIFO up to the present."""
        now_us = self.clock.now_us
        if self.temp_ready_us is not None and now_us >= self.temp_ready_us:
            self._finish_temperature()
        if now_us < self.next_us:
            return
        total = int((now_us - self.start_us) / self.period_us)
        new = total - self.done
        if new > 0:
            self._push(self.done, new)
            self.done = total
        self.next_us = self.start_us + (total + 1) * self.period_us

    def _push(self, index, new):
        regs = self.regs
        before = self.unread
        if before + new <= DEPTH:
            self._store(index, new)
            self.unread = before + new
        elif regs[FIFO_CONFIG] & 0x10:
            kept = min(new, DEPTH)
            regs[FIFO_WR_PTR] = (regs[FIFO_WR_PTR] + new - kept) & 31
            self._store(index + new - kept, kept)
            # The datasheet does not say; the pointers alone then tell how much is unread.
            self.unread = (regs[FIFO_WR_PTR] - regs[FIFO_RD_PTR]) & 31
        else:
            kept = DEPTH - before
            if kept:
                self._store(index, kept)
            self.unread = DEPTH
            if "no_overflow_count" not in self.faults:
                regs[OVF_COUNTER] = min(31, regs[OVF_COUNTER] + new - kept)
        regs[INT_STATUS_1] |= PPG_RDY
        if self.unread >= DEPTH - (regs[FIFO_CONFIG] & 15) > before:
            regs[INT_STATUS_1] |= A_FULL

    def _store(self, index, count):
        width = self.width
        at = self.regs[FIFO_WR_PTR]
        data = self._bytes_of(index, count)
        if self.motor and not self.motor.still:
            first_us = self.start_us + (index + 1) * self.period_us
            data = self.motor.shake(data, first_us, self.period_us, width)
        first = min(count, DEPTH - at)
        self._ring_view[at * width : (at + first) * width] = data[: first * width]
        if count > first:
            self._ring_view[: (count - first) * width] = data[first * width :]
        self.regs[FIFO_WR_PTR] = (at + count) & 31

    # the bus side

    def read(self, reg, buf):
        """Fills `buf` from register `reg` on; the address stays at 0x07 and 0xFF."""
        self.update()
        n = len(buf)
        at = 0
        while at < n:
            if reg == FIFO_DATA:
                self._pop(buf, at)
                return
            buf[at] = self._read_register(reg)
            at += 1
            if reg != PART_ID:
                reg += 1

    def _read_register(self, reg):
        value = self.regs[reg]
        if reg in (INT_STATUS_1, INT_STATUS_2):
            self.regs[reg] = 0
        elif reg == DIE_TEMP_FRAC:
            self.regs[INT_STATUS_2] = 0
        return value

    def _pop(self, buf, at):
        """Fills the rest of `buf` with FIFO bytes; an empty FIFO repeats its old bytes."""
        regs = self.regs
        regs[INT_STATUS_1] &= ~PPG_RDY
        width = self.width or 6
        n = len(buf)
        ring = self._ring_view
        position = regs[FIFO_RD_PTR]
        whole = (n - at) // width
        if 0 < whole <= self.unread and whole * width == n - at and position + whole <= DEPTH:
            buf[at:n] = ring[position * width : (position + whole) * width]
            taken = whole
            position += whole
        else:
            taken = 0
            while at < n:
                size = min(width, n - at)
                for i in range(size):
                    buf[at + i] = ring[position * width + i]
                at += size
                if taken < self.unread:
                    taken += 1
                    position = (position + 1) & 31
        if taken:
            self.unread -= taken
            regs[OVF_COUNTER] = 0
            regs[FIFO_RD_PTR] = position & 31

    def write(self, reg, data):
        """Writes `data` from register `reg` on."""
        self.update()
        for value in data:
            self._write_register(reg, value)
            if reg not in (FIFO_DATA, PART_ID):
                reg += 1

    def _write_register(self, reg, value):
        mask = WRITABLE.get(reg, 0)
        if not mask:
            return
        value &= mask
        if reg in (FIFO_WR_PTR, OVF_COUNTER, FIFO_RD_PTR):
            self._write_pointer(reg, value)
        elif reg == MODE_CONFIG and value & RESET:
            if "no_reset" not in self.faults:
                self._power_on_values()
        elif reg == DIE_TEMP_CFG:
            # TEMP_EN reads back as 0 almost at once; the value comes 29 ms later.
            if value and not self.regs[MODE_CONFIG] & SHDN:
                self.temp_ready_us = self.clock.now_us + TEMP_CONVERSION_US
        elif self.regs[reg] != value:
            self.regs[reg] = value
            if reg in RESTARTS:
                self._restart(reg)
            elif reg in RELIGHTS:
                self._drop_chunk()
            self._load_supply()

    def _load_supply(self):
        """What the LEDs draw may be too much for a thin wire."""
        drawn = self.regs[LED1_PA] + self.regs[LED2_PA]
        if "brown_out" in self.faults and self.sampling and drawn > BROWN_OUT_CODES:
            self.brown_out()

    def _write_pointer(self, reg, value):
        if self.regs[MODE_CONFIG] & 0x07 not in (MODE_RED, MODE_SPO2, MODE_MULTI):
            return
        self.regs[reg] = value
        if reg != OVF_COUNTER:
            self.unread = (self.regs[FIFO_WR_PTR] - self.regs[FIFO_RD_PTR]) & 31

    def _restart(self, reg):
        if reg == MODE_CONFIG and self.regs[reg] & SHDN:
            self.regs[INT_STATUS_1] = self.regs[INT_STATUS_2] = 0
        self._plan(self.clock.now_us)

    def _finish_temperature(self):
        self.temp_ready_us = None
        degrees = -60 if "thermometer" in self.faults else DIE_TEMP_SIXTEENTHS >> 4
        self.regs[DIE_TEMP_INT] = degrees & 0xFF
        self.regs[DIE_TEMP_FRAC] = DIE_TEMP_SIXTEENTHS & 15
        if self.regs[INT_ENABLE_2] & DIE_TEMP_RDY:
            self.regs[INT_STATUS_2] |= DIE_TEMP_RDY

    def int_level(self):
        """Level of the INT pin: 0 while an enabled interrupt (or PWR_RDY) waits."""
        self.update()
        regs = self.regs
        asserted = regs[INT_STATUS_1] & (regs[INT_ENABLE_1] | PWR_RDY)
        return 0 if asserted or regs[INT_STATUS_2] & regs[INT_ENABLE_2] else 1

    # surviving a reset of the microcontroller

    def state(self):
        """What the chip holds, as integers and bytes: it knows nothing of an MCU reset."""
        self.update()
        return {
            "regs": bytes(self.regs),
            "ring": bytes(self.ring),
            "unread": self.unread,
            "start_us": self.start_us,
            "done": self.done,
            "temp_ready_us": self.temp_ready_us,
            "clock_scale": self.clock_scale,
            "part_id": self.part_id,
        }

    def restore(self, state):
        """Takes back what `state` gave."""
        self.regs[:] = state["regs"]
        self.ring[:] = state["ring"]
        self.clock_scale = state["clock_scale"]
        self.part_id = state["part_id"]
        self._plan(state["start_us"])
        self.unread = state["unread"]
        self.done = state["done"]
        self.temp_ready_us = state["temp_ready_us"]
        if self.sampling:
            self.next_us = self.start_us + (self.done + 1) * self.period_us
