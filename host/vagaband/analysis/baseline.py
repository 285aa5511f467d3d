"""The own baseline (DESIGN §7): median of valid epochs of the last 14 days within 3 hours of the
same time of day; at least 60 epochs on at least 3 days. Until then the session's own median."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from vagaband.analysis.model import Baseline, Moment
from vagaband.session import Floats

DAYS, HOURS = 14, 3.0
LEAST_EPOCHS, LEAST_DAYS = 60, 3
LEAST_OF_SESSION = 10  # epochs: five minutes (rsa.md §5)
MAD_TO_SD = 1.4826


@dataclass(frozen=True)
class BaselineRow:
    """One epoch of a person, as the index keeps it. `pb2_ln` and `bp_ln` are None where the epoch
    may not be compared by them: paced or slow breathing (both), breathing unknown (PB2)."""

    at: datetime  # aware (UTC): begin of the epoch
    hp_ms: float | None
    pb2_ln: float | None
    bp_ln: float | None
    valid: bool


def row_of(at: datetime, moment: Moment) -> BaselineRow:
    """The row of a moment that began at `at`."""
    comparable = moment.valid and not moment.slow and moment.rsa_kind != "lock_in"
    return BaselineRow(
        at,
        moment.mean_hp_ms,
        moment.pb2_ln if comparable and moment.rsa_kind == "pb2" else None,
        moment.bp_ln if comparable else None,
        moment.valid,
    )


def own(rows: Sequence[BaselineRow], at: datetime | None) -> Baseline:
    """The own baseline for the moment `at` (aware, in the wearer's zone); kind "none" with
    `why_not` where it is not yet there. Rows at or after `at` count as no past."""
    if at is None:
        return _none("undated")
    near = [row for row in rows if row.valid and row.hp_ms and _same_time(row.at, at)]
    days = len({row.at.astimezone(at.tzinfo).date() for row in near})
    if len(near) < LEAST_EPOCHS or days < LEAST_DAYS:
        why = "no_rows" if not rows else "few_days" if days < LEAST_DAYS else "few_epochs"
        return _none(why, len(near), days)
    return _of(
        "own",
        _known([row.hp_ms for row in near]),
        _known([row.pb2_ln for row in near]),
        _known([row.bp_ln for row in near]),
        len(near),
        days,
    )


def of_session(moments: Sequence[Moment], why_not: str) -> Baseline:
    """The session's own median; `why_not` says why there is no own baseline."""
    rows = [m for m in moments if m.valid and m.mean_hp_ms]
    if len(rows) < LEAST_OF_SESSION:
        return _none("short")
    even = [m for m in rows if not m.slow and m.rsa_kind != "lock_in"]
    return _of(
        "session",
        _known([m.mean_hp_ms for m in rows]),
        _known([m.pb2_ln for m in even if m.rsa_kind == "pb2"]),
        _known([m.bp_ln for m in even]),
        len(rows),
        1,
        why_not,
    )


def _same_time(then: datetime, now: datetime) -> bool:
    """Within the last 14 days and 3 hours of the same time of day, by the wearer's clock."""
    if not timedelta(0) < now - then <= timedelta(days=DAYS):
        return False
    local = then.astimezone(now.tzinfo)
    apart = abs(_hour(now) - _hour(local))
    return min(apart, 24 - apart) <= HOURS


def _hour(at: datetime) -> float:
    return at.hour + at.minute / 60 + at.second / 3600


def _known(values: Sequence[float | None]) -> Floats:
    return np.array([value for value in values if value is not None and np.isfinite(value)], float)


def _of(
    kind: str, hp: Floats, pb2: Floats, bp: Floats, epochs: int, days: int, why: str = ""
) -> Baseline:
    (hp_ms, hp_spread), (pb2_ln, pb2_spread), (bp_ln, bp_spread) = map(_middle, (hp, pb2, bp))
    return Baseline(
        kind, hp_ms, pb2_ln, hp_spread, pb2_spread, epochs, days, why, bp_ln, bp_spread
    )


def _middle(values: Floats) -> tuple[float | None, float | None]:
    """Median and spread; None for too few to be a baseline."""
    if len(values) < LEAST_OF_SESSION:
        return None, None
    median = float(np.median(values))
    return median, float(MAD_TO_SD * np.median(np.abs(values - median)))


def _none(why: str, epochs: int = 0, days: int = 0) -> Baseline:
    return Baseline("none", None, None, None, None, epochs, days, why)
