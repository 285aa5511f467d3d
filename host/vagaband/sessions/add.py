"""Recordings come into the data folder: a board's sessions, and files from elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vagaband import journal
from vagaband.errors import InputError
from vagaband.files import write_private
from vagaband.open_recording import LIGHT, open_recording
from vagaband.pull import NAME as DEVICE
from vagaband.recording import SENSOR_RATE_HZ
from vagaband.sessions.facts import is_recording_in, name_for, recording_of
from vagaband.sessions.index import Index
from vagaband.sessions.scan import Progress, refresh

LARGEST_BYTES = 64 << 20


@dataclass(frozen=True)
class Added:
    """A file that was named, and the recording that the folder has of it."""

    file: Path
    name: str
    recording: str
    is_new: bool


def add(
    index: Index,
    files: Sequence[Path],
    person: str,
    began: datetime | None = None,
    rate_hz: float | None = None,
    progress: Progress = lambda what: None,
) -> list[Added]:
    """Copy files into the folder as a person's; those that lie in it are given to the person.

    `began` is of the one file; `rate_hz` of a CSV of light. Raises InputError, before anything is
    copied, for a file that can't be used.
    """
    if began and len(files) > 1:
        raise InputError(f"--began is of one file, not of {len(files)}.", "Add them one by one.")
    planned: list[tuple[Path, Path, str]] = []
    fresh: dict[Path, bytes] = {}  # what each place is to hold
    for path in files:
        target, key = _plan(index.folder, path, rate_hz, fresh)
        planned.append((path, target, key))
    for target, content in fresh.items():
        write_private(target, content)
    added = [Added(path, target.name, key, target in fresh) for path, target, key in planned]
    index.give([one.recording for one in added], person, began)
    for device in {_device(index.folder / one.name) for one in added} - {""}:
        if index.holder(device) == device:
            index.give_device(device, person)
    refresh(index, progress)
    return added


def _plan(
    folder: Path, path: Path, rate_hz: float | None, fresh: dict[Path, bytes]
) -> tuple[Path, str]:
    """Where a file goes, and which recording it is; its bytes join `fresh` where they are new."""
    if not path.is_file():
        raise InputError(f"There is no file {path}.", "Check the name and the folder.")
    if path.stat().st_size > LARGEST_BYTES:
        raise InputError(f"{path} is larger than any recording.", "Check that it is one.")
    content = path.read_bytes()
    if journal.is_journal(path):
        return _plan_journal(folder, path, content, fresh)
    if is_recording_in(folder, path):
        return path, path.name
    is_light = open_recording(path, rate_hz).source == LIGHT
    name = name_for(content, (rate_hz or SENSOR_RATE_HZ) if is_light else None)
    target = folder / name
    if not target.exists():
        fresh[target] = content
    return target, name


def _plan_journal(
    folder: Path, path: Path, content: bytes, fresh: dict[Path, bytes]
) -> tuple[Path, str]:
    loaded = journal.load(path, salvage=True)
    key = recording_of(loaded)
    if is_recording_in(folder, path):
        return path, key
    device, number = loaded.header.get("device"), loaded.header.get("session")
    if not DEVICE.fullmatch(str(device)) or type(number) is not int or not 0 < number < 100_000:
        raise InputError(f"{path} does not say which board's session it is.", "Pull it again.")
    first = folder / f"{device}-{number:05d}.vbj"
    target, n = first, 0
    while target in fresh or target.exists():
        there = fresh.get(target) or target.read_bytes()
        if recording_of(journal.decode(there)) == key:
            if content.startswith(there) and len(content) > len(there):
                fresh[target] = content
            return target, key
        n += 1  # another session of that number: the board was erased in between
        target = first.with_name(f"{first.name}.old{n}")
    fresh[target] = content
    return target, key


def _device(path: Path) -> str:
    if not journal.is_journal(path):
        return ""
    return str(journal.decode(path.read_bytes()).header.get("device", ""))
