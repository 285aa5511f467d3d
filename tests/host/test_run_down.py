"""A battery from full to empty on the virtual board."""

from collections.abc import Callable

import pytest
from vagaband import journal, twin
from vagaband.device import Device
from vagaband.journal import BATTERY, BATTERY_STATES, END, END_REASONS, Event, Journal
from worn import Worn

Wear = Callable[..., Worn]


def states(logged: Journal) -> list[str]:
    return [BATTERY_STATES[event.arg] for event in told(logged)]


def told(logged: Journal) -> list[Event]:
    return [event for event in logged.events if event.code == BATTERY]


def ends(worn: Worn) -> list[str]:
    """Why each session on the chip ended."""
    found = []
    for name in sorted(worn.files):
        logged = journal.decode(worn.files[name])
        assert set(logged.integrity.values()) == {0}
        found += [END_REASONS[event.arg] for event in logged.events if event.code == END]
    return found


def test_a_battery_that_runs_down_ends_the_session_in_good_order(wear_device: Wear):
    """From 4.2 to 3.2 V in 20 minutes: low is told, at 3.3 V all that was measured is on flash."""
    worn = wear_device(22, seed=21, script="0 battery 4.2 3.2 1200\n")
    (data,) = worn.files.values()
    logged = journal.decode(data)
    assert ends(worn) == ["empty"]
    assert states(logged) == ["ok", "ok", "low", "empty"]
    assert [event.value for event in told(logged)][:2] == pytest.approx([4175, 3675], abs=40)
    end = logged.events[-1]
    assert 1080 + 60 - 20 < end.index / 100 < 1080 + 90 + 20  # a minute below 3.3 V
    assert logged.samples == end.index
    device, (again, note) = twin.as_logged(logged), twin.of_journal(logged)
    assert (device.raw, note) == (again.raw, "")


def test_an_empty_board_sleeps_and_goes_on_when_it_is_charged(wear_device: Wear):
    script = "0 battery 3.25\n800 battery 3.9\n"  # it looks at about 700 and at 1300 s
    worn = wear_device(24, seed=22, script=script)
    assert ends(worn)[0] == "empty"
    assert len(worn.files) == 2  # no session of those naps in which it was still empty
    second = journal.decode(worn.files[max(worn.files)])
    assert second.header["reset"] == "deep sleep"
    assert states(second)[0] == "ok"
    assert second.samples > 100 * 90
    with Device(worn.board.url) as device:
        said = device.ask("status")
    assert (said["battery"], said["battery_percent"]) == ("ok", pytest.approx(63, abs=3))
    assert said["battery_mv"] == pytest.approx(3900, abs=30)


def test_without_a_battery_nothing_is_told_and_nothing_stops(wear_device: Wear):
    """The pin floats: it reads anything, but a pull-down finds that nothing holds it."""
    worn = wear_device(3, seed=23)
    (data,) = worn.files.values()
    logged = journal.decode(data)
    assert states(logged) == []
    assert ends(worn) == ["stopped"]
    with Device(worn.board.url) as device:
        said = device.ask("status")
    assert (said["battery"], said["battery_percent"]) == ("unknown", None)


def test_a_battery_that_is_not_to_be_measured_is_not(wear_device: Wear):
    worn = wear_device(3, seed=24, script="0 battery 3.0\n", config={"battery": 0})
    (data,) = worn.files.values()
    assert states(journal.decode(data)) == []
    assert ends(worn) == ["stopped"]
