"""The command board."""

from pathlib import Path
from typing import Any

import click

from vagaband.board import BoardOptions, run_board
from vagaband.board.heart import help_text as heart_help
from vagaband.board.line_faults import help_text as line_help
from vagaband.board.script import help_text as script_help
from vagaband.cli.shared import rate
from vagaband.errors import InputError

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
@click.option(
    "--crystal", "crystal_ppm", type=int, default=0, metavar="PPM", help="The ESP32's is so fast."
)
@click.option(
    "--later",
    "later_s",
    type=float,
    default=0.0,
    metavar="SECONDS",
    help="Its power comes so much later than that of other boards on the same virtual clock.",
)
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
