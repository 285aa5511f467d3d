"""A strap on the virtual radio, with what it needs of a device; phones are near."""

from pathlib import Path
from types import SimpleNamespace

from heart_rate_service import Line, read_record
from vagaband.board.inside import virtual_bluetooth
from vagaband.board.inside.air import Air
from vagal.contact import ON
from vagal.intervals import OK
from vagal.strap import Strap

TURN_US = 100_000


class World:
    """Time and faults, as the virtual board's radio asks for them."""

    def __init__(self) -> None:
        self.now_us = 0
        self.fault_until_us = 0
        self.air_us: int | None = None
        self.air: Air

    def advance(self, us: int) -> None:
        self.now_us += us
        if self.air_us is not None and self.now_us >= self.air_us:
            self.air_us = None
            self.air.happen()

    def expect_air(self, at_us: int) -> None:
        self.air_us = at_us

    def faulty(self, name: str) -> bool:
        return self.now_us < self.fault_until_us

    def fail(self, name: str, us: int) -> None:
        self.fault_until_us = self.now_us + us


class Recorder:
    """A session as the strap sees it: contact, a number, a place for events."""

    def __init__(self, session: int = 1) -> None:
        self.pipeline = SimpleNamespace(contact=SimpleNamespace(shown=ON))
        self.journal = SimpleNamespace(session=session)
        self.events: list[tuple[int, int, int]] = []

    def event(self, code: int, arg: int, value: int) -> None:
        self.events.append((code, arg, value))


class Board:
    """A device with a strap, on a radio of its own; `file` is the radio's record."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "air.ble"
        self.world = World()
        self.world.air = Air(self.world, self.file.open("a"), 1, None)
        self.recorder: Recorder | None = Recorder()
        self.boot()

    def boot(self) -> None:
        """The firmware starts, with its radio off."""
        virtual_bluetooth.bind(self.world)
        self.strap = Strap(lambda: virtual_bluetooth, "c0ffee12ab34", "0.1.0")

    def turns(self, n: int = 1) -> None:
        for _ in range(n):
            self.world.advance(TURN_US)
            self.strap.step(self.recorder, TURN_US)

    def phone(self, words: str) -> None:
        self.world.air.do(words)

    def beats(self, *ibis: int, flag: int = OK) -> None:
        for ibi in ibis:
            self.strap.interval(ibi, flag)

    def listen(self) -> None:
        """The phone connects, pairs and subscribes."""
        for words in ("connect", "pair", "subscribe"):
            self.phone(words)
            self.turns()

    def lines(self, what: str, who: str = "phone") -> list[Line]:
        return [line for line in read_record(self.file) if (line.who, line.what) == (who, what)]

    def sent(self) -> list[str]:
        """What the phone's app got of the heart, in hex."""
        return [line.data.hex(" ") for line in self.lines("2a37")]
