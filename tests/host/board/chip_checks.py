"""What a MAX30102 does, one behaviour a check; plain Python for CPython and MicroPython."""

SPO2_100_HZ = ((0x08, 0x4F), (0x0A, 0x2F), (0x0C, 0x1F), (0x0D, 0x1F), (0x09, 0x03))

IR_100_HZ = ((0x08, 0x4F), (0x0A, 0x2F), (0x0D, 0x1F), (0x11, 0x02), (0x09, 0x07))


class Clock:
    now_us = 0


class Bench:
    """A chip with a clock to move and light whose sample n is n in the first slot."""

    def __init__(self, chip_class, **options):
        self.clock = Clock()
        self.asked = []
        self.chip = chip_class(self.clock, self.light, **options)

    def light(self, stretch_us, period_us, index, n, settings):
        self.asked.append((stretch_us, period_us, index, n, settings))
        out = bytearray()
        for i in range(index, index + n):
            for slot in range(len(settings[4])):
                out.extend(bytes((slot, i >> 8 & 0xFF, i & 0xFF)))
        return bytes(out)

    def read(self, reg, n=1):
        buf = bytearray(n)
        self.chip.read(reg, buf)
        return bytes(buf)

    def write(self, reg, *values):
        self.chip.write(reg, bytes(values))

    def start(self, settings=SPO2_100_HZ):
        self.read(0x00)
        for reg, value in settings:
            self.write(reg, value)
        self.write(0x04, 0, 0, 0)

    def wait_ms(self, ms):
        self.clock.now_us += ms * 1000

    def pointers(self):
        return tuple(self.read(0x04, 3))

    def samples(self, n, width=6):
        data = self.read(0x07, n * width)
        return [
            data[i] * 65536 + data[i + 1] * 256 + data[i + 2] for i in range(0, len(data), width)
        ]


def check_power_on_values(chip):
    bench = Bench(chip)
    assert bench.read(0xFF) == b"\x15"
    assert bench.read(0x00) == b"\x01"
    for reg in (2, 3, 4, 5, 6, 8, 9, 0x0A, 0x0C, 0x0D, 0x11, 0x12, 0x1F, 0x20, 0x21):
        assert bench.read(reg) == b"\0", reg
    assert bench.read(0x13, 5) == b"\xff" * 5


def check_part_id_of_another_chip(chip):
    assert Bench(chip, part_id=0x11).read(0xFF) == b"\x11"


def check_status_clears_on_read(chip):
    bench = Bench(chip)
    assert bench.read(0x00) == b"\x01"
    assert bench.read(0x00) == b"\0"


def check_address_advances_but_not_at_the_fifo(chip):
    bench = Bench(chip)
    bench.write(0x0C, 0x24, 0x25)
    assert bench.read(0x0C, 2) == b"\x24\x25"
    bench.start()
    bench.wait_ms(20)
    data = bench.read(0x06, 7)
    assert data == b"\0" + b"\0\0\0\x01\0\0"


def check_writes_reach_defined_bits_only(chip):
    bench = Bench(chip)
    for reg, mask in (
        (0x02, 0xE0),
        (0x03, 0x02),
        (0x0A, 0x7F),
        (0x11, 0x77),
        (0x0E, 0),
        (0xFF, 0x15),
    ):
        bench.write(reg, 0xFF)
        assert bench.read(reg)[0] == mask, reg


def check_reset_clears_all_but_raises_no_power_ready(chip):
    bench = Bench(chip)
    bench.start()
    bench.write(0x09, 0x40)
    assert bench.read(0x09) == b"\0"
    assert bench.read(0x0C) == b"\0"
    assert bench.read(0x00) == b"\0"


def check_brown_out_clears_all_and_raises_power_ready(chip):
    bench = Bench(chip)
    bench.start()
    bench.chip.brown_out()
    assert bench.read(0x0C) == b"\0"
    assert bench.read(0x00) == b"\x01"
    bench.wait_ms(1000)
    assert bench.pointers() == (0, 0, 0)


def check_samples_come_at_rate_over_average(chip):
    bench = Bench(chip)
    bench.start()
    bench.wait_ms(9)
    assert bench.pointers() == (0, 0, 0)
    bench.wait_ms(1)
    assert bench.pointers() == (1, 0, 0)
    bench.wait_ms(90)
    assert bench.pointers() == (10, 0, 0)
    assert bench.samples(10) == list(range(10))


def check_clock_scale_changes_the_rate(chip):
    bench = Bench(chip, clock_scale=0.985)
    bench.start()
    bench.wait_ms(203)
    assert bench.pointers()[0] == 19


def check_a_clock_that_changes_goes_on_where_it_was(chip):
    bench = Bench(chip)
    bench.start()
    bench.wait_ms(105)
    bench.chip.set_clock(1.25)
    bench.wait_ms(2)
    assert bench.pointers()[0] == 10
    bench.wait_ms(1)
    assert bench.pointers()[0] == 11
    bench.wait_ms(80)
    assert bench.pointers()[0] == 21


def check_a_chip_that_halts_gives_no_more_and_says_nothing(chip):
    bench = Bench(chip)
    bench.start()
    bench.wait_ms(50)
    bench.read(0x00)
    bench.chip.halt()
    bench.wait_ms(500)
    assert bench.pointers() == (5, 0, 0)
    assert bench.read(0x00) == b"\0"


def check_a_pop_advances_the_read_pointer(chip):
    bench = Bench(chip)
    bench.start()
    bench.wait_ms(50)
    bench.samples(3)
    assert bench.pointers() == (5, 0, 3)
    assert bench.samples(2) == [3, 4]


def check_read_pointer_advances_at_the_first_byte(chip):
    bench = Bench(chip)
    bench.start()
    bench.wait_ms(30)
    bench.read(0x07, 1)
    assert bench.pointers() == (3, 0, 1)


def check_the_ring_wraps(chip):
    bench = Bench(chip)
    bench.start()
    seen = []
    for _ in range(10):
        bench.wait_ms(130)
        seen += bench.samples(13)
    assert seen == list(range(130))


def check_full_without_rollover_drops_the_new(chip):
    bench = Bench(chip)
    bench.start()
    bench.wait_ms(400)
    assert bench.pointers() == (0, 8, 0)
    assert bench.samples(32) == list(range(32))
    assert bench.pointers() == (0, 0, 0)
    bench.wait_ms(10)
    assert bench.samples(1) == [40]


def check_overflow_counter_saturates(chip):
    bench = Bench(chip)
    bench.start()
    bench.wait_ms(5000)
    assert bench.pointers() == (0, 31, 0)


def check_one_pop_zeroes_the_overflow_counter(chip):
    bench = Bench(chip)
    bench.start()
    bench.wait_ms(400)
    bench.samples(1)
    assert bench.pointers() == (0, 0, 1)


def check_full_with_rollover_overwrites_the_old(chip):
    bench = Bench(chip)
    bench.start()
    bench.write(0x08, 0x5F)
    bench.write(0x04, 0, 0, 0)
    bench.wait_ms(400)
    write, overflow, read = bench.pointers()
    assert (write, overflow, read) == (8, 0, 0)
    assert bench.samples(8) == list(range(32, 40))


def check_pointers_are_read_only_without_a_mode(chip):
    bench = Bench(chip)
    bench.write(0x04, 5, 6, 7)
    assert bench.pointers() == (0, 0, 0)


def check_rewinding_the_read_pointer_reads_again(chip):
    bench = Bench(chip)
    bench.start()
    bench.wait_ms(40)
    first = bench.samples(4)
    bench.write(0x06, 0)
    assert bench.samples(4) == first


def check_a_full_is_set_when_so_few_are_free(chip):
    bench = Bench(chip)
    bench.start()
    bench.wait_ms(160)
    assert bench.read(0x00)[0] & 0x80 == 0
    bench.wait_ms(10)
    assert bench.read(0x00)[0] & 0x80
    assert bench.read(0x00)[0] & 0x80 == 0


def check_ready_clears_on_a_fifo_read(chip):
    bench = Bench(chip)
    bench.start()
    bench.wait_ms(20)
    bench.samples(1)
    assert bench.read(0x00)[0] & 0x40 == 0


def check_interrupt_pin_follows_enabled_flags(chip):
    bench = Bench(chip)
    assert bench.chip.int_level() == 0
    bench.start()
    bench.write(0x02, 0x80)
    assert bench.chip.int_level() == 1
    bench.wait_ms(170)
    assert bench.chip.int_level() == 0
    bench.read(0x00)
    assert bench.chip.int_level() == 1


def check_too_high_a_rate_is_replaced(chip):
    bench = Bench(chip)
    bench.start(((0x0A, 0x3F), (0x09, 0x03)))
    assert bench.read(0x0A) == b"\x2f"
    bench.start(((0x09, 0x02), (0x0A, 0x3F)))
    assert bench.read(0x0A) == b"\x37"


def check_shutdown_stops_sampling_and_keeps_registers(chip):
    bench = Bench(chip)
    bench.start()
    bench.write(0x09, 0x83)
    bench.wait_ms(500)
    assert bench.pointers() == (0, 0, 0)
    assert bench.read(0x0C) == b"\x1f"


def check_infrared_alone_is_three_bytes(chip):
    bench = Bench(chip)
    bench.start(IR_100_HZ)
    bench.wait_ms(30)
    assert bench.samples(3, width=3) == [0, 1, 2]
    assert bench.asked[-1][4][4] == [(2, 0x1F)]


def check_swapped_leds_exchange_wavelengths(chip):
    bench = Bench(chip, swapped=True)
    bench.start()
    bench.write(0x0C, 0x10)
    bench.wait_ms(10)
    bench.samples(1)
    assert bench.asked[-1][4][4] == [(2, 0x10), (1, 0x1F)]


def check_led_current_asks_for_new_light(chip):
    bench = Bench(chip)
    bench.start()
    bench.wait_ms(50)
    bench.samples(5)
    bench.write(0x0D, 0x30)
    bench.wait_ms(10)
    assert bench.samples(1) == [5]
    assert bench.asked[-1][2] == 5
    assert bench.asked[-1][4][4][1] == (2, 0x30)


def check_temperature_comes_after_29_ms(chip):
    bench = Bench(chip)
    bench.write(0x03, 0x02)
    bench.write(0x21, 0x01)
    assert bench.read(0x21) == b"\0"
    bench.wait_ms(28)
    assert bench.read(0x01) == b"\0"
    bench.wait_ms(1)
    assert bench.read(0x01) == b"\x02"
    whole, fraction = bench.read(0x1F, 2)
    assert 25 < whole + fraction / 16 < 38


def check_state_survives_a_restart_of_the_processor(chip):
    bench, other = Bench(chip), Bench(chip)
    bench.start()
    bench.wait_ms(200)
    bench.samples(5)
    other.clock.now_us = bench.clock.now_us
    other.chip.first_start_us = bench.chip.first_start_us
    other.chip.first_period_us = bench.chip.first_period_us
    other.chip.restore(bench.chip.state())
    other.wait_ms(10)
    assert other.samples(16) == list(range(5, 21))


CHECKS = [value for name, value in sorted(globals().items()) if name.startswith("check_")]
