"""vagaband power: hours for each mode, and what they hang on."""

import json
from collections.abc import Callable

import pytest
from vagaband.power import budget, measure
from vagaband.power.modes import LONGEST, MODES, Mode

BASES = {"datasheet", "memory", "measured", "computed", "guess"}
PLAIN = next(mode for mode in MODES if mode.settings == {})


def test_the_sum_of_a_mode_that_is_done_by_hand():
    """100 Hz with light, awake: 20 mA and what computing adds, 0.6 mA, two LEDs at 16.44 %."""
    figures = {**budget.usual(), "busy_80": 20.0, "light": 0, "divider": 0, "regulator": 0}
    figures |= {"psram": 0, "discharge": 0, "flash": 0}
    drawn = budget.draw(PLAIN, figures, 500)
    assert drawn.ma == pytest.approx(20 + 0.6 + 2 * 6.2 * 400 * 411e-6, rel=1e-6)
    assert budget.hours(PLAIN, figures, 500) == pytest.approx(450 / drawn.ma)


def test_each_saving_saves():
    figures = budget.usual()
    hours = {mode.name: budget.hours(mode, figures, 500) for mode in MODES}
    assert list(hours.values())[:4] == sorted(list(hours.values())[:4])
    assert hours[LONGEST.name] > 1.1 * hours["50 Hz, beats only, sleeps"]
    assert hours[LONGEST.name] > 0.95 * max(hours.values())  # 160 MHz is over sooner
    assert min(hours, key=lambda name: hours[name]) == MODES[-1].name  # the radio


def test_twice_the_battery_is_nearly_twice_the_time():
    figures = budget.usual()
    assert budget.hours(LONGEST, figures, 1000) == pytest.approx(
        2 * budget.hours(LONGEST, figures, 500), rel=0.02
    )


def test_every_current_says_where_it_is_from():
    rows = budget.currents()
    assert len({row.name for row in rows}) == len(rows)
    for row in rows:
        assert row.basis in BASES
        assert len(row.source) > 5
        worse_is_less = row.name == "usable"
        assert row.worse <= row.value if worse_is_less else row.worse >= row.value


def test_no_row_is_unused_and_none_is_missing():
    used = set()

    class Noted(dict[str, float]):
        def __getitem__(self, name: str) -> float:
            used.add(name)
            return super().__getitem__(name)

    for mode in MODES:
        budget.hours(mode, Noted(budget.usual()), 500)
    assert used | {"usb_board"} == {row.name for row in budget.currents()}


def test_it_says_whether_five_days_are_reached_and_what_is_unmeasured(run_cli: Callable):
    code, out, _ = run_cli("power", "--json")
    assert code == 0
    said = json.loads(out)
    assert said["mah"] == 500
    best = next(mode for mode in said["modes"] if mode["name"] == said["aim_mode"])
    assert said["aim_reached"] == (best["hours"] >= 120)
    assert not said["measured_here"]
    assert {"asleep", "sensor", "led"} <= {row["figure"] for row in said["hangs_on"]}
    assert all(mode["hours_all_worse"] < mode["hours"] for mode in said["modes"])
    code, out, _ = run_cli("power")
    assert code == 0
    words = " ".join(out.split())
    assert ("is reached" in words) == said["aim_reached"]
    assert "No current was measured on a vagaband board" in words
    assert "It hangs on" in words


def test_a_bigger_battery_reaches_five_days(run_cli: Callable):
    _, out, _ = run_cli("power", "--mah", "1000", "--json")
    assert json.loads(out)["aim_reached"]


def is_fresh(mode: Mode) -> None:
    kept, now = budget.duties()["modes"][mode.duty], measure.of_mode(mode)
    for part, share in now.items():
        assert share == pytest.approx(kept[part], rel=0.1, abs=1e-4), (mode.name, part)


def test_the_duty_cycles_are_those_of_this_firmware():
    """Else: python -m vagaband.power.measure"""
    assert set(budget.duties()["modes"]) == {mode.duty for mode in MODES}
    is_fresh(LONGEST)


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name)
def test_all_duty_cycles_are_those_of_this_firmware(mode: Mode):
    is_fresh(mode)


@pytest.mark.slow
def test_what_a_sample_costs_is_that_of_this_firmware():
    whole = measure.measure_cost().whole
    assert budget.duties()["fuel_a_sample"] == pytest.approx(whole.usual_sample, rel=0.05)
    assert budget.duties()["fuel_a_beat"] == pytest.approx(whole.fuel_a_beat, rel=0.1)
