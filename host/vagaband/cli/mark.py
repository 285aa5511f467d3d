"""The command mark."""

import click

from vagaband.cli.shared import as_json, port, print_json, stdout
from vagaband.mark import mark
from vagaband.ports import the_port


@click.command("mark")
@click.argument("kind")
@click.argument("text", default="")
@port
@as_json
def mark_(kind: str, text: str, port: str | None, to_json: bool) -> None:
    """Mark this moment in the running session: a kind of one word and a text in any language.

    A sentence alone marks an event.

    It is of the moment that you called, also where a board has to be woken first.
    The button marks `event` with a short press and `glimmer` with two.

    \b
    vagaband mark "a friend called"                 an event
    vagaband mark glimmer "sun on the water" --port /dev/ttyUSB0
    vagaband mark event "电话" --json
    """
    marked = mark(the_port(port), kind, text)
    if to_json:
        print_json(marked)
    else:
        stdout.print(f"marked {marked['marked']}", soft_wrap=True)
