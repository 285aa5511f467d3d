"""The command pull."""

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from vagaband.cli.asking import ask_once
from vagaband.cli.shared import DEFAULT_OUT, as_json, port, print_json, say, stderr, stdout
from vagaband.cli.whose import as_code
from vagaband.dating import dates
from vagaband.free import Freed, free
from vagaband.journal import decode
from vagaband.ports import the_port
from vagaband.pull import Pulled, pull
from vagaband.report import preferred_language
from vagaband.sessions.pulled import take_pulled


@click.command("pull")
@port
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=DEFAULT_OUT,
    show_default=True,
    help="Folder.",
)
@click.option(
    "--free",
    "freeing",
    is_flag=True,
    help="Then remove from the board what is whole on this disk.",
)
@click.option(
    "--person",
    metavar="CODE",
    callback=as_code,
    help="Who wears the board from now on, by a code.",
)
@as_json
def pull_(port: str | None, out: Path, freeing: bool, person: str | None, to_json: bool) -> None:
    """Fetch a board's sessions; resumes where it stopped, verifies, leaves them on the board.

    With --free the board then compares each copy's length and CRC-32 with its own file, and
    removes it only where they are the same. An open or damaged session stays.

    What is new goes into the folder's index, which `vagaband sessions` lists; with --person it,
    what nobody had of this board, and what is yet to come are that person's.
    """
    url = the_port(port)
    with stderr.status("asking the board") as status:

        def report(what: str, done: int) -> None:
            status.update(f"{what}: {done:,} bytes")

        pulled = pull(url, out, report)
        freed = free(url, pulled, report) if freeing else []
    began = dates(decode(p.path.read_bytes()) for p in pulled)
    if to_json:
        sessions = [
            {**p.as_json(), "began": date and date.isoformat()}
            for p, date in zip(pulled, began, strict=True)
        ]
        told = {"freed": [f.as_json() for f in freed]} if freeing else {}
        print_json({"sessions": sessions, **told})
    else:
        _show_pulled(pulled, began, freed)
    with stderr.status("reading what is new") as status:
        take_pulled(out, pulled, person, status.update)
    if person and not pulled:
        say(f"The board is not {person}'s yet: pull again once it holds a session.")
    if person and pulled and not to_json:
        ask_once(out, person, preferred_language())
    if any(p.damage for p in pulled):
        sys.exit(1)


def _show_pulled(
    pulled: list[Pulled], began: Sequence[datetime | None], freed: list[Freed]
) -> None:
    for p, date in zip(pulled, began, strict=True):
        state = "" if p.ended else ", still open" if p.open else ", cut off without an end"
        when = f"{date:%Y-%m-%d %H:%M} UTC" if date else "undated"
        size = f"{p.bytes:,} bytes, {p.new_bytes:,} of them new"
        stdout.print(f"{p.path}: {when}, {size}{state}")
        if p.damage:
            stdout.print(
                f"  damaged on the board itself: {p.damage}; --salvage uses what is left",
                soft_wrap=True,
            )
    for f in freed:
        done = "removed from the board" if f.freed else f"stays on the board: {f.why_kept}"
        stdout.print(f"session {f.session}: {done}", markup=False, soft_wrap=True)
    if not pulled:
        stdout.print("the board holds no session")
