"""The commands sessions consent and sessions withdraw: who agreed to be joined with whom."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from vagaband.cli.agreeing import ask_again
from vagaband.cli.data_folder import folder, opened
from vagaband.cli.places import data, home_of, places_of
from vagaband.cli.shared import as_json, print_json, say, stdout
from vagaband.errors import InputError
from vagaband.plain import plain
from vagaband.report import LANGUAGES, preferred_language
from vagaband.sessions.days import Day, find_day
from vagaband.sessions.index import Index
from vagaband.sessions.person import check_code
from vagaband.together.consent import Consent, consents_of, withdraw
from vagaband.together.joint import TakenBack, take_back
from vagaband.together.sides import sides_of

HOW = {"asked": "asked at the terminal", "told": "told to have agreed before"}
with_ = click.option("--with", "other", metavar="SESSION", help="The other's, or their code.")


@click.command("consent")
@click.argument("who", metavar="CODE|SESSION")
@with_
@click.option("--yes", is_flag=True, help="They agreed before: note that, and do not ask.")
@data
@folder
@click.option("--lang", type=click.Choice(list(LANGUAGES)), help="Language of the question.")
@as_json
def consent_(
    who: str,
    other: str | None,
    yes: bool,
    data: tuple[Path, ...],
    folder: Path,
    lang: str | None,
    to_json: bool,
) -> None:
    """Show what a person agreed to be joined with, or let them agree.

    Two people's recordings are joined (`vagaband synchrony`) only where each agreed, for a session
    of theirs with one of the other. With --with the person is asked now, also who had withdrawn.

    \b
    vagaband sessions consent P07
    vagaband sessions consent P07/2026-11-20 --with P08/2026-11-20 --data their-folder
    """
    if other:
        side, beside = sides_of(Path(who), Path(other), places_of(folder, data, who, other))
        ask_again(side, beside, yes, lang or preferred_language())
        who, folder = side.person, side.folder
    folder = home_of(folder, who)
    with opened(folder) as index:
        person, _ = _named(index, who)
    found = consents_of(folder, person)
    if to_json:
        print_json({"person": person, "consents": [asdict(one) for one in found]})
        return
    if not found:
        stdout.print(f"{person} has not agreed to be joined with anyone")
    for one in found:
        stdout.print(_told(one), soft_wrap=True)


def _told(one: Consent) -> str:
    back = f"; withdrawn {one.withdrawn}" if one.withdrawn else ""
    return f"{one.session} with {one.other}: {HOW[one.how]}, {one.agreed}{back}"


@click.command("withdraw")
@click.argument("who", metavar="CODE|SESSION")
@with_
@folder
@as_json
def withdraw_(who: str, other: str | None, folder: Path, to_json: bool) -> None:
    """Take back that a person agreed to be joined: with all, or with one.

    Nothing is joined any more, and the pages of both that were made are replaced, where vagaband
    wrote them, by one that says who withdrew and when. The recordings of both stay. A page that
    was copied or moved elsewhere can't be reached.

    \b
    vagaband sessions withdraw P07
    vagaband sessions withdraw P07/2026-11-20 --with P08 --folder vagaband-sessions-p07
    """
    folder = home_of(folder, who)
    with opened(folder) as index:
        person, day = _named(index, who)
        chosen = [
            one
            for one in consents_of(folder, person)
            if (day is None or one.session == day.name)
            and (other is None or other.lower() in (one.other.lower(), one.with_whom))
        ]
        if not chosen:
            raise InputError(
                f"{person} has not agreed to {'that' if other or day else 'anything'}.",
                f"`vagaband sessions consent {person}` lists what they agreed to.",
            )
        chosen = withdraw(folder, person, chosen)
        done = take_back(index, person, chosen)
    if to_json:
        told = {"replaced": list(map(str, done.replaced)), "kept": list(map(str, done.changed))}
        print_json({"person": person, "withdrawn": [asdict(one) for one in chosen], **told})
    else:
        for one in chosen:
            stdout.print(f"{one.session} is no longer joined with {one.other}", soft_wrap=True)
    tell(done)
    if done.changed:
        sys.exit(1)


def tell(done: TakenBack) -> None:
    """What became of the joint pages."""
    for path in done.replaced:
        say(f"{path} says now that it was taken back, and holds nothing of either.")
    for path in done.changed:
        say(f"{path} was changed since vagaband wrote it, and is still as it was: remove it.")
    for path in done.away:
        say(f"{path}, the other's folder, is not there now: what is noted in it stays.")
    if done.replaced or done.changed:
        say("A copy that was moved, printed or sent elsewhere can't be reached from here.")


def _named(index: Index, who: str) -> tuple[str, Day | None]:
    """A person, and the session where one is named: PERSON/DATE."""
    code, _, rest = who.partition("/")
    person = check_code(code)
    index.check_person(person)
    if not rest:
        return person, None
    if day := find_day(index, who):
        return person, day
    raise InputError(
        f"There is no session {plain(who, 60)}.", "`vagaband sessions` lists the sessions."
    )
