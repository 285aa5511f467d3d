"""Where two people's sessions are looked for: each may have a data folder of their own."""

from collections.abc import Sequence
from pathlib import Path

import click

from vagaband.cli.shared import DEFAULT_OUT

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
    codes = [str(name).partition("/")[0].lower() for name in names]
    own_of = [Path(f"{DEFAULT_OUT}-{code}") for code in codes if code.replace("-", "").isalnum()]
    return list(dict.fromkeys((*data, own, *own_of)))
