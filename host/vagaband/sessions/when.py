"""A date and time as a person writes it."""

from datetime import UTC, datetime, timedelta

from vagaband.errors import InputError
from vagaband.plain import plain

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


def when(text: str) -> datetime:
    """When a recording began, in this computer's zone unless the text names another."""
    try:
        moment = datetime.fromisoformat(text.strip()).astimezone()
    except (ValueError, OverflowError, OSError):
        raise InputError(
            f'"{plain(text, 40)}" is no date and time.', 'Write it as --began "2026-11-20 14:00".'
        ) from None
    if not EARLIEST < moment < datetime.now(UTC) + timedelta(days=1):
        raise InputError(f"{plain(text, 40)} can't be when it began.", "Check the date.")
    return moment
