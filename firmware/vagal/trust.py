"""Whether the beats that are found can be given out: do they go on looking alike, in rhythm?"""

from micropython import const

from .likeness import ALIKE

_UNLIKE = const(128)  # r^2 in 1/256: a beat doesn't look like those before it (r < 0.71)
TRUST_MAX = const(8)
_MIN = const(-4)  # so far down that noise doesn't climb back by chance
_AGAIN = const(2)  # once it has fallen, beats are given out again from here


class Trust:
    """Show it each beat; `score` is -4 to 8, `given` whether beats are to be given out."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Nothing is known."""
        self.score = 0
        self.given = False
        self._enough = 1  # the score from which beats are given out

    def first(self, alike: int) -> None:
        """Take the first beat, held against a pulse in general: likeness as r^2 in 1/256."""
        self.given = alike >= ALIKE
        self.score = 1 if self.given else 0

    def doubt(self) -> None:
        """Nothing has come for long, or it is near to noise: two that are alike may be chance."""
        self._enough = _AGAIN

    def lose(self) -> None:
        """The pulse was away: what comes now has to show itself again."""
        self.score = min(self.score, 0)
        self._enough = _AGAIN

    def judge(self, alike: int, even: bool, steady: bool, astray: bool) -> None:
        """Take a beat: its likeness; about as high as the last ones; in time; lost for long."""
        if alike >= ALIKE and even and steady:
            self.score = min(self.score + 1, TRUST_MAX)
        elif alike < _UNLIKE or astray or (not even and alike < ALIKE):
            self.score = max(self.score - 1, _MIN)
            self._enough = _AGAIN
        if self.score <= 0:
            self.given = False
        elif self.score >= self._enough:
            self.given = True
