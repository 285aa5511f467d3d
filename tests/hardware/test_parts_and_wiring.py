"""The wiring, the table of parts, the pin map and the firmware say the same."""

import ast
import csv
import re
from functools import cache
from pathlib import Path

import bom
import pytest
import stripboard
import wiring

ROOT = Path(__file__).parents[2]
HARDWARE = ROOT / "hardware"
BOARDS = {"wrist": "U1", "breadboard": "U3"}
ON_THE_WRIST_ONLY = {"MOTOR", "CELL"}
BEHIND_A_RESISTOR = {"RED": {"D2"}, "GREEN": {"D2"}, "BLUE": {"D2"}, "MOTOR": {"Q1", "R5"}}
read = cache(wiring.read)


def harness(build: str):
    return read(wiring.BUILDS[build])


def table(name: str) -> list[dict[str, str]]:
    with (HARDWARE / name).open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def pins_of_the_firmware() -> dict[str, int]:
    """The constants of board.py that are public, or that it makes a pin of."""
    tree = ast.parse((ROOT / "firmware/vagal/board.py").read_text(encoding="utf-8"))
    values = {
        node.targets[0].id: node.value.args[0].value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.args[0], ast.Constant)
        and isinstance(node.value.args[0].value, int)
    }
    used = {
        call.args[0].id
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and ast.unparse(call.func) in ("machine.Pin", "_pwm")
        and isinstance(call.args[0], ast.Name)
    }
    return {name: gpio for name, gpio in values.items() if name in used or name[0] != "_"}


def net_of(pin: str, build: str = "wrist") -> frozenset[str]:
    return next(net for net in wiring.nets(harness(build)) if pin in net)


@pytest.mark.parametrize("build", wiring.BUILDS)
def test_the_table_lists_the_parts_of_the_wiring_no_more_and_no_less(build):
    bought = {name: part.builds[build] for name, part in bom.parts().items() if part.builds[build]}
    assert bought == pytest.approx(wiring.references(harness(build)))


@pytest.mark.parametrize("build", wiring.BUILDS)
def test_a_part_has_the_same_value_in_the_table_and_in_the_wiring(build):
    drawn = {name: part.subtype for name, part in harness(build).connectors.items()}
    assert drawn == {name: bom.parts()[name].value for name in drawn}


def test_every_pin_of_the_firmware_is_in_the_pin_map_once():
    mapped = [(row["name"], int(row["gpio"])) for row in table("pinmap.csv")]
    pins = {name.lstrip("_"): gpio for name, gpio in pins_of_the_firmware().items()}
    assert len(pins) == 9
    assert sorted(mapped) == sorted(pins.items())
    assert len({gpio for _, gpio in mapped}) == len(mapped)


@pytest.mark.parametrize("build", wiring.BUILDS)
def test_a_wire_leads_from_each_pin_to_what_the_pin_map_says(build):
    for row in table("pinmap.csv"):
        pin = f"{BOARDS[build]}.{row['gpio']}"
        if build == "breadboard" and row["name"] in ON_THE_WRIST_ONLY:
            assert not any(pin in net for net in wiring.nets(harness(build)))
            continue
        there = {end.partition(".")[0] for end in net_of(pin, build)}
        said = re.findall(r"\b[A-Z]+[0-9]+\b", f"{row['goes to']} {row['external']}")
        beyond = BEHIND_A_RESISTOR.get(row["name"], set())
        assert there - {BOARDS[build], "A1", "A2"} == set(said) - beyond - {"3V3"}


@pytest.mark.parametrize("build", wiring.BUILDS)
def test_no_wire_ends_nowhere_and_no_rails_are_joined(build):
    board = BOARDS[build]
    ends = [f"{board}.3V3", f"{board}.GND", *(f"{board}.{r['gpio']}" for r in table("pinmap.csv"))]
    ends += ["U1.BAT", "Q1.B", "Q1.C"] if build == "wrist" else []
    for net in wiring.nets(harness(build)):
        assert len(net) > 1
        assert sum(end in net for end in ends) <= 1
    joined = set().union(*wiring.nets(harness(build)))
    drawn = harness(build).connectors.items()
    assert {f"{name}.{pin}" for name, part in drawn for pin in part.pins} == joined


def test_the_driver_of_the_motor():
    """BAT, motor, collector; diode with its ring on BAT; the base pulled down."""
    high, low = net_of("M1.+"), net_of("M1.-")
    assert {"U1.BAT", "D1.ring"} <= high
    assert {"Q1.C", "D1.plain"} <= low
    assert any(f"C1.{pin}" in high for pin in (1, 2))
    assert {"Q1.B", "R4.1", "R5.2"} <= net_of("Q1.B")
    assert {"Q1.E", "R5.1"} <= net_of("U1.GND")


def test_the_cell_is_halved():
    """board.py doubles what it reads."""
    values = {name: part.value for name, part in bom.parts().items()}
    assert values["R9"] == values["R10"]
    assert {"R9.1", "R10.1", "C2.1"} <= net_of("U1.32")
    assert "R9.2" in net_of("U1.BAT")
    assert "R10.2" in net_of("U1.GND")


@pytest.mark.parametrize("build", wiring.BUILDS)
def test_light_and_button_end_at_ground(build):
    """board.py lights a LED with a high pin, and a button that is down makes its pin low."""
    assert {"D2.cathode", "SW1.2"} <= net_of(f"{BOARDS[build]}.GND", build)
    assert "SW1.1" in net_of(f"{BOARDS[build]}.27", build)


def test_the_sensor_is_fed_from_3v3_and_never_from_more():
    for build, board in BOARDS.items():
        assert "U2.VIN" in net_of(f"{board}.3V3", build)
        for pull_up in ("R6.2", "R7.2", "R8.2"):
            assert pull_up in net_of(f"{board}.3V3", build)


def test_a_pin_gives_its_light_at_most_12_ma():
    """Forward voltages at some mA: red 1.8, green 2.0 (the old kind), blue 2.7 at least."""
    for name, volts in (("R1", 1.8), ("R2", 2.0), ("R3", 2.7)):
        ohms = float(bom.parts()[name].value.partition(" ")[0])
        assert 2 < 1000 * (3.3 - volts) / ohms < 12


def test_no_two_pins_share_a_hole_and_a_strip_is_one_net():
    used = stripboard.holes(harness("wrist"))
    assert len({(hole.strip, hole.column) for hole in used}) == len(used)
    for hole in used:
        assert 1 <= hole.strip <= stripboard.STRIPS
        assert hole.column in stripboard.COLUMNS
        assert f"A1.{hole.strip}" in net_of(hole.pin)


def test_a_part_lies_along_one_column_and_over_no_other():
    used = stripboard.holes(harness("wrist"))
    on_board = {hole.part for hole in used if hole.part[0] in stripboard.PAINT}
    assert on_board == {"C1", "C2", "D1", "Q1", *(f"R{i}" for i in range(4, 11))}
    for part in on_board:
        pins = [hole for hole in used if hole.part == part]
        (column,) = {pin.column for pin in pins}
        lies = range(pins[0].strip, pins[-1].strip + 1)
        under = {hole.part for hole in used if hole.column == column and hole.strip in lies}
        assert under == {part}


def test_the_table_of_rails_names_what_the_wiring_has():
    rails = {row["rail"]: row for row in table("rails.csv")}
    assert rails.keys() == {"VBUS", "BAT", "3V3", "VLED", "1V8", "SENSE"}
    assert all(all(row.values()) for row in rails.values())
    labels = dict(
        zip(
            harness("wrist").connectors["A1"].pinlabels,
            harness("wrist").connectors["A1"].pins,
            strict=True,
        )
    )
    for rail in ("BAT", "3V3", "SENSE"):
        assert f"strip {labels[rail]} " in rails[rail]["test point"]
        assert f"strip {labels['GND']}" in rails[rail]["test point"]


def test_each_row_of_the_table_names_what_fails():
    for row in table("bom.csv"):
        assert row["substitutes that fail"], row["reference"]
        assert row["price in EUR"] in ("under 1", "1 to 5", "5 to 20", "20 to 50")
