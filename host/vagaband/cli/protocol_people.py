"""Whose boards a protocol runs on, and whether each agrees to what is recorded."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from vagaband.cli.shared import DEFAULT_OUT, say, stderr
from vagaband.device import Device
from vagaband.errors import InputError, VagabandError
from vagaband.files import check_folder
from vagaband.protocol.model import Protocol
from vagaband.protocol.wearer import Wearer
from vagaband.protocol.words import WORDS
from vagaband.sessions.person import check_code

YES = {"y", "yes", "j", "ja"}
NO = {"n", "no", "nee"}


def wearers_of(
    protocol: Protocol,
    ports: Sequence[str],
    people: Sequence[str],
    folders: Sequence[Path],
    lang: str,
) -> list[Wearer]:
    """Who wears which board. InputError where that does not fit the protocol."""
    roles = protocol.wearers
    most = len(roles)
    if len(set(ports)) < len(ports):
        raise InputError("A port was named twice.", "Name each board's own port.")
    if not protocol.devices <= len(ports) <= min(2, most):
        need = "two boards" if protocol.devices == 2 else f"one board{' or two' * (most > 1)}"
        raise InputError(
            f"{protocol.name} is for {need}, and {len(ports)} of them named.",
            "Give --port once for each.",
        )
    codes = [check_code(code) for code in people] or [
        _ask_code(port, role.title[lang], lang) for port, role in zip(ports, roles, strict=False)
    ]
    if len(codes) != len(ports) or len(set(codes)) < len(codes):
        raise InputError("Each board has its own wearer.", "Give --person for each --port.")
    if not folders:
        two = len(codes) > 1
        folders = [Path(f"{DEFAULT_OUT}-{code}") if two else DEFAULT_OUT for code in codes]
    if len(folders) != len(codes) or len({f.resolve() for f in folders}) < len(folders):
        raise InputError("Each person has a folder of their own.", "Give --folder for each.")
    for folder in folders:
        check_folder(folder)
    fit = zip(ports, codes, roles, folders, strict=False)
    return [Wearer(port, code, role, folder) for port, code, role, folder in fit]


def _ask_code(port: str, role: str, lang: str) -> str:
    """The code of who wears a board; with nobody to ask, the board's number."""
    if someone():
        question = WORDS[lang]["person"].format(port=port, role=role)
        return check_code(click.prompt(question, err=True))
    with Device(port) as device:
        return check_code(str(device.ask("status").get("device", "")))


def someone() -> bool:
    """Whether a person sits at the terminal."""
    return sys.stdin.isatty() and stderr.is_terminal


def agree(protocol: Protocol, wearers: Sequence[Wearer], lang: str, yes: bool) -> None:
    """Say what is recorded, and ask each; VagabandError where one does not agree."""
    words = WORDS[lang]
    say(f"{words['safety']}: {protocol.safety[lang]}")
    for wearer in wearers:
        role = wearer.role.title[lang]
        say(words["recorded"].format(person=wearer.person, role=role, port=wearer.url))
        say(words["where"].format(folder=wearer.folder))
        say(words["withdraw"].format(person=wearer.person, folder=wearer.folder))
    say(words["shown"])
    people = [wearer.person for wearer in wearers]
    if len(people) > 1:
        say(words["two"].format(first=people[0], second=people[1]))
    if yes:
        say(words["agreed_before"].format(people=", ".join(people)))
        return
    if not someone():
        raise InputError(f"{words['no_tty']}.", "Run it in a terminal, or add --yes.")
    for person in people:
        answer = ""
        while answer not in YES | NO:
            answer = click.prompt(words["agree"].format(person=person), err=True).strip().lower()
        if answer in NO:
            raise VagabandError(words["disagreed"].format(person=person))
