"""The command demo."""

import json
from pathlib import Path

import click

from vagaband.analysis.day import read_day
from vagaband.board.heart import Heart
from vagaband.cli.shared import Range, as_json, beats, limits_of, rate, say, unusable
from vagaband.cli.verdict import show_verdict
from vagaband.demo import Demo, wear
from vagaband.errors import InputError
from vagaband.files import check_folder, write_private
from vagaband.image_file import read_image
from vagaband.judge import judge
from vagaband.report import preferred_language
from vagaband.sessions.pieces import material_of


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
    help="Folder for the session, the picture, the summary and the page.",
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
    """The whole device without hardware: flash, wear, pull, validate, report.

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
    _write_page(session, out / "report.html")
    made = ("validate.png", "summary.json", "report.html")
    say(f"wrote {session}, {', '.join(str(out / name) for name in made)}")
    show_verdict(verdict, to_json)


def _write_page(session: Path, path: Path) -> None:
    """What `report` makes of the session."""
    from vagaband.report.page import page  # what draws is loaded where something is drawn

    reading = read_day(material_of([session]).pieces)
    write_private(path, page(reading, preferred_language()).encode())
