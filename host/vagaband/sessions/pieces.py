"""What the analysis needs of a session: its pieces on one axis, the notes, and the past."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from vagaband.analysis.baseline import DAYS, BaselineRow
from vagaband.analysis.model import Answers, Note, Piece
from vagaband.errors import InputError
from vagaband.numbers import numbers_of
from vagaband.open_recording import open_recording
from vagaband.session import Mark, Session
from vagaband.sessions import schema
from vagaband.sessions.days import Day, find_day
from vagaband.sessions.facts import rate_in
from vagaband.sessions.index import Index, LoggedMark, Recording, StoredNote
from vagaband.sessions.scan import Progress, refresh

JOINED = " · "  # between what a device logged of a mark and what was put on it
LONGEST_DAY = timedelta(hours=36)  # from the first piece's begin to the last one's
AnyMark = TypeVar("AnyMark", Mark, LoggedMark)


@dataclass
class Material:
    """What a page is made of, for read_day(pieces, notes, rows, person, answers)."""

    pieces: list[Piece] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    rows: list[BaselineRow] = field(default_factory=list)
    person: str = ""
    files: list[Path] = field(default_factory=list)
    name: str = ""  # of the session, as `sessions` lists it
    answers: Answers | None = None  # of the person; None: not asked

    @property
    def began(self) -> datetime | None:
        """Of the axis' zero, in this computer's zone."""
        return self.pieces[0].began if self.pieces else None


@dataclass(frozen=True)
class _Read:
    """A file, and what the index beside it has of it."""

    path: Path
    session: Session
    source: str
    began: datetime | None
    person: str = ""
    notes: tuple[StoredNote, ...] = ()


def pieces_of(index: Index, day: Day) -> Material:
    """A session of the data folder. What is damaged in it is used as far as it goes."""
    material = _joined([_known(index, recording, salvage=True) for recording in day.pieces])
    material.name = day.name
    return _with_past(index, material)


def material_of(
    files: Sequence[Path],
    *,
    began: datetime | None = None,
    rate_hz: float | None = None,
    salvage: bool = False,
) -> Material:
    """Files named one by one, on one axis; with what an index beside them knows of them.

    `began` says when the first one did that no clock dates. Raises InputError for files that
    can't be used, or can't stand on one axis.
    """
    folders = {path.parent for path in files if (path.parent / schema.NAME).exists()}
    read: list[_Read] = []
    indexes = {folder: Index(folder) for folder in folders}
    try:
        for index in indexes.values():
            refresh(index)
        for path in files:
            one = _of_file(indexes.get(path.parent), path, rate_hz, salvage)
            if one.began is None and began is not None:
                one, began = replace(one, began=began), None
            read.append(one)
        material = _joined(read)
        for index in indexes.values():
            _with_past(index, material)
    finally:
        for index in indexes.values():
            index.close()
    return material


def material_named(
    folder: Path, name: str, progress: Progress = lambda what: None
) -> Material | None:
    """The session of a data folder that has a name as `sessions` lists it; None for none."""
    if not (folder / schema.NAME).exists():
        return None
    with Index(folder) as index:
        refresh(index, progress)
        day = find_day(index, name)
        return pieces_of(index, day) if day else None


def written_on(path: Path, session: Session) -> list[Note]:
    """Marks and notes of a file in its own time, with what an index beside it knows."""
    notes: list[StoredNote] = []
    if (path.parent / schema.NAME).exists():
        with Index(path.parent) as index:
            refresh(index)
            for recording in index.recordings():
                if recording.name == path.name:
                    notes = index.notes(recording.recording)
    return notes_on(session.marks, notes)


def notes_on(marks: Sequence[AnyMark], notes: Sequence[StoredNote]) -> list[Note]:
    """A recording's marks with what was noted on it, in its own time."""
    found = [_note(note, marks, 0.0) for note in notes]
    found += [Note(mark.t_s, mark.kind, mark.text) for mark in _bare(marks, notes)]
    return sorted(found, key=lambda note: note.t_s)


def make_theirs(material: Material, person: str, folder: Path) -> None:
    """Material of nobody is a person's, with what the data folder has of their past.

    Raises InputError for what is another's.
    """
    if material.person == person:
        return
    if material.person:
        raise InputError(
            f"{material.files[0]} is of {material.person}, not of {person}.",
            f"`vagaband sessions add {material.files[0]} --person {person}` makes it theirs.",
        )
    material.person = person
    if (folder / schema.NAME).exists():
        with Index(folder) as index:
            _with_past(index, material)


def _of_file(index: Index | None, path: Path, rate_hz: float | None, salvage: bool) -> _Read:
    if index:
        for recording in index.recordings():
            if recording.name == path.name:
                return _known(index, recording, salvage, rate_hz)
    opened = open_recording(path, rate_hz, salvage)
    began = opened.began.astimezone() if opened.began else None
    return _Read(path, opened.session, opened.source, began)


def _known(
    index: Index, recording: Recording, salvage: bool, rate_hz: float | None = None
) -> _Read:
    path = index.folder / recording.name
    opened = open_recording(path, rate_hz or rate_in(recording.name), salvage)
    notes = tuple(index.notes(recording.recording))
    return _Read(path, opened.session, opened.source, recording.began, recording.person, notes)


def _joined(read: list[_Read]) -> Material:
    _check(read)
    read = sorted(read, key=lambda one: one.began.timestamp() if one.began else 0)
    material = Material(person=next((one.person for one in read if one.person), ""))
    first = read[0].began
    for one in read:
        offset_s = (one.began - first).total_seconds() if one.began and first else 0.0
        marks = one.session.marks
        session = replace(one.session, marks=_bare(marks, one.notes))
        numbers = numbers_of(session)
        material.pieces.append(
            Piece(one.path.name, one.source, one.began, offset_s, session, numbers)
        )
        material.notes += [_note(note, marks, offset_s) for note in one.notes]
        material.files.append(one.path)
    return material


def _check(read: list[_Read]) -> None:
    undated = [one.path for one in read if one.began is None]
    if undated and len(read) > 1:
        raise InputError(
            f"{undated[0]} has no date, so nothing says where it stands beside the other files.",
            "Name it alone, or say when it began with --began.",
        )
    people = {one.person for one in read if one.person}
    if len(people) > 1:
        raise InputError(
            f"These recordings are of {' and '.join(sorted(people))}.", "Name those of one person."
        )
    began = sorted(one.began for one in read if one.began)
    if began and began[-1] - began[0] > LONGEST_DAY:
        raise InputError(
            f"These recordings began on {began[0]:%Y-%m-%d} and on {began[-1]:%Y-%m-%d}.",
            "Name those of one day.",
        )


def _bare(marks: Sequence[AnyMark], notes: Sequence[StoredNote]) -> list[AnyMark]:
    """The marks that nothing was put on."""
    noted = {note.mark for note in notes if note.mark is not None}
    return [mark for n, mark in enumerate(marks) if n not in noted]


def _note(note: StoredNote, marks: Sequence[Mark | LoggedMark], offset_s: float) -> Note:
    """On the day's axis; what was put on a mark takes the mark's place."""
    text, t_s = note.text, note.t_s
    if note.mark is not None and note.mark < len(marks):
        mark = marks[note.mark]
        text, t_s = JOINED.join(filter(None, (mark.text, note.text))), mark.t_s
    until_s = None if note.until_s is None else offset_s + note.until_s
    return Note(offset_s + t_s, note.kind, text, note.tags, note.label, until_s)


def _with_past(index: Index, material: Material) -> Material:
    """What the person said of themselves, and their epochs of before, that an own baseline can
    be made of."""
    began = material.began
    if material.person:
        material.answers = index.answers(material.person) or material.answers
    if began and material.person:
        since = began - timedelta(days=DAYS + 1)
        material.rows += index.epochs(material.person, since, began)
    return material
