"""The command doctor."""

import sys

import click

from vagaband.cli.shared import as_json, port, print_json, say, stdout
from vagaband.doctor import Examination, examine
from vagaband.ports import the_port


@click.command("doctor")
@port
@click.option("--no-finger", is_flag=True, help="Ask for no finger; leaves out what needs one.")
@as_json
def doctor(port: str | None, no_finger: bool, to_json: bool) -> None:
    """Check the wiring and the sensor step by step; a report that can be pasted.

    Takes about a minute. Stops the app (its session is kept) and starts it again. Exit code 0
    only if no line failed.

    \b
    vagaband doctor
    vagaband doctor --port /dev/ttyUSB0 --no-finger --json
    """
    report = examine(
        the_port(port), Examination(finger_s=0.0) if no_finger else Examination(), say
    )
    if to_json:
        print_json(report.as_json())
    else:
        stdout.print(report.text(), markup=False, soft_wrap=True)
    if not report.ok:
        sys.exit(1)
