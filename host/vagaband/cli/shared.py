"""What the commands share: options, and how results are printed."""

import json
import math
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from vagaband.errors import InputError
from vagaband.plain import plain
from vagaband.report import LANGUAGES, preferred_language

# What is printed may hold a device's words: no markup is read from it.
stdout = Console(highlight=False, markup=False)
LONGEST_NOTE = 2000
DEFAULT_OUT = Path("vagaband-sessions")
stderr = Console(stderr=True, highlight=False, markup=False)


class Range(click.FloatRange):
    """A number within bounds; click's own lets NaN pass, which is within none."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read it."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value} is no number.", param, ctx)
        return number


as_json = click.option("--json", "to_json", is_flag=True, help="One JSON object on stdout.")
language = click.option(
    "--lang",
    "language",
    type=click.Choice(list(LANGUAGES)),
    default=preferred_language,
    help="Language [Dutch where this computer's is, else English].",
)
rate = click.option("--rate", "rate_hz", type=float, help="Samples a second of a CSV of light.")
salvage = click.option("--salvage", is_flag=True, help="Use what is left of a damaged journal.")
port = click.option("--port", help="Serial port or URL of the board; else the only one there.")
file = click.argument("file", type=click.Path(path_type=Path))
beats = click.option(
    "--beats",
    "beats_file",
    type=click.Path(path_type=Path),
    help="Beats of an ECG: CSV with t_s; or RR intervals of a strap.",
)


def _stretches(
    _context: click.Context, _option: click.Parameter, pairs: tuple[tuple[float, float], ...]
) -> tuple[tuple[float, float], ...]:
    for begin, end in pairs:
        if not begin < end:
            raise InputError(f"--unusable {begin:g} {end:g} is no stretch.", "Give A before B.")
    return pairs


unusable = click.option(
    "--unusable",
    type=(float, float),
    multiple=True,
    metavar="A B",
    callback=_stretches,
    help="Leave seconds A to B of the reference beats out; may be repeated.",
)


def say(text: str) -> None:
    """Tell the user something that is no result."""
    stderr.print(plain(text, LONGEST_NOTE), soft_wrap=True)


def print_json(value: Any) -> None:
    """Print a result for a program."""
    click.echo(json.dumps(value, allow_nan=False))


def limits_of(text: str | None) -> dict[str, float] | None:
    """Read --limits, as in f1=99,rsa=0.13."""
    if text is None:
        return None
    try:
        pairs = [part.split("=") for part in text.split(",")]
        return {name.strip(): float(value) for name, value in pairs}
    except ValueError:
        raise InputError(
            f"--limits {text!r} can't be read.", "Write it as f1=99,rsa=0.13"
        ) from None
