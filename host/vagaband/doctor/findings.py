"""What the board said to the probes, as values that can be trusted to be values."""

import base64
import binascii
import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vagaband.plain import plain

PREFIX = "doctor:"
LONGEST_LINE = 4096
MOST_DRAINS = 4000  # more than six minutes of them
MOST_PROBES = 50
LOST_UNKNOWN = -1  # as the driver says it
SAMPLE_BYTES = 6

Floats = NDArray[np.float64]


def number(value: object) -> float:
    """A number the board gave; TypeError where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e9:
        raise TypeError("no number")
    return float(value)


def _refuse(word: str) -> None:
    raise ValueError(word)  # NaN and Infinity are no JSON


@dataclass
class Drain:
    """What one drain of the FIFO gave: its instant, what was lost after it, IR and red counts."""

    us: int
    lost: int
    ir: Floats
    red: Floats
    browned_out: bool = False


@dataclass
class Findings:
    """The facts of each probe by its name, the drains, and how it ended."""

    probes: dict[str, dict[str, Any]] = field(default_factory=dict)
    drains: list[Drain] = field(default_factory=list)
    stray: str = ""  # the last line that was none of the probes'
    finger: bool = True  # whether one was asked for
    packaged: str = ""  # the hash of the firmware that this package carries
    port: str = "PORT"

    def take(self, line: str) -> str:
        """Take a line of the board; returns the probe's name, or "" where it is none."""
        line = line[:LONGEST_LINE]
        _, found, text = line.partition(PREFIX)
        try:
            facts = json.loads(text, parse_constant=_refuse) if found else None
        except (ValueError, RecursionError):
            facts = None
        if not isinstance(facts, dict) or not isinstance(facts.get("probe"), str):
            self.stray = plain(line.strip()) or self.stray
            return ""
        name = plain(facts.pop("probe"), 20)
        if name == "light":
            self._take_drain(facts)
        elif len(self.probes) < MOST_PROBES:
            self.probes[name] = facts
        return name

    def _take_drain(self, facts: dict[str, Any]) -> None:
        try:
            us, lost = int(number(facts["us"])), int(number(facts["lost"]))
            data = base64.b64decode(str(facts["data"]), validate=True)
        except (KeyError, TypeError, ValueError, binascii.Error):
            return
        whole = len(data) // SAMPLE_BYTES
        octets = np.frombuffer(data, np.uint8, whole * SAMPLE_BYTES).reshape(whole, 2, 3)
        counts = octets.astype(np.float64) @ np.array([65536.0, 256.0, 1.0])
        if len(self.drains) < MOST_DRAINS:
            browned_out = bool(facts.get("browned_out"))
            self.drains.append(Drain(us, lost, counts[:, 0], counts[:, 1], browned_out))
