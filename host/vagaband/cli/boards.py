"""Commands on boards, real and virtual: pull, deploy, demo, board."""

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from vagaband.board import BoardOptions, run_board
from vagaband.board.heart import Heart
from vagaband.board.heart import help_text as heart_help
from vagaband.board.line_faults import help_text as line_help
from vagaband.board.script import help_text as script_help
from vagaband.cli.shared import (
    Range,
    as_json,
    beats,
    limits_of,
    port,
    print_json,
    rate,
    say,
    show_verdict,
    stderr,
    stdout,
    unusable,
)
from vagaband.dating import dates
from vagaband.demo import Demo, wear
from vagaband.errors import InputError
from vagaband.files import check_folder, write_private
from vagaband.free import Freed, free
from vagaband.image_file import read_image
from vagaband.journal import decode
from vagaband.judge import judge
from vagaband.ports import the_port
from vagaband.pull import Pulled, pull
from vagaband.sessions.person import check_code
from vagaband.sessions.pulled import take_pulled

DEFAULT_OUT = Path("vagaband-sessions")


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
@click.option("--person", metavar="CODE", help="Who wears the board from now on, by a code.")
@as_json
def pull_(port: str | None, out: Path, freeing: bool, person: str | None, to_json: bool) -> None:
    """Fetch a board's sessions; resumes where it stopped, verifies, leaves them on the board.

    With --free the board then compares each copy's length and CRC-32 with its own file, and
    removes it only where they are the same. An open or damaged session stays.

    What is new goes into the folder's index, which `vagaband sessions` lists; with --person it,
    what nobody had of this board, and what is yet to come are that person's.
    """
    code = check_code(person) if person else None
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
        take_pulled(out, pulled, code, status.update)
    if code and not pulled:
        say(f"The board is not {code}'s yet: pull again once it holds a session.")
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


@click.command("demo")
@click.option(
    "--recording", "recording_file", type=click.Path(path_type=Path), help="CSV of ir or ppg."
)
@rate
@click.option("--heart", help="A synthetic heart, as for board.")
@click.option("--minutes", type=Range(0.5, 1440), help="Virtual minutes worn.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@beats
@unusable
@click.option("--limits", help="As for validate.")
@click.option(
    "--image",
    "image_file",
    type=click.Path(path_type=Path),
    help="MicroPython for a blank chip, as for flash; else the cache's.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("vagaband-demo"),
    show_default=True,
    help="Folder for the session, the picture and the summary.",
)
@as_json
def demo_(
    recording_file: Path | None,
    rate_hz: float | None,
    heart: str | None,
    minutes: float | None,
    seed: int,
    beats_file: Path | None,
    unusable: tuple[tuple[float, float], ...],
    limits: str | None,
    image_file: Path | None,
    out: Path,
    to_json: bool,
) -> None:
    """The whole device without hardware: flash, wear, pull, validate.

    Wears a synthetic heart for 6 virtual minutes, or a recording for its length. Begins with a
    blank chip and esptool where there is an image (--image, or one that flash has fetched).
    """
    if recording_file and heart:
        raise InputError("A demo wears a recording or a heart, not both.", "Leave one out.")
    bounds = limits_of(limits)
    if heart:
        Heart(heart)  # a wrong one is said before a board is started
    if image_file:
        read_image(image_file)
    check_folder(out)
    session = wear(Demo(recording_file, rate_hz, heart, minutes, seed, image_file), out, say)
    verdict = judge(
        session,
        beats_file=beats_file,
        unusable=unusable,
        limits=bounds,
        picture_file=out / "validate.png",
    )
    write_private(out / "summary.json", json.dumps(verdict.as_json(), indent=1).encode())
    say(f"wrote {session}, {out / 'validate.png'}, {out / 'summary.json'}")
    show_verdict(verdict, to_json)


BOARD_HELP = f"""Run a virtual board; its serial URL is the first line on stdout.

It carries the firmware, unless --flash-file names a chip: a new one is blank and boots once it
is flashed, as an ESP32 does. Its port has the reset lines and the bootloader of a dev board.
With --speed max time jumps while no host is attached; with --for it is worn that long, however
fast, then the session is stopped and the board waits to be pulled in real time.

\b
vagaband board --speed max --for 60    an hour of wearing in seconds
vagaband pull --port URL               then its session

\b
{heart_help()}

\b
{script_help()}

\b
{line_help()}
"""


@click.command("board", help=BOARD_HELP)
@click.option("--recording", "recording_file", type=click.Path(path_type=Path))
@rate
@click.option("--heart", help="KEY=VALUE,... as listed below.")
@click.option("--speed", default="1", show_default=True, help="Virtual against real time, or max.")
@click.option(
    "--for", "for_min", type=float, metavar="MINUTES", help="Worn so long, then stopped."
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option(
    "--flash-file", type=click.Path(path_type=Path), help="Its chip; a new one is blank."
)
@click.option("--flashed", is_flag=True, help="A new chip starts with MicroPython on it.")
@click.option("--script", type=click.Path(path_type=Path), help="What happens when; see below.")
@click.option("--baud", type=int, default=115200, show_default=True)
@click.option("--line-faults", default="", metavar="KEY=RATE,...", help="As listed below.")
@click.option("--clock", type=float, help="The sensor's clock against nominal, as 0.985.")
@click.option("--wrap", "wrap_s", type=float, help="The tick counters wrap so long after boot.")
@click.option("--ble", type=click.Path(path_type=Path), help="Where goes what the radio does.")
@click.option("--truth", type=click.Path(path_type=Path), help="Where the heart's beats go.")
@click.option(
    "--pins", type=click.Path(path_type=Path), help="Where light, motor and button go, as CSV."
)
def board_(recording_file: Path | None, rate_hz: float | None, speed: str, **options: Any) -> None:
    try:
        pace = "max" if speed == "max" else float(speed)
    except ValueError:
        raise InputError(f"--speed {speed} is no number.", "Give a number, or max.") from None
    run_board(
        BoardOptions(recording=recording_file, rate_hz=rate_hz or 100.0, speed=pace, **options)
    )
