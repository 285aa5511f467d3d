"""The guide puts each leg and wire into the hole that the wiring says."""

import re
from functools import cache
from pathlib import Path

import stripboard
import wiring

GUIDE = Path(__file__).parents[2] / "hardware" / "assembly.md"
HOLE = r"(\d{1,2}[a-g])"


@cache
def wires() -> list[wiring.Wire]:
    return wiring.wires(wiring.read(wiring.BUILDS["wrist"]))


@cache
def holes() -> dict[str, set[str]]:
    """Of each part on A1, and of the wires that end there."""
    found: dict[str, set[str]] = {}
    for hole in stripboard.holes(wiring.read(wiring.BUILDS["wrist"])):
        found.setdefault(hole.part, set()).add(f"{hole.strip}{hole.column}")
    return found


def test_the_guide_names_the_holes_that_are_used_and_no_other():
    named = set(re.findall(rf"\b{HOLE}\b", GUIDE.read_text(encoding="utf-8")))
    assert named == set().union(*holes().values())


def test_each_resistor_and_capacitor_goes_where_it_belongs():
    text = " ".join(GUIDE.read_text(encoding="utf-8").split())
    said = {
        name: {one, other}
        for name, one, other in re.findall(rf"\b([RC]\d+) {HOLE} to {HOLE}\b", text)
    }
    assert said == {name: ends for name, ends in holes().items() if name[0] in "RC"}


def test_each_wire_of_the_esp32_board_goes_where_it_belongs():
    text = " ".join(GUIDE.read_text(encoding="utf-8").split())
    said = {(hole, pin) for hole, pin in re.findall(rf"\b{HOLE} to ([A-Z0-9]+) \(", text)}
    ends = {(wire.hole, wire.ends[0].removeprefix("U1.")) for wire in wires()}
    of_board = holes()["U1"]
    assert said == {(hole, pin) for hole, pin in ends if hole in of_board}
