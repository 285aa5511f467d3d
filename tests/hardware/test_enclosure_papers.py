"""The enclosure's pictures are of its sources, and its page of parameters tells what they hold."""

import re
import shutil

import pytest
from enclosure import make
from solids import defaults

LARGEST = 150_000  # bytes of a picture


def test_pictures_are_of_these_sources():
    assert make.stale() == [], "run: python hardware/enclosure/make.py"
    shown = {file.name for file in make.HERE.glob("*.png")}
    assert shown == set(make.PICTURES)
    assert all((make.HERE / name).stat().st_size < LARGEST for name in shown)


def test_a_changed_source_makes_pictures_stale(tmp_path):
    here = shutil.copytree(make.HERE, tmp_path / "enclosure")
    assert make.stale(here) == []
    scad = here / "cuff.scad"
    scad.write_text(scad.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert make.stale(here) == list(make.PICTURES)
    (here / "case.png").unlink()
    assert "case.png" in make.stale(here)


@pytest.mark.parametrize("source", ["cuff", "case", "parts"])
def test_the_page_names_every_parameter_with_its_value(source):
    page = (make.HERE / "README.md").read_text(encoding="utf-8")
    told = dict(
        re.findall(rf"^\| `{source}\.scad` \| `(\w+)` \| `([^`]+)` \|", page, re.MULTILINE)
    )
    assert told == defaults(source)


def test_the_page_has_every_size_board_and_picture():
    page = (make.HERE / "README.md").read_text(encoding="utf-8")
    assert all(f"]({name})" in page for name in make.PICTURES)
    for size, (width, height) in make.FINGERS.items():
        assert f"| {size} | {width} | {height} |" in page
    assert all(f"case_{board}_" in page for board in make.BOARDS)
