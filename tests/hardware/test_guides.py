"""The guides against what they speak of: links, commands, doctor's lines, parts, numbers."""

import csv
import re
from pathlib import Path

import click
import pytest
from guides import (
    GUIDES,
    HARDWARE,
    PAGES,
    ROOT,
    anchors,
    blocks,
    check_command,
    commands,
    links,
    prose,
    steps,
    text_of,
)
from vagaband.config import keys
from vagaband.doctor.checks import CHECKS
from vagaband.errors import InputError

REFERENCE = re.compile(r"(?<![-\w])(?<!LOLIN )(?:BT|SW|MP|[URCDQMWA])\d+(?!\w)")
PULSED = 411e-6 * 400  # share of the time that a LED is lit
MW_AT_20_MA = {"infrared": 6.5, "red": 9.8}


def test_there_are_guides():
    assert {page.name for page in GUIDES} >= {
        *("README.md", "assembly.md", "breadboard.md", "troubleshooting.md"),
        *("safety.md", "CHANGELOG.md"),
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_and_picture_is_there(page: Path):
    broken = []
    for target in links(text_of(page)):
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists() or (anchor and anchor not in anchors(text_of(file))):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_exists_with_its_options(page: Path):
    for words in commands(text_of(page)):
        check_command(words)


def test_a_command_that_does_not_exist_is_found():
    for words in (["flush"], ["doctor", "--finger"], ["config", "set", "leds", "1"]):
        with pytest.raises((click.UsageError, InputError)):
            check_command(words)


def test_what_doctor_advises_exists():
    advised = 0
    for check in CHECKS:
        for fault in check.faults.values():
            for words in re.findall(r"(?<=vagaband )[^;.(]+", fault.next_step):
                check_command(words.split())
                advised += 1
    assert advised > 5


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: str(page.relative_to(HARDWARE)))
def test_every_quoted_line_of_doctor_is_one_it_prints(page: Path):
    limits = {check.name: check.limit for check in CHECKS}
    for block in blocks(text_of(page), "text"):
        for line in re.findall(r"(?m)^(?:ok|FAIL) .*", block):
            name, limit = line[8:24].strip(), re.search(r"  \[(.*)\]$", line)
            assert limit, line
            assert limits.get(name) == limit[1], line


def references() -> set[str]:
    with (HARDWARE / "bom.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {reference for row in rows for reference in row["reference"].split(", ")}


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: str(page.relative_to(HARDWARE)))
def test_every_part_that_is_named_is_on_the_list(page: Path):
    named = set(REFERENCE.findall(" ".join(prose(text_of(page)).split())))
    assert named - references() == set()


def test_every_part_of_the_list_is_named_where_it_is_built():
    for guide, build in (("assembly.md", "wrist"), ("breadboard.md", "breadboard")):
        with (HARDWARE / "bom.csv").open(encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if float(row[build])]
        wanted = {name for row in rows for name in row["reference"].split(", ")}
        named = set(REFERENCE.findall(text_of(HARDWARE / guide)))
        assert wanted - named == set()


@pytest.mark.parametrize("name", ["assembly.md", "breadboard.md"])
def test_every_step_has_a_check_and_a_way_out(name: str):
    found = steps(text_of(HARDWARE / name))
    assert [number for number, _ in found] == list(range(1, len(found) + 1))
    assert len(found) >= 10
    for number, body in found:
        assert "**Check**" in body, number
        assert "**If not**" in body, number


def test_the_light_on_the_skin_is_computed_from_what_the_firmware_sets():
    table = text_of(HARDWARE / "safety.md").split("<!-- light -->")[1].split("<!-- /light -->")[0]
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in table.strip().splitlines()]
    known = keys()
    assert len(rows[2:]) == 4
    for led, key, code, current, pulse, mean in rows[2:]:
        row = known[key.strip("`")]
        assert int(code) == (row.most if "a key allows" in led else row.default)
        ma = 0.2 * int(code)
        mw = MW_AT_20_MA[led.split(",")[0]] * ma / 20
        assert current == f"{ma:.1f} mA"
        assert pulse == f"{mw:.1f} mW"
        assert mean == f"{mw * PULSED:.2f} mW"
