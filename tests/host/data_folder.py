"""A data folder with sessions that the firmware wrote, and its index."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from vagaband.sessions.days import Day, days
from vagaband.sessions.index import Index
from vagaband.sessions.scan import refresh
from written_sessions import DEVICE, Marks, written

NOON = datetime(2026, 11, 20, 12, 0, 7, tzinfo=UTC)
LENGTH_S = 240.0


def put(
    folder: Path,
    number: int,
    began: datetime | None = NOON,
    seconds: float = LENGTH_S,
    *,
    device: str = DEVICE,
    marks: Marks = (),
    **options: object,
) -> Path:
    """A session's file as pull would name it; the number is its seed."""
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{device}-{number:05d}.vbj"
    options = {"seed": number, **options}
    path.write_bytes(
        written(seconds, began, number=number, device=device, marks=tuple(marks), **options)  # type: ignore[arg-type]
    )
    path.chmod(0o600)
    return path


@contextmanager
def opened(folder: Path) -> Iterator[Index]:
    """Its index, brought up to the files."""
    with Index(folder) as index:
        refresh(index)
        yield index


def days_of(folder: Path, person: str | None = None) -> list[Day]:
    """The sessions that are listed."""
    with opened(folder) as index:
        return days(index, person)


def everything(folder: Path) -> list[dict]:
    """All that a listing tells."""
    with opened(folder) as index:
        return [day.as_json(index) for day in days(index)]


@contextmanager
def zone(name: str) -> Iterator[None]:
    """This computer's zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = name
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()
