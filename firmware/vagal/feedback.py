"""What the wearer sees and feels: each state once. Meanings are in the PC package's feedback.py.

A rhythm is of short and long signs, "." and "-", and "=" for a steady light. No two states have
the same: nobody needs to see colours. Where a state is felt, the motor keeps the same rhythm.
"""

from micropython import const

SHORT_MS = const(150)
LONG_MS = const(700)
PAUSE_MS = const(250)  # between signs: at most 2.5 flashes a second
BREAK_MS = const(600)  # it is dark for so long between two rhythms

# Name, colour (red, green, blue), rhythm, felt, seconds until it is shown again (0: it is not),
# asked for. Of states that last the first one here that holds is shown.
STATES = (
    ("service", 0x0000FF, b"=", False, 0, True),
    ("empty", 0xFF0000, b"---", True, 0, False),
    ("flash", 0xFF0000, b"-...", True, 60, False),
    ("full", 0xFF00FF, b"--.", True, 60, False),
    ("sensor", 0xFF0000, b".....", True, 60, False),
    ("low", 0xFF0000, b"-..", True, 60, False),
    ("stuck", 0xFF00FF, b".-.", False, 60, False),
    ("stopped", 0xFFFFFF, b"-.-.", False, 0, False),
    ("lost", 0xFF6000, b"--", True, 30, False),
    ("weak", 0xFF6000, b"-.-", False, 30, False),
    ("recording", 0x00FF00, b"-", False, 60, False),
    # These are moments.
    ("found", 0x00FF00, b"...", False, 0, False),
    ("mark", 0xFFFFFF, b".", True, 0, True),
    ("glimmer", 0xFFFF00, b"..", True, 0, True),
    ("exercise", 0x0000FF, b".-", True, 0, True),
    ("ended", 0x0000FF, b".--", True, 0, True),
    ("block", 0x0000FF, b"..-", True, 0, True),
    ("refused", 0xFF0000, b"....", True, 0, True),
)
SERVICE, EMPTY, FLASH, FULL, SENSOR, LOW, STUCK, STOPPED, LOST, WEAK, RECORDING = range(11)
FOUND, MARK, GLIMMER, EXERCISE, ENDED, BLOCK, REFUSED = range(11, len(STATES))


def rgb(colour: int, percent: int) -> tuple:
    """Red, green and blue of a colour, at a brightness."""
    return tuple((colour >> shift & 0xFF) * percent // 100 for shift in (16, 8, 0))


class Rhythm:
    """Beats a rhythm: `play()`, then `step()`; `on` says whether a sign is shown."""

    def __init__(self) -> None:
        self._signs = b""
        self._at = 0
        self._left_ms = 0
        self.on = False
        self.playing = False

    def play(self, signs: bytes, dark: bool = True) -> None:
        """Begin one, in place of what plays; after a break where it was not dark."""
        self._signs = signs
        self._at = -1
        self._left_ms = 0 if dark and not self.playing else BREAK_MS
        self.on = False
        self.playing = True

    def step(self, ms: int) -> int:
        """So much time has gone by; how long until the next step. Only while it plays.

        A sign begins when it is shown, however late that is.
        """
        self._left_ms -= ms
        if self._left_ms > 0:
            return self._left_ms
        last = self._at == len(self._signs) - 1
        if self.on:
            self.on = False
            self._left_ms = BREAK_MS if last else PAUSE_MS
        elif last:
            self.playing = False
            self._left_ms = 0
        else:
            self.on = True
            self._at += 1
            self._left_ms = LONG_MS if self._signs[self._at] == 45 else SHORT_MS
        return self._left_ms
