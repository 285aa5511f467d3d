"""The loop: what comes from the lines, what is pressed, what is shown or printed."""

import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from rich.console import Console, RenderableType
from rich.live import Live

from vagaband.files import write_private
from vagaband.live.keys import ENTER, ERASE, ESCAPE, Keys
from vagaband.live.line import Watched
from vagaband.live.screen import screen
from vagaband.live.svg import svg
from vagaband.mark import room

FRAME_S = 0.12
MARK_KEYS = {"m": "event", " ": "event", "g": "glimmer"}
LEAVE_KEYS = "qQ"
LONGEST_TEXT = 100
TEXT_KIND = "note"


class Typing:
    """Keys made marks: `asked` is a text that is being typed, None where none is."""

    def __init__(self, mark: Callable[[str, str], object]) -> None:
        self._mark = mark
        self.asked: str | None = None
        self.leaves = False

    def press(self, keys: str) -> None:
        """Take the signs that were pressed."""
        for key in keys:
            if self.asked is not None:
                self._type(key)
            elif key in LEAVE_KEYS:
                self.leaves = True
            elif key in MARK_KEYS:
                self._mark(MARK_KEYS[key], "")
            elif key == "t":
                self.asked = ""

    def _type(self, key: str) -> None:
        assert self.asked is not None
        if key in ENTER:
            if self.asked.strip():
                self._mark(TEXT_KIND, self.asked.strip())
            self.asked = None
        elif key == ESCAPE:
            self.asked = None
        elif key in ERASE:
            self.asked = self.asked[:-1]
        elif key.isprintable() and self._fits(self.asked + key):
            self.asked += key

    @staticmethod
    def _fits(text: str) -> bool:
        return len(text) <= LONGEST_TEXT and len(text.encode()) <= room(TEXT_KIND)


def show(
    urls: Sequence[str], console: Console, for_s: float | None, snapshot: Path | None
) -> None:
    """Draw in a terminal until q, Ctrl-C or the time is over; the boards go on measuring."""
    with ExitStack() as stack:
        lines = _open(urls, stack)
        typing = Typing(lambda kind, text: [line.mark(kind, text) for line in lines])
        keys = stack.enter_context(Keys())
        live = stack.enter_context(Live(console=console, screen=True, auto_refresh=False))
        next_s = 0.0
        with suppress(KeyboardInterrupt):
            for now_s in _turns(lines, for_s):
                typing.press(keys.read())
                if now_s >= next_s:
                    next_s = now_s + FRAME_S
                    live.update(_drawn(lines, console, now_s, typing.asked), refresh=True)
                if typing.leaves:
                    break
        if snapshot:
            picture = svg(_drawn(lines, console, time.monotonic(), None), *console.size)
            write_private(snapshot, picture.encode())


def tell(urls: Sequence[str], for_s: float | None) -> None:
    """Print a JSON object a second for each board, until Ctrl-C or the time is over."""
    with ExitStack() as stack:
        lines = _open(urls, stack)
        next_s = time.monotonic() + 1
        with suppress(KeyboardInterrupt):
            for now_s in _turns(lines, for_s):
                if now_s >= next_s:
                    next_s += 1
                    for line in lines:
                        print(json.dumps(line.person.as_json(now_s)), flush=True)


def _open(urls: Sequence[str], stack: ExitStack) -> list[Watched]:
    lines = []
    for url in urls:
        lines.append(Watched(url))
        stack.callback(lines[-1].leave)
    return lines


def _turns(lines: Sequence[Watched], for_s: float | None) -> Iterator[float]:
    """The time, after each look at the lines."""
    end_s = time.monotonic() + for_s if for_s else math.inf
    while (now_s := time.monotonic()) < end_s:
        for line in lines:
            line.pump()
        yield now_s


def _drawn(
    lines: Sequence[Watched], console: Console, now_s: float, asked: str | None
) -> RenderableType:
    return screen([line.person for line in lines], *console.size, now_s, asked)
