"""Reads single fields of a protocol's file and gathers what is wrong with them."""

import difflib
import re
from dataclasses import dataclass
from typing import Any

from vagaband.analysis.blocks import RUN_KIND
from vagaband.errors import InputError
from vagaband.mark import MOST_KIND
from vagaband.plain import plain
from vagaband.protocol.model import LANGUAGES, Block
from vagaband.protocol.places import line_of

NAME = re.compile(r"[a-z][a-z0-9-]*")
MOST_TEXT = 2000
FIELDS = {
    "": "format name title about safety sources sequence repeat permute role block",
    "role": "name title device",
    "block": "name seconds title instruction roles pace lead_s wait challenge",
    "pace": "in_s out_s",
}


@dataclass(frozen=True)
class Fault:
    """Something wrong in a file: the line, the field, what, and the next step."""

    line: int
    field: str
    what: str
    next_step: str

    def __str__(self) -> str:
        field = f"{self.field}: " if self.field else ""
        return f"line {self.line}, {field}{self.what} {self.next_step}"


class ProtocolError(InputError):
    """A file with faults; all of them."""

    def __init__(self, file: str, faults: list[Fault]) -> None:
        self.faults = sorted(faults, key=lambda fault: fault.line)
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        super().__init__(
            f"{file} is no sound protocol: {self.faults[0]}{more}",
            f"`vagaband protocol check {file}` names them all." if more else "",
        )


class Fields:
    """Gathers the `faults`; a field that is faulty gets a stand-in."""

    def __init__(self, found: dict[str, int]) -> None:
        self._found = found
        self.faults: list[Fault] = []

    def entries(
        self, table: dict[str, Any], kind: str, most: int
    ) -> list[tuple[str, dict[str, Any]]]:
        """The tables of a list, with the path of each."""
        entries = table.get(kind, [])
        if not (isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)):
            self.fault(kind, "it is no list of tables.", f"Write [[{kind}]].")
            return []
        if not 1 <= len(entries) <= most:
            self.fault(kind, f"there are {len(entries)}.", f"Write 1 to {most} [[{kind}]].")
        numbered = [(f"{kind}[{n}]", entry) for n, entry in enumerate(entries, 1)]
        for where, entry in numbered:
            self.known(kind, where, entry)
        return numbered

    def known(self, kind: str, where: str, entry: dict[str, Any]) -> None:
        """A fault of each field that there is not."""
        fields = FIELDS[kind].split()
        for name in entry.keys() - set(fields):
            near = difflib.get_close_matches(name, fields, 1)
            self.fault(
                f"{where}.{name}".lstrip("."),
                "there is no such field.",
                f"Do you mean {near[0]}?" if near else f"There are {', '.join(fields)}.",
            )

    def name(self, entry: dict[str, Any], where: str) -> str:
        """A name; a stand-in where there is none."""
        name = entry.get("name")
        if (
            isinstance(name, str)
            and NAME.fullmatch(name)
            and len(name) <= MOST_KIND
            and name != RUN_KIND
        ):
            return name
        what = "it is missing." if name is None else f"{shown(name)} is no name."
        self.fault(
            f"{where}.name".lstrip("."),
            what,
            f"Give small letters, digits and dashes, {MOST_KIND} at most, not {RUN_KIND!r}.",
        )
        return f"?{where}"

    def text(self, entry: dict[str, Any], where: str, name: str) -> dict[str, str]:
        """A text in each language."""
        at, told = f"{where}.{name}".lstrip("."), entry.get(name)
        if not isinstance(told, dict):
            what = "it is missing." if told is None else "it has one language."
            self.fault(at, what, f"Give {name}.en and {name}.nl.")
            return dict.fromkeys(LANGUAGES, "")
        for extra in told.keys() - set(LANGUAGES):
            self.fault(f"{at}.{extra}", "this language is not known.", "Give en and nl.")
        for language in LANGUAGES:
            text = told.get(language)
            if not isinstance(text, str) or not text.strip():
                self.fault(f"{at}.{language}", "it is missing or empty.", "Write a sentence.")
            elif len(text) > MOST_TEXT:
                self.fault(f"{at}.{language}", "it is too long.", f"{MOST_TEXT} signs at most.")
            elif plain(text, MOST_TEXT, also="\n") != text:
                self.fault(f"{at}.{language}", "it has control signs.", "Leave them out.")
        return {language: str(told.get(language, "")).strip() for language in LANGUAGES}

    def whole(
        self,
        entry: dict[str, Any],
        where: str,
        name: str,
        low: int,
        high: int,
        default: int | None,
    ) -> int:
        """A whole number within bounds."""
        at, value = f"{where}.{name}".lstrip("."), entry.get(name, default)
        if type(value) is int and low <= value <= high:
            return value
        what = "it is missing." if value is None else f"{shown(value)} can't be."
        self.fault(at, what, f"Give a whole number, {low} to {high}.")
        return low

    def yes(self, entry: dict[str, Any], where: str, name: str) -> bool:
        """True or false; false where it is not there."""
        value = entry.get(name, False)
        if type(value) is not bool:
            self.fault(f"{where}.{name}", f"{shown(value)} can't be.", "Write true or false.")
        return value is True

    def strings(self, table: dict[str, Any], name: str) -> list[str]:
        """A list of texts that is not empty."""
        told = table.get(name)
        if is_names(told) and told:
            return told
        what = "it is missing." if told is None else "it is no list of texts."
        self.fault(name, what, f'Write: {name} = ["...", "..."]')
        return []

    def are_blocks(self, field: str, names: list[str], blocks: dict[str, Block]) -> None:
        """A fault of each name that no block has."""
        for name in dict.fromkeys(names):
            if name not in blocks:
                self.fault(
                    field,
                    f"there is no block {shown(name)}.",
                    f"The blocks are {', '.join(blocks) or 'none'}.",
                )

    def once(self, kind: str, names: list[str]) -> None:
        """A fault of each name that is there twice."""
        for n, name in enumerate(names, 1):
            if name in names[: n - 1]:
                self.fault(f"{kind}[{n}].name", f"{name} is there twice.", "Rename one.")

    def fault(self, field: str, what: str, next_step: str) -> None:
        """Note that something is wrong with a field."""
        self.faults.append(Fault(line_of(self._found, field), field, what, next_step))


def is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def shown(value: Any) -> str:
    return plain(repr(value), 40)
