"""Two people are joined only once each has agreed: asked plainly, or told to have before."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from vagaband.cli.asking import MEANS, someone
from vagaband.cli.shared import say
from vagaband.errors import InputError, VagabandError
from vagaband.together.consent import agree, check_known, consent_of, refuse_withdrawn
from vagaband.together.sides import Side

if TYPE_CHECKING:
    from vagaband.report.words import Words


def both_agree(a: Side, b: Side, told: Sequence[str], language: str) -> None:
    """Both have agreed to be joined, now or before. Nothing is kept of one who is asked and does
    not agree, nor of the other then. `told`: codes of who agreed before, by word of who runs it.

    Raises VagabandError where one has withdrawn or does not agree, InputError where nobody is
    there to be asked or nothing says whose a recording is.
    """
    check_known((a, b))
    refuse_withdrawn(a, b)
    if unknown := set(told) - {a.person, b.person}:
        raise InputError(
            f"{', '.join(sorted(unknown))} is none of these two.",
            f"--agreed is of {a.person} or {b.person}.",
        )
    hows = {}
    for side, other in ((a, b), (b, a)):
        if consent_of(side, other) is None:
            hows[side] = "told" if side.person in told else _ask(side, other, language)
    for side, how in hows.items():
        _note(side, b if side is a else a, how, language)


def say_unknown(language: str) -> None:
    """Of files of nobody that is known: who is to know of it all the same."""
    from vagaband.report.words import Words  # its tables are loaded where something is said

    say(Words(language)("together.ask.unknown"))


def ask_again(side: Side, other: Side, yes: bool, language: str) -> None:
    """One person agrees, also who had withdrawn."""
    check_known((side, other))
    _note(side, other, "told" if yes else _ask(side, other, language), language)


def _note(side: Side, other: Side, how: str, language: str) -> None:
    from vagaband.report.words import Words  # its tables are loaded where something is said

    agree(side, other, how)
    said = {"person": side.person, "session": side.session, "folder": side.folder}
    say(Words(language)("together.ask.kept", **said))


def _ask(side: Side, other: Side, language: str) -> str:
    """How it was agreed; VagabandError for a no."""
    if not someone():
        raise InputError(
            f"Nothing says that {side.person} agrees to be joined with {other.person}.",
            f"Run it at a terminal with both there, or add --agreed {side.person} where they "
            "agreed before.",
        )
    from vagaband.report.words import Words  # its tables are loaded where something is said

    words = Words(language)
    sessions = {"one_session": side.session, "other_session": other.session}
    click.echo(words("together.ask.what", one=side.person, other=other.person, **sessions))
    click.echo(words("together.ask.where"))
    if not _yes(words, words("together.ask.agree", person=side.person)):
        raise VagabandError(
            f"{side.person} does not agree.", "Nothing is joined, and nothing was written."
        )
    return "asked"


def _yes(words: "Words", question: str) -> bool:
    while True:
        text = click.prompt(question, default="", show_default=False, prompt_suffix=" ")
        if (said := MEANS.get(text.strip().lower())) is not None:
            return said
        click.echo(words("together.ask.again"))
