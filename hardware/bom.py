"""The table of parts, bom.csv, reference by reference."""

import csv
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("bom.csv")


@dataclass(frozen=True)
class Part:
    """A part: how many of it each build takes (metres of a strap or lead), and what it is."""

    builds: dict[str, float]
    what: str
    value: str


def parts() -> dict[str, Part]:
    """Every part by its reference; a row with several references is one of each."""
    found = {}
    with FILE.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            names = row["reference"].split(", ")
            each = {name: float(row[name]) / len(names) for name in ("wrist", "breadboard")}
            found |= {name: Part(each, row["part"], row["value"]) for name in names}
    return found
