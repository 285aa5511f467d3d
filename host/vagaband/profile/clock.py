"""The wearer's calendar and clock, for many moments at once."""

from datetime import datetime, tzinfo

import numpy as np
from numpy.typing import NDArray

from vagaband.session import Floats

QUARTER_S = 900.0  # no clock is put forward or back within one
DAY_S = 86400.0
EPOCH_ORDINAL = datetime(1970, 1, 1).toordinal()


def local(at_s: Floats, zone: tzinfo) -> tuple[NDArray[np.int64], Floats]:
    """Day (ordinal of the calendar, as `date.toordinal`) and hour of day (0 to 24), (n,) each."""
    quarters, which = np.unique(np.floor(at_s / QUARTER_S), return_inverse=True)
    offsets = [datetime.fromtimestamp(q * QUARTER_S, zone).utcoffset() for q in quarters.tolist()]
    offset_s = np.array([offset.total_seconds() if offset else 0.0 for offset in offsets], float)
    local_s = at_s + offset_s[which]
    day = np.floor(local_s / DAY_S)
    return day.astype(np.int64) + EPOCH_ORDINAL, (local_s - day * DAY_S) / 3600


def hours_apart(hour: Floats, other: float) -> Floats:
    """Between hours of the day, around midnight too, (n,)."""
    apart = np.abs(hour - other)
    return np.minimum(apart, 24 - apart)
