"""The command live: what a board sees, as it sees it."""

from pathlib import Path

import click

from vagaband.cli.shared import Range, as_json, say, stdout
from vagaband.errors import InputError
from vagaband.live.run import show, tell
from vagaband.ports import the_port


@click.command("live")
@click.option("--port", "ports", multiple=True, help="Port or URL of a board; twice for two.")
@click.option("--for", "for_s", type=Range(1), help="End after so many seconds.")
@click.option(
    "--snapshot",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the last screen there as SVG.",
)
@as_json
def live(
    ports: tuple[str, ...], for_s: float | None, snapshot: Path | None, to_json: bool
) -> None:
    """The pulse as it moves, beats, heart period, RSA per epoch, signal, contact, battery.

    Keys mark a moment: m or space an event, g a glimmer, t a text. q or Ctrl-C leaves; the board
    goes on measuring. With --json, or where stdout is no terminal, it prints an object a second.

    \b
    vagaband live
    vagaband live --port /dev/ttyUSB0 --port /dev/ttyUSB1    two people side by side
    vagaband live --json --for 60 | tee minute.jsonl
    """
    urls = list(ports) or [the_port(None)]
    if len(set(urls)) < len(urls):
        raise InputError("A port was named twice.", "Name each board's own port.")
    if to_json or not stdout.is_terminal:
        if snapshot:
            raise InputError("A snapshot is of a screen.", "Run it in a terminal, without --json.")
        tell(urls, for_s)
        return
    show(urls, stdout, for_s, snapshot)
    say(
        "Left; the board goes on measuring."
        + (f" The screen is in {snapshot}." if snapshot else "")
    )
