"""A recording as the PC sees it: the same shape from a device's journal and from a replay."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """One corrected inter-beat interval; `run` numbers the unbroken stretches."""

    t_s: float
    ibi_ms: float
    flag: str  # "ok", "missed", "extra", "ectopic", "gap", "motion"
    run: int


@dataclass(frozen=True)
class Epoch:
    """One 30 s epoch: PB2 RSA and what stands beside it. None where there is no value."""

    t_s: float
    ln_ms2: float | None
    bp_ln_ms2: float | None
    rmssd_ms: float | None
    mean_hp_ms: float | None
    corrected_share: float
    valid: bool
    reason: str  # "" when valid, else why it is refused
    run: int
    noise_floor_ln: float | None = None  # PB2 that the jitter of the beats alone would show
    breath_per_min: float | None = None
    breath_confidence: str = "none"  # "none", "fair", "good"
    lock_in_ln_ms2: float | None = None  # in paced breathing


@dataclass(frozen=True)
class Gap:
    """A stretch without samples."""

    t_s: float
    seconds: float
    cause: str
    estimated: bool


@dataclass(frozen=True)
class Mark:
    """An event the wearer or the host marked."""

    t_s: float
    kind: str
    text: str


@dataclass(frozen=True)
class Pace:
    """Breathing was paced from here on; 0 Hz: no longer."""

    t_s: float
    hz: float


@dataclass(frozen=True)
class Exercise:
    """An exercise of the device: "pacing" or "resonance" from here on, or "" where one ended."""

    t_s: float
    kind: str


@dataclass
class Session:
    """Light, beats, intervals and epochs of one recording; all times in seconds on the measured
    clock, from the first sample."""

    engine: str  # who computed it: "device 1.29.0 …", "micropython 1.29.0 64-bit"
    rate_hz: float  # nominal sample rate; 0 where there were no samples (ibi_ms input)
    t_s: Floats  # time of each raw sample, shape (n,)
    ir: Floats  # IR counts of each raw sample, shape (n,)
    beats_s: Floats  # shape (b,)
    intervals: list[Interval]
    epochs: list[Epoch]
    gaps: list[Gap] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    paces: list[Pace] = field(default_factory=list)
    exercises: list[Exercise] = field(default_factory=list)
    header: dict[str, Any] = field(default_factory=dict)
    # In each beat, -4 to 8: over 0 it looks like those before it; else only the rhythm speaks for
    # it. None where its light was not logged; empty where the firmware was not run.
    trust: list[int | None] = field(default_factory=list)
    raw: list[tuple[Any, ...]] = field(default_factory=list)  # the stages' integers, in order
