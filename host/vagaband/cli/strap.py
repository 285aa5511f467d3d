"""The command strap."""

import click

from vagaband.cli.shared import as_json, port, print_json, say, stdout
from vagaband.ports import the_port
from vagaband.strap import WARNING, in_words, strap


@click.command("strap")
@click.argument("what", type=click.Choice(["on", "off", "status", "forget"]))
@port
@click.option("--yes", is_flag=True, help="Do not ask before on.")
@as_json
def strap_(what: str, port: str | None, yes: bool, to_json: bool) -> None:
    """Be a heart-rate strap over Bluetooth for any app: heart rate, RR intervals, battery.

    Off until it is switched on here; it stays as it is set. `forget` lets another phone pair.

    \b
    vagaband strap on --port /dev/ttyUSB0
    vagaband strap status --json
    """
    url = the_port(port)
    if what == "on":
        say(WARNING)
        if not yes:
            click.confirm("Switch it on?", abort=True, err=True)
    answer = strap(url, what)
    if to_json:
        print_json(answer)
    else:
        stdout.print(in_words(answer), soft_wrap=True)
