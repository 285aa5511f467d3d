"""A recording as tables of tidy columns: beats, intervals, epochs, marks.

In each: `t_s` is seconds from the recording's first sample (an interval's and an epoch's are its
start); at the end `time`, the same moment by the wall clock (ISO 8601, in the zone that the device
was set to; empty where nothing dates the recording), and `file`. Cells are empty where there is no
value; `valid` and `alone` are 1 or 0; `ln` is the natural logarithm, of ms² unless it is a gain.

beats: `trust` (-4 to 8, see replay --json) where the firmware ran here.
intervals: `ibi_ms` as corrected, `flag` ("ok" or how), `run` numbers the unbroken stretches; of
the epoch that holds the start `epoch_t_s`, `ln_rsa_ms2` (PB2), `bp_ln_rsa_ms2`, `rmssd_ms`,
`mean_hp_ms`, `corrected_share`, `epoch_valid`, `epoch_reason`; of marks set within it
`mark_kind`, `mark_text` (several joined by " | "); of the epoch again `noise_floor_ln`,
`breath_per_min` and `breath_confidence` ("none", "fair", "good") as the device found them,
`pb2_gain_ln` the gain of `ln_rsa_ms2` at that rate: below 0.15 Hz, and where it is unknown, read
`bp_ln_rsa_ms2` beside it.
epochs: of 30 s, what numbers.py says: `pb2_gain_ln` and `pb2_alone` by the breathing of
`pb2_breathing` ("device", or the reference's where the device's is not known).
marks: `kind` and `text` as the wearer or the host gave them, and what was noted on the session
since (`vagaband sessions annotate`): `until_s` where it is a stretch, `tags` (several joined by
" | "), `label` the wearer's own word for how it felt.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import zip_longest

from vagaband.analysis.model import Note
from vagaband.numbers import EpochNumbers, numbers_of, pb2_gain_ln
from vagaband.open_recording import Opened
from vagaband.reference.rsa import EPOCH_SAMPLES, GRID_HZ
from vagaband.session import Epoch, Interval, Mark, Session
from vagaband.spreadsheet import safe_cell

Row = list[str]
EPOCH_S = EPOCH_SAMPLES / GRID_HZ
END = ("time", "file")
COLUMNS: dict[str, tuple[str, ...]] = {
    "beats": ("t_s", "trust", *END),
    "intervals": (
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
        *END,
    ),
    "epochs": (
        "t_s",
        "run",
        "valid",
        "reason",
        "ln_rsa_ms2",
        "bp_ln_rsa_ms2",
        "lock_in_ln_rsa_ms2",
        "rmssd_ms",
        "mean_hp_ms",
        "corrected_share",
        "noise_floor_ln",
        "breath_per_min",
        "breath_confidence",
        "pb2_gain_ln",
        "pb2_alone",
        "pb2_breathing",
        "pb2_note",
        "peak_to_trough_ms",
        "hf_ln_ms2",
        *END,
    ),
    "marks": ("t_s", "kind", "text", "until_s", "tags", "label", *END),
}


def rows_of(opened: Opened, table: str) -> Iterator[Row]:
    """The rows of a recording's table, in the columns' order; safe in a spreadsheet."""
    file = safe_cell(opened.path.name)
    for t_s, cells in _written(opened) if table == "marks" else ROWS[table](opened.session):
        yield [_seconds(t_s), *cells, _wall_clock(opened, t_s), file]


def _wall_clock(opened: Opened, t_s: float) -> str:
    if opened.began is None:
        return ""
    return (opened.began + timedelta(seconds=t_s)).isoformat(timespec="milliseconds")


def _beats(session: Session) -> Iterator[tuple[float, Row]]:
    for t_s, trust in zip_longest(session.beats_s.tolist(), session.trust):
        yield t_s, ["" if trust is None else str(trust)]


def _intervals(session: Session) -> Iterator[tuple[float, Row]]:
    epochs, marks = _Cursor(session.epochs), sorted(session.marks, key=lambda mark: mark.t_s)
    starts_s = [interval.t_s for interval in session.intervals]
    of_epoch: dict[float | None, tuple[Row, Row]] = {None: ([""] * 8, [""] * 4)}
    for interval, next_s in zip_longest(session.intervals, starts_s[1:]):
        within, marks = _before(marks, next_s)
        epoch = epochs.at(interval)
        at_s = epoch.t_s if epoch else None
        if epoch and at_s not in of_epoch:
            of_epoch[at_s] = _rsa_cells(epoch), _breath_cells(epoch)
        rsa, breath = of_epoch[at_s]
        said = " | ".join(m.kind for m in within), " | ".join(m.text for m in within)
        cells = [_number(interval.ibi_ms), interval.flag, str(interval.run)]
        yield interval.t_s, [*cells, *rsa, *map(safe_cell, said), *breath]


def _epochs(session: Session) -> Iterator[tuple[float, Row]]:
    for item in numbers_of(session):
        yield item.device.t_s, _epoch_cells(item)


def _written(opened: Opened) -> Iterator[tuple[float, Row]]:
    notes = opened.written
    if notes is None:
        notes = [Note(mark.t_s, mark.kind, mark.text) for mark in opened.session.marks]
    for note in sorted(notes, key=lambda note: note.t_s):
        until = "" if note.until_s is None else _seconds(note.until_s)
        words = (" | ".join(note.tags), note.label)
        yield note.t_s, [safe_cell(note.kind), safe_cell(note.text), until, *map(safe_cell, words)]


ROWS: dict[str, Callable[[Session], Iterator[tuple[float, Row]]]] = {
    "beats": _beats,
    "intervals": _intervals,
    "epochs": _epochs,
}


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


def _before(marks: list[Mark], end_s: float | None) -> tuple[list[Mark], list[Mark]]:
    """The marks before the next interval starts, and those left; the last row takes the rest."""
    count = 0
    while count < len(marks) and (end_s is None or marks[count].t_s < end_s):
        count += 1
    return marks[:count], marks[count:]


def _rsa_cells(epoch: Epoch) -> Row:
    return [
        _seconds(epoch.t_s),
        *map(_number, (epoch.ln_ms2, epoch.bp_ln_ms2, epoch.rmssd_ms, epoch.mean_hp_ms)),
        _number(epoch.corrected_share),
        str(int(epoch.valid)),
        epoch.reason,
    ]


def _breath_cells(epoch: Epoch) -> Row:
    """Of the epoch too, at the end: columns that came later move none that were there."""
    return [
        _number(epoch.noise_floor_ln),
        _number(epoch.breath_per_min),
        epoch.breath_confidence,
        _number(pb2_gain_ln(epoch)),
    ]


def _epoch_cells(item: EpochNumbers) -> Row:
    epoch = item.device
    rsa = (epoch.ln_ms2, epoch.bp_ln_ms2, epoch.lock_in_ln_ms2, epoch.rmssd_ms, epoch.mean_hp_ms)
    return [
        str(epoch.run),
        str(int(epoch.valid)),
        epoch.reason,
        *map(_number, rsa),
        *map(_number, (epoch.corrected_share, epoch.noise_floor_ln, epoch.breath_per_min)),
        epoch.breath_confidence,
        _number(item.pb2_gain_ln),
        str(int(item.pb2_alone)),
        item.breathing.whose,
        item.pb2_note,
        _number(item.peak_to_trough_ms),
        _number(item.hf_ln_ms2),
    ]


def _seconds(t_s: float) -> str:
    return f"{t_s:.6f}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"
