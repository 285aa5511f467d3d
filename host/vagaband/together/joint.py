"""Pages of two people: noted with both, and taken back when one withdraws or is forgotten.

A page that is taken back is replaced, where vagaband wrote it, by one that says so and holds no
data. It is known by a sign that it carries, made of the names of both sessions; what says that one
withdrew has it too, as it names a person who may want to be forgotten later.
"""

import hashlib
import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from vagaband.errors import VagabandError
from vagaband.files import write_private
from vagaband.sessions import schema
from vagaband.sessions.index import Index
from vagaband.sessions.written import Written, note_again, written_of
from vagaband.together.consent import Consent, consents_of, keep

SIGN = re.compile(rb'<main [^>]*data-together="([0-9a-f]{32})"')
LANGUAGE = re.compile(rb'<html lang="([a-z]{2})"')


@dataclass
class TakenBack:
    """Pages that now say so, those that another has changed and stay, and folders of the other
    that are not there any more."""

    replaced: list[Path] = field(default_factory=list)
    changed: list[Path] = field(default_factory=list)
    away: list[Path] = field(default_factory=list)


def sign_of(session: str, other: str) -> str:
    """What a page of these two sessions carries, in whichever order they are named."""
    return hashlib.sha256("\n".join(sorted((session, other))).encode()).hexdigest()[:32]


def pages_of(index: Index, person: str, signs: Container[str] | None = None) -> list[Written]:
    """A person's joint pages that vagaband wrote: those with one of these signs, else all."""
    found = [(one, _sign(one.path)) for one in written_of(index, person)]
    return [one for one, sign in found if sign and (signs is None or sign in signs)]


def take_back(index: Index, person: str, withdrawn: Iterable[Consent]) -> TakenBack:
    """Replace the joint pages of withdrawn consents by one that says by whom and when."""
    by_sign = {sign_of(one.session, one.other): one for one in withdrawn}
    done = TakenBack()
    for page in pages_of(index, person, by_sign):
        sign = _sign(page.path)
        when = datetime.fromisoformat(by_sign[sign].withdrawn)
        _replace(page, done, person, when, sign)
    _note_again(index, by_sign.values(), done)
    return done


def forget_joint(index: Index, person: str) -> TakenBack:
    """Replace all joint pages of a person who is to be forgotten, in words without their code, and
    take what others agreed to about them from the others' records."""
    try:
        consents = consents_of(index.folder, person)
    except VagabandError:  # it goes, readable or not; the pages are known by their signs
        consents = []
    done = TakenBack()
    for page in pages_of(index, person):
        _replace(page, done, "", datetime.now().astimezone(), "")
    _note_again(index, consents, done)
    with index.change():
        index.connection.executemany(
            "DELETE FROM written WHERE path = ? AND person = ?",
            [(str(path), person) for path in done.replaced],
        )
    for one in consents:
        beside = Path(one.beside)
        if beside.is_dir():
            theirs = consents_of(beside, one.with_whom)
            keep(beside, one.with_whom, [c for c in theirs if c.with_whom != person])
    return done


def _replace(page: Written, done: TakenBack, person: str, when: datetime, sign: str) -> None:
    from vagaband.report.together.withdrawn import withdrawn_page  # draws: only where it does

    if not page.is_same:
        done.changed.append(page.path)
        return
    found = LANGUAGE.search(page.path.read_bytes())
    language = found[1].decode() if found else "en"
    write_private(page.path, withdrawn_page(person, when, sign, language).encode())
    done.replaced.append(page.path)


def _note_again(index: Index, consents: Iterable[Consent], done: TakenBack) -> None:
    """In both indexes, so that what was put there is known as ours."""
    note_again(index, done.replaced)
    for beside in {Path(one.beside) for one in consents} - {index.folder.resolve()}:
        if not (beside / schema.NAME).exists():
            done.away.append(beside)
            continue
        with Index(beside) as theirs:
            note_again(theirs, done.replaced)


def _sign(path: Path) -> str:
    try:
        found = SIGN.search(path.read_bytes())
    except OSError:
        return ""
    return found[1].decode() if found else ""
