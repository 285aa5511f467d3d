"""Commands that make a board ready: flash, deploy, ports, rescue."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from vagaband import images
from vagaband.cli.shared import as_json, port, print_json, say, stderr, stdout
from vagaband.deploy import deploy
from vagaband.errors import VagabandError
from vagaband.file_system import Progress as Report
from vagaband.flash import flash, what_it_sees
from vagaband.image_file import read_image
from vagaband.ports import identify_all, the_port
from vagaband.rescue import Rescue

image = click.option(
    "--image",
    "image_file",
    type=click.Path(path_type=Path),
    help=f"MicroPython for ESP32_GENERIC; else {images.PINNED[0].name}, fetched once.",
)

out = click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("vagaband-sessions"),
    show_default=True,
    help="Folder for what is saved from a board before it is erased.",
)


class StoppedError(VagabandError):
    """Ctrl-C while a board was being written."""

    exit_code = 130


@contextlib.contextmanager
def _progress() -> Iterator[Report]:
    """A line on the terminal that says what goes on, with a bar where that is known.

    A Ctrl-C inside leaves a board half done; it says so.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=stderr, transient=True) as bars:
        task = bars.add_task("", total=None)

        def report(what: str, percent: float) -> None:
            bars.update(task, description=what, completed=percent, total=100 if percent else None)

        try:
            yield report
        except KeyboardInterrupt:
            raise StoppedError(
                "Stopped; the board may be half written.",
                "Run the same command again: it does the whole.",
            ) from None


def _image(named: Path | None, report: Report) -> Path:
    """The image's file, checked: the one named, the cache's, or the net's."""
    path = named or images.fetch(
        progress=lambda done, total: report("fetching MicroPython", 100 * done / total)
    )
    read_image(path)
    return path


@click.command("flash")
@port
@image
@click.option("--erase", is_flag=True, help="Erase the whole flash first, with its logs.")
@click.option("--yes", is_flag=True, help="Do not ask before --erase.")
@out
@as_json
def flash_(
    port: str | None, image_file: Path | None, erase: bool, yes: bool, out: Path, to_json: bool
) -> None:
    """From a bare ESP32 to the first beat: MicroPython, the firmware, the clock.

    Logs and configuration stay on the board unless --erase is given.

    \b
    vagaband flash
    vagaband flash --port /dev/ttyUSB0 --image ESP32_GENERIC-20250911-v1.26.1.bin
    """
    if image_file:
        read_image(image_file)  # before any board is touched
    url = the_port(port)
    if erase and not yes:
        click.confirm(
            f"Erase the whole flash of the board at {url}, every session on it included?",
            abort=True,
            err=True,
        )
    with _progress() as report:
        path = _image(image_file, report)
        status = flash(url, path, out, erase=erase, say=say, progress=report)
    _finish(status, url, to_json)


@click.command("rescue")
@port
@image
@out
@as_json
def rescue(port: str | None, image_file: Path | None, out: Path, to_json: bool) -> None:
    """Bring a board back from any state: its logs are saved first, where they can be read.

    MicroPython is written again only where the board has none that works, and the file system
    is made anew only where it can't be used; a copy of it is kept then.
    """
    if image_file:
        read_image(image_file)
    url = the_port(port)
    with _progress() as report:
        status = Rescue(
            url, out, image=lambda: _image(image_file, report), say=say, progress=report
        ).run()
    _finish(status, url, to_json)


def _finish(status: dict[str, Any], url: str, to_json: bool) -> None:
    if to_json:
        print_json(status)
        say(what_it_sees(status, url))
    else:
        stdout.print(what_it_sees(status, url), markup=False, soft_wrap=True)


@click.command("deploy")
@port
def deploy_(port: str | None) -> None:
    """Put the firmware on a board that runs MicroPython; logs and configuration stay.

    At every moment the board keeps a version that runs; one that does not start is taken back.
    """
    url = the_port(port)
    with stderr.status("copying the firmware"):
        firmware = deploy(url, say=say)
    stdout.print(f"firmware {firmware} is on the board and runs")


@click.command("ports")
@as_json
def ports(to_json: bool) -> None:
    """List the ports that may have a board, and what answers there."""
    with stderr.status("asking"):
        found = identify_all()
    if to_json:
        print_json({"ports": [f.as_json() for f in found]})
    else:
        for f in found:
            device = f", {f.device}" if f.device else ""
            next_step = f" Next: {f.next}" if f.next else ""
            line = f"{f.port} ({f.bridge}): {f.says.rstrip('.')}{device}.{next_step}"
            stdout.print(line, markup=False, soft_wrap=True)
    if not found:
        raise VagabandError(
            "No board is plugged in.",
            "Plug one in with a cable that carries data; vagaband board is one without hardware.",
        )
