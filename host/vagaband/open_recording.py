"""Any recording as a Session, by one road: as a device logged it, or as the firmware finds it.

A file is a journal as pulled; a CSV with a column `ir`, `ppg` or `ibi_ms`; or RR intervals of a
strap or another program (rr_files.py).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

from vagaband import journal, recording, twin
from vagaband.analysis.model import Note
from vagaband.dating import dates
from vagaband.errors import InputError
from vagaband.journal import Journal
from vagaband.rr_files import FOREIGN, RrFile, load_rr
from vagaband.rr_layout import INTERVAL_WORDS, STAMP_WORDS
from vagaband.session import Session

HEAD_BYTES = 4096
MOST_UTC_MIN = 14 * 60
LIGHT, INTERVALS = "light", "intervals"


@dataclass(frozen=True)
class Opened:
    """One recording. `source` is "light", or "intervals" where no light was measured; `began` its
    first sample: in the zone that the device was set to, without one where a file tells none, None
    where nothing dates it. `notes` are sentences to tell the user; `written` are its marks with
    what was noted on it since, None where nobody looked."""

    path: Path
    session: Session
    source: str
    began: datetime | None = None
    notes: list[str] = field(default_factory=list)
    written: list[Note] | None = None


def open_recording(
    path: Path,
    rate_hz: float | None = None,
    salvage: bool = False,
    engine: str = "micropython",
    again: bool = False,
) -> Opened:
    """Open one recording. Raises InputError for what can't be used.

    `rate_hz` is that of a CSV of light (100 where None). `again` runs the firmware's code on a
    journal too, in place of what the device found; `engine` is what that runs in.
    """
    if journal.is_journal(path):
        logged = journal.load(path, salvage)
        return _of_journal(path, logged, dates([logged])[0], engine, again)
    return _of_text(path, rate_hz, engine)


def open_recordings(
    paths: Sequence[Path], rate_hz: float | None = None, salvage: bool = False
) -> list[Opened]:
    """Open several, in the order given: sessions of one device date each other."""
    logged = {p: journal.load(p, salvage) for p in paths if journal.is_journal(p)}
    began: dict[Path, datetime | None] = {}
    for device in {_device(item) for item in logged.values()}:
        its = [path for path, item in logged.items() if _device(item) == device]
        its.sort(key=lambda path: _number(logged[path]))
        began.update(zip(its, dates(logged[path] for path in its), strict=True))
    return [
        _of_journal(path, logged[path], began[path])
        if path in logged
        else _of_text(path, rate_hz, "micropython")
        for path in paths
    ]


def in_own_zone(began: datetime | None, logged: Journal) -> datetime | None:
    """A session's beginning in the zone that its device was set to; UTC where to none."""
    utc_min = logged.header["config"].get("utc_min", 0)
    if began is None or type(utc_min) is not int or abs(utc_min) > MOST_UTC_MIN:
        return began
    return began.astimezone(timezone(timedelta(minutes=utc_min)))


def _device(logged: Journal) -> str:
    return str(logged.header.get("device"))


def _number(logged: Journal) -> int:
    number = logged.header.get("session")
    return number if isinstance(number, int) else 0


def _of_journal(
    path: Path,
    logged: Journal,
    began: datetime | None,
    engine: str = "micropython",
    again: bool = False,
) -> Opened:
    notes = []
    if logged.placed:
        notes.append("records are missing; the device's intervals and epochs are used up to there")
    if again:
        session, note = twin.of_journal(logged, engine)
        notes += [note] if note else []
    else:
        session = twin.as_logged(logged)
    return Opened(path, session, LIGHT, in_own_zone(began, logged), notes)


def _of_text(path: Path, rate_hz: float | None, engine: str) -> Opened:
    if path.suffix == ".vbj" and path.is_file():
        raise InputError(f"{path} is no journal.", "Pull the session again.")
    names = _first_words(path)
    light = names & {"ir", "ppg"}
    if light or ("ibi_ms" in names and not _told_by(names, STAMP_WORDS)):
        loaded = recording.load(path, rate_hz)
        session = twin.of_recording(loaded, engine)
        return Opened(path, session, LIGHT if light else INTERVALS)
    found = _intervals(path, names, rate_hz)
    session = twin.of_intervals(found.beats_s, found.gaps_s, engine)
    notes = []
    if found.gaps_s:
        notes.append(f"stretches without beats, by the file's own clock: {len(found.gaps_s)}")
    return Opened(path, session, INTERVALS, found.began, notes)


def _intervals(path: Path, names: set[str], rate_hz: float | None) -> RrFile:
    try:
        return load_rr(path)
    except InputError:
        begins = tuple(FOREIGN) + tuple("0123456789")
        if not _told_by(names, INTERVAL_WORDS) and not any(n.startswith(begins) for n in names):
            recording.load(path, rate_hz)  # says what such a file could have been
        raise


def _first_words(path: Path) -> set[str]:
    """The cells of the first line with text, in lower case; none where it can't be read."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES).decode("utf-8-sig", "replace")
    except OSError:
        return set()  # whoever reads it says why
    lines = (line.split("#", 1)[0].strip() for line in head.splitlines())
    first = next((line for line in lines if line), "").lower()
    return {cell for cell in re.split(r'[;,\t "]+', first) if cell}


def _told_by(names: set[str], words: set[str]) -> bool:
    """Whether a name holds one of the words."""
    return any(words & set(re.findall(r"[a-z0-9]+", name.replace("r-r", "rr"))) for name in names)
