"""The report: one text that can be pasted into a bug report, or one JSON object."""

import platform
import textwrap
from dataclasses import asdict, dataclass
from typing import Any

from vagaband import __version__
from vagaband.doctor.judge import FAIL, OK, SKIPPED, Line

WIDTH = 99
MARGIN = 24


@dataclass(frozen=True)
class Report:
    """What doctor found on the board at `port`."""

    port: str
    device: str
    lines: list[Line]

    @property
    def ok(self) -> bool:
        """Whether no line failed."""
        return all(line.state != FAIL for line in self.lines)

    def count(self, state: str) -> int:
        """How many lines ended so."""
        return sum(line.state == state for line in self.lines)

    def as_json(self) -> dict[str, Any]:
        """The report for a program."""
        return {
            "ok": self.ok,
            "port": self.port,
            "device": self.device,
            "vagaband": __version__,
            "host": _host(),
            "lines": [asdict(line) for line in self.lines],
        }

    def text(self) -> str:
        """The report for a person: a line a check; cause and next step under those that failed."""
        out = [f"vagaband doctor {__version__}, {_host()}"]
        out += [f"board {self.device or '?'} at {self.port}", ""]
        for line in self.lines:
            out += _shown(line)
        summary = ", ".join(
            f"{self.count(state)} {state}" for state in (OK, FAIL, SKIPPED) if self.count(state)
        )
        return "\n".join([*out, "", summary])


def _host() -> str:
    return f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"


def _shown(line: Line) -> list[str]:
    limit = f"  [{line.limit}]" if line.limit else ""
    out = [f"{line.state:<8}{line.name:<{MARGIN - 8}}{line.value}{limit}"]
    for label, text in (("cause: ", line.cause), ("next: ", line.next_step)):
        if text:
            first = " " * (MARGIN - 16) + label
            out += textwrap.wrap(
                text, WIDTH, initial_indent=first, subsequent_indent=" " * len(first)
            )
    return out
