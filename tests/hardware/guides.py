"""The guides as data: files, links, headings, code blocks, commands."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
from vagaband.cli import cli
from vagaband.config import read_pairs

ROOT = Path(__file__).parents[2]
HARDWARE = ROOT / "hardware"
GUIDES = sorted(HARDWARE.rglob("*.md"))
PAGES = [*GUIDES, ROOT / "README.md", *sorted((ROOT / "host" / "vagaband").glob("*.md"))]
PLACEHOLDERS = ("COMMAND", "NAME", "VALUE", "N")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(text: str, kind: str) -> list[str]:
    """What stands in the fenced blocks of a kind."""
    return [body for found, body in _FENCE.findall(text) if found == kind]


def prose(text: str) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", text)


def links(text: str) -> list[str]:
    """Targets of links and pictures, those into the net left out."""
    targets = re.findall(r"\]\(([^)\s]+)\)", prose(text))
    return [target for target in targets if "://" not in target]


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(text), re.M)
    kept = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {words.replace(" ", "-") for words in kept}


def commands(text: str) -> Iterator[list[str]]:
    """The words of every vagaband command in a page, `vagaband` left out."""
    lines = [line for block in blocks(text, "sh") for line in block.splitlines()]
    spans = [re.sub(r"\s+", " ", span) for span in re.findall(r"`([^`]+)`", prose(text))]
    for line in [*lines, *spans]:
        if line.startswith("vagaband "):
            yield re.findall(r'"[^"]*"|\S+', line)[1:]


def steps(text: str) -> list[tuple[int, str]]:
    """Numbered steps: number, and what stands under it."""
    parts = re.split(r"(?m)^### (\d+)\. ", text)[1:]
    bodies = [re.split(r"(?m)^## ", body)[0] for body in parts[1::2]]
    return [(int(number), body) for number, body in zip(parts[::2], bodies, strict=True)]


def check_command(words: list[str]) -> None:
    """UsageError or InputError where there is no such command, option, key or value."""
    command: click.Command = cli
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        if words[0] in PLACEHOLDERS:
            return
        found = command.get_command(click.Context(command), words[0])
        if found is None:
            raise click.UsageError(f"there is no command {words[0]}")
        command, words = found, words[1:]
    context = click.Context(command, ignore_unknown_options=False)
    given, _, _ = command.make_parser(context).parse_args(list(words))
    pairs = given.get("words") or ()
    for name, value in zip(pairs[::2], pairs[1::2], strict=True):
        if name not in PLACEHOLDERS:
            read_pairs([name, "1" if value in PLACEHOLDERS else value])
