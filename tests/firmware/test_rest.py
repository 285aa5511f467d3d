"""When the board may sleep, and that `power` counts with it."""

import pytest
from vagaband.power import budget
from vagal import config
from vagal.rest import Rest

SECOND = 1_000_000


def rest(**settings):
    every = {name: row[0] for name, row in config.KEYS.items()}
    return Rest({**every, "sleep": 1, **settings})


def waited(resting, seconds):
    for _ in range(10 * seconds):
        resting.waited(SECOND // 10)


def test_it_stays_awake_for_a_host_for_a_minute_after_the_start():
    resting = rest()
    waited(resting, 59)
    assert not resting.allowed
    waited(resting, 2)
    assert resting.allowed


def test_a_host_that_says_something_has_half_a_minute():
    resting = rest()
    waited(resting, 61)
    resting.heard()
    assert resting.attached
    waited(resting, 29)
    assert not resting.allowed
    waited(resting, 2)
    assert resting.allowed


def test_the_sensors_clock_is_measured_as_a_session_begins_and_each_four_hours():
    resting = rest()
    waited(resting, 100)
    resting.begin()
    waited(resting, 74)
    assert not resting.allowed
    waited(resting, 2)
    assert resting.allowed
    waited(resting, 4 * 3600)
    assert not resting.allowed
    waited(resting, 76)
    assert resting.allowed


def test_it_never_sleeps_where_it_is_not_to():
    resting = rest(sleep=0)
    waited(resting, 200)
    assert not resting.allowed


@pytest.mark.parametrize(("rate_hz", "turn_ms"), [(100, 240), (50, 480)])
def test_a_sleep_leaves_the_sensors_fifo_a_quarter(rate_hz, turn_ms):
    resting = rest(rate_hz=rate_hz)
    resting.begin()
    assert resting.turn_ms == turn_ms
    assert budget.HELD_SAMPLES * 1000 / rate_hz == turn_ms
