"""A line to a device that one looks on at: frames into a model, marks back, over a slow line too.

The device sends for HOLD_S seconds and no longer unless it is asked again, so that nothing has to
be turned off after a crash. A line that breaks is opened again.
"""

import contextlib
import time
from collections import deque

from vagaband.device import TO_CHARACTERS, Device, read_answer
from vagaband.errors import DeviceError
from vagaband.live.look import read_look
from vagaband.live.model import Person
from vagaband.mark import room
from vagaband.plain import plain

HOLD_S = 25
RENEW_S = 10.0
ANSWER_S = 4.0
AGAIN_S = 2.0  # between two tries to open a line that broke
MOST_SPOILT = 8


class Onlooker(Device):
    """A device that sends what it sees. `pump()` takes what has come, without long waiting."""

    def __init__(self, url: str, person: Person) -> None:
        super().__init__(url)
        self._person = person
        self._waiting: deque[tuple[str, float]] = deque()  # commands without an answer yet
        self._spoilt = 0
        self._renewed_s = time.monotonic()
        self._renewed_there_s = 0.0  # by the device's own time
        try:
            answer = self.ask(f"watch {HOLD_S}")
        except DeviceError:
            self.__exit__()
            raise
        person.answer(answer)
        person.heard_s = time.monotonic()

    def pump(self) -> None:
        """Take what has come, and ask for more in time."""
        for kind, payload in self._frames.feed(self._read(4096)):
            if kind == "W":
                look = read_look(payload)
                if look:
                    self._person.look(look, time.monotonic())
            elif kind == "J":
                self._answered(payload)
        now_s, there_s = time.monotonic(), self._person.t_s
        by_s = max(now_s - self._renewed_s, there_s - self._renewed_there_s)  # a fast virtual one
        if by_s > RENEW_S:
            self._renewed_s, self._renewed_there_s = now_s, there_s
            self._command(f"watch {HOLD_S}")
        while self._waiting and now_s - self._waiting[0][1] > ANSWER_S:
            command, _ = self._waiting.popleft()
            if command.startswith("mark"):
                self._person.marks.append("no answer to a mark: it may be lost")

    def mark(self, kind: str, text: str = "") -> None:
        """Mark this moment."""
        short = text.encode()[: room(kind)].decode(errors="ignore")
        self._command(f"mark {kind} {short}".strip())

    def leave(self) -> None:
        """Ask for no more and close the line; the device goes on measuring."""
        with contextlib.suppress(DeviceError):
            self._send("watch 0")
        self.__exit__()

    def _command(self, command: str) -> None:
        self._waiting.append((command, time.monotonic()))
        self._send(command)

    def _answered(self, payload: bytes) -> None:
        answer = read_answer(payload)
        to = answer.pop("to", None)
        if to == "~" and self._spoilt < MOST_SPOILT:
            self._spoilt += 1
            for command, _ in self._waiting:
                self._send(command)
            return
        mine = [c for c, _ in self._waiting if c[:TO_CHARACTERS] == to]
        if not mine:
            return
        self._spoilt = 0
        self._waiting = deque(one for one in self._waiting if one[0] != mine[0])
        if mine[0].startswith("watch"):
            self._person.answer(answer)
        elif "error" in answer:
            self._person.marks.append(f"not marked: {plain(answer['error'])}")
        else:
            kind, _, text = mine[0].removeprefix("mark ").partition(" ")
            self._person.marks.append(plain(f"{kind} {text}".strip()))


class Watched:
    """One person on one port, through broken lines; `person` is what is known of them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.person = Person(url)
        self._line: Onlooker | None = Onlooker(url, self.person)
        self._again_s = 0.0

    def pump(self) -> None:
        """Take what has come; where the line is broken, try it again now and then."""
        try:
            if self._line is None and time.monotonic() > self._again_s:
                self._line = Onlooker(self.url, self.person)
            if self._line:
                self._line.pump()
        except DeviceError as error:
            self.person.trouble = plain(error.what, 120)
            self._again_s = time.monotonic() + AGAIN_S
            if self._line:
                self._line.__exit__()
            self._line = None

    def mark(self, kind: str, text: str = "") -> None:
        """Mark this moment on the device."""
        try:
            if self._line:
                self._line.mark(kind, text)
                return
        except DeviceError:
            pass  # the next pump() says so
        self.person.marks.append("not marked: no line to the device")

    def leave(self) -> None:
        """Close the line; the device goes on measuring."""
        if self._line:
            self._line.leave()
            self._line = None
