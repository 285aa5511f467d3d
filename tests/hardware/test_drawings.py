"""The committed drawings are those of their sources."""

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import bom
import pytest
import wiring

HARDWARE = Path(wiring.__file__).parent


@pytest.fixture
def render() -> ModuleType:
    """hardware/render.py, loaded where it is used: it brings all of matplotlib."""
    return import_module("render")


def test_none_is_stale(render):
    assert render.stale() == []


def test_one_that_was_changed_by_hand_or_whose_source_changed_is_found(render, monkeypatch):
    committed = {name: render._committed(name) for name in [*render.plain(), *render.by_dot()]}
    for name, text in committed.items():
        changed = {name: re.sub("[0-9]", lambda digit: str(9 - int(digit[0])), text)}
        with monkeypatch.context() as patch:
            patch.setattr(render, "_committed", lambda asked, of=committed | changed: of[asked])
            assert render.stale() == [f"{name}: not what its sources say"]


def test_check_says_so_in_words():
    done = subprocess.run(
        [sys.executable, str(HARDWARE / "render.py"), "--check"], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "All is as its sources say.\n")


def test_two_renders_are_the_same_to_the_byte_and_those_committed(render):
    """Committed ones are compared where dot is the version that drew them."""
    version = wiring.dot_version()
    if not version:
        pytest.skip("there is no Graphviz (dot) here")
    for name, text in render.by_dot().items():
        drawn = wiring.svg(text)
        assert drawn == wiring.svg(text)
        committed = (HARDWARE / name).read_text(encoding="utf-8")
        if f"graphviz version {version} " in committed:
            assert drawn == committed


@pytest.mark.parametrize("build", wiring.BUILDS)
def test_a_wiring_shows_every_part(build):
    file = wiring.BUILDS[build].with_suffix(".svg")
    shown = set(re.findall(r">([A-Z]+[0-9]+)<", file.read_text(encoding="utf-8")))
    bought = {name for name, part in bom.parts().items() if part.builds[build]}
    assert shown == {name for name in bought if not name.startswith("MP")}


def test_the_schematic_shows_every_electric_part_with_its_value_and_every_pin():
    shown = (HARDWARE / "schematic.svg").read_text(encoding="utf-8")
    words = re.findall(r">([^<>]+)<", shown)
    bought = {name: part.value for name, part in bom.parts().items() if part.builds["wrist"]}
    electric = {name: v for name, v in bought.items() if name[0] in "RCQDUMB" and name[:2] != "MP"}
    said = " ".join(words)
    for name, value in electric.items():
        assert re.search(rf"\b{name}\b", said), name
        assert name == "U1" or value in said, (name, value)
    assert {int(n) for n in re.findall(r"GPIO (\d+)", said)} == {21, 22, 4, 27, 25, 26, 33, 23, 32}
