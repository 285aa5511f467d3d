"""A date and time as a person writes it, and the zone that it is in."""

from datetime import UTC, datetime, timedelta, tzinfo

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


class Here(tzinfo):
    """This computer's zone with its summer time, which `datetime.astimezone()` fixes to that of
    one moment."""

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        """Of a moment by this computer's clock."""
        return dt.replace(tzinfo=None).astimezone().utcoffset() if dt else None

    def dst(self, dt: datetime | None) -> None:
        """Not told apart from the offset."""

    def tzname(self, dt: datetime | None) -> str | None:
        """The zone's short name then."""
        return dt.replace(tzinfo=None).astimezone().tzname() if dt else None

    def fromutc(self, dt: datetime) -> datetime:
        """By this computer's clock; the second of two hours of one name has fold 1."""
        local = dt.replace(tzinfo=UTC).astimezone()
        naive = local.replace(tzinfo=None)
        fold = int(naive.astimezone().utcoffset() != local.utcoffset())
        return naive.replace(tzinfo=self, fold=fold)
