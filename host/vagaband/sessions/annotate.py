"""Words put on a session afterwards: on a mark of the device, a moment, or a stretch."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from vagaband.errors import InputError
from vagaband.journal import LONGEST_KIND
from vagaband.plain import JOINERS, plain
from vagaband.sessions.days import Day, stretches
from vagaband.sessions.index import Index, LoggedMark, Recording

LONGEST_TEXT = 500
LONGEST_LABEL = 40
LONGEST_TAG = 24
MOST_TAGS = 12
CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?", re.ASCII)
OFFSET = re.compile(r"\+?(?:(\d{1,2}):(?=\d+:))?(\d{1,4}):([0-5]\d)", re.ASCII)
ON_MARK_S = 1.0  # a time with seconds is of a mark so near
MINUTE_S = 60.0  # one without them is of the only mark of that minute
NEXT = "Give a time of day (14:05 or 14:05:30) or a time from its begin (+12:30)."


@dataclass(frozen=True)
class Words:
    """What a person says of a moment."""

    text: str = ""
    tags: tuple[str, ...] = ()
    label: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Placed:
    """A moment of a session: its piece, the time in it, and the mark that was meant."""

    piece: Recording
    t_s: float
    mark: LoggedMark | None = None


def words(text: str, tags: Sequence[str] = (), label: str = "", kind: str = "") -> Words:
    """Foreign text made one bounded line each. Raises InputError where there is none."""
    kept = tuple(dict.fromkeys(filter(None, (_tag(tag) for tag in tags))))
    if len(kept) > MOST_TAGS:
        raise InputError(f"{len(kept)} tags are more than {MOST_TAGS}.", "Give fewer.")
    said = Words(
        _line(text, LONGEST_TEXT), kept, _line(label, LONGEST_LABEL), _line(kind, LONGEST_KIND)
    )
    if not any((said.text, said.tags, said.label, said.kind)):
        raise InputError(
            "There is nothing to put on it.", "Give a text, --tag, --label or --kind."
        )
    return said


def _line(text: str, most: int) -> str:
    """One line, one way to write each letter."""
    composed = unicodedata.normalize("NFC", text)
    return " ".join(plain(composed, most, instead=" ", also=JOINERS).split())


def _tag(text: str) -> str:
    """One word in lower case, so that it is found again."""
    return "-".join(_line(text, LONGEST_TAG).lower().split())


def annotate(
    index: Index, day: Day, at: str, said: Words, until: str | None = None
) -> tuple[Placed, int]:
    """Put words on a moment, or with `until` on a stretch; where they went and their number.

    Words on a mark that has some already take their place.
    """
    placed = place(index, day, at)
    until_s = None
    if until is not None:
        end = place(index, day, until, marks=False)
        until_s = day.offset_s(end.piece) + end.t_s - day.offset_s(placed.piece)
        if until_s <= placed.t_s:
            raise InputError(f"{until} is not after {at}.", "Give --until a later time.")
    mark = placed.mark.number if placed.mark and until is None else None
    kind = said.kind or (placed.mark.kind if placed.mark and mark is not None else "note")
    with index.change():
        if mark is not None:
            index.connection.execute(
                "DELETE FROM notes WHERE recording = ? AND mark = ?",
                (placed.piece.recording, mark),
            )
        values = (placed.piece.recording, placed.t_s, until_s, mark, kind, said.text)
        number = index.connection.execute(
            "INSERT INTO notes (recording, t_s, until_s, mark, kind, text, tags, label)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*values, " ".join(said.tags), said.label),
        ).lastrowid
    return placed, number or 0


def remove(index: Index, day: Day, number: int) -> None:
    """Take a note away; what the device logged stays."""
    for piece in day.pieces:
        if number in [note.id for note in index.notes(piece.recording)]:
            with index.change():
                index.connection.execute("DELETE FROM notes WHERE id = ?", (number,))
            return
    raise InputError(
        f"{day.name} has no note {number}.", f"`vagaband sessions show {day.name}` numbers them."
    )


def place(index: Index, day: Day, at: str, marks: bool = True) -> Placed:
    """Where a written time lies in a session; InputError outside of what was recorded."""
    found, length_s = _moments(day, at)
    if not found:
        raise InputError(
            f"{plain(at, 30)} is not in {day.name}, which has {'; '.join(stretches(day))}.", NEXT
        )
    first = found[0]
    if marks:
        for placed in found:
            if mark := _mark_at(index, placed, length_s):
                return Placed(placed.piece, mark.t_s, mark)
    return first


def _moments(day: Day, at: str) -> tuple[list[Placed], float]:
    """Each place in the pieces that a written time means, and how exact it is written, in s."""
    clock = CLOCK.fullmatch(at)
    if clock and day.began:
        hour, minute, second = (int(part or 0) for part in clock.groups())
        if hour > 23 or minute > 59 or second > 59:
            raise InputError(f"{plain(at, 30)} is no time of day.", NEXT)
        exact_s = 0.0 if clock[3] else MINUTE_S
        return _by_clock(day, time(hour, minute, second), exact_s), exact_s
    if offset := OFFSET.fullmatch(at):
        hours, whole_minutes, seconds = (int(part or 0) for part in offset.groups())
        t_s = 3600.0 * hours + 60 * whole_minutes + seconds
        return _within(day, t_s, 0.0), 0.0
    raise InputError(f'"{plain(at, 30)}" is no time.', NEXT)


def _by_clock(day: Day, clock: time, exact_s: float) -> list[Placed]:
    """By the wearer's clock: on the day, on the next one for what went on past midnight, and
    in both of the hours that the end of summer time gives one name."""
    began = day.began
    if began is None:
        return []
    found = []
    last = began + timedelta(seconds=day.seconds)
    dates = {began.date(), last.date()}
    for date in sorted(dates):
        for fold in (0, 1):
            moment = datetime.combine(date, clock.replace(fold=fold)).astimezone()
            t_s = moment.timestamp() - began.timestamp()
            found += [one for one in _within(day, t_s, exact_s) if one not in found]
    return found


def _within(day: Day, t_s: float, exact_s: float) -> list[Placed]:
    """The pieces that were recorded at a time of the axis, or within what it leaves open."""
    found = []
    for piece in day.pieces:
        here_s = t_s - day.offset_s(piece)
        if -exact_s < here_s <= piece.seconds:
            found.append(Placed(piece, max(here_s, 0.0)))
    return found


def _mark_at(index: Index, placed: Placed, exact_s: float) -> LoggedMark | None:
    """The mark that is meant: the nearest within a second, or the only one of the minute."""
    marks = index.marks(placed.piece.recording)
    if exact_s:
        begin_s = placed.t_s
        near = [mark for mark in marks if begin_s <= mark.t_s < begin_s + exact_s]
        return near[0] if len(near) == 1 else None
    near = [mark for mark in marks if abs(mark.t_s - placed.t_s) <= ON_MARK_S]
    return min(near, key=lambda mark: abs(mark.t_s - placed.t_s), default=None)
