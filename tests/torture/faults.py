"""Faults of bus, sensor, processor and clock, injected and counted; a kind is a row of KINDS."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from vagaband.journal import GAP_CAUSES

from .laid import Laid, LaidGap, lay
from .wearing import Wearing, wear

HEART = "hp=850,rsa=6,breath=0.22,noise=12,seed=5"
CLOCK = 1.008  # the sensor's, against nominal
FIRST_S = 75.0  # the sample clock is measured by then
APART_S = 45.0
AT_RISK_S = 30.0  # before a reset: what was not flushed yet
RESTART_S = 12.0  # within which a session begins after a reset, the watchdog's time included
AROUND_S = 0.06  # a beat whose upstroke, 0.09 s, lies in part in a gap is lost with it
CONTACT_S = 5.0  # to settle, find the first beat, and trust those after it
END_S = 2.0
CAUSES = {name: code for code, name in GAP_CAUSES.items()}


@dataclass(frozen=True)
class Kind:
    """A kind of fault: script lines with {t}, {end} and {n} = end - t, and what it leads to."""

    name: str
    lines: tuple[str, ...]
    length_s: tuple[float, float] = (0.0, 0.0)
    causes: tuple[str, ...] = ()  # of the gap that it leads to; none: it must lead to none
    resets: bool = False  # it ends the session
    light: bool = False  # it takes the pulse away: beats are missed without a gap
    limit_s: float = 2.0  # to the first sample after its end


KINDS = (
    Kind("no acknowledge", ("{t} nak {n}",), (0.3, 8), ("bus",)),
    Kind("stuck data line", ("{t} stuck 3600",), causes=("bus",), limit_s=8.0),  # amid a transfer
    Kind("data line shorted", ("{t} short {n}",), (0.3, 8), ("bus",)),
    Kind("sensor unplugged", ("{t} unplug {n}",), (1, 150), ("bus", "brown-out")),
    Kind("brown-out", ("{t} brownout",), causes=("brown-out",)),
    Kind("silent sensor", ("{t} halt",), causes=("silent",)),
    Kind("garbage pointers", ("{t} pointers {n}",), (0.5, 5), ("part", "silent")),
    Kind("wrong part", ("{t} part 0x11", "{end} part 0x15"), (0.5, 60), ("part",)),
    Kind("overflow, counted", ("{t} stall {n}",), (0.34, 0.5), ("overflow", "silent")),
    Kind("overflow, longer", ("{t} stall {n}",), (0.8, 6), ("overflow", "silent")),
    Kind("wall clock set", ("{t} rtc {n}", "{end} rtc -{n}"), (1, 20)),
    Kind("sensor clock jumps", ("{t} clock 1.0085", "{end} clock 1.008"), (15, 30)),
    Kind("flash fails for a while", ("{t} eio {n}",), (2, 15)),
    Kind("a block of flash is worn", ("{t} worn 1",)),
    Kind("finger off", ("{t} off", "{end} on"), (2, 30), light=True),
    Kind("motion", ("{t} motion {n}",), (2, 8), light=True),
    Kind("reset", ("{t} reset",), resets=True),
    Kind("power cut", ("{t} power",), resets=True),
    Kind("processor hangs", ("{t} stall 9",), (9, 9), resets=True),
)


@dataclass(frozen=True)
class Injected:
    """A fault that was there from `t_s` to `end_s`."""

    kind: Kind
    t_s: float
    end_s: float

    @property
    def lines(self) -> list[str]:
        """Of the board's script."""
        n = self.end_s - self.t_s
        return [
            line.format(t=f"{self.t_s:.3f}", end=f"{self.end_s:.3f}", n=f"{n:.3f}")
            for line in self.kind.lines
        ]


@dataclass
class FaultRow:
    """What came of all faults of a kind."""

    kind: str
    count: int = 0
    beats_lost_outside_gaps: int = 0
    recovery_s: float = 0.0  # the longest, from the cause's end to the first sample
    length_error_samples: float = 0.0  # the largest, of the gap as logged; 0.0 where counted
    unrecorded: int = 0  # faults without a gap of their cause
    limit_s: float = 2.0

    @property
    def sound(self) -> bool:
        """Whether nothing was lost beyond what was recorded, and the sensor was soon back."""
        in_time = self.recovery_s <= self.limit_s
        return in_time and not (self.beats_lost_outside_gaps or self.unrecorded)

    def as_json(self) -> dict[str, object]:
        """For --json."""
        return {**self.__dict__, "recovery_s": round(self.recovery_s, 2)}


@dataclass
class Judged:
    """A wearing held against what was injected."""

    rows: dict[str, FaultRow]
    lost_by_nothing: int  # beats lost outside gaps and far from any fault
    false_beats: int  # found where the heart had none, away from motion
    beats: int  # of the heart, to be found
    unexpected_resets: int
    damaged_records: int
    gaps: list[LaidGap]

    @property
    def lost_outside_gaps(self) -> int:
        """Beats, all kinds."""
        return sum(row.beats_lost_outside_gaps for row in rows_of(self))


def plan(seed: int, kinds: Iterable[Kind], apart_s: tuple[float, float]) -> list[Injected]:
    """Faults one after another, at random moments and of random lengths."""
    rng = np.random.default_rng([seed, 7])
    t_s = FIRST_S
    injected = []
    for kind in kinds:
        t_s += rng.uniform(0, 1)
        end_s = t_s + rng.uniform(*kind.length_s)
        injected.append(Injected(kind, round(t_s, 3), round(end_s, 3)))
        t_s = end_s + rng.uniform(*apart_s)
    return injected


def script_of(injected: list[Injected]) -> str:
    """The board's script."""
    return "\n".join(line for fault in injected for line in fault.lines) + "\n"


def run(
    seed: int, count: int = 3, kinds: tuple[Kind, ...] = KINDS, firmware: Path | None = None
) -> list[FaultRow]:
    """Every kind `count` times on one board; rows in the order of KINDS."""
    injected = plan(seed, kinds * count, (APART_S, APART_S + 5))
    minutes = round((injected[-1].end_s + APART_S) / 60, 1)
    worn = wear(script_of(injected), minutes, HEART, firmware, clock=CLOCK, seed=seed)
    return rows_of(judge(worn, injected, 60 * minutes))


def rows_of(judged: Judged) -> list[FaultRow]:
    """Its rows, and one for what no fault explains."""
    nothing = FaultRow("no fault", 1, judged.lost_by_nothing)
    nothing.unrecorded = judged.false_beats + judged.unexpected_resets + judged.damaged_records
    return [*judged.rows.values(), nothing]


def judge(worn: Wearing, injected: list[Injected], worn_s: float) -> Judged:
    """Hold what was logged against the heart and the faults."""
    resets = [fault for fault in injected if fault.kind.resets]
    laid = _lay_all(worn, resets)
    judged = Judged(
        {k.name: FaultRow(k.name, limit_s=k.limit_s) for k in KINDS}, 0, 0, 0, 0, 0, []
    )
    judged.unexpected_resets = len(worn.sessions) - 1 - len(resets)
    judged.damaged_records = sum(sum(s.integrity.values()) for s in worn.sessions)
    judged.gaps = [gap for part in laid for gap in part.gaps]
    excused = [(gap.start_s - AROUND_S, gap.end_s + AROUND_S) for gap in judged.gaps]
    excused += [(f.t_s - END_S, f.end_s + CONTACT_S) for f in injected if f.kind.light]
    excused += [
        (fault.t_s - AT_RISK_S, part.start_s + AROUND_S)
        for fault, part in zip(resets, laid[1:], strict=False)
    ]
    excused += [(-1.0, laid[0].start_s), (worn_s - END_S, np.inf)]
    found = set().union(*(part.found for part in laid))
    judged.beats = int((worn.truth_s < worn_s).sum())
    for number, t_s in enumerate(worn.truth_s):
        if number not in found and not any(a <= t_s <= b for a, b in excused):
            _blame(judged, injected, float(t_s))
    false_s = [t_s for part in laid for t_s in part.false_s]
    judged.false_beats = sum(not any(a <= t_s <= b for a, b in excused) for t_s in false_s)
    _judge_gaps(judged, injected, resets, laid)
    return judged


def _lay_all(worn: Wearing, resets: list[Injected]) -> list[Laid]:
    bounds = [(0.0, RESTART_S), *((f.t_s, f.end_s + RESTART_S) for f in resets)]
    laid = []
    for session, (after_s, before_s) in zip(worn.sessions, bounds, strict=False):
        part = lay(session, worn.truth_s, after_s, before_s, CLOCK)
        assert part, f"session {session.header.get('session')} has no beats"
        laid.append(part)
    return laid


def _blame(judged: Judged, injected: list[Injected], t_s: float) -> None:
    near = [f for f in injected if f.t_s - END_S <= t_s <= f.end_s + APART_S / 2]
    if near:
        judged.rows[near[-1].kind.name].beats_lost_outside_gaps += 1
    else:
        judged.lost_by_nothing += 1


def _judge_gaps(
    judged: Judged, injected: list[Injected], resets: list[Injected], laid: list[Laid]
) -> None:
    starts = iter(part.start_s for part in laid[1:])
    for fault in injected:
        row = judged.rows[fault.kind.name]
        row.count += 1
        if fault.kind.resets:
            row.recovery_s = max(row.recovery_s, next(starts, np.inf) - fault.end_s)
        elif fault.kind.causes:
            _judge_gap(row, fault, judged.gaps)


def _judge_gap(row: FaultRow, fault: Injected, gaps: list[LaidGap]) -> None:
    """Its gaps begin before it ends and end after it began."""
    own = [g for g in gaps if g.start_s < fault.end_s + 0.5 and g.end_s > fault.t_s - 0.1]
    causes = {CAUSES[name] for name in fault.kind.causes}
    if not any(gap.cause in causes for gap in own):
        row.unrecorded += 1
        return
    recovery_s = float(max(gap.end_s for gap in own) - fault.end_s)
    row.recovery_s = max(row.recovery_s, recovery_s)
    for gap in own:
        if gap.error_s is not None and gap.estimated:
            error = abs(gap.error_s) * 100
            row.length_error_samples = max(row.length_error_samples, float(error))
