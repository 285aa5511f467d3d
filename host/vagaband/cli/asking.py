"""Three questions whose answers change what the numbers mean, asked once of a person."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vagaband.analysis.model import Answers
from vagaband.sessions import schema
from vagaband.sessions.index import Index

if TYPE_CHECKING:
    from vagaband.report.words import Words

MEANS = {"": None, **dict.fromkeys(("y", "yes", "j", "ja"), True)}
MEANS |= dict.fromkeys(("n", "no", "nee"), False)


def ask_once(folder: Path, person: str, language: str) -> Answers | None:
    """What a person said of themselves, asked now where they were not asked before and someone is
    at the terminal to answer; None where it stays unknown.

    A folder without an index can't remember it, and nothing is asked.
    """
    if not person or not (folder / schema.NAME).exists():
        return None
    with Index(folder) as index:
        answers = index.answers(person)
    if answers or not someone():
        return answers
    answers = _ask(person, language)
    with Index(folder) as index:  # not held while someone thinks
        index.answer(person, answers)
    return answers


def someone() -> bool:
    """Whether a person sits at the terminal; a stream that is closed is None."""
    return all(one and one.isatty() for one in (sys.stdin, sys.stdout))


def _ask(person: str, language: str) -> Answers:
    from vagaband.report.words import Words  # its tables are loaded where something is said

    words = Words(language)
    click.echo(words("ask.why", person=person))
    answers = Answers(
        pacemaker=_answer(words, words("ask.pacemaker")),
        irregular=_answer(words, words("ask.irregular")),
        medicines=_answer(words, words("ask.medicines")),
    )
    click.echo(words("ask.done", person=person))
    return answers


def _answer(words: "Words", question: str) -> bool | None:
    while True:
        text = click.prompt(question, default="", show_default=False, prompt_suffix=" ")
        if (said := text.strip().lower()) in MEANS:
            return MEANS[said]
        click.echo(words("ask.again"))
