"""What `synchrony` does with two people: both agree first; a page of both, or of one alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from vagaband.analysis.day import read_day
from vagaband.cli.agreeing import both_agree, say_unknown
from vagaband.cli.places import data, places_of
from vagaband.cli.shared import DEFAULT_OUT, stdout
from vagaband.errors import InputError, VagabandError
from vagaband.files import write_private
from vagaband.journal import refuse_recording
from vagaband.plain import plain
from vagaband.sessions.index import Index
from vagaband.sessions.pieces import Material, material_of
from vagaband.sessions.written import note_written
from vagaband.synchrony.align import Axis
from vagaband.synchrony.model import Synchrony
from vagaband.together.consent import check_known
from vagaband.together.joint import sign_of
from vagaband.together.sides import Side, sides_of


@dataclass(frozen=True)
class Wanted:
    """What is to be made: a page of both at `out`, or of `only` one; who is told to agree, and
    where sessions are looked for."""

    page: bool
    only: str | None
    out: Path | None
    hide_notes: bool
    agreed: tuple[str, ...]
    data: tuple[Path, ...]


def wanted(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of it."""
    options = (
        click.option("--page", is_flag=True, help="Write a page of both, in place of sentences."),
        click.option(
            "--only",
            metavar="CODE",
            help="A page with only what is this person's own, and nothing of the other.",
        ),
        click.option(
            "--out",
            type=click.Path(path_type=Path),
            help="The page [together-DATE.html, or the session's name with -own.html].",
        ),
        click.option(
            "--hide-notes", is_flag=True, help="Leave every text of marks and notes out of a page."
        ),
        click.option(
            "--agreed",
            multiple=True,
            metavar="CODE",
            help="This person agreed before; may be repeated. Else each is asked, once.",
        ),
        data,
    )
    for option in reversed(options):
        command = option(command)
    return command


def the_two(a: Path, b: Path, want: Wanted, to_json: bool) -> tuple[Side, Side]:
    """Whose the two are. InputError for options that don't go together."""
    if want.only and to_json:
        raise InputError("--json is of both, --only of one.", "`vagaband report --json` has one.")
    if want.out and not (want.page or want.only):
        raise InputError("--out is of a page.", "Add --page, or --only CODE.")
    if want.only and want.page:
        raise InputError("--page is of both, --only of one.", "Leave one of them out.")
    return sides_of(a, b, places_of(DEFAULT_OUT, want.data, a, b))


def may_join(a: Side, b: Side, want: Wanted, language: str) -> None:
    """Both agree. Of files of nobody that is known only numbers are told, and that is said."""
    if want.page or want.agreed or a.person or b.person:
        both_agree(a, b, [code.lower() for code in want.agreed], language)
        _refuse_paced_hearts((a, b))
    else:
        say_unknown(language)


def _refuse_paced_hearts(sides: Sequence[Side]) -> None:
    """VagabandError where one of the two told of a pacemaker, or of another's heart: their rhythm
    tells no RSA. Whose it is, is not said."""
    answers = []
    for side in sides:
        with Index(side.folder) as index:
            answers.append(index.answers(side.person))
    if any(said and said.pacemaker for said in answers):
        raise VagabandError(
            "One of the two told of a pacemaker or a transplanted heart, whose rhythm tells no "
            "RSA.",
            "Nothing can be said of the two together; `--only CODE` makes a page of one.",
        )


def write_joint(
    found: Synchrony, axis: Axis, sides: tuple[Side, Side], want: Wanted, language: str
) -> Path:
    """The page for two, noted with both so that either can take it back; where it is."""
    from vagaband.report.together.page import Person, page_for_two  # what draws: only here

    check_known(sides)
    a, b = sides
    path = want.out or _place(a)
    refuse_recording(path, [a.path, b.path])
    people = []
    for side in sides:
        own = material_of([side.path], rate_hz=side.rate_hz, salvage=True)
        people.append(Person(side.person, own.began, own.notes, own.rows, own.answers))
    sign = sign_of(a.session, b.session)
    html = page_for_two(found, axis, people, sign, language, want.hide_notes)
    write_private(path, html.encode())
    note_written([path], [a.path, b.path])
    return path


def write_own(sides: Sequence[Side], want: Wanted, language: str) -> None:
    """The page of one person's own recording: nothing of the other is read for it."""
    from vagaband.report.page import page

    (side, *_) = [s for s in sides if want.only and s.person == want.only.lower()] or [None]
    if side is None:
        codes = " or ".join(s.person for s in sides if s.person) or "nobody who is known"
        raise InputError(
            f"{plain(want.only, 40)} is none of these two: they are of {codes}.",
            "Name a code; `vagaband sessions add FILE --person CODE` says whose a file is.",
        )
    own: Material = material_of([side.path], rate_hz=side.rate_hz, salvage=True)
    path = want.out or Path(f"{side.session.replace('/', '-').split('.')[0]}-own.html")
    refuse_recording(path, own.files)
    reading = read_day(own.pieces, own.notes, own.rows, own.person, own.answers)
    write_private(path, page(reading, language, want.hide_notes).encode())
    note_written([path], own.files)
    stdout.print(f"wrote {path}", soft_wrap=True)


def _place(side: Side) -> Path:
    """By the day alone: a name outlives what is in the page, and says no code."""
    day = f"-{datetime.fromtimestamp(side.began_s):%Y-%m-%d}" if side.began_s is not None else ""
    return Path(f"together{day}.html")
