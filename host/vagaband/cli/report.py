"""The command report: a recording, or what is new on a board, as a page a person reads."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from vagaband.analysis.claims_wearer import without_answers
from vagaband.analysis.day import read_day
from vagaband.analysis.model import Reading
from vagaband.cli.asking import ask_once
from vagaband.cli.data_folder import folder as data_folder
from vagaband.cli.data_folder import with_progress
from vagaband.cli.shared import (
    as_json,
    language,
    print_json,
    rate,
    salvage,
    say,
    stderr,
    stdout,
)
from vagaband.cli.whose import as_code, began
from vagaband.errors import DeviceError, InputError
from vagaband.files import write_private
from vagaband.journal import refuse_recording
from vagaband.plain import plain
from vagaband.ports import the_port
from vagaband.pull import pull
from vagaband.report.marks_file import load_marks
from vagaband.sessions import schema
from vagaband.sessions.index import Index
from vagaband.sessions.pieces import (
    Material,
    make_theirs,
    material_named,
    material_of,
    pieces_of,
)
from vagaband.sessions.pulled import refuse_anothers, take_pulled
from vagaband.sessions.written import note_written


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--port", help="Pull what is new from this board, and make the page of that.")
@click.option("--person", metavar="CODE", callback=as_code, help="Whose it is.")
@data_folder
@language
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The page [FILE's or the session's name with .html].",
)
@click.option(
    "--hide-notes",
    is_flag=True,
    help="Leave every text of marks and notes out of it, and what was said of pacemaker, irregular"
    " rhythm and medicines: these are facts of health.",
)
@click.option(
    "--marks",
    type=click.Path(path_type=Path),
    metavar="EVENTS.csv",
    help="A table of events: t_s or timestamp, kind, text; start and end make a stretch.",
)
@began
@rate
@salvage
@as_json
def report(
    files: tuple[Path, ...],
    port: str | None,
    person: str | None,
    folder: Path,
    language: str,
    out: Path | None,
    hide_notes: bool,
    marks: Path | None,
    began: datetime | None,
    rate_hz: float | None,
    salvage: bool,
    to_json: bool,
) -> None:
    """A page a person reads, of one recording or of the pieces of one day.

    Each FILE is a journal from pull, a CSV with a column ir, ppg or ibi_ms, or the RR intervals of
    a strap; or one session as `vagaband sessions` names it. The page is one HTML file that needs
    no network; only you can read it. A person of the data folder is asked once, at a terminal,
    about pacemaker, irregular rhythm and medicines: they change what the numbers mean.

    \b
    vagaband report vagaband-sessions/DEVICE-00001.vbj
    vagaband report P07/2026-11-20
    vagaband report --port /dev/ttyUSB0 --lang nl
    vagaband report polar.txt --began "2026-11-20 14:00" --marks events.csv
    vagaband report --json FILE       what it says, as claims
    """
    if bool(files) == bool(port):
        raise InputError("A page is of files or of a board.", "Name FILE, or --port, not both.")
    if port:
        made = _pulled(the_port(port), folder, person)
    else:
        named = _named(folder, files, began)
        made = [named or material_of(files, began=began, rate_hz=rate_hz, salvage=salvage)]
    for material in made:
        if person:
            make_theirs(material, person, folder)
    if out and len(made) > 1:
        raise InputError(f"{len(made)} sessions are new, and --out names one page.", "Leave it.")
    if not to_json:
        for material in made:
            home = _home(material, folder)
            material.answers = material.answers or ask_once(home, material.person, language)
    readings = [_reading(material, marks) for material in made]
    if to_json:
        shown = map(without_answers, readings) if hide_notes else readings
        found = [_as_json(reading) for reading in shown]
        print_json({"sessions": found} if port else found[0])
        return
    from vagaband.report.page import page  # what draws is loaded where something is drawn

    for material, reading in zip(made, readings, strict=True):
        name = material.name.replace("/", "-").split(".")[0] or material.files[0].stem
        path = out or Path(f"{name}.html")
        refuse_recording(path, material.files)
        write_private(path, page(reading, language, hide_notes).encode())
        note_written([path], material.files, material.person, folder)
        stdout.print(f"wrote {path}", soft_wrap=True)


def _named(folder: Path, files: Sequence[Path], began: datetime | None) -> Material | None:
    """The session that is named in place of a file; None where files are."""
    if files[0].exists():
        return None
    name = plain(files[0], 60)
    found = with_progress(lambda progress: material_named(folder, str(files[0]), progress))
    if not found:
        raise InputError(
            f"There is no file and no session {name}.",
            "Check the name and the folder; `vagaband sessions` lists the sessions.",
        )
    if len(files) > 1:
        raise InputError(f"{name} is a session: a page is of one.", "Name them one by one.")
    if began:
        raise InputError(
            f"--began is of a file, and {name} is a session.",
            "`vagaband sessions add FILE --began WHEN` dates a recording anew.",
        )
    return found


def _pulled(url: str, folder: Path, person: str | None) -> list[Material]:
    """What is new on a board; its newest session where nothing is."""
    with stderr.status("asking the board") as status:

        def show(what: str, done: int | None = None) -> None:
            status.update(what if done is None else f"{what}: {done:,} bytes")

        pulled = pull(url, folder, show)
        if person:
            refuse_anothers(folder, pulled, person)
        days = take_pulled(folder, pulled, person, show)
    if not days:
        raise DeviceError("The board holds no session yet.", "Wear it, and run the command again.")
    for one in pulled:
        if one.damage:
            say(f"note: session {one.session} is damaged on the board itself: {one.damage}")
    with Index(folder) as index:
        return [pieces_of(index, day) for day in days]


def _home(material: Material, folder: Path) -> Path:
    """The folder whose index knows the person: the recording's own, else the data folder."""
    own = material.files[0].parent
    return own if (own / schema.NAME).exists() else folder


def _reading(material: Material, marks: Path | None) -> Reading:
    notes = [*material.notes, *(load_marks(marks, material.began) if marks else [])]
    person, answers = material.person, material.answers
    return read_day(material.pieces, notes, material.rows, person, answers)


def _as_json(reading: Reading) -> dict[str, object]:
    """What a page says, for a program."""
    return {
        "person": reading.person or None,
        "began": reading.began.isoformat() if reading.began else None,
        "seconds": round(reading.seconds, 3),
        "baseline": asdict(reading.baseline),
        "claims": [asdict(claim) for claim in reading.claims],
    }
