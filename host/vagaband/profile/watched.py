"""A challenge with what was recorded around it, in steps of the running RSA.

Looked at is at most a quarter of an hour before and 40 minutes after, up to another challenge,
paced breathing or the recording's end. What was too low to measure counts as it reads: it is low.
What is refused for another reason, or breathed slowly, is left out.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vagaband.analysis.model import Baseline
from vagaband.analysis.regions import HP_KNOWN
from vagaband.profile.baselines import Baselines
from vagaband.profile.challenges import Challenge, challenges_of
from vagaband.profile.model import EXERCISES, Epochs, History
from vagaband.profile.running import Running, running_of
from vagaband.reference.gain import BLIND_BELOW_HZ
from vagaband.reference.run_numbers import EPOCH_S
from vagaband.session import Floats

BEFORE_S, AFTER_S = 900.0, 2400.0
FILTER_S = 15.0  # that the filters need on either side


@dataclass(frozen=True)
class Watched:
    """Steps before, during and after a challenge.

    `own` is the own baseline of that hour, or kind "none". `reasons` are those of all epochs, up
    to `end_s`; `breaths` the breathing rates (a minute) before and during it, medians, NaN where
    unknown.
    """

    challenge: Challenge
    before: Running
    during: Running
    after: Running
    own: Baseline
    end_s: float
    reasons: tuple[str, ...]
    breaths: tuple[float, float]


def watched_of(history: History) -> list[Watched | Challenge]:
    """All challenges in order of time; one outside of all recordings as it is."""
    challenges, baselines = challenges_of(history), Baselines(history)
    found: list[Watched | Challenge] = []
    for one in challenges:
        span = next((s for s in history.spans if s[0] <= one.begin_s < s[1]), None)
        others = [(c.begin_s, c.end_s) for c in challenges if c is not one]
        others += [(s.begin_s, s.end_s) for s in history.stretches if s.kind in EXERCISES]
        found.append(_watched(history, baselines, one, span, others) if span else one)
    return found


def _watched(
    history: History,
    baselines: Baselines,
    one: Challenge,
    span: tuple[float, float],
    others: list[tuple[float, float]],
) -> Watched:
    ended_s = max((end for begin, end in others if begin < one.begin_s), default=-math.inf)
    begun_s = min((begin for begin, _ in others if begin >= one.end_s), default=math.inf)
    begin_s = min(max(span[0], ended_s, one.begin_s - BEFORE_S), one.begin_s)
    end_s = max(min(span[1], begun_s, one.end_s + AFTER_S), one.end_s)
    beats = history.beats(begin_s - FILTER_S, end_s + FILTER_S)
    to_begin, to_end = (
        _readable(running_of(beats, at_s), history.epochs) for at_s in (one.begin_s, one.end_s)
    )
    epochs = history.epochs
    first, begun, ended, last = np.searchsorted(
        epochs.at_s, [begin_s, one.begin_s, one.end_s, end_s]
    )
    return Watched(
        challenge=one,
        before=to_begin.between(begin_s, one.begin_s),
        during=to_begin.between(one.begin_s, one.end_s),
        after=to_end.between(one.end_s, end_s),
        own=baselines.own(span[0], one.begin_s),
        end_s=end_s,
        reasons=epochs.reason[first:last],
        breaths=(
            _median(epochs.breath_per_min[first:begun]),
            _median(epochs.breath_per_min[begun:ended]),
        ),
    )


def _readable(steps: Running, epochs: Epochs) -> Running:
    """Without steps whose epoch is refused for another reason than low RSA, or breathed slowly."""
    index = np.searchsorted(epochs.at_s, steps.at_s, side="right") - 1
    inside = index >= 0
    inside[inside] = steps.at_s[inside] < epochs.at_s[index[inside]] + EPOCH_S
    kept = ~inside
    kept[inside] = _is_even(epochs, index[inside])
    return steps.where(kept)


def _is_even(epochs: Epochs, index: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Which of some epochs may stand beside others, as far as breathing and the reader go."""
    known = np.array([epochs.reason[k] in HP_KNOWN for k in index.tolist()], bool)
    slow = epochs.breath_per_min[index] < 60 * BLIND_BELOW_HZ
    compared = np.isfinite(epochs.rsa_ln[index]) | (epochs.valid[index] == 0)
    return known & ~slow & compared


def _median(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else math.nan
