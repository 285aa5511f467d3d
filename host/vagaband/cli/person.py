"""The command sessions person: what changes the meaning of a person's numbers."""

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import click

from vagaband.analysis.model import Answers
from vagaband.cli.data_folder import folder, opened
from vagaband.cli.shared import as_json, print_json, stdout
from vagaband.cli.whose import as_code
from vagaband.errors import InputError
from vagaband.plain import plain

SAID = {"yes": True, "no": False, "unsaid": None}
TOLD = {answer: word for word, answer in SAID.items()}
ABOUT = {
    "pacemaker": "pacemaker or transplanted heart",
    "irregular": "known irregular rhythm",
    "medicines": "medicines or substances that change heart rate",
}


def _answer(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    about = ABOUT[name].capitalize()
    return click.option(f"--{name}", type=click.Choice(list(SAID)), help=f"{about}.")


@click.command("person")
@click.argument("person", callback=as_code)
@_answer("pacemaker")
@_answer("irregular")
@_answer("medicines")
@folder
@as_json
def person_(person: str, folder: Path, to_json: bool, **given: str | None) -> None:
    """Show or set what changes the meaning of a person's numbers.

    Three answers are kept, each yes, no or unsaid, and no name of a medicine. `report` asks for
    them once.

    \b
    vagaband sessions person P07
    vagaband sessions person P07 --pacemaker no --medicines yes
    vagaband sessions person P07 --medicines unsaid       taken back
    """
    new = {name: SAID[word] for name, word in given.items() if word}
    with opened(folder) as index:
        if person not in index.people() and not new:
            raise InputError(
                f"Nothing is kept of {plain(person, 40)} in {folder}.",
                "`vagaband sessions` lists who is there.",
            )
        answers = index.answers(person)
        if new:
            answers = replace(answers or Answers(), **new)
            index.answer(person, answers)
    told = {name: TOLD[answer] for name, answer in asdict(answers or Answers()).items()}
    if to_json:
        print_json({"person": person, "asked": answers is not None, **told})
        return
    if answers is None:
        stdout.print(f"{person} was not asked yet")
    for name, word in told.items():
        stdout.print(f"{ABOUT[name]}: {word}")
