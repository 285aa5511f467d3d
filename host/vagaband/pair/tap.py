"""A double tap of both sensors together, found in the raw light of both, checks the common time.

A knock is over in a tenth of a second and begins at once: sharper than any pulse, shorter than any
motion. Two of them stand alone, with quiet around them, and the same time between them in both
recordings. What is not that clear is not found.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from vagaband.assemble import Found, clock_of
from vagaband.journal import BUZZ, LED, Journal
from vagaband.pair.common import CommonTime
from vagaband.session import Floats

BEND_S = 0.02  # over which the light's bend is taken: a knock's is sharp, a pulse's is not
USUAL_S = 10.0  # either way: the bends that are usual there
USUAL_SHARE = 95  # percentile: upstrokes of pulses count, two knocks do not
TIMES_USUAL = 2.0  # a knock's bend at least
KNOCK_S = 0.25  # so long a knock may ring
APART_S = (0.15, 1.2)  # of the two knocks
ALONE_S = 1.0  # before and behind them
QUIET = 0.6  # of the weaker knock: no bend around is more
ALIKE_S = 0.035  # by which the times between the knocks may differ in the two recordings
BEFORE = 3  # samples before the onset in which the bend's own width shows
ONSET = 0.35  # of its greatest bend: where a knock begins
KNOCK_ERROR_S = 0.03  # a knock's onset in both recordings together, in samples of 10 or 20 ms
WITHIN_S = 0.25  # of each other, beyond the common time's own error: it may be wrong, too


@dataclass(frozen=True)
class Tap:
    """Two knocks: when the first one began, in the recording's own s, and how far apart."""

    t_s: float
    apart_s: float


@dataclass(frozen=True)
class Check:
    """A tap in both recordings. `off_s`: by how much later it is in b than in a on the common
    clock; `limit_s`: what the common time's error and the knocks' own allow."""

    a_s: float  # in its own time
    b_s: float
    common_s: float
    off_s: float
    limit_s: float

    @property
    def agrees(self) -> bool:
        """Whether the tap bears the common time out."""
        return abs(self.off_s) <= self.limit_s


@dataclass(frozen=True)
class Checked:
    """All taps that both have; `why` none was found: "no light", "none", "no match"."""

    checks: tuple[Check, ...]
    why: str


def check_taps(a: Journal, b: Journal, common: CommonTime) -> Checked:
    """Look for double taps in both, and compare their times."""
    if not (a.raw and b.raw):
        return Checked((), "no light")
    taps_a, taps_b = double_taps(a), double_taps(b)
    if not (taps_a and taps_b):
        return Checked((), "none")
    at_b = common.b.at(np.array([tap.t_s for tap in taps_b]))
    checks = []
    for tap in taps_a:
        at_s = float(common.a.at(tap.t_s))
        error_s = float(common.difference_error_s(at_s))
        off = at_b - at_s
        alike = np.array([abs(each.apart_s - tap.apart_s) <= ALIKE_S for each in taps_b])
        near = alike & (np.abs(off) <= error_s + WITHIN_S)
        if near.any():
            n = int(np.argmin(np.where(near, np.abs(off), np.inf)))
            limit_s = error_s + KNOCK_ERROR_S
            checks.append(Check(tap.t_s, taps_b[n].t_s, at_s, float(off[n]), limit_s))
    return Checked(tuple(checks), "" if checks else "no match")


def double_taps(journal: Journal) -> list[Tap]:
    """The double taps in a journal's light."""
    rate_hz = journal.header["rate_hz"]
    clock = clock_of(Found(events=journal.events), rate_hz)
    found = []
    for first, light in _stretches(journal):
        bends = _bends(light, rate_hz)
        for one, other in _pairs(bends, rate_hz):
            begin, end = (float(clock.seconds(first + n)) for n in (one, other))
            found.append(Tap(begin, end - begin))
    return found


def _stretches(journal: Journal) -> Iterator[tuple[int, Floats]]:
    """Light without a break: first index and counts. Where the LED was set anew or the motor ran,
    the light is broken off, for these bend it too."""
    rate_hz = journal.header["rate_hz"]
    pieces: list[tuple[int, list[int]]] = []
    for first, counts in journal.raw:
        if pieces and first == pieces[-1][0] + len(pieces[-1][1]):
            pieces[-1][1].extend(counts)
        else:
            pieces.append((first, list(counts)))
    breaks = [(e.index, rate_hz // 2) for e in journal.events if e.code == LED]
    breaks += [(e.index, e.value) for e in journal.events if e.code == BUZZ]
    for first, counts in pieces:
        light = np.array(counts, float)
        for index, n in breaks:
            light[max(0, index - first) : max(0, index - first + n)] = np.nan
        known = np.flatnonzero(np.isfinite(light))
        for part in np.split(known, np.flatnonzero(np.diff(known) > 1) + 1):
            if len(part) > 2 * ALONE_S * rate_hz:
                yield first + int(part[0]), light[part]


def _bends(light: Floats, rate_hz: int) -> Floats:
    """How sharply the light bends at each sample, against what is usual around; shape (n,)."""
    n = max(1, round(BEND_S * rate_hz))
    bend = np.zeros(len(light))
    bend[n:-n] = np.abs(light[2 * n :] - 2 * light[n:-n] + light[: -2 * n])
    every = round(rate_hz * USUAL_S / 5)
    middles = np.arange(0, len(bend), every)
    around = [bend[max(0, m - 5 * every) : m + 5 * every] for m in middles]
    usual = np.array([np.percentile(part, USUAL_SHARE) for part in around])
    return bend / np.maximum(np.interp(np.arange(len(bend)), middles, usual), 1.0)


def _pairs(bends: Floats, rate_hz: int) -> Iterator[tuple[int, int]]:
    """Onsets of two knocks that stand alone."""
    rings, alone = round(KNOCK_S * rate_hz), round(ALONE_S * rate_hz)
    for one, other in pairwise(_knocks(bends, rate_hz)):
        if not APART_S[0] * rate_hz <= other - one <= APART_S[1] * rate_hz:
            continue
        begin, end = one - alone // 2, other + rings + alone // 2
        if begin < 0 or end > len(bends):
            continue  # cut off: what was around is not known
        around = bends[max(0, one - alone) : other + rings + alone].copy()
        peaks = []
        for onset in (one, other):
            start = onset - max(0, one - alone)
            ring = around[max(0, start - BEFORE) : start + rings]
            peaks.append(float(np.max(ring)))
            ring[:] = 0
        if np.max(around) <= QUIET * min(peaks):
            yield one, other


def _knocks(bends: Floats, rate_hz: int) -> list[int]:
    """Where something begins that bends the light as no pulse does."""
    rings = round(KNOCK_S * rate_hz)
    found: list[int] = []
    free = 0
    for at in np.flatnonzero(bends > TIMES_USUAL).tolist():
        if at < free:
            continue
        peak = np.max(bends[at : at + rings])
        begin = max(free, at - round(0.05 * rate_hz))
        found.append(begin + int(np.argmax(bends[begin : at + rings] > ONSET * peak)))
        free = at + rings
    return found
