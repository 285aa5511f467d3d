"""The script's lines."""

from pathlib import Path

import pytest
from vagaband.board.script import ACTIONS, Event, help_text, parse_script, read_script
from vagaband.errors import InputError


def test_lines_come_in_order_of_time() -> None:
    text = "# a morning\n60 type mark glimmer\n\n 30.5 motion 4\n10 off\n"
    assert parse_script(text) == [
        Event(10.0, "off", None),
        Event(30.5, "motion", 4.0),
        Event(60.0, "type", "mark glimmer"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "off",
        "x off",
        "-1 off",
        "nan off",
        "5",
        "5 jump",
        "5 motion",
        "5 motion far",
        "5 off 3",
        "5 type",
    ],
)
def test_a_bad_line_is_named_by_its_number(line: str) -> None:
    with pytest.raises(InputError, match=r"^Line 2 of script"):
        parse_script(f"1 off\n{line}\n")


def test_a_script_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be read"):
        read_script(tmp_path / "none.txt")


def test_help_names_every_action() -> None:
    assert all(f"\n  {name}" in help_text() for name in ACTIONS)
