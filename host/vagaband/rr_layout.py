"""How a file of intervals is laid out: its delimiter, decimal sign, and the column that counts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from math import isfinite, nan
from pathlib import Path

from vagaband.errors import InputError
from vagaband.plain import plain

INTERVAL_WORDS = {"rr", "rri", "rrs", "nn", "nni", "ibi", "ppi", "pp", "interval", "intervals"}
OTHER_WORDS = {"cumulative", "time", "timestamp", "interpolated", "breathing", "start", "quality"}
STAMP_WORDS = {"timestamp", "date", "datetime"}
TICKS_A_SECOND = 1024  # of straps that count so, where the header says it
DECIMAL_COMMA = re.compile(r"[0-9]+,[0-9]+")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
LIKELY_RANGES = ((0.2, 3.0), (200.0, 3000.0))  # intervals in s, in ms
LIST_CELLS = 4  # a line of so many intervals is a list, not a table
LATEST_S = 1 << 32  # of a clock: the year 2106
FIRST_YEAR = 1990  # no recording is older
EPOCH_MS, EPOCH_S = 1e11, 1e8  # larger numbers are milliseconds, or seconds, since 1970


@dataclass(frozen=True)
class Layout:
    """Where in a line the interval stands. `delimiter` None is any blanks; `scale` makes the
    file's milliseconds (or ticks) milliseconds."""

    delimiter: str | None
    decimal_comma: bool
    first_line: int
    column: int = 0
    stamp_column: int | None = None
    is_list: bool = False
    scale: float = 1.0

    def cells(self, text: str) -> list[str]:
        """The cells of a line, without blanks and quotation marks around them."""
        return [cell.strip().strip('"').strip() for cell in text.split(self.delimiter)]

    def number(self, cell: str) -> float | None:
        """The number in a cell; None where it holds none that is finite."""
        if self.decimal_comma:
            cell = cell.replace(",", ".")
        if not NUMBER.fullmatch(cell):
            return None
        value = float(cell)
        return value if isfinite(value) else None


def layout_of(path: Path, head: Sequence[tuple[int, str]]) -> Layout:
    """The layout that the first lines (number and text) show. Raises InputError without one."""
    start = next((k for k, (_, text) in enumerate(head) if _has_number(text)), None)
    if start is None:
        raise InputError(
            f"{path} holds no intervals." if head else f"{path} is empty.",
            "Give a file with one interval a line, or a table with a column rr.",
        )
    header = head[start - 1][1] if start else ""
    rows = [text for _, text in head[start:]]
    layout = Layout(*_signs(header, rows), first_line=head[start][0])
    table = [layout.cells(row) for row in rows]
    if header and len(names := layout.cells(header)) == len(table[0]) and len(names) > 1:
        return _by_names(path, layout, names)
    return _by_values(path, layout, table)


def stamp_s(cells: list[str], column: int | None) -> float:
    """Seconds on the file's own clock in a column; NaN where there is none."""
    if column is None or column >= len(cells):
        return nan
    cell = cells[column]
    if NUMBER.fullmatch(cell):
        value = float(cell)
        return value / 1000 if value > EPOCH_MS else value if value > EPOCH_S else nan
    try:
        moment = datetime.fromisoformat(cell)
        return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    except (ValueError, OverflowError):
        return nan


def moment_of(cells: list[str], column: int | None) -> datetime | None:
    """Date and time that a row tells: in the column of the file's clock, or any that is written
    out. Without a zone where none is written."""
    if column is not None and column < len(cells) and NUMBER.fullmatch(cells[column]):
        seconds = stamp_s(cells, column)
        return datetime.fromtimestamp(seconds, UTC) if seconds < LATEST_S else None
    for cell in cells:
        for written in (datetime.fromisoformat, _vu_ams):
            try:
                moment = written(cell)
            except ValueError:
                continue
            if moment.year > FIRST_YEAR and not NUMBER.fullmatch(cell):
                return moment
    return None


def _vu_ams(cell: str) -> datetime:
    return datetime.strptime(cell, "%d-%m-%y/%H:%M:%S.%f")


def _signs(header: str, rows: list[str]) -> tuple[str | None, bool]:
    """Delimiter and whether the comma is the decimal sign."""
    first = rows[0]
    for sign in ";\t":
        if sign in first:
            cells = (cell.strip(' "') for cell in first.split(sign))
            return sign, any(DECIMAL_COMMA.fullmatch(cell) for cell in cells)
    if "," not in first:
        return None, False
    words = [word for row in rows for word in row.split()]
    if "," not in header and all(DECIMAL_COMMA.fullmatch(word) for word in words):
        values = [float(row.split()[-1].replace(",", ".")) for row in rows]
        if len(first.split()) > 1 or any(_all_in(values, limits) for limits in LIKELY_RANGES):
            return None, True
    return ",", False


def _by_names(path: Path, layout: Layout, names: list[str]) -> Layout:
    """By the header: the column named as intervals are, and that of the file's clock."""
    words = [set(re.findall(r"[a-z0-9]+", name.lower().replace("r-r", "rr"))) for name in names]
    columns = [k for k, found in enumerate(words) if found & INTERVAL_WORDS - OTHER_WORDS]
    columns = [k for k in columns if not words[k] & OTHER_WORDS]
    if not columns:
        shown = ", ".join(f'"{plain(name, 40)}"' for name in names[:8])
        raise InputError(
            f"{path} has no column of intervals (found: {shown}).",
            "Name the column of intervals rr.",
        )
    column = columns[0]
    stamps = [k for k, found in enumerate(words) if found & STAMP_WORDS]
    ticks = str(TICKS_A_SECOND) in words[column]
    return Layout(
        layout.delimiter,
        layout.decimal_comma,
        layout.first_line,
        column,
        stamps[0] if stamps else None,
        scale=1000 / TICKS_A_SECOND if ticks else 1.0,
    )


def _by_values(path: Path, layout: Layout, table: list[list[str]]) -> Layout:
    """Without a header: the one column, a list, or the only column that can be intervals."""
    numbers = [[layout.number(cell) for cell in row] for row in table]
    sign, comma, first = layout.delimiter, layout.decimal_comma, layout.first_line
    cells = [value for row in numbers for value in row if value is not None]
    whole = any(_all_in(cells, limits) for limits in LIKELY_RANGES)
    if len(table[0]) >= LIST_CELLS and (whole or len(table) == 1):
        return Layout(sign, comma, first, is_list=True)
    if len(table[0]) == 1:
        return Layout(sign, comma, first)
    width = min(map(len, table))
    columns = [k for k in range(width) if _like_intervals([row[k] for row in numbers])]
    if len(columns) != 1:
        raise InputError(
            f"{path}: which of its {len(table[0])} columns holds the intervals is not clear.",
            "Put a first line with names, and name that column rr.",
        )
    return Layout(sign, comma, first, columns[0])


def _like_intervals(values: list[float | None]) -> bool:
    """Whether a column's values can be intervals: nearly all of their size, and not a clock's."""
    known = [value for value in values if value is not None]
    if len(known) < len(values) or not known:
        return False
    rising = len(known) > 2 and all(b > a for a, b in pairwise(known))
    return not rising and any(
        sum(low <= value <= high for value in known) >= 0.9 * len(known)
        for low, high in LIKELY_RANGES
    )


def _all_in(values: list[float], limits: tuple[float, float]) -> bool:
    return bool(values) and all(limits[0] <= value <= limits[1] for value in values)


def _has_number(text: str) -> bool:
    cells = re.split(r"[;,\t ]+", text.strip())
    return any(NUMBER.fullmatch(cell.strip('"')) for cell in cells if cell)
