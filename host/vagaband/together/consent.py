"""What a person agreed to be joined with: kept in their own data folder, and taken back there.

A file holds one person's own consents, and of the other the name of their session and the place
of their folder, so that a page of both can be taken back there too. Nothing measured is in it.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from vagaband.errors import InputError, VagabandError
from vagaband.files import write_private
from vagaband.together.sides import Side

FORMAT = 1
HOWS = ("asked", "told")  # at the terminal; before, as who runs the command says


@dataclass(frozen=True)
class Consent:
    """One person's, for one session of theirs and one of another's. Times are ISO, with zone;
    `withdrawn` is "" while it holds."""

    session: str
    other: str  # the other's session, which begins with their code
    beside: str  # the folder that it lies in
    agreed: str
    how: str
    withdrawn: str = ""

    @property
    def with_whom(self) -> str:
        """The other's code."""
        return self.other.split("/", 1)[0]


def file_of(folder: Path, person: str) -> Path:
    """Where a person's consents are."""
    return folder / f"together-{person}.json"


def consents_of(folder: Path, person: str) -> list[Consent]:
    """All that a person agreed to, also what they have withdrawn, in the order of asking.

    Raises VagabandError for a file that can't be used: what is unknown is no consent.
    """
    path = file_of(folder, person)
    try:
        told: Any = json.loads(path.read_bytes())
    except FileNotFoundError:
        return []
    except (OSError, ValueError):
        raise _unusable(path) from None
    fields = Consent.__dataclass_fields__
    if not isinstance(told, dict) or (told.get("format"), told.get("person")) != (FORMAT, person):
        raise _unusable(path)
    rows = told.get("consents")
    if not isinstance(rows, list) or not all(
        isinstance(row, dict)
        and row.keys() == fields.keys()
        and all(type(value) is str for value in row.values())
        and row["how"] in HOWS
        for row in rows
    ):
        raise _unusable(path)
    return [Consent(**row) for row in rows]


def consent_of(side: Side, other: Side) -> Consent | None:
    """What one agreed to about joining these two; None where they were not asked."""
    for consent in consents_of(side.folder, side.person):
        if (consent.session, consent.other) == (side.session, other.session):
            return consent
    return None


def check_known(sides: Iterable[Side]) -> None:
    """InputError where it is not known whose one of the recordings is."""
    for side in sides:
        if not side.person:
            raise InputError(
                f"Nothing says whose {side.path} is, and only who it is of can agree.",
                f"`vagaband sessions add {side.path} --person CODE --folder FOLDER` says so; each "
                "of the two has a code, and best a folder of their own.",
            )


def refuse_withdrawn(a: Side, b: Side) -> None:
    """VagabandError where one of the two has withdrawn."""
    for side, other in ((a, b), (b, a)):
        consent = consent_of(side, other)
        if consent and consent.withdrawn:
            raise VagabandError(
                f"{side.person} has withdrawn on {consent.withdrawn[:10]} from being joined with "
                f"{other.person}.",
                f"Only {side.person} can take that back: `vagaband sessions consent "
                f"{side.session} --with {other.session} --folder {side.folder} "
                f"--data {other.folder}`.",
            )


def agree(side: Side, other: Side, how: str) -> None:
    """Note that a person agrees, from now on."""
    kept = [
        consent
        for consent in consents_of(side.folder, side.person)
        if (consent.session, consent.other) != (side.session, other.session)
    ]
    new = Consent(side.session, other.session, str(other.folder), now(), how)
    keep(side.folder, side.person, [*kept, new])


def withdraw(folder: Path, person: str, chosen: Iterable[Consent]) -> list[Consent]:
    """Note that a person takes these back; what was so already stays as it is."""
    chosen = set(chosen)
    consents = [
        replace(one, withdrawn=now()) if one in chosen and not one.withdrawn else one
        for one in consents_of(folder, person)
    ]
    keep(folder, person, consents)
    return [one for one in consents if (one.session, one.other) in _names(chosen)]


def keep(folder: Path, person: str, consents: Iterable[Consent]) -> None:
    """Write them; without any there is no file."""
    rows = [asdict(consent) for consent in consents]
    path = file_of(folder, person)
    if not rows:
        path.unlink(missing_ok=True)
        return
    told = {"format": FORMAT, "person": person, "consents": rows}
    write_private(path, json.dumps(told, indent=1).encode())


def now() -> str:
    """This moment, to the second, in this computer's zone."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _names(consents: Iterable[Consent]) -> set[tuple[str, str]]:
    return {(one.session, one.other) for one in consents}


def _unusable(path: Path) -> VagabandError:
    return VagabandError(
        f"{path} can't be read, so nothing says what was agreed to.",
        "Move it away, and ask both again.",
    )
