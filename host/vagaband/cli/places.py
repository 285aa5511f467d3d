"""Where two people's sessions are looked for: each may have a data folder of their own."""

from collections.abc import Sequence
from pathlib import Path

import click

from vagaband.cli.shared import DEFAULT_OUT
from vagaband.sessions import schema
from vagaband.sessions.person import CODE

data = click.option(
    "--data",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="A data folder that a session is named of; may be repeated.  [default: "
    f"{DEFAULT_OUT}-CODE, {DEFAULT_OUT}]",
)


def places_of(own: Path, data: Sequence[Path], *names: object) -> list[Path]:
    """The folders, the likelier ones first; `protocol run` names one by each one's code."""
    return list(dict.fromkeys((*data, own, *map(_of_code, names))))


def home_of(folder: Path, name: str) -> Path:
    """The data folder that is meant; where none is named, the person's own where they have one."""
    own = _of_code(name)
    return own if folder == DEFAULT_OUT and (own / schema.NAME).exists() else folder


def _of_code(name: object) -> Path:
    """As `protocol run` names it; the default where the name begins with no code."""
    code = str(name).partition("/")[0].lower()
    return Path(f"{DEFAULT_OUT}-{code}") if CODE.fullmatch(code) else DEFAULT_OUT
