"""What a voltage says of a battery."""

import pytest
from vagal.battery import EMPTY, LOW, OK, UNKNOWN, Battery, percent_of


def states(*readings_mv):
    battery = Battery(int)
    found = []
    for mv in readings_mv:
        battery.push(mv)
        found.append(battery.state)
    return found


@pytest.mark.parametrize(
    ("mv", "percent"), [(4300, 100), (4200, 100), (4065, 85), (3840, 50), (3690, 10), (3300, 0)]
)
def test_percent_follows_the_curve(mv, percent):
    assert percent_of(mv) == percent


def test_percent_never_rises_as_the_voltage_falls():
    falling = [percent_of(mv) for mv in range(4400, 2400, -1)]
    assert falling == sorted(falling, reverse=True)
    assert (falling[0], falling[-1]) == (100, 0)


def test_a_discharge_goes_from_ok_over_low_to_empty_after_a_minute():
    """Readings are half a minute apart: three in a row below 3.3 V span a minute."""
    assert states(4100, 3700, 3599, 3400, 3290, 3280, 3270) == [OK, OK, LOW, LOW, LOW, LOW, EMPTY]


def test_a_dip_is_not_empty():
    """The vibration motor draws 100 mA for a moment."""
    assert states(3400, 3250, 3240, 3400, 3250, 3240, 3400) == [LOW] * 7


def test_a_state_does_not_flutter_at_its_limit():
    assert states(3610, 3590, 3610, 3690, 3590, 3700) == [OK, LOW, LOW, LOW, LOW, OK]
    assert states(3200, 3200, 3200, 3390, 3300, 3400)[2:] == [EMPTY, EMPTY, EMPTY, LOW]


def test_without_a_battery_nothing_is_known_and_nothing_stops():
    """A divider without a battery reads 0; a cell's own protection opens at 2.5 V or above."""
    assert states(0, 0, 0, 2499, 0) == [UNKNOWN] * 5
    battery = Battery(int)
    battery.push(0)
    assert battery.percent is None


def test_a_battery_that_is_pulled_out_or_put_in_is_seen():
    assert states(4000, 0, 4000) == [OK, UNKNOWN, OK]


def test_a_board_that_starts_on_an_empty_battery_has_its_minute():
    assert states(3200, 3200, 3200) == [LOW, LOW, EMPTY]


def test_what_is_new_is_told_once():
    battery = Battery(int)
    assert [battery.push(mv) for mv in (4000, 3990, 3500, 3490)] == [True, False, True, False]
    assert battery.percent == percent_of(3490)


def test_it_is_read_each_half_minute_and_told_at_a_change_and_each_ten_minutes():
    """Turns of 0.1 s; the voltage falls through the limit of low after 12 minutes."""
    read = []

    def falling():
        read.append(4000 if len(read) < 24 else 3500)
        return read[-1]

    battery = Battery(falling)
    told_s = [turn / 10 for turn in range(30 * 600) if battery.waited(100_000)]
    assert len(read) == 60
    assert told_s == pytest.approx([0, 600, 720, 1320], abs=1)


def test_without_a_battery_one_is_not_told_of_at_once():
    battery = Battery(int)
    assert not battery.waited(0)
    assert battery.state == UNKNOWN
