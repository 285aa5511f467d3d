"""The command sessions: what is in the data folder, whose it is, and what was noted on it."""

import sys
from datetime import datetime, timedelta
from pathlib import Path

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table

from vagaband.cli.asking import ask_once
from vagaband.cli.consent import consent_, withdraw_
from vagaband.cli.data_folder import folder, opened, with_progress
from vagaband.cli.person import person_
from vagaband.cli.shared import (
    as_json,
    print_json,
    rate,
    say,
    stdout,
)
from vagaband.cli.whose import as_code, began
from vagaband.errors import InputError
from vagaband.report import preferred_language
from vagaband.sessions.add import add
from vagaband.sessions.annotate import LONGEST_TEXT, annotate, remove, words
from vagaband.sessions.days import Day, days, minutes, the_day
from vagaband.sessions.forget import Traces, forget, traces_of
from vagaband.sessions.index import Index, Recording, StoredNote
from vagaband.sessions.rebuild import rebuild

MOST_FILES = 20  # listed before they are removed
person = click.option("--person", metavar="CODE", callback=as_code, help="A person, by a code.")


@click.group("sessions", invoke_without_command=True)
@folder
@person
@as_json
@click.pass_context
def sessions(context: click.Context, folder: Path, person: str | None, to_json: bool) -> None:
    """List the sessions of the data folder; add to it, annotate, forget.

    A session is what one person recorded on one day. People have a code, never a name; a board's
    sessions are of the person it was given to, else of its own number.

    \b
    vagaband sessions                                             all of them
    vagaband sessions add polar.txt --person P07 --began "2026-11-20 14:00"
    vagaband sessions show P07/2026-11-20                         its marks and notes
    vagaband sessions annotate P07/2026-11-20 --at 14:05 "phone call" --tag work --label tense
    vagaband sessions person P07 --pacemaker no                   what changes the meaning
    vagaband sessions withdraw P07                                no longer joined with another
    vagaband sessions forget P07                                  every trace of a person
    """
    if context.invoked_subcommand is None:
        _list(folder, person, to_json)


for command in (person_, consent_, withdraw_):
    sessions.add_command(command)


def _list(folder: Path, person: str | None, to_json: bool) -> None:
    with opened(folder) as index:
        found = days(index, person)
        told = [day.as_json(index) for day in found]
        people = index.people()
    if to_json:
        print_json({"folder": str(folder), "people": people, "sessions": told})
        return
    if not found:
        stdout.print(f"{folder} holds no session" + (f" of {person}" if person else ""))
        return
    table = Table(box=SIMPLE_HEAD, padding=(0, 0), pad_edge=False)
    for name in ("session", "began", "length", "pieces", "marks", "notes", ""):
        table.add_column(name, no_wrap=name == "session")
    for day, row in zip(found, told, strict=True):
        counts = [sum(len(piece[what]) for piece in row["pieces"]) for what in ("marks", "notes")]
        began = f"{day.began:%H:%M}" if day.began else "undated"
        length = f"{timedelta(seconds=round(day.seconds))}"
        pieces = str(len(day.pieces))
        table.add_row(day.name, began, length, pieces, *map(str, counts), _remarks(day))
    stdout.print(table)


def _remarks(day: Day) -> str:
    """What one should know of a session before it is read."""
    found = []
    if any(piece.damage for piece in day.pieces):
        found.append("damaged")
    if not day.pieces[-1].ended:
        found.append("no end")
    if day.overlaps:
        found.append("pieces overlap")
    if all(piece.source == "intervals" for piece in day.pieces):
        found.append("intervals only")
    return ", ".join(found)


@sessions.command("show")
@click.argument("session")
@folder
@as_json
def show_(session: str, folder: Path, to_json: bool) -> None:
    """Show one session: its pieces, the device's marks, and the notes with their numbers.

    \b
    vagaband sessions show P07/2026-11-20
    vagaband sessions show 2026-11-20 --json
    """
    with opened(folder) as index:
        day = the_day(index, session)
        if to_json:
            print_json(day.as_json(index))
            return
        for piece in day.pieces:
            _show_piece(index, piece)
    for overlap in day.overlaps:
        stdout.print(
            f"{overlap.first} and {overlap.second} overlap by {minutes(overlap.seconds)} min"
        )


def _show_piece(index: Index, piece: Recording) -> None:
    state = "" if piece.ended else ", no end"
    damage = f", damaged: {piece.damage}" if piece.damage else ""
    stdout.print(
        f"{piece.name}: {_at(piece, 0)} to {_at(piece, piece.seconds)}{state}{damage}",
        soft_wrap=True,
    )
    notes = index.notes(piece.recording)
    noted = {note.mark: note for note in notes if note.mark is not None}
    for mark in index.marks(piece.recording):
        stdout.print(f"  {_at(piece, mark.t_s)} {mark.kind} {mark.text}", soft_wrap=True)
        if mark.number in noted:
            stdout.print(f"    {_note(noted[mark.number])}", soft_wrap=True)
    for note in notes:
        if note.mark is None:
            until = "" if note.until_s is None else f" to {_at(piece, note.until_s)}"
            stdout.print(f"  {_at(piece, note.t_s)}{until} {_note(note)}", soft_wrap=True)


def _note(note: StoredNote) -> str:
    tags = "".join(f" #{tag}" for tag in note.tags)
    label = f' felt as "{note.label}"' if note.label else ""
    return f"note {note.id}: {note.kind} {note.text}{tags}{label}"


def _at(piece: Recording, t_s: float) -> str:
    moment = piece.at(t_s)
    return f"{moment:%H:%M:%S}" if moment else f"+{minutes(t_s)}"


@sessions.command("add")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--person", metavar="CODE", required=True, callback=as_code, help="Whose it is.")
@began
@rate
@folder
@as_json
def add_(
    files: tuple[Path, ...],
    person: str,
    began: datetime | None,
    rate_hz: float | None,
    folder: Path,
    to_json: bool,
) -> None:
    """Copy recordings into the data folder as a person's, privately and without their names.

    FILES are journals, RR intervals (Polar, Kubios, Elite HRV, plain text) or a CSV of light. A
    file that lies in the folder already is given to the person. Intervals are dated by --began,
    else by the file's own clock; without either they are undated and stand alone.

    \b
    vagaband sessions add export.txt --person P07 --began "2026-11-20 14:00"
    vagaband sessions add vagaband-sessions/c0ffee-00003.vbj --person P07
    """
    with Index(folder) as index:
        added = with_progress(lambda progress: add(index, files, person, began, rate_hz, progress))
        keys = {one.recording for one in added}
        every = days(index, person)
    held = [(day, piece) for day in every for piece in day.pieces if piece.recording in keys]
    if to_json:
        rows = [
            {"name": piece.name, "session": day.name, "seconds": round(piece.seconds, 3)}
            for day, piece in held
        ]
        print_json({"person": person, "added": rows})
        return
    for one in added:
        for day, piece in held:
            if piece.recording == one.recording:
                how = "is" if one.is_new else "was there, and is"
                when_ = "" if piece.began else ", undated: --began dates it"
                stdout.print(f"{one.file} {how} {piece.name} in {day.name}{when_}", soft_wrap=True)
    ask_once(folder, person, preferred_language())


@sessions.command("annotate")
@click.argument("session")
@click.argument("text", default="")
@click.option(
    "--at", metavar="TIME", help="14:05 or 14:05:30 by the clock, +12:30 from its begin."
)
@click.option("--until", metavar="TIME", help="The end of a stretch that began --at.")
@click.option("--tag", "tags", multiple=True, help="A word to compare by; may be repeated.")
@click.option("--label", default="", help="The wearer's own word for how it felt.")
@click.option("--kind", default="", help="event, glimmer, trigger, ...")
@click.option("--remove", "number", type=int, metavar="N", help="Take note N away instead.")
@folder
@as_json
def annotate_(
    session: str,
    text: str,
    at: str | None,
    until: str | None,
    tags: tuple[str, ...],
    label: str,
    kind: str,
    number: int | None,
    folder: Path,
    to_json: bool,
) -> None:
    """Put words and tags on a mark, a moment or a stretch of a session.

    A time that is a mark's, or of the only mark in that minute, is of that mark: the words go
    beside what the device has. The session is named as `sessions` lists it.

    \b
    vagaband sessions annotate P07/2026-11-20 --at 14:05 "phone call" --tag work --label tense
    vagaband sessions annotate P07/2026-11-20 --at 14:10 --until 14:25 "bodyscan" --tag practice
    vagaband sessions annotate c0ffee-00003 --at +12:30 --kind glimmer
    vagaband sessions annotate P07/2026-11-20 --remove 3
    """
    if (at is None) == (number is None):
        raise InputError("Name a moment or a note.", "Give --at TIME, or --remove N.")
    with opened(folder) as index:
        day = the_day(index, session)
        if number is not None:
            remove(index, day, number)
            placed = None
        else:
            said = words(text, tags, label, kind)
            placed, number = annotate(index, day, at or "", said, until)
            if len(text) > LONGEST_TEXT:
                say(f"The text is cut off: a note holds {LONGEST_TEXT} letters.")
    if to_json:
        done = {"removed": number} if placed is None else {"note": number, "session": day.name}
        print_json(done)
    elif placed is None:
        stdout.print(f"note {number} of {day.name} is removed")
    else:
        where = _at(placed.piece, placed.t_s)
        on = f", on the mark {placed.mark.kind}" if placed.mark and until is None else ""
        stdout.print(f"note {number} of {day.name} at {where}{on}", soft_wrap=True)


@sessions.command("forget")
@click.argument("person", callback=as_code)
@click.option("--yes", is_flag=True, help="Do not ask.")
@folder
@as_json
def forget_(person: str, yes: bool, folder: Path, to_json: bool) -> None:
    """Erase every trace of a person, after a list of it and a question.

    Recordings and their copies, notes, answers, what was computed, and the pages, pictures and
    tables that vagaband wrote of them; a page of them with another person is replaced by one
    that says that it was taken back. What is still on a board stays there.

    \b
    vagaband sessions forget P07
    vagaband sessions forget P07 --yes --json
    """
    with opened(folder) as index:
        traces = traces_of(index, person)
        _tell(traces)
        if not yes:
            click.confirm(f"Erase all of {person}? It can't be taken back", abort=True, err=True)
        traces = forget(index, person)
    if to_json:
        print_json(traces.as_json())
    else:
        stdout.print(f"{person} is forgotten: {len(traces.removed)} files and all rows are gone")
    if traces.devices:
        boards = ", ".join(traces.devices)
        say(f"What is still on the board {boards} stays: `vagaband flash --erase` erases it.")
    for path in traces.joint:
        say(f"{path}, a page with another person, says now that it was taken back.")
    for path in traces.away:
        say(f"{path}, another's folder, is not there now: that they agreed to be joined stays.")
    for path in traces.changed:
        say(f"{path} was changed since vagaband wrote it, and is still there.")
    if traces.changed:
        sys.exit(1)


def _tell(traces: Traces) -> None:
    files = traces.removed
    answers = "three answers, " if traces.answered else ""
    say(
        f"Of {traces.person}: {len(traces.recordings)} recordings, {traces.notes} notes, {answers}"
        f"{traces.epochs} epochs in the index, and {len(files)} files:"
    )
    for path in files[:MOST_FILES]:
        say(f"  {path}")
    if len(files) > MOST_FILES:
        say(f"  and {len(files) - MOST_FILES} more")
    for path in traces.joint:
        say(f"  {path}, with another person: it will say that it was taken back")
    if traces.whole:
        say("A copy of a board's whole flash also holds what others wore it for.")


@sessions.command("rebuild")
@folder
@as_json
def rebuild_(folder: Path, to_json: bool) -> None:
    """Make the index again from the recordings; people and notes stay.

    A damaged index is kept under another name, and what can be read of it is taken over.
    """
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder}.", "Name it with --folder.")
    done = with_progress(lambda progress: rebuild(folder, progress))
    if to_json:
        kept = str(done.kept) if done.kept else None
        print_json({"recordings": done.recordings, "notes": done.notes, "kept": kept})
        return
    stdout.print(f"{done.recordings} recordings and {done.notes} notes are in the index")
    if done.kept:
        say(f"The damaged index is kept as {done.kept}; `forget` removes it too.")
