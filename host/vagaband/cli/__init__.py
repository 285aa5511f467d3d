"""The command `vagaband`: verbs, options, what is printed, and exit codes.

0 when all is well, 1 when a verdict is bad or a device fails, 2 for a wrong call or wrong input,
130 for Ctrl-C. With --json one JSON object goes to stdout; all else goes to stderr.
"""

import sys
from importlib import import_module

import click

from vagaband import __version__
from vagaband.errors import VagabandError
from vagaband.plain import plain

INTERRUPTED = 130
LONGEST_ERROR = 2000
COMMANDS = {
    "bench": "bench:bench",
    "board": "board:board_",
    "breathe": "breathing:breathe_",
    "config": "config:config",
    "demo": "demo:demo_",
    "deploy": "flashing:deploy_",
    "doctor": "doctor:doctor",
    "export": "files:export",
    "flash": "flashing:flash_",
    "live": "live:live",
    "mark": "mark:mark_",
    "pair": "pair:pair",
    "ports": "flashing:ports",
    "power": "power:power",
    "profile": "profile:profile_",
    "protocol": "protocol:protocol",
    "pull": "pull:pull_",
    "replay": "files:replay",
    "report": "report:report",
    "rescue": "flashing:rescue",
    "resonance": "breathing:resonance_",
    "sessions": "sessions:sessions",
    "strap": "strap:strap_",
    "synchrony": "synchrony:synchrony",
    "validate": "files:validate",
}  # and in which module of this package each is


class Commands(click.Group):
    """Loads a command when it is called: most need little of what the others need."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, command = COMMANDS[cmd_name].partition(":")
        return getattr(import_module(f"vagaband.cli.{module}"), command)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """An open, wearable vagal-tone monitor: run it, flash it, read it, prove it.

    \b
    vagaband demo                          the whole device, without hardware
    vagaband board --heart "hp=850,rsa=6"  a virtual board behind a serial URL
    vagaband pull --port URL               its sessions
    vagaband report FILE                   what it says, as a page
    vagaband profile PERSON                what weeks of a person say
    vagaband validate FILE                 device, twin and reference side by side

    For personal insight and research; not a medical device, not for treatment decisions.
    """


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
