"""A table of events beside a recording: moments and stretches that someone wrote down.

A CSV with a header (comma, semicolon or tab). When: `t_s` (seconds from the first sample), or
`timestamp` or `time` (a time of day, or an ISO date and time). What: `kind` or `conditions`, and
`text`; `tags` (parted by "|") and `label` where there are. Rows of one kind whose `datapoint` is
"start" and "end" make a stretch.
"""

import csv
import math
from datetime import datetime, timedelta
from pathlib import Path

from vagaband.analysis.model import Note
from vagaband.errors import InputError
from vagaband.plain import plain

LARGEST_BYTES = 4 << 20
MOST_ROWS = 5000
WHEN = ("t_s", "timestamp", "time")
KIND = ("kind", "conditions", "condition", "event")
DAY_S = 86400.0
EARLY_S = 3600.0  # before the begin: a time of day from there on is of the same day
FARTHEST_S = 2 * DAY_S  # from the begin: an event beyond it is of another recording


def load_marks(path: Path, began: datetime | None) -> list[Note]:
    """Moments and stretches of a table; `began` is that of the axis' zero, None where unknown.

    Raises InputError, with the line where there is one.
    """
    notes: list[Note] = []
    open_s: dict[str, float] = {}
    for line, row in _rows(path):
        t_s = _t_s(path, line, row, began)
        kind = next((row[name] for name in KIND if row.get(name)), "")
        text = row.get("text") or ""
        end = (row.get("datapoint") or "").strip().lower()
        if end == "start":
            open_s[kind] = t_s
        elif end == "end":
            if kind not in open_s or not open_s[kind] < t_s:
                raise InputError(
                    f'{path}, line {line}: "{plain(kind, 40)}" ends before it starts.',
                    "Put its start before it.",
                )
            notes.append(Note(open_s.pop(kind), kind, text, until_s=t_s))
        else:
            tags = tuple(filter(None, (tag.strip() for tag in (row.get("tags") or "").split("|"))))
            notes.append(Note(t_s, kind or "event", text, tags, row.get("label") or ""))
    notes += [Note(t_s, kind or "event", "") for kind, t_s in open_s.items()]  # never ended
    return notes


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Number and cells of each data line, by the column's name in lower case."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise InputError(f"{path} is larger than a table of events.", "Check that it is one.")
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.", "Check the file.") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not a text file.", "Give a CSV with a header.") from None
    head = text.split("\n", 1)[0]
    delimiter = next((sign for sign in "\t;" if sign in head), ",")
    reader = csv.DictReader(text.splitlines(), delimiter=delimiter, restval="")
    names = [name.strip().lower() for name in reader.fieldnames or []]
    if not set(WHEN) & set(names):
        raise InputError(
            f"{path} has no column t_s or timestamp.",
            "Give a CSV with a header: t_s or timestamp, kind, text.",
        )
    reader.fieldnames = names
    rows = []
    for row in reader:
        if len(rows) == MOST_ROWS:
            raise InputError(f"{path} has more than {MOST_ROWS} events.", "Split it.")
        cells = {name: value for name, value in row.items() if isinstance(value, str)}
        if any(value.strip() for value in cells.values()):
            rows.append((reader.line_num, cells))
    return rows


def _t_s(path: Path, line: int, row: dict[str, str], began: datetime | None) -> float:
    t_s = _told_s(path, line, row, began)
    if abs(t_s) > FARTHEST_S:
        raise InputError(
            f"{path}, line {line}: it is {abs(t_s) / DAY_S:,.0f} days from the recording.",
            "Check its date; leave out what is of another recording.",
        )
    return t_s


def _told_s(path: Path, line: int, row: dict[str, str], began: datetime | None) -> float:
    written = next((row[name].strip() for name in WHEN if row.get(name, "").strip()), "")
    if row.get("t_s", "").strip():
        try:
            t_s = float(written)
        except ValueError:
            t_s = math.nan
        if math.isfinite(t_s):
            return t_s
        raise InputError(
            f'{path}, line {line}: "{plain(written, 40)}" is no number of seconds.',
            "Repair or remove that line.",
        )
    if began is None:
        raise InputError(
            f"{path} has times of day, and the recording has no date.",
            'Say when it began: --began "2026-11-20 14:00".',
        )
    return _seconds_after(path, line, written, began)


def _seconds_after(path: Path, line: int, written: str, began: datetime) -> float:
    """From a date and time; or from a time of day, which is the first one from shortly before the
    begin on."""
    try:
        if "-" in written:
            moment = datetime.fromisoformat(written)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=began.tzinfo)
            return (moment - began).total_seconds()
        clock = datetime.strptime(written, "%H:%M:%S" if written.count(":") == 2 else "%H:%M")
    except ValueError:
        raise InputError(
            f'{path}, line {line}: "{plain(written, 40)}" is no time.',
            "Write it as 14:05:30 or 2026-11-20T14:05:30.",
        ) from None
    since = timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)
    midnight = began.replace(hour=0, minute=0, second=0, microsecond=0)
    t_s = (midnight + since - began).total_seconds()
    return (t_s + EARLY_S) % DAY_S - EARLY_S
