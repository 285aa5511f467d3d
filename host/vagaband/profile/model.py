"""The shapes of a profile: a person's history as numbers, and what is said of it.

`at_s` is seconds since 1970; hours of the day are by the wearer's zone. Heart periods in ms, RSA
in ln ms². RSA here is BP-RSA, which hardly depends on the breathing rate between 0.19 and 0.32 Hz
(rsa.md §1.1) and is there where the rate is not known. A text of a wearer is foreign text: escape
it where it is shown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, tzinfo

from vagaband.analysis.model import Answers
from vagaband.session import Floats

EXERCISES = ("pacing", "resonance")  # of the device: kinds of a Stretch
SAYS_NOTHING = ("event", "note", "mark", "marked", "")  # of what it was: kinds of a Mark


@dataclass(frozen=True)
class Epochs:
    """Half minutes of all days in order, (n,) each; NaN where unknown or refused.

    `rsa_ln` is there where the epoch is valid and breathing neither paced nor slow; `hp_ms` where
    the heart could be read. `valid` and `reason` are those of the epoch.
    """

    at_s: Floats
    hp_ms: Floats
    rsa_ln: Floats
    breath_per_min: Floats
    valid: Floats  # 1 or 0
    reason: tuple[str, ...]


@dataclass(frozen=True)
class Mark:
    """What the wearer marked or noted: a moment, or a stretch up to `until_s`."""

    at_s: float
    until_s: float | None
    kind: str
    text: str
    tags: tuple[str, ...]  # small letters
    label: str  # the wearer's own word for how it felt; "" none


@dataclass(frozen=True)
class Stretch:
    """A block: an exercise of the device, a marked stretch, a slow rhythm found."""

    begin_s: float
    end_s: float
    kind: str  # "pacing", "resonance", "marked", "slow_rhythm"
    text: str
    tags: tuple[str, ...]
    pace_per_min: float | None
    swing_ms: float | None = None  # of the heart at that pace


@dataclass(frozen=True)
class Beats:
    """Corrected intervals of a stretch, (n,) each; a gap shows as a hole between them."""

    at_s: Floats  # begin of each interval
    ibi_ms: Floats
    flagged: Floats  # 1 where the interval was corrected


@dataclass(frozen=True)
class History:
    """All that a profile is made from. `spans` are begin and end of each recording."""

    person: str
    zone: tzinfo
    epochs: Epochs
    marks: tuple[Mark, ...]
    stretches: tuple[Stretch, ...]
    spans: tuple[tuple[float, float], ...]
    answers: Answers | None
    beats: Callable[[float, float], Beats]  # of a stretch of time


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval. `why` is the code of why there is none, "" where it is
    there; `smallest` is the smallest value that could have been told from none."""

    value: float | None
    low: float | None
    high: float | None
    n: int  # what it stands on: marks, epochs or days
    smallest: float | None = None
    why: str = ""


@dataclass(frozen=True)
class Effect:
    """What goes with a tag: marked moments against control stretches of the same hour.

    `rsa` is as measured: breathing moves it. `rsa_even` is what is left at the same breathing
    rate, `rsa_of_breath` what the rate explains; claims on RSA are of `rsa_even`. Intervals are
    each for itself, claims and `smallest` hold for all tags together.
    """

    tag: str
    marks: int
    days: int  # with marks
    controls: int
    hp: Estimate  # ms; n: marks that could be used
    rsa: Estimate  # ln
    rsa_even: Estimate
    rsa_of_breath: Estimate
    breath: Estimate  # a minute
    rsa_claim: str  # "more", "less", "" (none shown)
    hp_claim: str  # "longer", "shorter", ""
    breathing_differs: bool  # so that the RSA as measured may be its doing


@dataclass(frozen=True)
class Recovery:
    """A challenge: how far the heart moved, and when it was back at the baseline less 0.3 ln.

    The reaction is during less before. An end of the recovery's interval that is None lies beyond
    what was watched, and so does the recovery of state "not_in_recording".
    """

    at_s: float
    until_s: float | None
    kind: str
    text: str
    reaction_rsa: Estimate
    reaction_hp: Estimate
    recovery: Estimate  # s from the end of the challenge
    state: str  # "recovered", "not_in_recording", "no_reaction", "refused"
    baseline: str  # "own" (of that hour), "before" (the minutes before), "" none
    watched_s: float  # after the challenge, up to the recording's end or the next challenge
    efficiency: "Efficiency | None"


@dataclass(frozen=True)
class Efficiency:
    """Vagal efficiency over a challenge: ms of heart period for one ln of RSA.

    Slopes are None where it is refused. `warnings` are codes: efficiency.WARNINGS.
    """

    slope: float | None  # least squares: drawn down by the noise of RSA
    slope_se: float | None
    major_axis: float | None  # reduced major axis: hardly
    r: float | None
    n: int  # epochs of 15 s
    rsa_sd: float | None
    why: str  # "" where it is given
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shifts:
    """Moves between regions of the pattern map."""

    hours: float  # on the map
    per_hour: Estimate
    mean_stay_s: dict[str, float]  # of each region
    share: dict[str, float]


@dataclass(frozen=True)
class Glimmer:
    """A moment that the wearer marked as one: two minutes before and after."""

    at_s: float
    text: str
    rsa: Estimate  # after less before, beyond what quiet moments that began alike do
    hp: Estimate
    breath_per_min: float | None = None  # after less before, as measured; None: unknown


@dataclass(frozen=True)
class Candidate:
    """A moment like a glimmer that the wearer did not mark: a question, no finding."""

    at_s: float
    rsa_ln: float  # after less before
    hp_ms: float
    chance: float  # share of moments as clear as it that the series backwards gives, and its SD
    breath_per_min: float | None = None  # after less before; None: unknown, so it may explain all


@dataclass(frozen=True)
class Glimmers:
    """`rsa`, `hp`: of all marked ones together, against control stretches. A claim is what lies
    beyond their `smallest`, which holds for both together; so for each single one.

    `candidates` are the few clearest of `found` moments, on `days` with recordings; a day on which
    nothing happens makes `false_per_day` such moments by chance.
    """

    marked: tuple[Glimmer, ...]
    rsa: Estimate
    hp: Estimate
    candidates: tuple[Candidate, ...]
    false_per_day: float | None
    why: str  # why there are no candidates
    found: int = 0
    days: int = 0


@dataclass(frozen=True)
class Phase:
    """Before, during or after a treatment. `refused` is the share of its epochs, by reason."""

    begin_s: float
    end_s: float
    rsa: Estimate
    hp: Estimate
    breath: Estimate
    refused: dict[str, float]


@dataclass(frozen=True)
class Treatment:
    """An exercise or treatment, once: changes are during less before, after less before."""

    begin_s: float
    end_s: float
    name: str  # of treatment_kinds.KINDS, of EXERCISES, or the wearer's own word
    phases: dict[str, Phase]  # "before", "during", "after"
    rsa_changes: dict[str, Estimate]  # "during", "after"
    hp_changes: dict[str, Estimate]
    swing_ms: float | None  # of paced breathing
    warnings: tuple[str, ...]  # codes: "paced", "shaken", "short_before", ...


@dataclass(frozen=True)
class Together:
    """All times that one treatment was done: the change over them."""

    name: str
    times: int
    rsa_changes: dict[str, Estimate]
    hp_changes: dict[str, Estimate]


@dataclass(frozen=True)
class DayValue:
    """A day of the calendar; None where nothing usable was recorded."""

    day: date
    rsa_ln: float | None
    hp_ms: float | None
    epochs: int
    hours: float  # recorded


@dataclass(frozen=True)
class Trend:
    """Weeks: every day of the calendar, level, spread from day to day, slope a week."""

    days: tuple[DayValue, ...]
    rsa: Estimate
    hp: Estimate
    rsa_day_sd: float | None
    hp_day_sd: float | None
    rsa_per_week: Estimate
    hp_per_week: Estimate
    rsa_change: str  # "more", "less", "": only beyond the smallest detectable change
    hp_change: str


@dataclass(frozen=True)
class Profile:
    """All that a profile says."""

    person: str
    zone: tzinfo
    begin_s: float | None
    end_s: float | None
    trend: Trend
    effects: tuple[Effect, ...]
    recoveries: tuple[Recovery, ...]
    shifts: Shifts
    glimmers: Glimmers
    treatments: tuple[Treatment, ...]
    together: tuple[Together, ...]
    answers: Answers | None
