"""Where a run is, in a private file of each one's own folder: what was broken off can go on.

A folder's file names its own person only, and holds nothing that was measured.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vagaband.errors import InputError
from vagaband.files import private_folder, write_private

FORMAT = 1
AGAIN = "Leave --resume out, and add --afresh to begin anew."


@dataclass(frozen=True)
class State:
    """`done` blocks are over; `begun`: the one after them had begun."""

    run: str  # which, in hex: the files of two people that belong together have the same
    protocol: str
    digest: str  # of the file
    seed: int
    role: str
    person: str
    board: str = ""  # that the person wears, by its number
    since: int = 0  # its first session of this run
    done: int = 0
    begun: bool = False
    format: int = FORMAT


def file_of(folder: Path, person: str) -> Path:
    """Where the state of a person's run is, while there is one."""
    return folder / f"protocol-{person}.json"


def new_run() -> str:
    """A name for a run."""
    return os.urandom(4).hex()


def write(folder: Path, state: State) -> None:
    """Keep it."""
    private_folder(folder)
    write_private(file_of(folder, state.person), json.dumps(asdict(state)).encode())


def remove(folder: Path, person: str) -> None:
    """Forget it: the run is over."""
    file_of(folder, person).unlink(missing_ok=True)


def load(folder: Path, person: str) -> State | None:
    """What was kept; None where no run was broken off. InputError where it can't be used."""
    path = file_of(folder, person)
    try:
        told: Any = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        raise InputError(f"{path} can't be read.", AGAIN) from None
    fields = State.__dataclass_fields__
    if (
        not isinstance(told, dict)
        or told.keys() != fields.keys()
        or any(type(told[name]) is not kind.type for name, kind in fields.items())
        or told["format"] != FORMAT
        or told["person"] != person
    ):
        raise InputError(f"{path} is no state of a run.", AGAIN)
    return State(**told)
