"""The long term: every day of the calendar, how days differ, and whether there is a trend.

A day's value is its level with the hours of wearing evened out (`usual`): a day worn at night and
one worn at noon can be compared. The slope knows that neighbouring days are alike, and that a
person drifts for weeks without a trend (`drift`). A change is called only beyond the smallest that
could be told from none. A wave of months still looks like a trend while it lasts.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from vagaband.profile.claims import claim_of
from vagaband.profile.clock import local
from vagaband.profile.drift import coefficient
from vagaband.profile.model import DayValue, Estimate, History, Trend
from vagaband.profile.tiles import Tiles, tiles_of
from vagaband.profile.usual import TILE_S, usual_of
from vagaband.profile.why import FEW_DAYS
from vagaband.profile.windows import means_of
from vagaband.reference.run_numbers import EPOCH_S
from vagaband.session import Floats

LEAST_FOR_LEVEL = 3  # days, as for the own baseline
LEAST_FOR_SLOPE, LEAST_SPAN = 12, 21  # days with a value, and from the first to the last
LONGEST = 182  # days back that a slope looks: half a year
COMPARED = 2  # RSA and heart period


def trend_of(history: History) -> Trend:
    """Of all days from the first recording to the last."""
    tiles = tiles_of(history.spans, TILE_S, history.zone)
    rsa = _days_of(history, tiles, history.epochs.rsa_ln)
    hp = _days_of(history, tiles, history.epochs.hp_ms)
    rsa_per_week, hp_per_week = _slope(rsa), _slope(hp)
    return Trend(
        days=tuple(_calendar(history, rsa, hp)),
        rsa=_level(rsa),
        hp=_level(hp),
        rsa_day_sd=_day_sd(rsa),
        hp_day_sd=_day_sd(hp),
        rsa_per_week=rsa_per_week,
        hp_per_week=hp_per_week,
        rsa_change=claim_of("rsa", rsa_per_week),
        hp_change=claim_of("hp", hp_per_week),
    )


@dataclass(frozen=True)
class _Days:
    """Days with a value, in order, (d,) each."""

    day: NDArray[np.int64]
    value: Floats

    @property
    def since(self) -> Floats:
        """Days from the middle of them."""
        return self.day.astype(np.float64) - float(self.day.mean())


def _days_of(history: History, tiles: Tiles, values: Floats) -> _Days:
    """Level of each day at the hours that are usual for this person."""
    usual = usual_of(means_of(history.epochs, values, tiles.begin_s, TILE_S), tiles)
    hours = usual.of_hour(tiles.hour)
    return _Days(usual.days, usual.level + (float(hours.mean()) if len(hours) else 0.0))


def _calendar(history: History, rsa: _Days, hp: _Days) -> Iterator[DayValue]:
    """Every day from the first recording's to the last's."""
    if not history.spans:
        return
    epochs = history.epochs
    used = Counter(local(epochs.at_s[epochs.valid > 0], history.zone)[0].tolist())
    worn = [np.arange(begin_s, end_s, EPOCH_S) for begin_s, end_s in history.spans]
    recorded = Counter(local(np.concatenate(worn), history.zone)[0].tolist())
    of_rsa, of_hp = (dict(zip(d.day.tolist(), d.value.tolist(), strict=True)) for d in (rsa, hp))
    for day in range(min(recorded), max(recorded) + 1):
        hours = recorded[day] * EPOCH_S / 3600
        at = date.fromordinal(day)
        yield DayValue(at, of_rsa.get(day), of_hp.get(day), used[day], hours)


def _level(days: _Days) -> Estimate:
    """Mean of the days."""
    n = len(days.day)
    if n < LEAST_FOR_LEVEL:
        return Estimate(None, None, None, n, why=FEW_DAYS)
    found = coefficient(days.value, days.since, np.ones((n, 1)), 0)
    low, high = found.interval()
    return Estimate(found.mean, low, high, n)


def _slope(days: _Days) -> Estimate:
    """Change a week over the last half year."""
    recent = days.day > days.day.max(initial=0) - LONGEST
    days = _Days(days.day[recent], days.value[recent])
    n = len(days.day)
    if n < LEAST_FOR_SLOPE or np.ptp(days.day) < LEAST_SPAN - 1:
        return Estimate(None, None, None, n, why=FEW_DAYS)
    columns = np.column_stack([np.ones(n), days.since / 7])
    found = coefficient(days.value, days.since, columns, 1)
    low, high = found.interval()
    wide = found.interval(COMPARED)
    return Estimate(found.mean, low, high, n, smallest=(wide[1] - wide[0]) / 2)


def _day_sd(days: _Days) -> float | None:
    """SD of the days about a straight line through them."""
    n = len(days.day)
    if n < LEAST_FOR_LEVEL:
        return None
    line = np.polynomial.Polynomial.fit(days.since, days.value, 1)
    return float(np.sqrt(np.sum((days.value - line(days.since)) ** 2) / (n - 2)))
