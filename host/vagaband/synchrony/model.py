"""The shapes of what is said about two recordings, and of what a page of it draws.

Seconds are on the common clock, from the begin of the stretch that both recordings cover. A lag
is positive where B follows A.
"""

from dataclasses import dataclass, field

from vagaband.session import Floats

VERDICTS = (
    "synchronous",  # in step beyond chance
    "not_shown",  # not beyond chance: none, or too little for so short a time
    "paced",  # one pacer or breathing rhythm, or paces at one time: that may be what is in common
    "like_strangers",  # beyond chance, and no more than between people of different pairs
    "refused",  # `why` says why
)
KINDS = ("concurrent", "lagged")  # of synchrony: whether the lag can be told from none
WHYS = ("no_overlap", "short", "a_refused", "b_refused")
PACED_BY = (
    "logged",  # both journals
    "line",  # one steady pace
    "phase",  # breaths that keep phase
    "apart",  # each at a pace, at one time and not at one rate
    "slow",  # both slowly at one time, and without it no more is left than chance makes
)


@dataclass(frozen=True)
class Course:
    """One person's lines, each second of the axis: (n,), NaN where refused or unknown.

    `rhythm_ms` is the heart period as it is, at 2 Hz, (2 n,). `refused` are the seconds refused,
    by reason.
    """

    rsa_ln: Floats
    hp_ms: Floats
    rhythm_ms: Floats
    refused: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Lagged:
    """Correlation at each lag, (k,), with the band in which chance keeps 95 % of each.

    `p` is of the highest correlation at any lag, against as many lags of chance; `p_circular` the
    same by circular shifts, which are too ready to call it synchrony. `chance_r` is what the
    highest reaches by chance in 5 %. `low_s` and `high_s` bound the lag (95 %).
    """

    lags_s: Floats
    r: Floats
    chance_low: Floats
    chance_high: Floats
    r0: float
    best_lag_s: float
    best_r: float
    low_s: float
    high_s: float
    p: float
    p_circular: float
    chance_r: float


@dataclass(frozen=True)
class Moving:
    """Windows of a minute: middle (w,), correlation at no lag (w,) and at each (w, k), the lag of
    the highest (w,) and that correlation (w,); NaN where too little is usable. By chance a window
    reaches `chance_r` in 5 %."""

    t_s: Floats
    r0: Floats
    r: Floats
    lag_s: Floats
    best_r: Floats
    chance_r: float


@dataclass(frozen=True)
class Pacing:
    """A rhythm that both share, from when until when; A's where they are `by` "apart" or "slow"
    (of PACED_BY)."""

    begin_s: float
    end_s: float
    per_min: float
    by: str


@dataclass(frozen=True)
class Stretch:
    """A block of either recording, on the axis. A text of a wearer is foreign text."""

    begin_s: float
    end_s: float
    kind: str
    text: str
    whose: str  # "a", "b"


@dataclass(frozen=True)
class Strangers:
    """The same test between people of different pairs: how many, and the share of them that is as
    much in step."""

    dyads: int
    pairs: int
    p: float


@dataclass(frozen=True)
class InStep:
    """Share of the minutes in which both went the same way (r > 0 at no lag), and between which
    shares chance keeps 95 %."""

    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Synchrony:
    """All that is said of two recordings; None where it is refused."""

    verdict: str
    why: str
    usable_s: int
    seconds: int  # of the axis
    a: Course
    b: Course
    blocks: tuple[Stretch, ...]
    kind: str = ""
    rsa: Lagged | None = None
    hp: Lagged | None = None
    moving: Moving | None = None
    in_step: InStep | None = None
    pacing: tuple[Pacing, ...] = ()
    strangers: Strangers | None = None

    @property
    def leads(self) -> str:
        """Who leads, "a" or "b"; "" where none is shown."""
        if self.rsa is None or self.verdict != "synchronous" or self.kind != "lagged":
            return ""
        return "a" if self.rsa.best_lag_s > 0 else "b"
