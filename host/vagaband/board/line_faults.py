"""Faults of the serial line: bits flipped, bytes lost or doubled, stray text in between."""

import math
from collections.abc import Callable
from random import Random

from vagaband.errors import InputError

KINDS = {  # key: what happens, at that rate for each byte, in either direction
    "bits": "one bit of the byte is flipped",
    "drop": "the byte is lost",
    "double": "the byte comes twice",
    "stray": "a line of other text comes before the byte",
}
LONGEST_STRAY = 60


def _flipped(byte: int, rng: Random) -> bytes:
    return bytes([byte ^ 1 << rng.randrange(8)])


def _stray(byte: int, rng: Random) -> bytes:
    text = bytes(rng.randrange(32, 127) for _ in range(rng.randrange(LONGEST_STRAY)))
    return b"\r\n" + text + b"\r\n" + bytes([byte])


_DO: dict[str, Callable[[int, Random], bytes]] = {
    "bits": _flipped,
    "drop": lambda byte, rng: b"",
    "double": lambda byte, rng: bytes([byte, byte]),
    "stray": _stray,
}


def help_text() -> str:
    """The faults of `--line-faults`, one a line, as `board --help` shows them."""
    lines = ["Keys of --line-faults, as in bits=1e-4,drop=1e-5; chances for each byte, both ways:"]
    return "\n".join([*lines, *(f"  {key:<16} {what}" for key, what in KINDS.items())])


def parse(text: str) -> dict[str, float]:
    """Rates a byte by kind. InputError where the text can't be read."""
    rates = {}
    for part in filter(None, text.split(",")):
        key, _, value = part.partition("=")
        try:
            rates[key.strip()] = float(value)
        except ValueError:
            rates[key.strip()] = math.nan
    if set(rates) <= set(KINDS) and all(rate >= 0 for rate in rates.values()):
        if sum(rates.values()) <= 0.5:
            return rates
        raise InputError(f"So many faults leave no line: '{text}'.", "Give 0.5 at most in all.")
    raise InputError(
        f"The line's faults can't be read: '{text}'.",
        f"Write for instance: bits=1e-4,drop=1e-5 (there are {', '.join(KINDS)}).",
    )


class LineFaults:
    """Spoils bytes of one direction; the same seed and bytes give the same faults."""

    def __init__(self, rates: dict[str, float], seed: int) -> None:
        self._rng = Random(seed)
        self._kinds, self._weights = list(rates), list(rates.values())
        self._rate = sum(self._weights)
        self._left = self._distance()  # bytes before the next fault

    def _distance(self) -> int:
        return int(self._rng.expovariate(self._rate)) if self._rate else 1 << 62

    def spoil(self, data: bytes) -> bytes:
        """What arrives of `data`."""
        if self._left >= len(data):
            self._left -= len(data)
            return data
        out = bytearray()
        at = 0
        while self._left < len(data) - at:
            out += data[at : at + self._left]
            at += self._left + 1
            (kind,) = self._rng.choices(self._kinds, self._weights)
            out += _DO[kind](data[at - 1], self._rng)
            self._left = self._distance()
        self._left -= len(data) - at
        return bytes(out + data[at:])
