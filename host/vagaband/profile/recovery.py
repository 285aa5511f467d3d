"""How far each challenge moved the heart, and when it came back (`return_curve` says how sure).

Back is where RSA is at the baseline less 0.3 ln (DESIGN §7). The baseline is the own one of that
hour; where that is not yet there, or one was below it less 0.3 ln before anything began, it is the
minutes before. A reaction is during less before, and each stands by itself: of many challenges
that do nothing up to one in forty is taken for one that lowered RSA, and more where one marks a
moment because it was extreme.
"""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from vagaband.analysis.model import Baseline
from vagaband.analysis.saying import MOST_IRREGULAR
from vagaband.analysis.uncertainty import (
    EPOCHS_PER_MIN,
    MEDIAN_OVER_MEAN,
    Scatter,
    estimator_sd,
    hp_sd,
    normal_quantile,
    scatter_of,
)
from vagaband.profile.challenges import Challenge
from vagaband.profile.claims import is_beyond
from vagaband.profile.efficiency import efficiency_of
from vagaband.profile.model import Estimate, History, Recovery
from vagaband.profile.return_curve import LEAST_STEPS, MARGIN_LN, Known, Levels, return_of
from vagaband.profile.running import STEP_S
from vagaband.profile.watched import Watched, watched_of
from vagaband.profile.why import (
    IRREGULAR,
    NO_REACTION,
    NO_RECORDING,
    NOT_IN_RECORDING,
    REFUSED,
    SHORT_AFTER,
    SHORT_BEFORE,
)
from vagaband.session import Floats

LEAST_DURING = 2
STEP_SD_LN = 0.38  # of a stationary heart's steps of 15 s (rsa.md §5)
STEPS_ALIKE = 0.25  # of neighbours: with it five minutes of them scatter as rsa.md §5 says
USUAL_STEPS = 40  # that what is usual weighs: ten minutes
A_STEP = STEP_S / 60 * EPOCHS_PER_MIN  # in epochs


def recoveries_of(history: History) -> tuple[Recovery, ...]:
    """All challenges in order of time, with what can be said of each."""
    return tuple(
        _recovery(seen) if isinstance(seen, Watched) else _refused(seen, NO_RECORDING, 0.0)
        for seen in watched_of(history)
    )


def _recovery(seen: Watched) -> Recovery:
    """What can be said of one challenge."""
    one, why, watched_s = seen.challenge, _why_refused(seen), seen.end_s - seen.challenge.end_s
    if why:
        return _refused(one, why, watched_s)
    rsa = _drawn(scatter_of([seen.before.rsa_ln]), len(seen.before.at_s))
    hp = scatter_of([seen.before.hp_ms, seen.during.hp_ms])
    rest, rest_hp = _before(seen, rsa, hp) or _usual(seen.own)
    during = _level(seen.during.rsa_ln, rsa, estimator_sd)
    reaction = _reaction(rest, during, seen)
    own = _own(seen.own) if rest.value >= (seen.own.bp_ln or math.inf) - MARGIN_LN else None
    recovery, state = _back(seen, reaction, Levels(rest, during, own), rsa)
    return replace(
        _refused(one, "", watched_s),
        reaction_rsa=reaction,
        reaction_hp=_reaction(rest_hp, _level(seen.during.hp_ms, hp, hp_sd), seen),
        recovery=recovery,
        state=state,
        baseline="own" if own else "before",
        efficiency=efficiency_of(seen, is_beyond(reaction)) if one.bodily else None,
    )


def _refused(one: Challenge, why: str, watched_s: float) -> Recovery:
    """A challenge of which nothing is said."""
    nothing = Estimate(None, None, None, 0, why=why)
    return Recovery(
        at_s=one.begin_s,
        until_s=one.until_s,
        kind=one.kind,
        text=one.text,
        reaction_rsa=nothing,
        reaction_hp=nothing,
        recovery=nothing,
        state="refused",
        baseline="",
        watched_s=watched_s,
        efficiency=None,
    )


def _why_refused(seen: Watched) -> str:
    """Why nothing can be said of it; "" where something can."""
    reasons = Counter(seen.reasons)
    if reasons["irregular"] > MOST_IRREGULAR * reasons.total():
        return IRREGULAR  # what is left between is not trusted either
    if len(seen.during.at_s) < LEAST_DURING:
        return REFUSED
    has_baseline = len(seen.before.at_s) >= LEAST_STEPS or seen.own.bp_ln is not None
    return "" if has_baseline else SHORT_BEFORE


def _before(seen: Watched, rsa: Scatter, hp: Scatter) -> tuple[Known, Known] | None:
    """RSA and heart period of the minutes before it, where they are enough."""
    if len(seen.before.at_s) < LEAST_STEPS:
        return None
    return _level(seen.before.rsa_ln, rsa, estimator_sd), _level(seen.before.hp_ms, hp, hp_sd)


def _usual(own: Baseline) -> tuple[Known, Known]:
    """What they will have been on a day like others: the own baseline of that hour."""
    apart = math.sqrt(1 + 1 / max(own.days, 1))
    return (
        Known(own.bp_ln or math.nan, own.rsa_day_sd * apart),
        Known(own.hp_ms or math.nan, own.hp_day_sd * apart),
    )


def _own(own: Baseline) -> Known | None:
    """The own baseline as such, and how well it is known."""
    if own.bp_ln is None:
        return None
    return Known(own.bp_ln, MEDIAN_OVER_MEAN * own.rsa_day_sd / math.sqrt(max(own.days, 1)))


def _drawn(scatter: Scatter, n: int) -> Scatter:
    """How so many steps scatter, drawn towards what is usual of a stationary heart."""
    own = n / (n + USUAL_STEPS)
    sd = math.sqrt(own * scatter.sd**2 + (1 - own) * STEP_SD_LN**2)
    return Scatter(sd, own * scatter.likeness + (1 - own) * STEPS_ALIKE)


def _level(values: Floats, scatter: Scatter, least_sd: Callable[[float], float]) -> Known:
    """Mean of some steps and its SD."""
    sd = scatter.sd * scatter.of_mean(len(values))
    return Known(float(values.mean()), max(sd, least_sd(len(values) * A_STEP)))


def _reaction(rest: Known, during: Known, seen: Watched) -> Estimate:
    """During less before."""
    apart = during.value - rest.value
    half = normal_quantile() * math.hypot(during.sd, rest.sd)
    return Estimate(apart, apart - half, apart + half, len(seen.during.at_s), smallest=half)


def _back(
    seen: Watched, reaction: Estimate, levels: Levels, scatter: Scatter
) -> tuple[Estimate, str]:
    """The recovery and its state."""
    n = len(seen.after.at_s)
    if not is_beyond(reaction) or (reaction.value or 0.0) > -MARGIN_LN:
        return Estimate(None, None, None, n, why=NO_REACTION), "no_reaction"
    if n < LEAST_STEPS:
        return Estimate(None, None, None, n, why=SHORT_AFTER), "refused"
    found = return_of(seen.after, seen.challenge.end_s, levels, scatter.sd * scatter.of_mean(1))
    middle, low, high = (s if math.isfinite(s) else None for s in found)
    if middle is None:
        return Estimate(None, low, None, n, why=NOT_IN_RECORDING), "not_in_recording"
    return Estimate(middle, low, high, n), "recovered"
