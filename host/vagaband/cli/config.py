"""The command config: what a board is set to, and setting it."""

import sys
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table

from vagaband.cli.shared import as_json, port, print_json, say, stdout
from vagaband.config import get, key, keys, read_pairs, set_keys, table
from vagaband.plain import plain
from vagaband.ports import the_port
from vagaband.strap import WARNING


@click.group("config")
def config() -> None:
    """What a board is set to: its light, vibration, night, pace, sensor, battery, strap.

    \b
    vagaband config keys                          what may be set
    vagaband config get                           what holds on the board
    vagaband config set light 10 buzz off         one or more at once
    vagaband config set rate_hz 50 --now          in a session of its own, from now on
    """


@config.command("keys")
@click.option("--markdown", is_flag=True, help="As a table for a document.")
@as_json
def keys_(markdown: bool, to_json: bool) -> None:
    """List what may be set; no board is needed."""
    if to_json:
        print_json({name: row.__dict__ for name, row in keys().items()})
    elif markdown:
        click.echo(table())
    else:
        shown = _table("key", "default", "what it sets", "may be")
        for row in keys().values():
            shown.add_row(row.name, str(row.default), row.meaning, row.range())
        stdout.print(shown)
        at_once = ", ".join(row.name for row in keys().values() if row.at_once)
        stdout.print(f"At once hold {at_once}; the others from the next session on.")


def _table(*headings: str) -> Table:
    shown = Table(box=SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    for heading in headings:
        shown.add_column(heading, no_wrap=heading in ("key", "value"))
    return shown


@config.command("get")
@click.argument("name", required=False)
@port
@as_json
def get_(name: str | None, port: str | None, to_json: bool) -> None:
    """Show what is set on a board, one key or all; * is another value than the default."""
    if name:
        key(name)
    told = get(the_port(port), name)
    if to_json:
        print_json(told)
    else:
        _show(told)
    if told.get("config") != "ok":
        say(f"The board's file is bad: {told.get('config')}. Setting a key mends it.")
        sys.exit(1)


def _show(told: dict[str, Any]) -> None:
    values = told.get("values")
    values = values if isinstance(values, dict) else {}
    shown = _table("key", "value", "what it sets", "may be")
    for row in keys().values():
        if row.name in values:
            star = "" if values[row.name] == row.default else " *"
            value = plain(values[row.name], 20) + star
            shown.add_row(row.name, value, row.meaning, row.range())
    stdout.print(shown)
    if told.get("holds") != "now":
        stdout.print("Some of it holds from the next session on.", soft_wrap=True)


@config.command("set", context_settings={"ignore_unknown_options": True})  # -60 is a value
@click.argument("words", nargs=-1, metavar="NAME VALUE [NAME VALUE ...]")
@click.option("--now", is_flag=True, help="End the session and begin another that has it.")
@port
@as_json
def set_(words: tuple[str, ...], now: bool, port: str | None, to_json: bool) -> None:
    """Set keys on a board, all or none; it keeps them without power.

    What no number depends on holds at once; the rest from the next session on, or with --now.

    \b
    vagaband config set light 10
    vagaband config set pace_in_ms 4500 pace_out_ms 6500
    vagaband config set utc_min -180
    """
    pairs = read_pairs(words)
    if pairs.get("strap"):
        say(WARNING)
    told = set_keys(the_port(port), pairs, now)
    if to_json:
        print_json(told)
        return
    for name, value in pairs.items():
        stdout.print(f"{name}: {value} {keys()[name].unit}".rstrip())
    if told.get("holds") != "now":
        stdout.print("Holds from the next session on; --now begins one.", soft_wrap=True)
