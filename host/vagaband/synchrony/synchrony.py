"""Whether two people's RSA goes up and down together, and in what way.

What is named: covariation of running RSA (trend removed), concurrent or lagged. Helm, Miller,
Kahle, Troxel and Hastings (2018, Multivar Behav Res 53) show that the kinds of synchrony differ
and have to be told. It is about RSA alone: heart period is shown beside it and decides nothing, so
that one test is made and no more. The test is one-sided: of going together, not against.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vagaband.analysis.model import Note
from vagaband.synchrony.align import Axis, Heard
from vagaband.synchrony.blocks import blocks_of, runs_in
from vagaband.synchrony.chance import LEVEL, lagged_of
from vagaband.synchrony.course import REACH_S, course_of
from vagaband.synchrony.model import Course, Lagged, Pacing, Strangers, Synchrony
from vagaband.synchrony.moving import in_step, moving_of
from vagaband.synchrony.paces import at_one_time, paces_of
from vagaband.synchrony.pacing import shared_rhythms
from vagaband.synchrony.slow_together import all_there_is
from vagaband.synchrony.strangers import against_strangers

LEAST_USABLE_S = 290  # five minutes, less what the first and last beats and whole seconds cost
MOST_LAG_S = 10


def synchrony_of(
    axis: Axis,
    *,
    most_s: int = MOST_LAG_S,
    seed: int = 1,
    dyads: Sequence[tuple[Course, Course]] = (),
    notes: Sequence[Sequence[Note]] | None = None,
) -> Synchrony:
    """All that can be said of two recordings on one axis; the same seed gives the same p.

    `most_s` is the largest lag that is looked at; `dyads` are courses of other pairs.
    """
    a, b = courses_of(axis)
    usable_s = _usable_s(a.rsa_ln, b.rsa_ln)
    blocks = blocks_of(axis, notes)
    why = _why_refused(axis, a, b, usable_s)
    refused = Synchrony("refused", why, usable_s, axis.seconds, a, b, blocks)
    if why:
        return refused
    rng = np.random.default_rng(seed)
    rsa = lagged_of(a.rsa_ln, b.rsa_ln, most_s, rng)
    pacing = pacing_of(axis, a, b)
    if not pacing and rsa.p < LEVEL:
        pacing = tuple(all_there_is(a, b, most_s, np.random.default_rng(seed)))
    strangers = against_strangers([(a, b), *dyads], most_s)
    verdict = _verdict(rsa, pacing, strangers)
    moving = moving_of(a.rsa_ln, b.rsa_ln, most_s, rng)
    return replace(
        refused,
        verdict=verdict,
        kind=_kind(rsa, axis.error_s or 0.0) if verdict == "synchronous" else "",
        rsa=rsa,
        hp=lagged_of(a.hp_ms, b.hp_ms, most_s, rng),
        moving=moving,
        in_step=in_step(a.rsa_ln, b.rsa_ln, moving, rng),
        pacing=pacing,
        strangers=strangers,
    )


def courses_of(axis: Axis) -> tuple[Course, Course]:
    """Both persons' lines over the axis."""
    return _course(axis, axis.a), _course(axis, axis.b)


def pacing_of(axis: Axis, a: Course, b: Course) -> tuple[Pacing, ...]:
    """What both journals log, else one rhythm in both hearts, else slow breathing at one time."""
    of_a, of_b = (
        paces_of(heard.session, runs_in(heard.session), heard.clock, axis.begin_s)
        for heard in (axis.a, axis.b)
    )
    found = at_one_time(of_a, of_b, axis.seconds)
    logged = [pacing for pacing in found if pacing.by == "logged"]
    return tuple(logged or shared_rhythms(a, b) or found)


def _course(axis: Axis, heard: Heard) -> Course:
    runs, epochs = runs_in(heard.session), heard.session.epochs
    return course_of(runs, epochs, heard.clock, axis.begin_s, axis.seconds)


def _usable_s(*lines: np.ndarray) -> int:
    """Seconds of the axis that usable windows stand on."""
    usable = np.isfinite(lines).all(axis=0).astype(float)
    reach = int(REACH_S)
    if not usable.any():
        return 0
    near = np.convolve(usable, np.ones(2 * reach + 1), "full")[reach : reach + len(usable)]
    return int(np.count_nonzero(near > 0.5))


def _why_refused(axis: Axis, a: Course, b: Course, usable_s: int) -> str:
    if usable_s >= LEAST_USABLE_S:
        return ""
    for heard, why in ((axis.a, "a_refused"), (axis.b, "b_refused")):
        if not heard.session.intervals:
            return why
    if axis.seconds == 0:
        return "no_overlap"
    if axis.seconds < LEAST_USABLE_S:
        return "short"
    own = {"a_refused": _usable_s(a.rsa_ln), "b_refused": _usable_s(b.rsa_ln)}
    return min(own, key=lambda who: own[who])


def _verdict(rsa: Lagged, pacing: Sequence[Pacing], strangers: Strangers | None) -> str:
    if pacing:
        return "paced"
    if rsa.p >= LEVEL:
        return "not_shown"
    return "like_strangers" if strangers and strangers.p >= LEVEL else "synchronous"


def _kind(rsa: Lagged, error_s: float) -> str:
    """A lag that the clocks' own error may have made is none."""
    return "concurrent" if rsa.low_s - error_s <= 0 <= rsa.high_s + error_s else "lagged"
