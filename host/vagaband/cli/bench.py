"""The command bench: the firmware beside public detectors, and what it costs on the board."""

import json
import sys
from pathlib import Path

import click

from vagaband.bench import compare, device, folder, table
from vagaband.cli.shared import as_json, print_json, rate, say, stderr, stdout
from vagaband.errors import InputError
from vagaband.files import check_folder, private_folder, write_private


@click.command()
@click.argument("recordings", metavar="[FOLDER]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--rate-hz",
    "at_hz",
    type=click.Choice(["100", "50", "25"]),
    default="100",
    show_default=True,
    help="Samples a second at which all are compared.",
)
@rate
@click.option(
    "--device", "of_device", is_flag=True, help="What each stage costs on the board, instead."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("vagaband-bench"),
    show_default=True,
    help="Folder for bench.json and bench.png.",
)
@as_json
def bench(
    recordings: Path | None,
    at_hz: str,
    rate_hz: float | None,
    of_device: bool,
    out: Path,
    to_json: bool,
) -> None:
    """Hold the firmware's detector against NeuroKit2, HeartPy and SciPy on the same samples.

    FOLDER holds NAME.csv (as for replay) with NAME.beats.csv (column t_s), and may hold a
    recordings.json with rate_hz, set and unusable_s per NAME. Needs: pip install 'vagaband[bench]'

    Exit 0 when on every set F1 falls below the best of them by no more than one beat or the
    bootstrap 95 % interval, interval error is not worse beyond that interval, and no beat is
    found without a finger; else 1, and what falls short is named.

    \b
    vagaband bench recordings/             figures and a picture
    vagaband bench --device                cost of each stage, share of an ESP32
    """
    if of_device == bool(recordings):
        raise InputError("bench takes a FOLDER or --device.", "Give one of the two.")
    if of_device:
        _show_cost(to_json)
    elif recordings:
        _compare(recordings, int(at_hz), rate_hz, out, to_json)


def _compare(
    recordings: Path, at_hz: int, rate_hz: float | None, out: Path, to_json: bool
) -> None:
    check_folder(out)
    items = folder.load(recordings, rate_hz)
    with stderr.status("starting") as status:
        found = compare.compare(items, at_hz, status.update)
    result = compare.as_json(found)
    private_folder(out)
    write_private(out / "bench.json", json.dumps(result, allow_nan=False, indent=1).encode())
    from vagaband.bench import picture  # its library takes 0.6 s that no other command has to wait

    picture.draw(found, out / "bench.png")
    say(f"wrote {out / 'bench.json'}, {out / 'bench.png'}; {found.seconds:.0f} s")
    if to_json:
        print_json(result)
    else:
        table.show(found, stdout)
    if not found.passed:
        sys.exit(1)


def _show_cost(to_json: bool) -> None:
    with stderr.status("counting instructions"):
        cost = device.measure()
    if to_json:
        print_json(cost.as_json())
    else:
        table.show_cost(cost, stdout)
    if not cost.passed:
        sys.exit(1)
