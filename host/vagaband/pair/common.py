"""Two recordings on one clock: the PC's, to which each board's samples are led over its crystal.

Between two exchanges a board's crystal goes evenly but for its temperature, and the sensor's own
clock is told by the journal's crystal readings each two minutes. Errors are bounds and add up.
Where no exchange is known the boards' dates hold, which are set by whole seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from vagaband import journal as journals
from vagaband.assemble import ESTIMATED, Found, clock_of
from vagaband.clockmap import ClockMap
from vagaband.dating import dates
from vagaband.errors import InputError
from vagaband.journal import CRYSTAL, GAP, SCALE, Journal
from vagaband.pair.clock_file import Exchange, exchanges_of
from vagaband.pair.exchange import RATE_FROM_S, WRAP_US
from vagaband.session import Floats

EXCHANGED, DATED = "exchanges", "dates"  # what a common time stands on
TOLD_S = 0.002  # of a crystal reading in the journal, a mean over ten seconds
SENSOR = 3.5 / 65536  # by which the sensor's rate may be off a fit that the firmware did not renew
UNFITTED = 0.015  # the sensor's before any fit
RATED_S = 100.0  # between two knots that tell the sensor's rate
KNOT_S = 0.01  # by which knots may be off one another
ASLEEP = 3e-4  # the same, where the board slept: fits are hours apart, and skin warms the sensor
GAP_SAMPLES = 5  # by which an estimated gap may be off: three that sensing.py lets miss, its ends
WARMTH = 3e-6  # of a crystal's rate: 10 °C about room temperature
CRYSTAL_OFF = 5e-5  # its rate where only one exchange is known
DATED_S = 2.1  # a clock set by whole seconds, and read in whole seconds
MOST_STEP_S = 0.005  # a PC's clock that was moved by less was only steered


@dataclass(frozen=True)
class Recording:
    """A journal with the exchanges of its session."""

    journal: Journal
    exchanges: Sequence[Exchange] = ()


@dataclass(frozen=True)
class Placed:
    """One recording on the common clock. All in s; `t_s` is the recording's own time, that of
    its Session. Knots are where its samples are known by the crystal, anchors where by the PC."""

    knots_s: Floats  # (k,), in t_s
    common_s: Floats  # (k,) of the knots
    sensor: Floats  # (k + 1,): bound of the rate's wander before, between and behind the knots
    gaps_s: Floats  # (k + 1,): bound of what gaps of estimated length shift there
    rate: float  # common seconds in one of its own, before and behind the knots
    anchors_s: Floats  # (a,), in t_s; none where it is dated only
    anchor_errors_s: Floats  # (a,)
    outside: float  # bound of the crystal's rate beyond the anchors
    seconds: float  # of the recording

    def at(self, t_s: float | Floats) -> Floats:
        """When on the common clock, any shape."""
        t = np.asarray(t_s, float)
        knots = self.knots_s
        beyond_s = np.minimum(t - knots[0], 0) + np.maximum(t - knots[-1], 0)
        return np.interp(t, knots, self.common_s) + self.rate * beyond_s

    def error_s(self, t_s: float | Floats) -> Floats:
        """How far off `at` may be, any shape."""
        t = np.asarray(t_s, float)
        place = np.searchsorted(self.knots_s, t)
        error = TOLD_S + self.sensor[place] * _to_next(self.knots_s, t) + self.gaps_s[place]
        if not len(self.anchors_s):
            return error + DATED_S + CRYSTAL_OFF * np.abs(t)
        within = (t >= self.anchors_s[0]) & (t <= self.anchors_s[-1])
        wander = np.where(within, WARMTH, self.outside) * _to_next(self.anchors_s, t)
        return error + wander + np.interp(t, self.anchors_s, self.anchor_errors_s)


@dataclass(frozen=True)
class CommonTime:
    """Two recordings on one clock, in s since `began`, the earlier one's first sample."""

    began: datetime  # UTC
    basis: str  # EXCHANGED or DATED
    a: Placed
    b: Placed
    overlap_s: tuple[float, float]  # of the common clock; begin before end
    error_s: float  # of the time between the two, the most in the overlap
    pc_step_s: float  # by which the PC's clock was set between their exchanges; in error_s

    def difference_error_s(self, common_s: float | Floats) -> Floats:
        """How far off the time between two moments, one of each, at this common time may be."""
        a, b = (
            each.error_s(np.interp(common_s, each.at(t), t))
            for each in (self.a, self.b)
            for t in [np.linspace(0, each.seconds, 512)]
        )
        return a + b + self.pc_step_s


def common_time_of(a: Path, b: Path, salvage: bool = False) -> CommonTime:
    """Two journals as pulled, each with the exchanges that are kept beside it."""
    return common_time(load(a, salvage), load(b, salvage))


def load(path: Path, salvage: bool = False) -> Recording:
    """A journal with the exchanges of its session; InputError where it is none, or is damaged and
    not to be salvaged."""
    if not path.is_file() or not journals.is_journal(path):
        raise InputError(f"{path} is no journal: it has no board's clock.", "Name a .vbj of pull.")
    journal = journals.load(path, salvage)
    return Recording(journal, exchanges_of(path, journal))


def common_time(a: Recording, b: Recording) -> CommonTime:
    """One clock for two recordings; InputError where they have none, or were never on together."""
    devices = {r.journal.header.get("device") for r in (a, b)}
    if len(devices) == 1:
        raise InputError("Both recordings are of one board.", "Name one of each board.")
    a, b = _by_one_pc(a, b)
    exchanged = bool(a.exchanges and b.exchanges)
    placed = [_place(r.journal, r.exchanges) for r in (a, b)]
    zero_s = min(float(each.at(0.0)) for each in placed)
    placed = [replace(each, common_s=each.common_s - zero_s) for each in placed]
    begin_s = max(float(each.at(0.0)) for each in placed)
    end_s = min(float(each.at(each.seconds)) for each in placed)
    if begin_s >= end_s:
        raise InputError(
            "The two recordings have no moment in common.", "Name two of the same time."
        )
    step_s = _pc_step_s(a.exchanges, b.exchanges) if exchanged else 0.0
    began = datetime.fromtimestamp(zero_s, UTC)
    basis = EXCHANGED if exchanged else DATED
    common = CommonTime(began, basis, placed[0], placed[1], (begin_s, end_s), 0.0, step_s)
    worst_s = float(np.max(common.difference_error_s(np.linspace(begin_s, end_s, 512))))
    return replace(common, error_s=worst_s)


def _by_one_pc(a: Recording, b: Recording) -> tuple[Recording, Recording]:
    """Both with the exchanges of one PC only, of that which knows them best; none where each was
    with another."""
    of_a, of_b = ([each.pc for each in r.exchanges] for r in (a, b))
    pcs = set(of_a) & set(of_b) if of_a and of_b else {*of_a, *of_b}
    best = max(sorted(pcs), key=(of_a + of_b).count, default="")
    one, other = (
        replace(r, exchanges=[each for each in r.exchanges if each.pc == best]) for r in (a, b)
    )
    return one, other


def _place(journal: Journal, exchanges: Sequence[Exchange]) -> Placed:
    """A recording on the PC's clock, in s since 1970."""
    clock = clock_of(Found(events=journal.events), journal.header["rate_hz"])
    logged = [] if journal.header["config"].get("sleep") else _logged(journal)
    knots = sorted({*logged, *((each.met.index, each.met.us) for each in exchanges)})
    index = np.array([index for index, _ in knots] or [0.0])
    t_s = clock.seconds(index)
    crystal_s = _unwrapped(t_s, [us for _, us in knots]) if knots else t_s
    anchors = np.array([each.met.index for each in exchanges])
    if exchanges:
        unix_s = np.array([each.met.unix_s for each in exchanges])
        common_s, outside = _by_exchanges(crystal_s, np.searchsorted(index, anchors), unix_s)
    else:
        common_s, outside = _began_s(journal) + crystal_s - crystal_s[0] + t_s[0], 0.0
    edge = SENSOR if any(e.code == SCALE for e in journal.events) else UNFITTED
    span_s = float(t_s[-1] - t_s[0])
    by_knots = 2 * KNOT_S / span_s if span_s > 0 else np.inf
    told = by_knots < edge  # the knots know the rate better
    return Placed(
        knots_s=t_s,
        common_s=common_s,
        sensor=_sensor_wander(journal, t_s, common_s, min(edge, by_knots)),
        gaps_s=_gaps_s(journal, index),
        rate=float(common_s[-1] - common_s[0]) / span_s if told else 1.0,
        anchors_s=clock.seconds(anchors) if exchanges else np.zeros(0),
        anchor_errors_s=np.array([each.met.error_s for each in exchanges]),
        outside=outside,
        seconds=_seconds(journal, clock),
    )


def _logged(journal: Journal) -> list[tuple[float, int]]:
    """The journal's own crystal readings: sample, and microseconds modulo 2^29."""
    return [(float(e.index), e.value % WRAP_US) for e in journal.events if e.code == CRYSTAL]


def _unwrapped(t_s: Floats, us: list[int]) -> Floats:
    """The crystal's seconds, whose wraps the measured clock counts; shape (k,)."""
    wrap_s = WRAP_US / 1e6
    seconds = np.array(us) / 1e6
    about = t_s - t_s[0] + seconds[0]
    return seconds + wrap_s * np.round((about - seconds) / wrap_s)


def _by_exchanges(crystal_s: Floats, at: np.ndarray, unix_s: Floats) -> tuple[Floats, float]:
    """The knots on the PC's clock, and the bound of the rate beyond the exchanges among them."""
    known_s = crystal_s[at]
    span_s = float(known_s[-1] - known_s[0])
    rate, outside = 1.0, CRYSTAL_OFF
    if span_s > RATE_FROM_S:
        rate, outside = float(unix_s[-1] - unix_s[0]) / span_s, WARMTH
    inside = np.interp(crystal_s, known_s, unix_s)
    before = np.minimum(crystal_s - known_s[0], 0)
    behind = np.maximum(crystal_s - known_s[-1], 0)
    return inside + rate * (before + behind), outside


def _sensor_wander(journal: Journal, t_s: Floats, common_s: Floats, edge: float) -> Floats:
    """How far the sensor's rate may wander between the knots: by what the firmware lets pass
    without a new fit, or by half of what the stretches beside differ, if that is more: twice what
    a steady ramp would do; `edge` before and behind them. Shape (k + 1,)."""
    asleep = journal.header["config"].get("sleep")
    wander = np.full(len(t_s) + 1, ASLEEP if asleep else SENSOR)
    wander[[0, -1]] = max(edge, wander[0])
    long = np.diff(t_s) > RATED_S
    if long.sum() > 1:
        rates = (np.diff(common_s) / np.maximum(np.diff(t_s), 1e-9))[long]
        change = np.abs(np.diff(rates))
        most = np.maximum(np.append(change, 0), np.append(0, change))
        wander[1:-1][long] = np.maximum(wander[1:-1][long], most / 2)
    return wander


def _gaps_s(journal: Journal, knots: Floats) -> Floats:
    """What gaps of estimated length may shift between knots, which are samples; shape (k + 1,)."""
    at = [e.index for e in journal.events if e.code == GAP and e.arg & ESTIMATED]
    counts = np.bincount(np.searchsorted(knots, at), minlength=len(knots) + 1)
    return counts * GAP_SAMPLES / journal.header["rate_hz"]


def _began_s(journal: Journal) -> float:
    began = dates([journal])[0]
    if began is None:
        device, number = (journal.header.get(name) for name in ("device", "session"))
        raise InputError(
            f"Session {number} of {device} has no date, and no exchange with the other's PC.",
            "Run vagaband pair with both boards while they record.",
        )
    return began.timestamp()


def _seconds(journal: Journal, clock: ClockMap) -> float:
    """From the first sample to the last that was logged of anything."""
    ends = [first + len(counts) for first, counts in journal.raw[-1:]]
    ends += [event.index for event in journal.events[-1:]]
    ends += [index for index, _ in journal.beats[-1:]]
    return float(clock.seconds(max(ends, default=0)))


def _pc_step_s(a: Sequence[Exchange], b: Sequence[Exchange]) -> float:
    """By how much the PC's clock was set, at most, from an exchange of one to the other's next."""
    steps = [0.0]
    for one in a:
        other = min(b, key=lambda each: abs(each.met.unix_s - one.met.unix_s))
        steps.append(abs((one.met.unix_s - one.up_s) - (other.met.unix_s - other.up_s)))
    return max(steps) if max(steps) > MOST_STEP_S else 0.0


def _to_next(knots_s: Floats, t_s: Floats) -> Floats:
    """Seconds to the nearest knot."""
    behind = np.clip(np.searchsorted(knots_s, t_s), 0, len(knots_s) - 1)
    before = np.clip(behind - 1, 0, None)
    return np.minimum(np.abs(t_s - knots_s[behind]), np.abs(t_s - knots_s[before]))
