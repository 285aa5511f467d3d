"""Copies the sessions of a board to the PC: resumes where it stopped, and verifies."""

import os
import re
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vagaband.config import set_zone
from vagaband.device import Device, whole
from vagaband.errors import DeviceError, VagabandError
from vagaband.files import private_folder, write_private
from vagaband.journal import LARGEST_FILE, MAGIC, Journal, decode, describe_damage

TRIES = 12  # requests without a new byte before it gives up
MOST_SESSIONS = 99_999
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
    damage: str = ""  # of the board's own file, in words: the copy is what the board has

    def as_json(self) -> dict[str, Any]:
        """For --json."""
        return {**self.__dict__, "path": str(self.path)}


Progress = Callable[[str, int], None]


def pull(
    url: str, out: Path, progress: Progress = lambda what, done: None, since: int = 0
) -> list[Pulled]:
    """Fetch every session from number `since` on that is new or has grown; returns all of these,
    oldest first."""
    with Device(url) as device:
        answer = device.ask("sessions")
        name = str(answer.get("device", ""))
        if not NAME.fullmatch(name):
            raise DeviceError(f"The board at {url} does not say which one it is.", "Reset it.")
        private_folder(out)
        if not whole(device.ask("status"), "clock_s"):
            device.ask(f"time {int(time.time())}")  # dates the session that is open
        set_zone(device)
        numbers = _numbers(device, answer)
        now_open = answer.get("open")
        pulled = [
            _pull_session(device, out, name, number, number == now_open, progress)
            for number in numbers
            if number >= since
        ]
        return [one for one in pulled if one]


def _numbers(device: Device, answer: dict[str, Any]) -> list[int]:
    """The board's sessions, oldest first; it tells some at a time."""
    numbers: list[int] = []
    while True:
        told = answer.get("sessions")
        if not isinstance(told, list) or any(type(n) is not int for n in told):
            raise DeviceError("The board does not tell its sessions.", "Reset it and try again.")
        last = numbers[-1] if numbers else 0
        new = sorted({n for n in told if last < n <= MOST_SESSIONS})
        numbers += new
        if not answer.get("more") or not new:
            return numbers
        answer = device.ask(f"sessions {numbers[-1]}")


def _pull_session(
    device: Device, out: Path, name: str, number: int, is_open: bool, progress: Progress
) -> Pulled | None:
    """Fetch what is new of a session; None of one that was cut off before its header."""
    final = out / f"{name}-{number:05d}.vbj"
    part = final.with_suffix(".vbj.part")
    for path in (final, part):
        if path.exists() and not _is_beginning_of(device, number, path.read_bytes()):
            set_aside(path)
    try:
        before = final.read_bytes() if final.exists() else b""
        known = decode(before)
        if not _damage(known, name, number):
            if known.ended:
                return Pulled(number, final, len(before), 0, True, False)
            if not part.exists():
                write_private(part, before)
        size = _fetch(device, part, number, progress)
        if part.read_bytes() in (b"", MAGIC):  # the power failed as it began
            part.unlink()
            return None
        journal = decode(part.read_bytes())
        damage = _damage(journal, name, number)
        if damage and not (before and part.read_bytes().startswith(before)):
            size = _fetch_again(device, part, number, progress)
            journal = decode(part.read_bytes())
            damage = _damage(journal, name, number)
        if before and not part.read_bytes().startswith(before):
            set_aside(final)
            before = b""
        os.replace(part, final)
    except OSError as error:
        raise VagabandError(
            f"{final} can't be written: {error.strerror}.",
            "Make room or choose another folder with --out; what is there will be resumed.",
        ) from None
    return Pulled(number, final, size, size - len(before), journal.ended, is_open, damage)


def _is_beginning_of(device: Device, number: int, data: bytes) -> bool:
    """Whether what is here is how the board's session begins.

    A board that was erased counts its sessions from 1 again. Each record's checksum covers what
    the light was, so that the last 512 bytes tell one session from another.
    """
    told = device.ask(f"check {number} {len(data)}")
    return whole(told, "bytes") >= len(data) and told.get("crc") == zlib.crc32(data[-512:])


def set_aside(path: Path) -> Path:
    """Keep another session, or a damaged copy, under a name of its own; returns that."""
    n = 1
    while (kept := path.with_name(f"{path.name}.old{n}")).exists():
        n += 1
    return path.rename(kept)


def _fetch(device: Device, part: Path, number: int, progress: Progress) -> int:
    """Append what is missing to `part`; returns the size."""
    with open(part, "ab", opener=_no_link) as file:
        part.chmod(0o600)  # also one that was there
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
                if have > LARGEST_FILE:
                    raise DeviceError(
                        f"Session {number} is longer than any board's flash.", "Reset the board."
                    )
                progress(f"session {number}", have)
            idle = 0 if have > start else idle + 1
    raise DeviceError(
        f"Session {number} stopped coming after {have} bytes.",
        "Check the cable and pull again: it goes on from there.",
    )


def _no_link(path: str, flags: int) -> int:
    """Open a private file, but not one elsewhere that a link stands for."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)


def _damage(journal: Journal, name: str, number: int) -> str:
    """What is wrong with a copy of that board's session of that number; "" where nothing is."""
    header = journal.header
    if not header:
        return "it has no header"
    if (header.get("device"), header.get("session")) != (name, number):
        return "it is another board's or another session"
    return describe_damage(journal)


def _fetch_again(device: Device, part: Path, number: int, progress: Progress) -> int:
    """Another copy from the first byte on: where both are the same, the board has it so.

    DeviceError where they differ; returns the size.
    """
    first = part.read_bytes()
    part.unlink()
    size = _fetch(device, part, number, progress)
    second = part.read_bytes()
    if not second.startswith(first) and describe_damage(decode(second)):
        part.unlink()
        raise DeviceError(
            f"Two copies of session {number} differ, and neither is sound.", "Pull again."
        )
    return size
