"""The table of faults in the documentation, made from what a seeded run gave."""

from collections.abc import Iterable
from pathlib import Path

import vagaband.board

from .faults import KINDS, FaultRow, Kind

DOCUMENT = Path(vagaband.board.__file__).with_name("faults.md")
BEGIN, END = "<!-- python -m tests.torture --table -->\n", "<!-- end -->\n"
SEED, COUNT = 1, 3
HEAD = """| fault | script | recorded as | times | beats lost outside gaps | back after, at most |
|---|---|---|---|---|---|
"""


def lines(rows: Iterable[FaultRow]) -> Iterable[str]:
    """Of the table, one a kind."""
    by_name = {row.kind: row for row in rows}
    for kind in KINDS:
        row = by_name[kind.name]
        back = f"{row.recovery_s:.1f} s" if kind.causes or kind.resets else "–"
        cells = (kind.name, _script(kind), _recorded(kind), row.count)
        yield f"| {' | '.join(map(str, cells))} | {row.beats_lost_outside_gaps} | {back} |\n"


def write(rows: Iterable[FaultRow]) -> None:
    """Put the table between its markers."""
    before, _, rest = DOCUMENT.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCUMENT.write_text(before + BEGIN + HEAD + "".join(lines(rows)) + END + after)


def written() -> list[str]:
    """The lines of the table as the document has it."""
    _, _, rest = DOCUMENT.read_text().partition(BEGIN + HEAD)
    return rest.partition(END)[0].splitlines(keepends=True)


def _script(kind: Kind) -> str:
    """The actions without their times."""
    actions = (" ".join(line.split()[1:]) for line in kind.lines)
    return ", ".join(f"`{action.replace('{n}', 'S')}`" for action in actions)


def _recorded(kind: Kind) -> str:
    if kind.resets:
        return "a new session"
    if kind.causes:
        return "gap: " + " or ".join(kind.causes)
    return "loss of contact or motion" if kind.light else "no loss"
