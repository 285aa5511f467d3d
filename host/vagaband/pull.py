"""Copies the sessions of a board to the PC: resumes where it stopped, and verifies."""

import os
import re
import shutil
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vagaband.device import Device
from vagaband.errors import DeviceError, VagabandError
from vagaband.files import private_folder
from vagaband.journal import Journal, decode, describe_damage

TRIES = 12  # requests without a new byte before it gives up
NAME = re.compile(r"[0-9a-f]{4,32}")


@dataclass(frozen=True)
class Pulled:
    """One session's file on the PC."""

    session: int
    path: Path
    bytes: int
    new_bytes: int
    ended: bool
    open: bool  # the board is still writing it

    def as_json(self) -> dict[str, Any]:
        """For --json."""
        return {**self.__dict__, "path": str(self.path)}


Progress = Callable[[str, int], None]


def pull(url: str, out: Path, progress: Progress = lambda what, done: None) -> list[Pulled]:
    """Fetch every session that is new or has grown; returns all of them, oldest first."""
    with Device(url) as device:
        answer = device.ask("sessions")
        name = str(answer.get("device", ""))
        if not NAME.fullmatch(name):
            raise DeviceError(f"The board at {url} does not say which one it is.", "Reset it.")
        private_folder(out)
        if not device.ask("status").get("clock_s"):
            device.ask(f"time {int(time.time())}")  # dates the session that is open
        numbers = [int(n) for n in answer.get("sessions", [])]
        now_open = int(answer.get("open", 0))
        return [
            _pull_session(device, out, name, number, number == now_open, progress)
            for number in numbers
        ]


def _pull_session(
    device: Device, out: Path, name: str, number: int, is_open: bool, progress: Progress
) -> Pulled:
    final = out / f"{name}-{number:05d}.vbj"
    part = final.with_suffix(".vbj.part")
    for path in (final, part):
        if path.exists() and not _is_beginning_of(device, number, path.read_bytes()):
            _set_aside(path)
    try:
        known = _sound(final)
        before = final.stat().st_size if known else 0
        if known and known.ended:
            return Pulled(number, final, before, 0, True, False)
        if known and not part.exists():
            shutil.copyfile(final, part)
        size = _fetch(device, part, number, progress)
        journal = _verify(part, number)
        os.replace(part, final)
    except OSError as error:
        raise VagabandError(
            f"{final} can't be written: {error.strerror}.",
            "Make room or choose another folder with --out; what is there will be resumed.",
        ) from None
    return Pulled(number, final, size, size - before, journal.ended, is_open)


def _is_beginning_of(device: Device, number: int, data: bytes) -> bool:
    """Whether what is here is how the board's session begins.

    A board that was erased counts its sessions from 1 again. Each record's checksum covers what
    the light was, so that the last 512 bytes tell one session from another.
    """
    told = device.ask(f"check {number} {len(data)}")
    return told.get("bytes", 0) >= len(data) and told.get("crc") == zlib.crc32(data[-512:])


def _set_aside(path: Path) -> None:
    """Keep another session, or a damaged copy, under a name of its own."""
    n = 1
    while (kept := path.with_name(f"{path.name}.old{n}")).exists():
        n += 1
    path.rename(kept)


def _sound(path: Path) -> Journal | None:
    """The journal in a file, unless it is absent or damaged: then it is set aside."""
    if not path.exists():
        return None
    known = decode(path.read_bytes())
    if known.header and not describe_damage(known):
        return known
    _set_aside(path)
    return None


def _fetch(device: Device, part: Path, number: int, progress: Progress) -> int:
    """Append what is missing to `part`; returns the size."""
    fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(fd, "ab") as file:
        have = file.tell()
        idle = 0
        while idle < TRIES:
            start = have
            for at, data in device.pieces(number, have):
                if at != have:
                    break  # a piece is missing: ask for it again
                if not data:
                    file.flush()
                    os.fsync(file.fileno())
                    return have
                file.write(data)
                have += len(data)
                progress(f"session {number}", have)
            idle = 0 if have > start else idle + 1
    raise DeviceError(
        f"Session {number} stopped coming after {have} bytes.",
        "Check the cable and pull again: it goes on from there.",
    )


def _verify(part: Path, number: int) -> Journal:
    """Only a sound copy gets its final name; a wrong one is removed."""
    journal = decode(part.read_bytes())
    damage = describe_damage(journal) or ("" if journal.header else "it has no header")
    if damage:
        part.unlink()
        raise DeviceError(
            f"The copy of session {number} is not sound: {damage}.", "Pull again from the start."
        )
    return journal
