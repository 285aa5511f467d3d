"""When the motor may buzz: in the heart's pause, so that it shakes the light of no upstroke."""

from micropython import const

_AFTER_MS = const(180)  # from the middle of an upstroke to its top, and what it may be late
_BEFORE_MS = const(150)  # from the foot, as the detector sees it, to the middle of the upstroke
_N = const(64)  # beats: a slow breath of a fast heart
_COMING = const(5)  # beats are found about 1.2 s late, and a buzz is looked for 0.8 s ahead
_LONGEST_S = const(2)  # a longer interval is none


class Cue:
    """Tell it each `beat()`; then `shift()` says how to keep a buzz clear of the pulse.

    The heart is expected to do what it did a breath ago: set `breath`, its length in samples; 0
    saves the work. Times are in samples of the light.
    """

    def __init__(self, rate_hz: int) -> None:
        self._after = _AFTER_MS * rate_hz // 1000
        self._before = _BEFORE_MS * rate_hz // 1000
        self._longest = _LONGEST_S * rate_hz
        self._at = [0] * _N
        self._n = 0
        self._coming = [0] * _COMING  # the latest beat, and those that are likely to follow
        self.breath = 0

    def beat(self, at: int) -> None:
        """Take a beat."""
        self._at[self._n & (_N - 1)] = at
        self._n += 1
        if self.breath:
            self._foresee(at)

    def _foresee(self, at: int) -> None:
        last = at - self._at[(self._n - 2) & (_N - 1)]
        changed = (last - self._ago(at - (last >> 1), last)) >> 1
        for i in range(_COMING):
            self._coming[i] = at
            at += self._ago(at + (last >> 1), last) + changed

    def _ago(self, at: int, otherwise: int) -> int:
        """The interval a breath before a moment, where that is known."""
        at -= self.breath
        end = 0
        for back in range(1, min(self._n, _N) + 1):
            begin = self._at[(self._n - back) & (_N - 1)]
            if begin <= at:
                return end - begin if 0 < end - begin < self._longest else otherwise
            end = begin
        return otherwise

    def shift(self, due: int, length: int) -> int:
        """By how much a buzz of this length, due then, is to be moved, later or earlier.

        0 where no pause is foreseen that would hold it.
        """
        best = self._longest
        for i in range(_COMING - 1):
            first = self._coming[i] + self._after
            last = self._coming[i + 1] - self._before - length
            if first <= last:
                by = max(first, min(due, last)) - due
                if abs(by) < abs(best):
                    best = by
        return best if abs(best) < self._longest else 0
