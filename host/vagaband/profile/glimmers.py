"""Glimmers that the wearer marked: the two minutes after against the two minutes before.

Each is held against quiet moments of the same hour that began alike (`usual`), so that what comes
back by itself is no glimmer's doing. One glimmer alone can hardly be told from chance: two minutes
show RSA to within 0.2 ln (rsa.md §5), and the heart wanders besides. A glimmer that is noted down
later, with the curve in view, is chosen by what it shows; no number can undo that.
"""

import math
from collections.abc import Sequence

import numpy as np

from vagaband.profile.candidates import candidates_of
from vagaband.profile.mean_of_days import mean_of_days
from vagaband.profile.model import Estimate, Glimmer, Glimmers, History, Mark
from vagaband.profile.quiet import AROUND, Quiet, moves_of
from vagaband.profile.refused import why_no_number
from vagaband.profile.why import FEW_CONTROLS, MOSTLY_REFUSED, NEAR_ANOTHER, SHORT_BEFORE

KIND = "glimmer"
NAMES = (KIND, "glimmers")
WHATS = ("rsa", "hp")


def glimmers_of(history: History) -> Glimmers:
    """Each marked glimmer, all together, and moments like them that the wearer did not mark."""
    marks = [mark for mark in history.marks if is_glimmer(mark)]
    quiet = Quiet(history)
    found = {what: _each(history, quiet, marks, what) for what in WHATS}
    breath = moves_of(quiet.series["breath"], _times(marks), AROUND).change
    marked = tuple(
        Glimmer(mark.at_s, mark.text, rsa, hp, None if math.isnan(change) else change)
        for mark, rsa, hp, change in zip(
            marks, found["rsa"], found["hp"], breath.tolist(), strict=True
        )
    )
    rsa, hp = (_together(history, quiet, marks, found[what], what) for what in WHATS)
    return Glimmers(marked, rsa, hp, **candidates_of(history)._asdict())


def is_glimmer(mark: Mark) -> bool:
    """By its kind (the button's, the host's) or a tag."""
    return mark.kind.lower() in NAMES or any(tag in NAMES for tag in mark.tags)


def _each(history: History, quiet: Quiet, marks: Sequence[Mark], what: str) -> list[Estimate]:
    """The change at each mark beyond the usual one; `smallest` for all of them together."""
    moves = moves_of(quiet.series[what], _times(marks), AROUND)
    found: list[Estimate] = []
    last_s = -math.inf
    for mark, change, start in zip(marks, moves.change, moves.start, strict=True):
        usual = quiet.usual(what, mark.at_s, AROUND)
        why = NEAR_ANOTHER if mark.at_s - last_s < AROUND.seconds else ""
        why = why or _why(history, mark.at_s, what, math.isnan(change), math.isnan(start))
        last_s = last_s if why == NEAR_ANOTHER else mark.at_s
        if why or usual is None:
            found.append(Estimate(None, None, None, 0, why=why or FEW_CONTROLS))
            continue
        value, sd = usual.beyond(float(change), float(start))
        half = usual.quantile() * sd
        smallest = usual.quantile(len(WHATS) * len(marks)) * sd
        found.append(Estimate(value, value - half, value + half, usual.controls, smallest))
    return found


def _why(history: History, at_s: float, what: str, no_change: bool, no_start: bool) -> str:
    if no_change:
        sides = ((at_s - AROUND.before_s, at_s), (at_s, at_s + AROUND.after_s))
        whys = [
            why_no_number(history.epochs, history.stretches, a, b, hp=what == "hp")
            for a, b in sides
        ]
        return next(filter(None, whys), MOSTLY_REFUSED)
    return SHORT_BEFORE if no_start else ""


def _together(
    history: History, quiet: Quiet, marks: Sequence[Mark], each: Sequence[Estimate], what: str
) -> Estimate:
    values = [math.nan if one.value is None else one.value for one in each]
    when = [mark.at_s for mark in marks]
    usual = [quiet.usual(what, at_s, AROUND) for at_s in when]
    sds = [one.sd / math.sqrt(one.controls) if one else 0.0 for one in usual]
    return mean_of_days(values, when, history.zone, len(WHATS), sds)


def _times(marks: Sequence[Mark]) -> np.ndarray:
    return np.array([mark.at_s for mark in marks], float)
