"""The shapes of what is said about a recording: a day as numbers, and the claims made from them.

Times are seconds on the day's axis, whose zero is the first sample of the first piece. Heart
periods in ms, RSA in ln ms². A text of a wearer is foreign text: escape it where it is shown.
"""

import math
from dataclasses import dataclass
from datetime import datetime

from vagaband.numbers import EpochNumbers
from vagaband.reference.run_numbers import EPOCH_S
from vagaband.session import Session


@dataclass(frozen=True)
class Piece:
    """One recording on the day's axis."""

    name: str  # of its file
    source: str  # "light", or "intervals" where no light was logged
    began: datetime | None  # aware, in the wearer's zone where known; None: undated
    offset_s: float  # of its first sample on the day's axis
    session: Session
    numbers: list[EpochNumbers]

    @property
    def seconds(self) -> float:
        """From its first sample to its last, or to the last interval or epoch."""
        session = self.session
        ends = [epoch.t_s + EPOCH_S for epoch in session.epochs[-1:]]
        ends += [last.t_s + last.ibi_ms / 1000 for last in session.intervals[-1:]]
        ends += [float(t_s) for t_s in session.t_s[-1:]]
        return max((end for end in ends if math.isfinite(end)), default=0.0)


@dataclass(frozen=True)
class Moment:
    """An epoch of 30 s on the axis.

    `rsa_ln` is what may be shown as RSA, of the kind `rsa_kind`: "pb2" where PB2 may stand alone,
    "lock_in" in paced breathing, "bp" at a slow or unknown breathing rate; None where the epoch is
    refused or has none. Differences are against the baseline of the moment's own kind and hour.
    """

    t_s: float
    piece: int
    mean_hp_ms: float | None
    pb2_ln: float | None
    bp_ln: float | None
    lock_in_ln: float | None
    rsa_ln: float | None
    rsa_kind: str  # "pb2", "bp", "lock_in", ""
    valid: bool
    reason: str  # "" when valid, else why it is refused
    breath_per_min: float | None  # device's, else the reference's where it is good; None: unknown
    breath_confidence: str  # "none", "fair", "good"
    noise_floor_ln: float | None
    corrected_share: float
    pb2_alone: bool
    pb2_note: str  # the firmware's own sentence (English); pages use `rsa_why`
    slow: bool = False  # breathing known, or recognised in the heart, below 0.15 Hz
    # Why not PB2: "paced", "slow_breathing", "slow_rhythm", "breath_unknown", "breath_unsure"
    rsa_why: str = ""
    baseline: int | None = None  # index in Reading.baselines
    d_hp_ms: float | None = None
    d_rsa_ln: float | None = None
    region: str = ""  # of the pattern map (regions.REGIONS); "" where it has none
    region_why: str = ""  # why it has none
    regularity: float | None = None  # share of the power in the strongest wave, 0 to 1


@dataclass(frozen=True)
class Note:
    """A mark, or a note put on afterwards; `label` is the wearer's own word for how it felt."""

    t_s: float
    kind: str
    text: str
    tags: tuple[str, ...] = ()
    label: str = ""
    until_s: float | None = None  # end of what it is about: it then makes a block


@dataclass(frozen=True)
class Block:
    """A stretch: an exercise, paced breathing, a marked stretch, a slow rhythm found."""

    begin_s: float
    end_s: float
    kind: str  # "pacing", "resonance", "marked", "slow_rhythm"
    text: str
    pace_per_min: float | None
    recognised_by: str  # "device", "mark", "rhythm"
    lock_in_ln: float | None = None  # swing of the heart at the pace, and its standard error
    lock_in_se_ln: float | None = None
    swing_ms: float | None = None
    tags: tuple[str, ...] = ()  # of a marked stretch


@dataclass(frozen=True)
class Baseline:
    """What moments are compared with: medians, and spreads as SD (1.4826 times the median
    absolute deviation). `rsa_ln` is of PB2, `bp_ln` of BP-RSA: like is compared with like.

    `kind`: "own" (DESIGN §7), "session" (own is not yet there: the session's own median), "none".
    `why_not` says why it is not "own" ("no_rows", "undated", "few_epochs", "few_days"), and for
    "none" why the session gives none either ("short").
    """

    kind: str
    hp_ms: float | None
    rsa_ln: float | None
    hp_spread: float | None
    rsa_spread: float | None
    epochs: int
    days: int
    why_not: str = ""
    bp_ln: float | None = None
    bp_spread: float | None = None
    begin_s: float = 0.0  # the stretch of the axis that it is for
    end_s: float = 0.0
    hp_day_sd: float = 0.0  # from day to day, of each day's median; 0 within one session
    rsa_day_sd: float = 0.0


@dataclass(frozen=True)
class Answers:
    """What a person said of themselves that changes what the numbers mean; None: rather not."""

    pacemaker: bool | None = None  # or a transplanted heart
    irregular: bool | None = None  # a known irregular rhythm
    medicines: bool | None = None  # or other substances that change the heart rate


@dataclass(frozen=True)
class Segment:
    """300 beats. `why` is "" or why they have no values: "noise", "noise_unknown", "corrected",
    "irregular", "motion", "flat"."""

    begin_s: float
    end_s: float
    sample_entropy: float | None
    alpha1: float | None
    why: str


@dataclass(frozen=True)
class Claim:
    """The only source of sentences on the page; `claims.KINDS` says what each kind means.

    Valid: finite `value` with `low <= value <= high` where it has an interval (95 %). Not valid:
    `value` is None, and `why` is the code of what cannot be said, and why. `about` is what it is
    about (region, kind of RSA, reason), `block` and `note` the index in the reading's.
    """

    kind: str
    value: float | None
    unit: str
    low: float | None
    high: float | None
    baseline: str  # kind of the baseline it is against, "" without
    valid: bool
    why: str
    begin_s: float | None
    end_s: float | None
    n: int  # epochs, beats or windows it stands on
    about: str = ""
    block: int | None = None
    note: int | None = None


@dataclass(frozen=True)
class Reading:
    """All that a page says of a session or day. `baseline` is that of the middle of the session;
    `baselines` those of each hour of it, for a day has no single time of day."""

    pieces: tuple[Piece, ...]
    moments: tuple[Moment, ...]
    notes: tuple[Note, ...]
    blocks: tuple[Block, ...]
    baseline: Baseline
    baselines: tuple[Baseline, ...]
    claims: tuple[Claim, ...]
    began: datetime | None  # of the axis' zero
    seconds: float  # length of the axis
    person: str = ""
    segments: tuple[Segment, ...] = ()
    answers: Answers | None = None  # None: not asked
