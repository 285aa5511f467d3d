"""The data folder as commands name and open it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from vagaband.cli.shared import DEFAULT_OUT, stderr
from vagaband.errors import InputError
from vagaband.sessions.index import Index
from vagaband.sessions.scan import Progress, refresh


def _folder(context: click.Context, _option: click.Parameter, given: Path | None) -> Path:
    """The folder of the verb, else that of `sessions` itself."""
    if given is None and context.parent is not None:
        given = context.parent.params.get("folder")
    return given or DEFAULT_OUT


folder = click.option(
    "--folder",
    type=click.Path(path_type=Path),
    callback=_folder,
    help=f"The data folder.  [default: {DEFAULT_OUT}]",
)


def with_progress(run: Callable[[Progress], Any]) -> Any:
    """Run what reads the folder, and show what it is at."""
    with stderr.status("reading the folder") as status:
        return run(lambda what: status.update(what))


def opened(folder: Path) -> Index:
    """The index of a folder that is there, brought up to its files."""
    if not folder.is_dir():
        raise InputError(
            f"There is no folder {folder}.",
            "`vagaband pull` and `vagaband sessions add` make it; --folder names another.",
        )
    index = Index(folder)
    try:
        with_progress(lambda progress: refresh(index, progress))
    except BaseException:
        index.close()
        raise
    return index
