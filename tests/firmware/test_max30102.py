"""The sensor driver against a register-level chip."""

import pytest
from max30102_bus import ENODEV, IR_CODE, RED_CODE, Bus, driver
from vagal.max30102 import LOST_UNKNOWN, SensorError


@pytest.fixture
def bus():
    return Bus()


@pytest.fixture
def sensor(bus):
    """A sensor that runs, its first half second already dropped."""
    sensor = driver(bus)
    sensor.start()
    for _ in range(5):
        bus.sleep_ms(100)
        assert sensor.drain() == 0
    return sensor


def drained(sensor):
    """Infrared counts of a drain; red belongs to the same samples."""
    n = sensor.drain()
    assert n == len(sensor.ir)
    assert list(sensor.ir) == [2 * red + 1 for red in sensor.red]
    return list(sensor.red)


def test_the_order_of_the_start(bus):
    """Reset, shut down, settings, interrupt, mode, and only then the pointers (B7)."""
    driver(bus).start()
    assert bus.log == [
        (0x09, 0x40),
        (0x09, 0x80),
        (0x08, 0x4F),
        (0x0A, 0x2F),
        (0x0C, RED_CODE),
        (0x0D, IR_CODE),
        (0x02, 0x80),
        (0x09, 0x03),
        (0x04, 0, 0, 0),
    ]
    assert (0x00, 1) in bus.transfers[:4]  # the power-ready flag is dropped
    assert bus.chip.read(0x00, bytearray(1)) is None
    assert bus.chip.period_us == 10_000


def test_the_first_half_second_is_dropped(bus):
    sensor = driver(bus)
    sensor.start()
    found = []
    for _ in range(10):
        bus.sleep_ms(100)
        found += drained(sensor)
    assert found == list(range(50, 100))


def test_samples_come_whole_and_once_across_the_wrap(bus, sensor):
    """13 at a time through a ring of 32, stray upper bits masked off."""
    found = []
    for _ in range(40):
        bus.sleep_ms(130)
        found += drained(sensor)
        assert sensor.lost == 0
    assert found == list(range(50, 50 + 40 * 13))


def test_nothing_new_is_nothing(bus, sensor):
    assert sensor.drain() == 0
    assert sensor.drain() == 0
    bus.sleep_ms(10)
    assert drained(sensor) == [50]


def test_a_drain_is_one_look_and_bursts_of_at_most_12(bus, sensor):
    bus.transfers.clear()
    bus.sleep_ms(100)
    sensor.drain()
    assert bus.transfers == [(0x00, 7), (0x07, 60), (0x00, 1)]
    bus.transfers.clear()
    bus.sleep_ms(300)
    assert len(drained(sensor)) == 30
    assert [n for register, n in bus.transfers if register == 0x07] == [72, 72, 36]


def test_a_full_fifo_without_loss(bus, sensor):
    """Equal pointers mean full here, not empty: no sample is lost at exactly 32."""
    bus.sleep_ms(320)
    assert drained(sensor) == list(range(50, 82))
    assert sensor.lost == 0


@pytest.mark.parametrize("lost", [1, 2, 17, 30])
def test_an_overflow_is_counted_exactly(bus, sensor, lost):
    """The 32 held are kept and whole; what came after them is lost and counted."""
    bus.sleep_ms(320 + 10 * lost)
    assert drained(sensor) == list(range(50, 82))
    assert sensor.lost == lost
    bus.sleep_ms(50)
    assert drained(sensor) == list(range(82 + lost, 87 + lost))
    assert sensor.lost == 0


@pytest.mark.parametrize("lost", [31, 32, 1000])
def test_where_the_counter_stops_the_loss_is_unknown(bus, sensor, lost):
    bus.sleep_ms(320 + 10 * lost)
    assert len(drained(sensor)) == 32
    assert sensor.lost == LOST_UNKNOWN


def test_a_brown_out_is_seen_and_the_sensor_can_start_anew(bus, sensor):
    """Registers are back at zero: no sample is read as light, a new start brings it back."""
    bus.sleep_ms(100)
    bus.chip.brown_out()
    assert sensor.drain() == 0
    assert sensor.browned_out
    sensor.start()
    assert not sensor.browned_out
    found = []
    for _ in range(10):
        bus.sleep_ms(100)
        found += drained(sensor)
    assert len(found) == 50


@pytest.mark.parametrize("register", [0x08, 0x0A, 0x0C, 0x0D])
def test_a_setting_that_does_not_stick_is_an_error(bus, register):
    """A clone or a bad contact: the message names register, found and wanted."""
    bus.stuck_bits = {register: 0x01}
    with pytest.raises(SensorError, match=f"register 0x{register:02x} reads 0x.., not 0x.."):
        driver(bus).start()


def test_a_max30100_is_refused_by_its_name():
    with pytest.raises(SensorError, match=r"MAX30100.* fit a MAX30102"):
        driver(Bus(part_id=0x11)).start()


def test_another_part_is_refused_with_its_id():
    with pytest.raises(SensorError, match="part id 0x33, not 0x15"):
        driver(Bus(part_id=0x33)).start()


def test_an_absent_chip_is_a_bus_error(bus):
    bus.absent = 10**6
    with pytest.raises(OSError, match=str(ENODEV)):
        driver(bus).start()


def test_the_first_answer_may_fail(bus):
    """Some boards do not answer the first transfer after power-up."""
    bus.absent = 1
    driver(bus).start()
    assert bus.chip.sampling


def test_a_reset_that_does_not_end_is_an_error(bus):
    """100 ms, then it gives up: a stuck chip must not hang the board."""
    bus.resets = False
    with pytest.raises(SensorError, match="reset"):
        driver(bus).start()
    assert bus.clock.now_us <= 200_000


def test_a_bus_fault_in_a_drain_is_passed_on(bus, sensor):
    bus.sleep_ms(100)
    bus.absent = 1
    with pytest.raises(OSError, match=str(ENODEV)):
        sensor.drain()
    assert drained(sensor) == list(range(50, 60))


class SlowBus(Bus):
    """Each transfer takes its time at 400 kHz; something happens before one of them."""

    def __init__(self, **options):
        super().__init__(**options)
        self.before = {}  # number of the transfer: what happens
        self.numbers = 0

    def answer(self, address):
        self.before.get(self.numbers, int)()
        self.numbers += 1
        self.clock.now_us += 130
        super().answer(address)

    def readfrom_mem_into(self, address, register, into):
        super().readfrom_mem_into(address, register, into)
        self.clock.now_us += 23 * len(into)


def sampling():
    """A slow bus and a sensor that has given its first samples."""
    bus = SlowBus()
    sensor = driver(bus)
    sensor.start()
    bus.sleep_ms(100)
    while not sensor.drain():
        bus.sleep_ms(100)
    return bus, sensor


@pytest.mark.parametrize("late_us", range(0, 10_000, 100))
def test_no_sample_is_lost_unseen_between_the_count_and_the_first_read(late_us):
    """An overflow at each phase of a sample: the light goes on where the count says."""
    bus, sensor = sampling()
    bus.sleep_ms(400)
    bus.clock.now_us += late_us
    before = drained(sensor)
    lost = sensor.lost
    bus.sleep_ms(100)
    after = drained(sensor)
    assert 0 < lost < 31
    assert after[0] == before[-1] + lost + 1
    assert after == list(range(after[0], after[0] + len(after)))


def test_a_bus_that_sticks_amid_a_transfer_leaves_the_watchdog_a_margin(bus, sensor):
    """The ESP32's driver then waits 100 ms for each byte and one more; the watchdog 8 s."""
    bus.transfers.clear()
    bus.sleep_ms(1000)
    sensor.drain()
    assert max(n + 1 for _, n in bus.transfers) * 0.1 < 7.5


def test_a_sensor_that_leaves_amid_a_transfer_gives_no_light(bus, sensor):
    """Pull-ups alone read as ones, more than the 18 bits of a sample."""
    bus.sleep_ms(100)
    whole = bus.chip.read

    def half(register, into):
        whole(register, into)
        if register == 0x07:
            into[len(into) // 2 :] = b"\xff" * (len(into) - len(into) // 2)

    bus.chip.read = half
    with pytest.raises(OSError, match="left"):
        sensor.drain()


def test_saturated_light_is_light(bus, sensor):
    """Full scale has its six upper bits clear."""
    bus.chip.light = lambda stretch_us, period_us, index, n, settings: b"\x03\xff\xff" * (2 * n)
    bus.chip.forget_light()
    bus.sleep_ms(100)
    n = sensor.drain()
    assert sensor.ir[n - 1] == (1 << 18) - 1


@pytest.mark.parametrize("number", range(22))
def test_a_brown_out_at_any_transfer_is_seen(number):
    """In the start or in a drain: it fails, or the next drain tells; then it starts anew."""
    bus = SlowBus()
    sensor = driver(bus)
    bus.before = {number: bus.chip.brown_out}
    failed = seen = False
    try:
        sensor.start()
        for _ in range(6):
            bus.sleep_ms(100)
            sensor.drain()
            seen |= sensor.browned_out
    except OSError:
        failed = True
    assert bus.numbers > number
    assert failed or seen or number < 5  # later than that the start does not set it right
    sensor.start()
    found = []
    for _ in range(8):
        bus.sleep_ms(100)
        found += drained(sensor)
    assert len(found) > 20


@pytest.mark.parametrize("number", range(6))
def test_a_brown_out_amid_a_drain_leaves_no_false_sample(number):
    """Of two bursts: what was read after it is old bytes, and none of them is taken."""
    bus, sensor = sampling()
    newest = sensor.red[-1]
    bus.before = {bus.numbers + number: bus.chip.brown_out}
    for _ in range(2):
        bus.sleep_ms(200)
        found = drained(sensor)
        assert found == list(range(newest + 1, newest + 1 + len(found)))
    assert sensor.browned_out


def test_a_current_that_could_not_be_set_is_not_kept(bus, sensor):
    """The stages were not told of it: the next start has the one they know."""
    bus.absent = 1
    with pytest.raises(OSError, match=str(ENODEV)):
        sensor.set_ir(99)
    sensor.start()
    assert bus.chip.regs[0x0D] == IR_CODE


def started(bus, *mode):
    """A sensor in a mode, its first half second already dropped."""
    sensor = driver(bus, *mode)
    sensor.start()
    bus.log.clear()
    for _ in range(5):
        bus.sleep_ms(100)
        assert sensor.drain() == 0
    return sensor


@pytest.mark.parametrize(
    ("mode", "registers", "period_us"),
    [
        ((100, False), {0x08: 0x4F, 0x0A: 0x2F, 0x0C: RED_CODE, 0x11: 0x00, 0x09: 0x03}, 10_000),
        ((50, False), {0x08: 0x4F, 0x0A: 0x2B, 0x0C: RED_CODE, 0x11: 0x00, 0x09: 0x03}, 20_000),
        ((100, True), {0x08: 0x4F, 0x0A: 0x2F, 0x0C: 0x00, 0x11: 0x02, 0x09: 0x07}, 10_000),
        ((50, True), {0x08: 0x4F, 0x0A: 0x2B, 0x0C: 0x00, 0x11: 0x02, 0x09: 0x07}, 20_000),
    ],
)
def test_the_registers_of_each_power_mode(bus, mode, registers, period_us):
    """B2: 400 or 200 sps averaged by 4, always 411 us; infrared alone is one slot, code 2."""
    driver(bus, *mode).start()
    for register, value in registers.items():
        assert bus.chip.regs[register] == value
    assert bus.chip.regs[0x0D] == IR_CODE
    assert bus.chip.period_us == period_us


def test_fifty_samples_a_second_fill_the_fifo_in_640_ms(bus):
    sensor = started(bus, 50, False)
    bus.sleep_ms(640)
    assert drained(sensor) == list(range(25, 57))
    assert sensor.lost == 0
    bus.sleep_ms(640 + 20 * 7)
    assert len(drained(sensor)) == 32
    assert sensor.lost == 7


def test_infrared_alone_is_half_the_bytes(bus):
    sensor = started(bus, 100, True)
    bus.transfers.clear()
    bus.sleep_ms(300)
    assert sensor.drain() == 30
    assert list(sensor.ir) == [2 * i + 1 for i in range(50, 80)]
    assert list(sensor.red) == [0] * 30
    assert [n for register, n in bus.transfers if register == 0x07] == [36, 36, 18]


def test_a_brown_out_of_infrared_alone_is_seen(bus):
    sensor = started(bus, 100, True)
    bus.sleep_ms(100)
    bus.chip.brown_out()
    assert sensor.drain() == 0
    assert sensor.browned_out


def test_a_chip_that_refuses_infrared_alone_gets_both_lights(bus):
    bus.chip.faults = ("no_multi_led",)
    sensor = driver(bus, 100, True)
    sensor.start()
    bus.sleep_ms(300)
    assert sensor.drain() == 0
    sensor.set_mode(100, False)
    sensor.start()
    for _ in range(6):
        bus.sleep_ms(100)
        sensor.drain()
    assert list(sensor.ir) == [2 * red + 1 for red in sensor.red]
    assert len(sensor.ir) == 10


@pytest.mark.parametrize("ir_only", [False, True])
def test_a_board_with_its_leds_exchanged_measures_once_the_driver_knows(ir_only):
    bus = Bus(swapped=True)
    sensor = driver(bus)
    sensor.set_mode(100, ir_only, True)
    sensor.start()
    for _ in range(8):
        bus.sleep_ms(100)
        sensor.drain()
    assert len(sensor.ir) == 10
    assert all(counts & 1 for counts in sensor.ir)
    assert bus.chip.regs[0x0C] == IR_CODE
    assert bus.chip.regs[0x0D] == (0 if ir_only else RED_CODE)
    sensor.set_ir(0x11)
    assert bus.chip.regs[0x0C] == 0x11


def test_a_sensor_that_was_stopped_is_dark(bus, sensor):
    """Shut down it draws 0.7 uA, and light and samples stop."""
    sensor.stop()
    assert bus.chip.regs[0x09] & 0x80
    assert not bus.chip.sampling
    sensor.start()
    assert bus.chip.sampling
