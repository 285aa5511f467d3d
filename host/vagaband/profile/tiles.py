"""Recordings cut into stretches of one length, laid end to end from the begin of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
from numpy.typing import NDArray

from vagaband.profile.clock import hours_apart, local
from vagaband.session import Floats

NEAR_H = 1.0


@dataclass(frozen=True)
class Tiles:
    """Stretches of one length in order of time, (n,) each: begin (s since 1970), day (ordinal) and
    hour of day (0 to 24) by the wearer's clock."""

    seconds: float
    begin_s: Floats
    day: NDArray[np.int64]
    hour: Floats

    def near(self, hour: float) -> NDArray[np.bool_]:
        """Which are within an hour of an hour of day."""
        return hours_apart(self.hour, hour) <= NEAR_H

    def only(self, these: NDArray[np.bool_]) -> "Tiles":
        """Some of them."""
        return Tiles(self.seconds, self.begin_s[these], self.day[these], self.hour[these])


def tiles_of(spans: Sequence[tuple[float, float]], seconds: float, zone: tzinfo) -> Tiles:
    """All of the recordings, marked or not."""
    begins = [np.arange(begin, end - seconds + 1, seconds) for begin, end in spans]
    begin_s = np.sort(np.concatenate([*begins, np.zeros(0)]))
    return Tiles(seconds, begin_s, *local(begin_s, zone))
