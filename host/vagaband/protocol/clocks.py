"""The clock of a run, and each board's own milliseconds against it.

With people it is this machine's monotonic clock. A virtual board that runs faster than that takes
its own time with it: then the boards' clock leads (`--clock board`), and a block lasts as long as
the file says on every board.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol as Shape

WRAP = 0x3FFFFFFF  # of a board's milliseconds
LOOK_EVERY_S = 2.0
TURN_S = 0.08
BREATH_S = 0.005  # left to fast boards between two looks
KEPT_S = 120.0  # a good exchange holds so long: crystals drift 5 ms in it at most
POORER = 1.2  # an exchange that took so much longer than the best one says less


@dataclass(frozen=True)
class Ticks:
    """A moment on the clock of the run (s) and on a board's (ms)."""

    at_s: float
    ms: int
    took_s: float = 0.0  # the exchange that told it: it is right to half of that

    def ms_at(self, at_s: float) -> int:
        """The board's milliseconds at a moment of the run."""
        return (self.ms + round(1000 * (at_s - self.at_s))) & WRAP

    def s_at(self, ms: int) -> float:
        """The moment of the run when the board's milliseconds were these."""
        half = (WRAP + 1) >> 1
        return self.at_s + (((ms - self.ms + half) & WRAP) - half) / 1000


class OnClock(Shape):
    """A board as a clock needs it."""

    ticks: Ticks | None
    ms: int  # at the last look
    looked_s: float  # on this machine's clock
    lost: str

    def look(self, clock: "Clock") -> None:
        """Ask it how it is."""
        ...


class Clock(Shape):
    """`turn()` looks after the boards and says what time it is."""

    def turn(self, boards: Iterable[OnClock]) -> float:
        """The time now, in s."""
        ...

    def ticks(self, old: Ticks | None, asked_s: float, told_s: float, ms: int) -> Ticks:
        """What an exchange says, with what was known before."""
        ...


class PcClock:
    """This machine's monotonic clock."""

    def turn(self, boards: Iterable[OnClock]) -> float:
        """The time now, after a short wait."""
        time.sleep(TURN_S)
        for board in boards:
            if board.lost or time.monotonic() - board.looked_s > LOOK_EVERY_S:
                board.look(self)
        return time.monotonic()

    def ticks(self, old: Ticks | None, asked_s: float, told_s: float, ms: int) -> Ticks:
        """The quickest exchange of the last minutes is the most exact."""
        new = Ticks((asked_s + told_s) / 2, ms, told_s - asked_s)
        if old and new.took_s > POORER * old.took_s and new.at_s - old.at_s < KEPT_S:
            return old
        return new


class BoardClock:
    """The boards' own clock: that of the one that is furthest behind."""

    def __init__(self) -> None:
        self._now_s = 0.0

    def turn(self, boards: Iterable[OnClock]) -> float:
        """The time now, as the boards that answer have it."""
        time.sleep(BREATH_S)
        for board in boards:
            board.look(self)
        now_s = [b.ticks.s_at(b.ms) for b in boards if b.ticks and not b.lost]
        if now_s:
            self._now_s = max(self._now_s, min(now_s))
        else:
            time.sleep(TURN_S)
        return self._now_s

    def ticks(self, old: Ticks | None, asked_s: float, told_s: float, ms: int) -> Ticks:
        """What was set when the board was first heard stays."""
        return old or Ticks(self._now_s, ms)
