"""The command `vagaband`: verbs, options, what is printed, and exit codes.

0 when all is well, 1 when a verdict is bad or a device fails, 2 for a wrong call or wrong input,
130 for Ctrl-C. With --json one JSON object goes to stdout; all else goes to stderr.
"""

import sys

import click

from vagaband import __version__
from vagaband.cli import bench, boards, breathing, files, flashing
from vagaband.cli.config import config
from vagaband.cli.doctor import doctor
from vagaband.cli.live import live
from vagaband.cli.mark import mark_
from vagaband.cli.power import power
from vagaband.cli.report import report
from vagaband.cli.sessions import sessions
from vagaband.cli.strap import strap_
from vagaband.errors import VagabandError
from vagaband.plain import plain

INTERRUPTED = 130
LONGEST_ERROR = 2000
COMMANDS = (
    boards.demo_,
    boards.board_,
    flashing.ports,
    flashing.flash_,
    flashing.deploy_,
    flashing.rescue,
    doctor,
    boards.pull_,
    sessions,
    live,
    mark_,
    config,
    strap_,
    files.replay,
    files.validate,
    files.export,
    report,
    breathing.breathe_,
    breathing.resonance_,
    bench.bench,
    power,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """An open, wearable vagal-tone monitor: run it, flash it, read it, prove it.

    \b
    vagaband demo                          the whole device, without hardware
    vagaband board --heart "hp=850,rsa=6"  a virtual board behind a serial URL
    vagaband pull --port URL               its sessions
    vagaband validate FILE                 device, twin and reference side by side

    For personal insight and research; not a medical device, not for treatment decisions.
    """


for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Run the command line; every failure ends in one sentence and its exit code."""
    try:
        cli.main(standalone_mode=False)
    except VagabandError as error:
        _fail(str(error), error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        _fail("Stopped. Nothing half-written was left; run the command again.", INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        _fail(f"{error.strerror or error}{where}. Free the place or choose another.", 1)


def _fail(text: str, code: int) -> None:
    click.echo(f"vagaband: {plain(text, LONGEST_ERROR)}", err=True)
    sys.exit(code)
