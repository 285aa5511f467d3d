"""A device's configuration: the firmware's own table of keys, and what a board has of it."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from vagaband.device import LONGEST_COMMAND, Device
from vagaband.errors import InputError
from vagaband.firmware_source import literals
from vagaband.plain import plain

ON, OFF = ("on", "yes"), ("off", "no")
ZONE = "utc_min"


@dataclass(frozen=True)
class Key:
    """A row of the firmware's table (config.py): whole numbers, least to most in steps."""

    name: str
    default: int
    least: int
    most: int
    step: int
    unit: str
    meaning: str
    at_once: bool  # else it holds from the next session on

    @property
    def is_switch(self) -> bool:
        """Whether it is on or off."""
        return (self.least, self.most) == (0, 1)

    def range(self) -> str:
        """What it may be, in words."""
        if self.is_switch:
            return "0 (off) or 1 (on)"
        steps = f", in steps of {self.step}" if self.step > 1 else ""
        return f"{self.least} to {self.most} {self.unit}".rstrip() + steps


@cache
def keys() -> dict[str, Key]:
    """The firmware's table, by name."""
    found = literals("config")
    return {
        name: Key(name, *row, at_once=name in found["AT_ONCE"])
        for name, row in found["KEYS"].items()
    }


def key(name: str) -> Key:
    """A key by its name; InputError with the nearest one where there is none."""
    found = keys().get(name)
    if found:
        return found
    near = difflib.get_close_matches(name, keys(), 1, 0.5)
    next_step = f"Did you mean {near[0]}?" if near else "vagaband config keys lists them."
    raise InputError(f"There is no key {plain(name, 40)!r}.", next_step)


def read_pairs(words: Sequence[str]) -> dict[str, int]:
    """NAME VALUE NAME VALUE as a table of values; InputError says which one can't be."""
    if not words or len(words) % 2:
        raise InputError("A value is missing.", "Write: vagaband config set NAME VALUE")
    pairs = {}
    for name, word in zip(words[::2], words[1::2], strict=True):
        row = key(name)
        try:
            value = _number(word.lower(), row)
        except ValueError:
            raise InputError(
                f"{name} can't be {plain(word, 40)!r}.", f"It is a whole number: {row.range()}."
            ) from None
        if not row.least <= value <= row.most or (value - row.least) % row.step:
            raise InputError(f"{name} can't be {value}.", f"It may be {row.range()}.")
        pairs[name] = value
    return pairs


def _number(word: str, row: Key) -> int:
    if word in ON and row.is_switch:
        return 1
    return 0 if word in OFF else int(word)


def get(url: str, name: str | None = None) -> dict[str, Any]:
    """What a board has: `values` by name, `config` ("ok", or what is wrong), `holds`."""
    with Device(url) as device:
        return device.ask(f"config {name or ''}".strip())


def set_keys(url: str, pairs: dict[str, int], now: bool = False) -> dict[str, Any]:
    """Set keys, all or none. `now`: end the session and begin another, where it takes that."""
    command = " ".join(["config", *(f"{name} {value}" for name, value in pairs.items())])
    if len(command) > LONGEST_COMMAND:
        raise InputError("That is too much for one line to the board.", "Set fewer keys at once.")
    with Device(url) as device:
        told = device.ask(command)
        if now and told.get("holds") != "now":
            if device.ask("status").get("session"):
                device.ask("stop")
            device.ask("start")
            told["holds"] = "now"
        return told


def set_zone(device: Device) -> None:
    """Tell a board the PC's local time, where it has another: its night is the wearer's."""
    offset = datetime.now().astimezone().utcoffset()
    row = keys()[ZONE]
    minutes = round((offset.total_seconds() if offset else 0) / 60 / row.step) * row.step
    told = device.try_ask(f"config {ZONE}", 4.0) or {}
    values = told.get("values")
    if isinstance(values, dict) and values.get(ZONE, minutes) != minutes:
        device.try_ask(f"config {ZONE} {minutes}", 4.0)


def table() -> str:
    """The keys as a table of a document (config.md)."""
    lines = [
        "| key | default | may be | what it sets | holds |",
        "|---|---|---|---|---|",
    ]
    for row in keys().values():
        holds = "at once" if row.at_once else "next session"
        cells = (f"`{row.name}`", row.default, row.range(), row.meaning, holds)
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(lines)
