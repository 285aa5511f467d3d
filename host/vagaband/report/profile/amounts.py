"""Estimates, days and times as a reader reads them."""

import math
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from babel.dates import format_date

from vagaband.profile.model import Estimate
from vagaband.report import LANGUAGES
from vagaband.report.words import NARROW, Words


@dataclass(frozen=True)
class Measure:
    """How a number is written: its decimals, the key of its unit, whether it is a difference."""

    digits: int
    unit: str
    signed: bool = True


RSA_LEVEL, RSA = Measure(2, "unit.ln", False), Measure(2, "unit.ln_difference")
HP_LEVEL, HP = Measure(0, "unit.ms", False), Measure(0, "unit.ms")
BREATH_LEVEL, BREATH = Measure(1, "unit.per_min", False), Measure(1, "unit.per_min")
BACK = Measure(0, "unit.s", False)  # s, written as a length of time


def known(estimate: Estimate) -> bool:
    """Whether there is a number to show."""
    return estimate.value is not None and math.isfinite(estimate.value) and not estimate.why


def number(value: float, measure: Measure, words: Words) -> str:
    """A number without its unit; a length of time has its own."""
    if measure is BACK:
        return words.span(max(value, 0.0))
    return words.number(value, measure.digits, measure.signed)


def amount(value: float, measure: Measure, words: Words) -> str:
    """A number with its unit."""
    text = number(value, measure, words)
    return text if measure is BACK else f"{text}{NARROW}{words(measure.unit)}"


def written(estimate: Estimate, measure: Measure, words: Words) -> str:
    """An estimate with its interval, or why there is none."""
    if not known(estimate) or estimate.value is None:
        return words("cells.unsaid", why=why_text(estimate.why, words))
    value = amount(estimate.value, measure, words)
    if estimate.low is None or estimate.high is None:
        return value
    low, high = (number(edge, measure, words) for edge in (estimate.low, estimate.high))
    return words("profile.between", value=value, low=low, high=high)


def short(estimate: Estimate, measure: Measure, words: Words) -> str:
    """The same below a picture that says the unit and what the interval is; an end of it that is
    not known is open."""
    given = {
        name: number(edge, measure, words)
        for name in ("value", "low", "high")
        if (edge := getattr(estimate, name)) is not None
    }
    if measure is BACK and estimate.high is None and not estimate.low:
        return words("profile.open", **given)
    ends = ("low" in given, "high" in given)
    return words(_KEYS[ends], **given) if ends in _KEYS else given["value"]


_KEYS = {
    (True, True): "profile.short",
    (True, False): "profile.at_least",
    (False, True): "profile.at_most",
}


def beyond(estimate: Estimate) -> bool:
    """Whether a difference is told from none: by its interval, and by the smallest that can be."""
    if not known(estimate) or estimate.low is None or estimate.high is None:
        return False
    large = abs(estimate.value or 0.0) >= (estimate.smallest or 0.0)
    return large and (estimate.low > 0 or estimate.high < 0)


def why_text(why: str, words: Words) -> str:
    """Why something can't be said."""
    return words(f"profile.why.{why or 'refused'}")


def swing_percent(rsa_ln: float, side: str, words: Words) -> str:
    """A difference in RSA as the per cent by which the swing of the heart period is larger
    ("more") or smaller ("less"): RSA is the logarithm of a variance."""
    ratio = math.exp((rsa_ln if side == "more" else -rsa_ln) / 2)
    return words.number(100 * abs(ratio - 1))


@dataclass(frozen=True)
class Calendar:
    """Days and times of the wearer's zone, in words."""

    zone: tzinfo
    words: Words

    def at(self, at_s: float) -> str:
        """As in "zo 8 nov, 14:32"."""
        moment = datetime.fromtimestamp(at_s, self.zone)
        return f"{self._date(moment, 'EEE d MMM')}, {moment:%H:%M}"

    def day(self, day: date) -> str:
        """As in "zondag 8 november 2026"."""
        return self._date(day, "EEEE d MMMM y")

    def short(self, day: date) -> str:
        """As in "8 nov"."""
        return self._date(day, "d MMM")

    def on(self, at_s: float) -> str:
        """The day of a time, as in "8 november 2026"."""
        return self._date(datetime.fromtimestamp(at_s, self.zone), "d MMMM y")

    def _date(self, day: date, form: str) -> str:
        return format_date(day, form, locale=LANGUAGES[self.words.language])
