"""A long wearing with faults of every kind at random moments."""

from dataclasses import dataclass, field

import numpy as np

from .faults import APART_S, CLOCK, KINDS, FaultRow, Injected, judge, plan, rows_of, script_of
from .wearing import Wearing, wear

HEART = "hp=850,rsa=6,breath=0.22,noise=12,ectopic=0.2,seed=9"
SELDOM = 12  # so many other faults to one reset: each begins a session
LOOKS = 24  # at the heap
WARM_SHARE = 0.1  # of the time, after which the heap must be flat
CLOCK_SWING = 0.002  # the sensor's clock goes with the temperature of the day
CLOCK_STEP_S = 120.0


@dataclass
class SoakResult:
    """What came of it."""

    hours: float
    wall_s: float
    faults: int
    sessions: int
    beats: int
    lost_outside_gaps: int
    false_beats: int
    unexpected_resets: int
    damaged_records: int
    memory_growth_pct: float
    longest_recovery_s: float
    length_error_samples: float
    rows: list[FaultRow] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether beats were lost inside recorded gaps only, and the heap is flat."""
        return all(row.sound for row in self.rows) and self.memory_growth_pct <= 2


def run(seed: int, hours: float, apart_s: tuple[float, float] = (APART_S, 360.0)) -> SoakResult:
    """Wear the device for some virtual hours."""
    injected = random_faults(seed, 3600 * hours, apart_s)
    script = script_of(injected)
    script += "\n".join([*_looks_at_memory(hours, injected), *_temperature(hours, injected)])
    worn = wear(script, 60 * hours, HEART, clock=CLOCK, seed=seed)
    return summed(hours, worn, injected)


def random_faults(seed: int, until_s: float, apart_s: tuple[float, float]) -> list[Injected]:
    """Kinds at random; each comes up before any comes twice."""
    rng = np.random.default_rng([seed, 11])
    order: list = []
    mean_s = sum(apart_s) / 2
    while len(order) * mean_s < until_s:
        soft = [kind for kind in KINDS if not kind.resets]
        hard = [kind for kind in KINDS if kind.resets]
        some = [soft[k] for k in rng.permutation(len(soft))]
        if rng.random() < len(soft) / SELDOM:
            some.append(hard[int(rng.integers(len(hard)))])
        order += some
    return [f for f in plan(seed, order, apart_s) if f.end_s < until_s - 60]


def _looks_at_memory(hours: float, injected: list[Injected]) -> list[str]:
    """While a session is open."""
    times_s = np.linspace(60, 3600 * hours - 10, LOOKS)
    resets = [f for f in injected if f.kind.resets]
    return [
        f"{t_s:.1f} memory"
        for t_s in times_s
        if not any(f.t_s < t_s < f.end_s + 20 for f in resets)
    ]


def _temperature(hours: float, injected: list[Injected]) -> list[str]:
    """The sensor's clock drifts slowly, but not while a fault sets it."""
    lines = []
    for t_s in np.arange(CLOCK_STEP_S, 3600 * hours, CLOCK_STEP_S):
        if not any(f.t_s - 1 < t_s < f.end_s + 1 for f in injected):
            scale = CLOCK + CLOCK_SWING * np.sin(2 * np.pi * t_s / 43200)
            lines.append(f"{t_s:.1f} clock {scale:.6f}")
    return lines


def summed(hours: float, worn: Wearing, injected: list[Injected]) -> SoakResult:
    """The result of a wearing."""
    judged = judge(worn, injected, 3600 * hours)
    rows = rows_of(judged)
    return SoakResult(
        hours=hours,
        wall_s=worn.wall_s,
        faults=len(injected),
        sessions=len(worn.sessions),
        beats=judged.beats,
        lost_outside_gaps=judged.lost_outside_gaps,
        false_beats=judged.false_beats,
        unexpected_resets=judged.unexpected_resets,
        damaged_records=judged.damaged_records,
        memory_growth_pct=_growth_pct(worn.memory_bytes),
        longest_recovery_s=max(row.recovery_s for row in rows),
        length_error_samples=max(row.length_error_samples for row in rows),
        rows=rows,
    )


def _growth_pct(memory: list[int]) -> float:
    """How far the heap strays from where it was once all had been done, in %."""
    settled = memory[max(1, round(WARM_SHARE * len(memory))) :]
    return 100 * (max(settled) - min(settled)) / min(settled)
