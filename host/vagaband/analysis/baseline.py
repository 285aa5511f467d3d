"""The own baseline (DESIGN §7): median of valid epochs of the last 14 days within 3 hours of the
same time of day; at least 60 epochs on at least 3 days. Until then the session's own median."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from vagaband.analysis.model import Baseline, Moment
from vagaband.analysis.uncertainty import MAD_TO_SD
from vagaband.session import Floats

DAYS, HOURS = 14, 3.0
LEAST_EPOCHS, LEAST_DAYS = 60, 3
LEAST_OF_SESSION = 9  # epochs of five minutes (rsa.md §5): 25 s of them go to the filters' ends
# From day to day, until a person's own days tell: RSA 0.4 to 0.5 ln (rsa.md §5), a resting heart
# about 5 %. They weigh as three days.
DAY_SD_LN, DAY_SD_MS, PRIOR_DAYS = 0.45, 45.0, 3


@dataclass(frozen=True)
class BaselineRow:
    """One epoch of a person, as the index keeps it. `pb2_ln` and `bp_ln` are None where the epoch
    may not be compared by them: paced or slow breathing (both), breathing unknown (PB2)."""

    at: datetime  # aware (UTC): begin of the epoch
    hp_ms: float | None
    pb2_ln: float | None
    bp_ln: float | None
    valid: bool
    reason: str = ""  # why it is refused; "" when valid
    breath_per_min: float | None = None


def row_of(at: datetime, moment: Moment) -> BaselineRow:
    """The row of a moment that began at `at`."""
    comparable = is_comparable(moment)
    return BaselineRow(
        at,
        moment.mean_hp_ms,
        moment.pb2_ln if comparable and moment.rsa_kind == "pb2" else None,
        moment.bp_ln if comparable else None,
        moment.valid,
        moment.reason,
        moment.breath_per_min,
    )


def is_comparable(moment: Moment) -> bool:
    """Whether its RSA may be held against others: valid, and breathing neither slow nor paced."""
    return moment.valid and moment.rsa_kind in ("pb2", "bp") and not moment.slow


@dataclass(frozen=True)
class Columns:
    """Valid epochs of a person, (n,) each: hour of day (0 to 24), day (ordinal), heart period (ms)
    and RSA (ln), NaN where it may not be compared."""

    hour: Floats
    day: NDArray[np.int64]
    hp_ms: Floats
    pb2_ln: Floats
    bp_ln: Floats


class Past:
    """A person's valid epochs, ready to be asked for a time of day by the wearer's clock."""

    def __init__(self, rows: Sequence[BaselineRow], now: datetime | None) -> None:
        """Epochs of the 14 days before `now` (aware, in the wearer's zone): what is at or after
        it is no past. Without `now` nothing can be said."""
        self.is_empty = not rows
        self.now = now
        kept = [
            (row, row.at.astimezone(now.tzinfo))
            for row in rows
            if now and row.valid and row.hp_ms and _is_past(row.at, now)
        ]
        self._columns = Columns(
            np.array([_hour(local) for _, local in kept], float),
            np.array([at.toordinal() for _, at in kept], np.int64),
            *(
                np.array([_nan(getattr(row, name)) for row, _ in kept], float)
                for name in ("hp_ms", "pb2_ln", "bp_ln")
            ),
        )

    def own(self, after: timedelta = timedelta(0)) -> Baseline:
        """The own baseline so long after `now`; kind "none" where it is not yet there."""
        if self.now is None:
            return _none("undated")
        own = own_at(self._columns, _hour(self.now + after))
        return _none("no_rows") if self.is_empty else own


def own_at(past: Columns, hour: float) -> Baseline:
    """The own baseline at an hour of day by these epochs; kind "none" where they are too few."""
    apart = np.abs(past.hour - hour)
    near = np.minimum(apart, 24 - apart) <= HOURS
    epochs, days = int(near.sum()), len(set(past.day[near].tolist()))
    if epochs < LEAST_EPOCHS or days < LEAST_DAYS:
        return _none("few_days" if days < LEAST_DAYS else "few_epochs", epochs, days)
    values = [past.hp_ms[near], past.pb2_ln[near], past.bp_ln[near]]
    return _of("own", values, epochs, past.day[near])


def median_of(hp_ms: Floats, pb2_ln: Floats, bp_ln: Floats) -> Baseline:
    """The median of a session's valid epochs, (n,) each; kind "none" below five minutes."""
    if len(hp_ms) < LEAST_OF_SESSION:
        return _none("short")
    return _of("session", [hp_ms, pb2_ln, bp_ln], len(hp_ms), None)


def of_session(moments: Sequence[Moment]) -> Baseline:
    """The session's own median, named as such; kind "none" below five minutes of valid epochs."""
    rows = [m for m in moments if m.valid and m.mean_hp_ms]
    even = [m for m in rows if is_comparable(m)]
    values = (
        [m.mean_hp_ms for m in rows],
        [m.pb2_ln for m in even if m.rsa_kind == "pb2"],
        [m.bp_ln for m in even],
    )
    return median_of(*(np.array([_nan(v) for v in column], float) for column in values))


def _is_past(then: datetime, now: datetime) -> bool:
    return timedelta(0) < now - then <= timedelta(days=DAYS)


def _hour(at: datetime) -> float:
    return at.hour + at.minute / 60 + at.second / 3600


def _nan(value: float | None) -> float:
    return math.nan if value is None else value


def _of(
    kind: str,
    values: Sequence[Floats],
    epochs: int,
    day: NDArray[np.int64] | None,
) -> Baseline:
    """Of heart period, PB2 and BP-RSA, each with NaN where unknown."""
    (hp_ms, hp_spread), (pb2_ln, pb2_spread), (bp_ln, bp_spread) = (
        _middle(column, day) for column in values
    )
    return Baseline(
        kind=kind,
        hp_ms=hp_ms,
        rsa_ln=pb2_ln,
        hp_spread=hp_spread,
        rsa_spread=pb2_spread,
        epochs=epochs,
        days=1 if day is None else len(set(day.tolist())),
        bp_ln=bp_ln,
        bp_spread=bp_spread,
        hp_day_sd=0.0 if day is None else _day_sd(values[0], day, DAY_SD_MS),
        rsa_day_sd=0.0 if day is None else _day_sd(values[2], day, DAY_SD_LN),
    )


def _middle(values: Floats, day: NDArray[np.int64] | None) -> tuple[float | None, float | None]:
    """Median and spread; None where those known are too few to be a baseline by themselves."""
    known = values[np.isfinite(values)]
    days = LEAST_DAYS if day is None else len(set(day[np.isfinite(values)].tolist()))
    least = LEAST_OF_SESSION if day is None else LEAST_EPOCHS
    if len(known) < least or days < LEAST_DAYS:
        return None, None
    median = float(np.median(known))
    return median, float(MAD_TO_SD * np.median(np.abs(known - median)))


def _day_sd(values: Floats, day: NDArray[np.int64], prior: float) -> float:
    """SD of the days' medians, drawn towards what is usual while the days are few."""
    known = np.isfinite(values)
    medians = _day_medians(values[known], day[known])
    variance = float(np.var(medians, ddof=1)) if len(medians) > 1 else 0.0
    freedom = max(len(medians) - 1, 0)
    return math.sqrt((freedom * variance + PRIOR_DAYS * prior**2) / (freedom + PRIOR_DAYS))


def _day_medians(values: Floats, day: NDArray[np.int64]) -> Floats:
    """Of each day, all days in one sort: a month asks for hundreds of baselines."""
    order = np.lexsort((values, day))
    _, first, count = np.unique(day[order], return_index=True, return_counts=True)
    middles = values[order][[first + (count - 1) // 2, first + count // 2]]
    return middles.mean(axis=0)


def _none(why: str, epochs: int = 0, days: int = 0) -> Baseline:
    return Baseline("none", None, None, None, None, epochs, days, why)
