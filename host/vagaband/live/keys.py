"""Keys as they are pressed, while a screen is drawn; Ctrl-C stays what it is."""

import codecs
import os
import re
import select
import sys
from typing import Any

try:
    import termios
    import tty
except ImportError:  # Windows
    termios = tty = None

ENTER, ESCAPE, ERASE = "\r\n", "\x1b", "\x7f\b"
SEQUENCE = re.compile(r"\x1b(\[[0-9;?]*[ -/]*[@-~]|O.|[^\x1b\[O])")  # arrows, function, Alt keys


class Keys:
    """Use it as a context; `read()` gives what was pressed, "" where there is no keyboard."""

    def __init__(self) -> None:
        self._before: list[Any] | None = None
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="ignore")

    def __enter__(self) -> "Keys":
        if termios and tty and sys.stdin.isatty():
            self._before = termios.tcgetattr(sys.stdin)
            tty.setcbreak(sys.stdin)
        return self

    def __exit__(self, *_: object) -> None:
        if termios and self._before:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._before)
            self._before = None

    def read(self) -> str:
        """Signs pressed since the last call, without those that other keys send."""
        if not self._before or not select.select([sys.stdin], [], [], 0)[0]:
            return ""
        return SEQUENCE.sub("", self._decoder.decode(os.read(sys.stdin.fileno(), 256)))
