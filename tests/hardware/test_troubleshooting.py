"""The troubleshooting page and what doctor prints: neither has a text that the other lacks."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import vagaband
from vagaband.doctor import checks
from vagaband.doctor.checks import CHECKS, Fault

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "hardware" / "troubleshooting.md"
PACKAGE = Path(vagaband.__file__).parent
FIRST, ANY_LINE = "Before the report", "In any line"
LEAST = 60  # characters of a paragraph that says anything


def sections(text: str) -> dict[str, list[tuple[str, str]]]:
    """Headings, each with its quotes and what is written under them."""
    found: dict[str, list[tuple[str, str]]] = {}
    for part in re.split(r"(?m)^## ", text)[1:]:
        heading, _, body = part.partition("\n")
        quoted = re.split(r"(?m)^> (.+)$", body)[1:]
        found[heading] = list(zip(quoted[::2], quoted[1::2], strict=True))
    return found


def written() -> dict[str, list[tuple[str, str]]]:
    return sections(PAGE.read_text(encoding="utf-8"))


def printed() -> set[tuple[str, str]]:
    """Every line's name with every cause that it can have, and the causes that any line can."""
    of_lines = {(check.name, f.cause) for check in CHECKS for f in check.faults.values()}
    of_any = {(ANY_LINE, f.cause) for f in vars(checks).values() if isinstance(f, Fault)}
    return of_lines | of_any


def of_lines(page: dict[str, list[tuple[str, str]]]) -> set[tuple[str, str]]:
    return {(head, quote) for head, quotes in page.items() if head != FIRST for quote, _ in quotes}


def test_every_failure_text_has_its_paragraph_and_every_paragraph_its_text():
    assert of_lines(written()) == printed()


def test_every_paragraph_says_something():
    quotes = [pair for quotes in written().values() for pair in quotes]
    assert len(quotes) > 40
    assert [quote for quote, words in quotes if len(words.strip()) < LEAST] == []


def test_no_fault_is_made_outside_the_table():
    """Every Fault of the package is in `checks`: one made elsewhere would go unseen above."""
    for file in (PACKAGE / "doctor").rglob("*.py"):
        made = [
            node
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Fault"
        ]
        assert not made or file.name == "checks.py", file


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_every_text_can_be_printed(check):
    """Each fault of the table is one that the check's reader can give."""
    assert set(check.faults) <= set(_faults_in(check.read.__code__))


def _faults_in(code) -> Iterator[str]:
    """Texts in a function and in what it calls of its own module."""
    for constant in code.co_consts:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, tuple):
            yield from (word for word in constant if isinstance(word, str))
    module = {"readings": checks.readings, "pulse": checks.pulse}[Path(code.co_filename).stem]
    for name in code.co_names:
        helper = getattr(module, name, None)
        if name.startswith("_") and helper and hasattr(helper, "__code__"):
            yield from _faults_in(helper.__code__)


def test_what_is_said_before_the_report_is_said_somewhere():
    """The quotes of that section, with PORT for the port, are texts of the package."""
    said = "\n".join(_texts())
    quotes = [quote for quote, _ in written()[FIRST]]
    assert quotes
    assert [quote for quote in quotes if quote not in said] == []


def _texts() -> Iterator[str]:
    """All strings of the package's own modules; PORT stands for what is filled in."""
    for file in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value.replace("{url}", "PORT")
            elif isinstance(node, ast.JoinedStr):
                parts = [getattr(part, "value", "") for part in node.values]
                yield "".join(part if isinstance(part, str) else "PORT" for part in parts)
