"""The dev board's auto-reset circuit: two transistors between DTR, RTS and the chip's EN, IO0."""

GRACE_S = 0.15  # in place of the EN capacitor: so long IO0 may still go low after EN has risen

OFF, RUN, DOWNLOAD = "off", "run", "download"


def levels(dtr: bool, rts: bool) -> tuple[bool, bool]:
    """EN and IO0 (true: high) for the asserted lines; both lines together do nothing."""
    return not (rts and not dtr), not (dtr and not rts)


class ResetCircuit:
    """Follows the lines; `take` gives what happens to the chip: OFF, then RUN or DOWNLOAD.

    A host's lines change one after the other, 50 ms apart over RFC 2217, so IO0 counts as low
    when it is so at any moment of the grace period after EN has risen.
    """

    def __init__(self) -> None:
        self._dtr = self._rts = False
        self._en = True
        self._decide_at_s: float | None = None
        self._events: list[str] = []

    @property
    def pending(self) -> bool:
        """Whether the chip is about to start."""
        return self._decide_at_s is not None

    def set_dtr(self, on: bool, now_s: float) -> None:
        """The host asserts or releases DTR."""
        self._dtr = on
        self._follow(now_s)

    def set_rts(self, on: bool, now_s: float) -> None:
        """The host asserts or releases RTS."""
        self._rts = on
        self._follow(now_s)

    def release(self, now_s: float) -> None:
        """The host has closed the port: both lines fall together, and a pending start is now."""
        self._dtr = self._rts = False
        self._follow(now_s)
        if self.pending:
            self._start(RUN)

    def take(self, now_s: float) -> list[str]:
        """What has happened since the last call."""
        if self._decide_at_s is not None and now_s >= self._decide_at_s:
            self._start(RUN)
        events, self._events = self._events, []
        return events

    def _follow(self, now_s: float) -> None:
        en, io0 = levels(self._dtr, self._rts)
        if self._decide_at_s is not None and now_s >= self._decide_at_s:
            self._start(RUN)
        if self._en and not en:
            self._decide_at_s = None
            self._events.append(OFF)
        elif en and not self._en:
            self._decide_at_s = now_s + GRACE_S
        self._en = en
        if self.pending and not io0:
            self._start(DOWNLOAD)

    def _start(self, mode: str) -> None:
        self._decide_at_s = None
        self._events.append(mode)
