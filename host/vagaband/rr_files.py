"""Files of inter-beat intervals from straps and other programs, as beat times.

Read are one interval a line (Polar, Elite HRV, Kubios' text), a table with or without a header
(Polar Sensor Logger, HRV Logger, VU-AMS), and a list on one line; in seconds or milliseconds, with
a decimal point or comma, parted by semicolon, tab, comma or blanks.
"""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

import numpy as np

from vagaband.errors import InputError
from vagaband.plain import plain
from vagaband.rr_layout import Layout, layout_of, moment_of, stamp_s
from vagaband.session import Floats

LARGEST_BYTES = 64 << 20
LONGEST_LINE = 1 << 20  # a list on one line
MOST_INTERVALS = 4_000_000  # a month at 90 a minute
SNIFFED_LINES = 60
FEWEST_INTERVALS = 2
INTERVAL_MS_RANGE = (100.0, 10000.0)
MEDIAN_MS_RANGE = (200.0, 3000.0)  # 20 to 300 beats a minute: says whether a file has s or ms
GAP_S = 3.0  # the phone's clock ahead of the intervals by more: beats were lost (radio: about 1 s)
GAP_BEATS = 10  # that it stays so for; intervals arrive in bursts
FOREIGN = {  # in the first lines, in lower case: what the file is instead, and what to do
    "kubios": (
        "holds results of Kubios, not intervals",
        "Give the file that Kubios analysed, or export the RR series as text.",
    ),
    "[params]": (
        "is a Polar HRM file",
        "Export the RR intervals as text or CSV.",
    ),
    "{": ("is JSON", "Give the RR intervals as text or CSV."),
    "<?xml": ("is XML", "Give the RR intervals as text or CSV."),
}


@dataclass(frozen=True)
class RrFile:
    """Beats of a file of intervals. `beats_s` (n + 1,) begins at 0; `gaps_s` are stretches whose
    beats were lost, by the file's own clock: what follows one is timed only as well as that.
    `began` is when, by that clock, to about two seconds: aware where it tells its zone."""

    beats_s: Floats
    unit: str  # of the file: "ms" or "s"
    gaps_s: list[tuple[float, float]]
    began: datetime | None = None


def load_rr(path: Path) -> RrFile:
    """Read a file of intervals. Raises InputError, with the line where there is one."""
    try:
        with path.open("rb") as file:
            lines = _lines(path, file)
            head = list(islice(lines, SNIFFED_LINES))
            _refuse_foreign(path, head)
            layout = layout_of(path, head)
            values, stamps, numbers = _columns(path, layout, chain(head, lines))
    except FileNotFoundError:
        raise InputError(f"There is no file {path}.", "Check the name and the folder.") from None
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.", "Check the file.") from None
    ibi_ms, unit = _in_ms(path, np.array(values), layout, numbers)
    ends_s = np.cumsum(ibi_ms) / 1000
    beats_s, gaps_s = _with_gaps(ends_s, np.array(stamps))
    rows = (layout.cells(text) for number, text in head if number >= layout.first_line)
    began = moment_of(next(rows), layout.stamp_column)
    return RrFile(beats_s, unit, gaps_s, began)


def _lines(path: Path, file: BinaryIO) -> Iterator[tuple[int, str]]:
    """Number and text of each line that is not blank and no comment; bounded in all."""
    total = number = 0
    while raw := file.readline(LONGEST_LINE + 1):
        number, total = number + 1, total + len(raw)
        if len(raw) > LONGEST_LINE or total > LARGEST_BYTES:
            raise InputError(
                f"{path}, line {number}: longer than a file of intervals can be.",
                "Check that it is one, or split it.",
            )
        for text in _decoded(path, raw, number).replace("\r", "\n").split("\n"):
            if text.strip() and text.lstrip()[0] not in "#%":
                yield number, text.strip()


def _decoded(path: Path, raw: bytes, number: int) -> str:
    try:
        text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")  # a header from an older Windows
    if any(ord(sign) < 32 and sign not in "\t\r\n\f\v" for sign in text):
        raise InputError(
            f"{path}, line {number}: not text.", "Give the RR intervals as text or CSV."
        )
    return text


def _refuse_foreign(path: Path, head: list[tuple[int, str]]) -> None:
    for mark, (what, next_step) in FOREIGN.items():
        whole = mark.isalpha()  # a name may stand anywhere in the head, a sign only at its start
        for _, text in head if whole else head[:1]:
            if mark in text.lower() if whole else text.lower().startswith(mark):
                raise InputError(f"{path} {what}.", next_step)


def _columns(
    path: Path, layout: Layout, lines: Iterable[tuple[int, str]]
) -> tuple["array[float]", "array[float]", "array[int]"]:
    """Intervals as written, the file's clock beside each (NaN where none), and line numbers."""
    values, stamps, numbers = array("d"), array("d"), array("q")
    for number, text in lines:
        if number < layout.first_line:
            continue
        cells = layout.cells(text)
        wanted = [cell for cell in cells if cell] if layout.is_list else _cell(cells, layout)
        for cell in wanted:
            values.append(_number(path, number, cell, layout))
            numbers.append(number)
            stamps.append(stamp_s(cells, layout.stamp_column))
        if len(values) > MOST_INTERVALS:
            raise InputError(
                f"{path}, line {number}: more than {MOST_INTERVALS} intervals.", "Split it."
            )
    if values and values[0] == 0:  # the first beat of some tables has no interval
        del values[0], stamps[0], numbers[0]
    if len(values) < FEWEST_INTERVALS:
        raise InputError(f"{path} holds fewer than two intervals.", "Give a longer file.")
    return values, stamps, numbers


def _cell(cells: list[str], layout: Layout) -> list[str]:
    return [cells[layout.column] if layout.column < len(cells) else ""]


def _number(path: Path, number: int, cell: str, layout: Layout) -> float:
    value = layout.number(cell)
    if value is None:
        raise InputError(
            f'{path}, line {number}: "{plain(cell, 40)}" is not an interval.',
            "Repair or remove that line.",
        )
    return value


def _in_ms(
    path: Path, values: Floats, layout: Layout, numbers: "array[int]"
) -> tuple[Floats, str]:
    """The intervals in ms, and the unit they were in, which their size tells."""
    typical = float(np.median(values))
    low, high = MEDIAN_MS_RANGE
    if low / 1000 <= typical <= high / 1000:
        ibi_ms, unit = values * 1000, "s"
    elif low <= typical <= high:
        ibi_ms, unit = values * layout.scale, "ms"
    else:
        heart = ", perhaps heart rates" if 30 <= typical < low else ""
        raise InputError(
            f"{path}: a typical value of {typical:g} is no interval in s or ms{heart}.",
            "Name the column of intervals rr in a header.",
        )
    outside = np.flatnonzero((ibi_ms < INTERVAL_MS_RANGE[0]) | (ibi_ms > INTERVAL_MS_RANGE[1]))
    if len(outside):
        k = int(outside[0])
        raise InputError(
            f"{path}, line {numbers[k]}: an interval of {ibi_ms[k]:g} ms is outside "
            "100 to 10000 ms.",
            "Repair or remove that line.",
        )
    return ibi_ms, unit


def _with_gaps(ends_s: Floats, stamps_s: Floats) -> tuple[Floats, list[tuple[float, float]]]:
    """Beat times, put later where the file's clock shows that beats were lost; and where."""
    beats_s, gaps = np.concatenate([[0.0], ends_s]), []
    if len(ends_s) < 2 * GAP_BEATS or not np.isfinite(stamps_s).all():
        return beats_s, gaps
    least_s = np.lib.stride_tricks.sliding_window_view(stamps_s - ends_s, GAP_BEATS).min(axis=1)
    jumps_s = least_s[GAP_BEATS:] - least_s[:-GAP_BEATS]  # from ten beats to the ten after them
    jumped = jumps_s > GAP_S
    for k in np.flatnonzero(jumped & ~np.r_[False, jumped[:-1]]).tolist():
        last = k + GAP_BEATS  # the last beat before the gap; the first interval's beat is 1
        beats_s[last + 1 :] += jumps_s[k]
        gaps.append((float(beats_s[last]), float(beats_s[last + 1])))
    return beats_s, gaps
