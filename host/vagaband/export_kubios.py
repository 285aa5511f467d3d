"""A recording as RR text: one interval a line, as Kubios, NeuroKit2 and most programs read it.

Such a file knows no time but its intervals'. So it can hold no gap: what lies on either side
follows at once ("join"), and RMSSD takes one false step there; or each unbroken stretch is a file
of its own ("split"). An interval that could not be mended is in neither: a gap is there.
"""

from dataclasses import dataclass
from itertools import groupby, pairwise

from vagaband.session import Interval, Session

UNITS = {"ms": "{:.3f}\n", "s": "{:.6f}\n"}  # 1/8 ms is whole in both
SCALES = {"ms": 1.0, "s": 0.001}
FEWEST = 2  # of a series that a program takes


@dataclass(frozen=True)
class Series:
    """Unbroken stretches of intervals, each of at least two."""

    stretches: list[list[Interval]]

    @property
    def lost_s(self) -> float:
        """Time between the stretches, which no RR text holds."""
        return sum(after[0].t_s - _end_s(before) for before, after in pairwise(self.stretches))

    def text(self, unit: str) -> str:
        """All stretches, one after the other."""
        form, scale = UNITS[unit], SCALES[unit]
        return "".join(
            form.format(interval.ibi_ms * scale)
            for stretch in self.stretches
            for interval in stretch
        )


def series_of(session: Session, flagged: str) -> Series:
    """A session's stretches; `flagged` intervals stay as "corrected", or "omit" leaves them out
    and ends a stretch there."""
    stretches: list[list[Interval]] = []
    for (_, kept), group in groupby(session.intervals, lambda i: (i.run, _kept(i, flagged))):
        stretch = list(group)
        if kept and len(stretch) >= FEWEST:
            stretches.append(stretch)
    return Series(stretches)


def _kept(interval: Interval, flagged: str) -> bool:
    return interval.flag == "ok" if flagged == "omit" else interval.flag != "gap"


def _end_s(stretch: list[Interval]) -> float:
    return stretch[-1].t_s + stretch[-1].ibi_ms / 1000
