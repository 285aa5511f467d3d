"""Options that say whose a recording is, and when it began."""

from datetime import datetime

import click

from vagaband.sessions.person import check_code
from vagaband.sessions.when import when


def as_code(_context: click.Context, _option: click.Parameter, text: str | None) -> str | None:
    """A person's code, for a callback of --person."""
    return None if text is None else check_code(text)


def _moment(
    _context: click.Context, _option: click.Parameter, text: str | None
) -> datetime | None:
    return None if text is None else when(text)


began = click.option(
    "--began",
    metavar="WHEN",
    callback=_moment,
    help='When the one file did, as "2026-11-20 14:00".',
)
