"""The command protocol: list, show and check what leads people through blocks."""

import sys
from typing import Any

import click
from rich.table import Table

from vagaband.cli.protocol_run import language, run_
from vagaband.cli.shared import as_json, print_json, say, stdout
from vagaband.plain import plain
from vagaband.protocol.fields import ProtocolError
from vagaband.protocol.model import Block, Pace, Protocol
from vagaband.protocol.plan import plan
from vagaband.protocol.read import read
from vagaband.protocol.screen import clock_time
from vagaband.protocol.shipped import file_of, protocol_of, shipped
from vagaband.protocol.words import WORDS

named = click.argument("file")


@click.group("protocol")
def protocol() -> None:
    """Lead one or two people through the blocks of a small text file.

    \b
    vagaband protocol list
    vagaband protocol show hand-held --lang nl
    vagaband protocol check mine.toml
    vagaband protocol run rest --port /dev/ttyUSB0 --person P07
    """


protocol.add_command(run_)


@protocol.command("list")
@language
@as_json
def list_(lang: str, to_json: bool) -> None:
    """The protocols that come with vagaband.

    \b
    vagaband protocol list
    vagaband protocol list --lang nl
    """
    known = [(path, read(path)) for path in shipped()]
    if to_json:
        rows = [{**_as_json(one), "file": str(path)} for path, one in known]
        print_json({"protocols": rows})
        return
    table = Table.grid(padding=(0, 3))
    for _, one in known:
        table.add_row(one.name, one.title[lang], _who(one, lang))
    stdout.print(table)


@protocol.command("show")
@named
@language
@click.option("--seed", type=click.IntRange(0, 65535), default=0, help="Decides what is drawn.")
@as_json
def show_(file: str, lang: str, seed: int, to_json: bool) -> None:
    """What a protocol does, block by block, and what to mind.

    FILE is a file, or the name of a protocol that came with vagaband.

    \b
    vagaband protocol show posture
    vagaband protocol show mine.toml --lang nl --seed 7
    """
    one = protocol_of(file)
    if to_json:
        blocks = [_block_json(block) for block in plan(one, seed)]
        print_json({**_as_json(one), "seed": seed, "blocks": blocks})
        return
    words = WORDS[lang]
    minutes = words["minutes"].format(minutes=max(1, round(one.seconds / 60)))
    for text in (one.title[lang], f"{_who(one, lang)}, {minutes}", "", one.about[lang], ""):
        stdout.print(text)
    for role in one.roles:
        stdout.print(f"{role.title[lang]}: {words[role.device]}")
    stdout.print(f"\n{words['safety']}: {one.safety[lang]}\n")
    stdout.print(f"{words['order'].format(seed=seed)}:")
    _show_blocks(plan(one, seed), one, lang)
    for group in one.permute:
        titles = ", ".join(one.blocks[name].title[lang] for name in group)
        stdout.print(words["drawn"].format(names=titles))
    stdout.print(f"\n{words['sources']}:")
    for source in one.sources:
        stdout.print(f"  {source}")


def _show_blocks(blocks: tuple[Block, ...], one: Protocol, lang: str) -> None:
    words = WORDS[lang]
    titles = {role.name: role.title[lang] for role in one.roles}
    table = Table(*words["columns"].split(","), show_lines=True)
    at_s = 0
    for block in blocks:
        at_s += block.lead_s
        about = [block.title[lang], block.instruction[lang]]
        about += [f"{titles[name]}: {text[lang]}" for name, text in block.roles.items()]
        about += [words[key] for key in ("paced", "challenge") if _is(block, key)]
        table.add_row(block.name, str(block.seconds), clock_time(at_s), "\n".join(about))
        at_s += block.seconds
    stdout.print(table)


def _is(block: Block, key: str) -> bool:
    return bool(block.pace) if key == "paced" else block.challenge


def _who(one: Protocol, lang: str) -> str:
    words, people = WORDS[lang], len(one.roles)
    who = words["people.one"] if people == 1 else words["people.many"].format(n=people)
    return f"{who}, {words['devices.one' if one.devices == 1 else 'devices.many']}"


@protocol.command("check")
@named
@as_json
def check_(file: str, to_json: bool) -> None:
    """Whether a file is a sound protocol; each fault with its line, its field and the next step.

    Exit code 0 where it is, 2 where it is not.

    \b
    vagaband protocol check mine.toml
    vagaband protocol check mine.toml --json
    """
    path = file_of(file)
    try:
        one = read(path)
    except ProtocolError as error:
        if to_json:
            faults = [dict(vars(fault)) for fault in error.faults]
            print_json({"file": str(path), "ok": False, "faults": faults})
        for fault in [] if to_json else error.faults:
            stdout.print(plain(f"{path}, {fault}", 400), soft_wrap=True)
        n = len(error.faults)
        say(f"{n} fault{'s' if n > 1 else ''}; mend {'them' if n > 1 else 'it'} and check again.")
        sys.exit(2)
    if to_json:
        print_json({"file": str(path), "ok": True, "faults": [], **_as_json(one)})
    else:
        minutes = round(one.seconds / 60)
        blocks = len(one.sequence) * one.repeat
        stdout.print(f"{path}: sound, {blocks} blocks, about {minutes} minutes", soft_wrap=True)


def _as_json(one: Protocol) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": dict(one.title),
        "people": len(one.roles),
        "devices": one.devices,
        "seconds": one.seconds,
        "roles": [{"name": role.name, "device": role.device} for role in one.roles],
        "sources": list(one.sources),
    }


def _block_json(block: Block) -> dict[str, Any]:
    pace = block.pace
    return {
        "name": block.name,
        "seconds": block.seconds,
        "lead_s": block.lead_s,
        "wait": block.wait,
        "challenge": block.challenge,
        "pace": {"in_s": pace.in_s, "out_s": pace.out_s} if isinstance(pace, Pace) else pace,
        "instruction": dict(block.instruction),
    }
