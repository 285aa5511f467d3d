"""One person's board in a run: marks that are never dropped, pacing, and a line that may break."""

import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vagaband import breathe
from vagaband.breathe import ASK_EVERY_S, Moment, moment_of
from vagaband.device import Device, whole
from vagaband.errors import DeviceError, InputError
from vagaband.live.look import CONTACTS
from vagaband.protocol.clocks import Clock, Ticks
from vagaband.protocol.model import Block, Pace, Role

AGAIN_S = 2.0  # between two tries to open a line that broke
DARK = "light"  # the key of the configuration that is 0 where its light never shows


@dataclass
class Wearer:
    """`open()` first. A line that breaks is tried again at each look; `lost` says why it is away.

    `fresh`: it came back with another session, as a board that was reset does. `dropped` counts
    the marks that a session's end kept from it.
    """

    url: str
    person: str
    role: Role
    folder: Path
    lost: str = ""
    fresh: bool = False
    dropped: int = 0
    ticks: Ticks | None = None
    ms: int = 0
    looked_s: float = 0.0
    name: str = ""  # the board's own
    session: int = 0
    since: int = 0  # the first session of the run
    contact: str = ""
    _device: Device | None = None
    _owed: deque[tuple[float, str]] = field(default_factory=deque)  # moment of the run, mark
    _paced: tuple[float, dict[str, Any]] | None = None  # when it was asked, what it said

    def open(self, clock: Clock) -> None:
        """Open the line; DeviceError where nobody answers, InputError where its light is off."""
        self._connect(clock)
        told = self._device.ask(f"config {DARK}") if self._device else {}
        if not whole(told.get("values", {}), DARK):
            self.close()
            raise InputError(
                f"The light of the board at {self.url} is off: nobody is to be measured unseen.",
                f"Run: vagaband config set light 20 --port {self.url}",
            )

    def begin(self, clock: Clock) -> None:
        """Have the board, whose line is open, begin a session for the run: what it has recorded
        until now may be another person's."""
        self._ask("stop")
        self._ask("start")
        self.session, self.ticks = 0, None
        self._see(clock)
        self.since = self.session

    def close(self) -> None:
        """Let go of the line; the board goes on measuring."""
        if self._device:
            self._device.__exit__()
        self._device = None

    def look(self, clock: Clock) -> None:
        """Ask how it is; where its line is broken, try that again now and then."""
        if not self.lost:
            self._do(lambda: self._see(clock))
        elif time.monotonic() - self.looked_s > AGAIN_S:
            try:
                self._connect(clock)
            except DeviceError as error:
                self._lose(error)

    def mark(self, kind: str, text: str, at_s: float) -> None:
        """Mark a moment of the run; later, where the line is broken."""
        self._owed.append((at_s, f"{kind} {text}".strip()))
        self._pay()

    def sign(self) -> None:
        """Show and shake that a block begins or ends."""
        self._do(lambda: self._ask("sign"))

    def commit(self) -> None:
        """Have what is logged written to flash."""
        self._do(lambda: self._ask("commit"))

    def pace(self, block: Block, seed: int) -> None:
        """Pace the breath through a block, where that is wanted."""
        if not block.pace:
            return
        if isinstance(block.pace, Pace):
            minutes = -(-block.seconds // 60)
            line = breathe.command(block.pace.in_s, block.pace.out_s, minutes, False, None)
        else:
            line = breathe.command(None, None, 0, True, seed)
        self._do(lambda: self._ask(line))

    def stop_pace(self) -> None:
        """Pace no longer."""
        self._paced = None
        self._do(lambda: self._ask("breathe stop"))

    def moment(self, now_s: float) -> Moment | None:
        """Where in the breath its light is; None where it does not pace or can't be asked."""
        if not self._paced or now_s - self._paced[0] > ASK_EVERY_S:
            self._do(lambda: self._note_pace(now_s))
        if self.lost or not self._paced or "ms" not in self._paced[1]:
            return None
        return moment_of(self._paced[1], now_s - self._paced[0])

    def _note_pace(self, now_s: float) -> None:
        self._paced = (now_s, self._ask("breathe"))

    def _connect(self, clock: Clock) -> None:
        self.close()
        self._device = Device(self.url)
        try:
            told = self._ask("status")
            if not whole(told, "session"):
                self._ask("start")
            if not whole(told, "clock_s"):
                self._ask(f"time {int(time.time())}")  # dates the session
            self._see(clock)
        except DeviceError:
            self.close()
            raise
        self.lost = ""
        self._pay()

    def _see(self, clock: Clock) -> None:
        asked_s = time.monotonic()
        told = self._ask("status")
        told_s = time.monotonic()
        name, session = str(told.get("device", "")), whole(told, "session")
        if self.name and name != self.name:
            raise DeviceError(
                f"Another board is at {self.url} than {self.person} has worn in this run.",
                "Plug in the one from before, or give each --port in the order of then.",
            )
        if not session:
            raise DeviceError(f"The board at {self.url} records nothing.", "Charge or empty it.")
        if "ms" not in told:
            raise DeviceError(
                f"The firmware of the board at {self.url} is too old for protocols.",
                f"Run: vagaband deploy --port {self.url}",
            )
        if self.session and session != self.session:
            self.fresh = True
            self.dropped += len(self._owed)
            self._owed.clear()
            self.ticks = None
        self.name, self.session, self.ms = name, session, whole(told, "ms")
        contact = whole(told, "contact")
        self.contact = CONTACTS[contact] if 0 <= contact < len(CONTACTS) else ""
        self.ticks = clock.ticks(self.ticks, asked_s, told_s, self.ms)
        self.looked_s = told_s

    def _pay(self) -> None:
        """Set the marks that are still to be set. One that is set twice does no harm."""
        while self._owed and not self.lost and self.ticks:
            at_s, words = self._owed[0]
            line = f"mark @{self.ticks.ms_at(at_s)} {words}"
            self._do(lambda line=line: self._ask(line))
            if not self.lost:
                self._owed.popleft()

    def _ask(self, line: str) -> dict[str, Any]:
        if not self._device:
            raise DeviceError(f"There is no line to {self.url}.", "Check the cable.")
        return self._device.ask(line)

    def _do(self, what: Any) -> None:
        """Do something on the board; where its line breaks, it is lost."""
        if self.lost:
            return
        try:
            what()
        except DeviceError as error:
            self._lose(error)

    def _lose(self, error: DeviceError) -> None:
        self.lost = error.what
        self.looked_s = time.monotonic()
        self._paced = None
        self.close()
