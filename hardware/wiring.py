"""A wiring as WireViz reads it: its drawing, its parts list and its nets."""

import contextlib
import io
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import cast

import matplotlib
from wireviz.Harness import Harness
from wireviz.wireviz import parse
from wireviz.wv_bom import bom_list
from wireviz.wv_colors import translate_color
from wireviz.wv_helper import tuplelist2tsv

FOLDER = Path(__file__).parent
BUILDS = {"wrist": FOLDER / "wiring.yml", "breadboard": FOLDER / "breadboard.yml"}
JOINED = {"U1": (("BAT", "JST +"), ("GND", "JST -"), ("GND", "GND RST"))}  # inside the board
ROOM = ' cellborder="0" cellpadding="3">\n   <tr><td>&nbsp;'  # around the words of a wire


@dataclass(frozen=True)
class Wire:
    """A wire or a part's leg from pin to pin ("U1.21"), and the hole of A1 it goes to, or ""."""

    ends: tuple[str, str]
    hole: str
    colour: str  # as #RRGGBB


def read(file: Path) -> Harness:
    """The harness in a file."""
    with contextlib.redirect_stdout(io.StringIO()):
        return parse(file, return_types="harness")


def source(harness: Harness) -> str:
    """The drawing as Graphviz's text: the same on every machine."""
    return harness.graph.source.replace(ROOM.replace(' cellpadding="3"', ""), ROOM)


def mark(text: str) -> str:
    """What a drawing carries of the source that it was made from."""
    return f"made from {sha256(text.encode()).hexdigest()}"


def dot_version() -> str:
    """Graphviz's version; "" where there is none."""
    try:
        said = subprocess.run(["dot", "-V"], capture_output=True, text=True, check=True).stderr
    except (OSError, subprocess.CalledProcessError):
        return ""
    found = re.search(r"version (\S+)", said)
    return found[1] if found else ""


def svg(text: str) -> str:
    """The drawing of a Graphviz text, with the font that matplotlib brings on every machine."""
    with tempfile.TemporaryDirectory() as folder:
        fonts = Path(folder) / "fonts.conf"
        fonts.write_text(
            f"<fontconfig><dir>{matplotlib.get_data_path()}/fonts/ttf</dir>"
            f"<cachedir>{folder}</cachedir></fontconfig>"
        )
        drawn = subprocess.run(
            ["dot", "-Tsvg"],
            input=text.encode(),
            capture_output=True,
            check=True,
            env={**os.environ, "FONTCONFIG_FILE": str(fonts)},
        ).stdout.decode()
    drawn = drawn.replace('"DejaVu Sans"', '"DejaVu Sans,Verdana,sans-serif"')
    return f"{drawn}<!-- {mark(text)} -->\n"


def parts_list(harness: Harness) -> str:
    """WireViz's list of parts, tab-separated."""
    return tuplelist2tsv(bom_list(harness.bom()))


def references(harness: Harness) -> dict[str, float]:
    """What is on the parts list, by its reference, and how many of it; a set of wires is one."""
    found: dict[str, float] = {}
    for row in harness.bom():
        names, count = cast("list[str]", row["designators"]), cast("float", row["qty"])
        for name in names:
            cable = harness.cables.get(name)
            loose = cable is not None and cable.category == "bundle"
            found[name] = 1 if loose else count / len(names)
    return found


def wires(harness: Harness) -> list[Wire]:
    """Every wire and leg."""
    return [
        Wire(
            (f"{end.from_name}.{end.from_pin}", f"{end.to_name}.{end.to_pin}"),
            cable.wirelabels[end.via_port - 1] if cable.wirelabels else "",
            translate_color(cable.colors[end.via_port - 1], "HEX"),
        )
        for cable in harness.cables.values()
        for end in cable.connections
    ]


def nets(harness: Harness) -> list[frozenset[str]]:
    """The pins ("U1.21") that a wire joins, net by net."""
    joined = {frozenset(wire.ends) for wire in wires(harness)}
    for name in JOINED.keys() & harness.connectors.keys():
        joined |= {frozenset(f"{name}.{pin}" for pin in pins) for pins in JOINED[name]}
    found: list[frozenset[str]] = []
    for pair in joined:
        touched = [net for net in found if net & pair]
        found = [net for net in found if not net & pair]
        found.append(pair.union(*touched))
    return found
