"""A session as a table: one row per interval, with its epoch's RSA, in tidy columns.

Columns: `t_s` start of the interval (s from the first sample), `ibi_ms`, `flag`, `run`; of the
epoch that holds the start: `epoch_t_s`, `ln_rsa_ms2`, `bp_ln_rsa_ms2`, `rmssd_ms`, `mean_hp_ms`,
`corrected_share`, `epoch_valid` (1 or 0), `epoch_reason`; of marks set within the interval:
`mark_kind`, `mark_text` (several joined by " | "); of the epoch again: `noise_floor_ln` (ln ms²),
`breath_per_min` and `breath_confidence` ("none", "fair", "good") as the device found them,
`pb2_gain_ln` the gain of `ln_rsa_ms2` at that breathing rate: below 0.15 Hz, and where the rate
is unknown, read `bp_ln_rsa_ms2` beside it. Cells are empty where there is no value.
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from vagaband.files import write_private
from vagaband.numbers import pb2_gain_ln
from vagaband.plain import JOINERS, plain
from vagaband.reference.rsa import EPOCH_SAMPLES, GRID_HZ
from vagaband.session import Epoch, Interval, Mark, Session

COLUMNS = (
    "t_s",
    "ibi_ms",
    "flag",
    "run",
    "epoch_t_s",
    "ln_rsa_ms2",
    "bp_ln_rsa_ms2",
    "rmssd_ms",
    "mean_hp_ms",
    "corrected_share",
    "epoch_valid",
    "epoch_reason",
    "mark_kind",
    "mark_text",
    "noise_floor_ln",
    "breath_per_min",
    "breath_confidence",
    "pb2_gain_ln",
)
EPOCH_S = EPOCH_SAMPLES / GRID_HZ
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "|", "%")
LONGEST_TEXT = 200


def to_csv(session: Session) -> str:
    """The session's intervals as a CSV (RFC 4180, lines end in \\n), a header line first."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    epochs, marks = _Cursor(session.epochs), sorted(session.marks, key=lambda mark: mark.t_s)
    for place, interval in enumerate(session.intervals):
        within, marks = _marks_of(session.intervals, place, marks)
        cells = [f"{interval.t_s:.4f}", _number(interval.ibi_ms), interval.flag, interval.run]
        epoch = epochs.at(interval)
        cells += _epoch_cells(epoch)
        cells += [" | ".join(mark.kind for mark in within), " | ".join(m.text for m in within)]
        cells += _breath_cells(epoch)
        writer.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in cells])
    return table.getvalue()


def save_csv(session: Session, path: Path) -> None:
    """Write the table to a file that only its owner reads; whole, or not at all."""
    write_private(path, to_csv(session).encode())


def safe_cell(text: str) -> str:
    """Foreign text that a spreadsheet shows and does not run: bounded, one line, no formula.

    Numbers stay numbers; other text that could start a formula gets an apostrophe before it.
    """
    shown = plain(text, LONGEST_TEXT, instead=" ", also=JOINERS)
    if text.startswith(FORMULA_SIGNS) or shown.lstrip().startswith(FORMULA_SIGNS):
        try:
            float(text)
        except ValueError:
            return "'" + shown
    return shown


class _Cursor:
    """Finds the epoch of each interval; both come in order of time."""

    def __init__(self, epochs: Sequence[Epoch]) -> None:
        self._epochs = sorted(epochs, key=lambda epoch: epoch.t_s)
        self._next = 0

    def at(self, interval: Interval) -> Epoch | None:
        while (
            self._next < len(self._epochs)
            and self._epochs[self._next].t_s + EPOCH_S <= interval.t_s
        ):
            self._next += 1
        if self._next == len(self._epochs):
            return None
        epoch = self._epochs[self._next]
        return epoch if epoch.t_s <= interval.t_s and epoch.run == interval.run else None


def _marks_of(
    intervals: Sequence[Interval], place: int, marks: list[Mark]
) -> tuple[list[Mark], list[Mark]]:
    """The marks before the next interval starts, and those left; the last row takes the rest."""
    if place + 1 == len(intervals):
        return marks, []
    count = 0
    while count < len(marks) and marks[count].t_s < intervals[place + 1].t_s:
        count += 1
    return marks[:count], marks[count:]


def _epoch_cells(epoch: Epoch | None) -> list[str]:
    if epoch is None:
        return [""] * 8
    values = (epoch.ln_ms2, epoch.bp_ln_ms2, epoch.rmssd_ms, epoch.mean_hp_ms)
    return [
        f"{epoch.t_s:.4f}",
        *(_number(value) for value in values),
        _number(epoch.corrected_share),
        str(int(epoch.valid)),
        epoch.reason,
    ]


def _breath_cells(epoch: Epoch | None) -> list[str]:
    """Of the epoch too, at the end: columns that came later move none that were there."""
    if epoch is None:
        return [""] * 4
    return [
        _number(epoch.noise_floor_ln),
        _number(epoch.breath_per_min),
        epoch.breath_confidence,
        _number(pb2_gain_ln(epoch)),
    ]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"
