"""Removes sessions from a board: only those whose copy is on this disk, sound and the same."""

import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vagaband.device import ANSWER_S, Device
from vagaband.errors import DeviceError, VagabandError
from vagaband.journal import decode, describe_damage
from vagaband.plain import plain
from vagaband.pull import Progress, Pulled

UNANSWERED = 5  # times that a step is asked for again


@dataclass(frozen=True)
class Freed:
    """What became of a session on the board."""

    session: int
    freed: bool
    why_kept: str = ""

    def as_json(self) -> dict[str, Any]:
        """For --json."""
        return dict(self.__dict__)


def free(
    url: str, pulled: list[Pulled], progress: Progress = lambda what, done: None
) -> list[Freed]:
    """Remove from the board what was pulled from it; the board compares the copy's CRC-32."""
    with Device(url) as device:
        return [_free(device, one, progress) for one in pulled]


def _free(device: Device, pulled: Pulled, progress: Progress) -> Freed:
    if pulled.open:
        return Freed(pulled.session, False, "it is still open")
    data = _on_disk(pulled.path)
    journal = decode(data)
    damage = pulled.damage or describe_damage(journal)
    if damage or journal.header.get("session") != pulled.session:
        return Freed(pulled.session, False, f"its copy is not sound: {damage or 'its number'}")
    command = f"free {pulled.session} {len(data)} {zlib.crc32(data)}"
    return _let_go(device, pulled.session, command, progress)


def _let_go(device: Device, session: int, command: str, progress: Progress) -> Freed:
    """The board compares the whole file, some of it at each request; then it is gone."""
    unanswered = 0
    while unanswered < UNANSWERED:
        answer = device.try_ask(command, ANSWER_S)
        if answer is None:
            unanswered += 1
        elif answer.get("freed") == session:
            return Freed(session, True)
        elif isinstance(answer.get("compared"), int):
            progress(f"comparing session {session}", answer["compared"])
        elif unanswered and answer.get("error") == "no such session":
            return Freed(session, True)  # the answer was lost that said so
        else:
            return Freed(session, False, plain(answer.get("error", "no reason given"), 200))
    raise DeviceError(
        f"The board stopped answering while session {session} was compared.",
        "Pull again: what is still on the board is as it was.",
    )


def _on_disk(path: Path) -> bytes:
    """A file's bytes, once it and its name are on disk."""
    try:
        with path.open("rb") as file:
            os.fsync(file.fileno())
            data = file.read()
        if os.name == "posix":
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        return data
    except OSError as error:
        raise VagabandError(
            f"{path} can't be put on disk: {error.strerror}.", "Nothing was removed; pull again."
        ) from None
