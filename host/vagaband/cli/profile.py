"""The command profile: what a person's weeks say, as a page or as one JSON object."""

from dataclasses import fields, is_dataclass
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any

import click
import numpy as np

from vagaband.cli.asking import ask_once
from vagaband.cli.data_folder import folder, opened
from vagaband.cli.shared import as_json, language, print_json, say, stderr, stdout
from vagaband.cli.whose import as_code
from vagaband.errors import InputError
from vagaband.files import write_private
from vagaband.journal import refuse_recording
from vagaband.profile.history import history_of
from vagaband.profile.model import History
from vagaband.profile.profile import profile_of
from vagaband.sessions.index import Index
from vagaband.sessions.written import note_written


def _from(
    _context: click.Context, _option: click.Parameter, day: datetime | None
) -> datetime | None:
    """Its first moment by this computer's clock, which does not reach every date."""
    if day is None:
        return None
    try:
        return day.astimezone()
    except (ValueError, OverflowError, OSError):
        raise InputError(
            f"--since {day.date()} is out of reach of this computer's clock.",
            "Give a day of the recordings, as in --since 2026-11-01.",
        ) from None


@click.command("profile")
@click.argument("person", callback=as_code)
@folder
@language
@click.option(
    "--out", type=click.Path(path_type=Path), help="The page [PERSON-profile.html, here]."
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    callback=_from,
    help="Leave out what was recorded before that day.",
)
@click.option(
    "--hide-notes",
    is_flag=True,
    help="Leave every text, tag and label of marks and notes out of it, and what was said of "
    "pacemaker, irregular rhythm and medicines.",
)
@as_json
def profile_(
    person: str,
    folder: Path,
    language: str,
    out: Path | None,
    since: datetime | None,
    hide_notes: bool,
    to_json: bool,
) -> None:
    """What days and weeks of a person say: what goes with more or less RSA, how quickly they come
    back, glimmers, before and after a treatment, and the trend; often "not enough".

    PERSON is a code of the data folder. The page is one HTML file that needs no network; only you
    can read it. Times in the JSON are seconds since 1970, RSA is in ln ms², heart periods in ms.

    \b
    vagaband profile P07
    vagaband profile P07 --lang nl --out p07.html
    vagaband profile P07 --since 2026-11-01 --json
    """
    path = out or Path(f"{person}-profile.html")
    with opened(folder) as index:
        index.check_person(person)
        if not to_json:
            refuse_recording(path, _kept(index))
            ask_once(folder, person, language)
        with stderr.status("reading the index"):
            history = history_of(index, person, since)
            _check(index, history, since)
    with stderr.status("working it out"):
        made = profile_of(history)
    from vagaband.report.profile.hidden import without_words  # what draws: only where it does
    from vagaband.report.profile.page import profile_page
    from vagaband.report.words import Words

    if to_json:
        print_json(_plain(without_words(made, Words(language)) if hide_notes else made))
        return
    write_private(path, profile_page(made, language, hide_notes).encode())
    note_written([path], (), person, folder)
    stdout.print(f"wrote {path}", soft_wrap=True)


def _kept(index: Index) -> list[Path]:
    """The files of all recordings of a folder."""
    every = (index.folder / one.name for one in index.recordings())
    return [path for path in every if path.exists()]


def _check(index: Index, history: History, since: datetime | None) -> None:
    """InputError where there is nothing to make a profile of; undated recordings are named."""
    every = index.recordings(history.person)
    undated = [one for one in every if one.began_s is None]
    ends = [at for one in every if (at := one.at(one.seconds))]
    dating = "`vagaband sessions add FILE --person CODE --began WHEN` dates one."
    if not every:
        raise InputError(
            f"{index.folder} holds no recording of {history.person}.",
            "`vagaband pull` and `vagaband sessions add` bring them in.",
        )
    if not ends:
        raise InputError(
            f"Nothing dates the recordings of {history.person}, of which there are {len(every)}.",
            dating,
        )
    if since and not history.spans:
        raise InputError(
            f"Nothing was recorded of {history.person} since {since:%Y-%m-%d}.",
            f"The newest recording ended on {max(ends):%Y-%m-%d}.",
        )
    if undated:
        say(f"note: {len(undated)} recordings have no date and are left out. {dating}")


def _plain(value: Any) -> Any:
    """For JSON: what is no number is null."""
    if is_dataclass(value):
        found = {field.name: getattr(value, field.name) for field in fields(value)}
        return {name: _plain(one) for name, one in found.items() if not isinstance(one, tzinfo)}
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return value.isoformat() if isinstance(value, date) else value
