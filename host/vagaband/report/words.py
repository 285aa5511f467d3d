"""What the pages say, in the reader's language: a catalogue a language, numbers, dates, times.

A catalogue is texts/en.toml with what only some page has, as texts/profile.en.toml; a key stands
in one of the files. It is the path to a text, as in "glance.title"; `{name}` in a text is filled
in. Numbers and dates are written as the language writes them (Unicode's CLDR, through Babel).
"""

import tomllib
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from vagaband.report import LANGUAGES

FOLDER = Path(__file__).with_name("texts")
WHOLE_FROM_H = 48  # a span of so many hours needs no minutes
GROUPED_FROM = 10000  # below it "1.014" would be read as a decimal, or as a thousand
MINUS = "\u2212"
NO_BREAK = "\u00a0"
NARROW = "\u202f"  # before a unit: never at the begin of a line


@cache
def catalogue(language: str) -> dict[str, str]:
    """Every text of a language by its key."""
    texts = {}
    for path in sorted((*FOLDER.glob(f"{language}.toml"), *FOLDER.glob(f"*.{language}.toml"))):
        with path.open("rb") as file:
            texts |= _flat("", tomllib.load(file))
    return texts


def _flat(prefix: str, table: dict[str, Any]) -> list[tuple[str, str]]:
    texts = []
    for name, value in table.items():
        if isinstance(value, dict):
            texts += _flat(f"{prefix}{name}.", value)
        else:
            texts.append((prefix + name, value.replace(" %", f"{NO_BREAK}%")))
    return texts


class Words:
    """The words of one language; calling it with a key gives the text."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._locale = LANGUAGES[language]
        self._texts = catalogue(language)

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, its placeholders filled in; KeyError where there is none."""
        return self._texts[key].format(**values)

    def counted(self, key: str, n: int, **values: object) -> str:
        """The text for one, or for another number `{n}` of things."""
        return self(f"{key}.{'one' if n == 1 else 'many'}", n=self.number(n), **values)

    def number(self, value: float, digits: int = 0, sign: bool = False) -> str:
        """A number with so many decimals; a sign before what is over zero where asked."""
        whole = "#,##0" if abs(value) >= GROUPED_FROM else "0"
        form = f"{whole}.{'0' * digits}" if digits else whole
        text = format_decimal(round(value, digits) + 0.0, format=form, locale=self._locale)
        plus = "+" if sign and round(value, digits) > 0 else ""
        return plus + text.replace("-", MINUS)

    def day(self, moment: datetime) -> str:
        """As in "zondag 22 november 2026"."""
        return format_date(moment, "EEEE d MMMM y", locale=self._locale)

    def span(self, seconds: float) -> str:
        """A length of time in hours, minutes or seconds, as exact as a reader needs."""
        if seconds < 90:
            return self.counted("span.seconds", round(seconds))
        if seconds < 600 and (rest := round(seconds) % 60):
            minutes = self.number(round(seconds) // 60)
            return self("span.minutes_seconds", minutes=minutes, seconds=self.number(rest))
        minutes = round(seconds / 60)
        if minutes < 120:
            return self.counted("span.minutes", minutes)
        if minutes >= 60 * WHOLE_FROM_H:
            return self.counted("span.hours", round(minutes / 60))
        hours, minutes = divmod(minutes, 60)
        if not minutes:
            return self.counted("span.hours", hours)
        return self("span.hours_minutes", hours=self.number(hours), minutes=self.number(minutes))


class Clock:
    """Times on the axis: of the day in 24 hours where it is dated, else since the beginning."""

    def __init__(self, began: datetime | None) -> None:
        self.began = began

    def __call__(self, t_s: float, seconds: bool = False) -> str:
        """As "14:05" or "14:05:30"; undated, "1:05:30" from the first sample on."""
        if self.began is not None:
            at = self.began + timedelta(seconds=t_s, microseconds=500_000)  # to the nearest second
            return at.strftime("%H:%M:%S" if seconds else "%H:%M")
        minutes, rest = divmod(round(t_s), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02d}:{rest:02d}"

    @property
    def zero_s(self) -> int:
        """Seconds since midnight at which the axis begins; 0 where it is undated."""
        if self.began is None:
            return 0
        midnight = self.began.replace(hour=0, minute=0, second=0, microsecond=0)
        return round((self.began - midnight).total_seconds())
