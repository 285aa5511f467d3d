"""A recording's file as a Session: what a device logged, or what the firmware's code finds."""

import re
from datetime import datetime
from pathlib import Path

from vagaband import journal, recording, twin
from vagaband.dating import dates
from vagaband.errors import InputError
from vagaband.rr_files import load_rr
from vagaband.session import Session

LIGHT = {"ir", "ppg"}  # columns of a CSV of light
HEAD_BYTES = 4096


def is_light(path: Path) -> bool:
    """Whether a CSV's first line names light."""
    try:
        with path.open("rb") as file:
            lines = file.read(HEAD_BYTES).decode("utf-8-sig", "replace").strip().splitlines()
    except OSError:
        return False  # whoever reads it says why
    return bool(LIGHT & set(re.split(r'[;,\t "]+', lines[0].lower()))) if lines else False


def read_recording(
    path: Path, rate_hz: float | None = None, salvage: bool = False
) -> tuple[Session, str, datetime | None]:
    """What a file holds; "light" or "intervals"; and when it began, as far as it tells alone.

    `rate_hz` is that of a CSV of light. Raises InputError for what can't be used.
    """
    if journal.is_journal(path):
        logged = journal.load(path, salvage)
        return twin.as_logged(logged), "light", dates([logged])[0]
    if is_light(path):
        return twin.of_recording(recording.load(path, rate_hz)), "light", None
    if path.suffix == ".vbj":
        raise InputError(f"{path} is no journal.", "Pull the session again.")
    found = load_rr(path)
    return twin.of_intervals(found.beats_s, found.gaps_s), "intervals", found.began
