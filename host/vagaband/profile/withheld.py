"""A profile of someone whose rhythm a pacemaker sets, or whose heart is a transplant: heart period
and breathing stay, and nothing that is read from the rhythm is said (analysis/claims_wearer.py).
"""

from dataclasses import replace
from typing import Any

import numpy as np

from vagaband.profile.model import Beats, Estimate, History, Profile
from vagaband.profile.rewritten import rewritten
from vagaband.profile.why import PACEMAKER

NONE = Estimate(None, None, None, 0, why=PACEMAKER)
# Fields that are read from the rhythm, beside those that say `rsa` in their name.
OF_RHYTHM = {
    "recovery",
    "reaction_hp",
    "efficiency",
    "swing_ms",
    "candidates",
    "found",
    "false_per_day",
}
OF_RHYTHM |= {"per_hour", "mean_stay_s", "share"}


def is_withheld(history: History) -> bool:
    """Whether the person said so."""
    return bool(history.answers and history.answers.pacemaker)


def without_rhythm(history: History) -> History:
    """What is left of a history: no RSA, no intervals, no rhythm found in them."""
    epochs, none = history.epochs, np.zeros(0)
    return replace(
        history,
        epochs=replace(epochs, rsa_ln=np.full(len(epochs.at_s), np.nan)),
        stretches=tuple(one for one in history.stretches if one.kind != "slow_rhythm"),
        beats=lambda begin_s, end_s: Beats(none, none, none),
    )


def unsaid(profile: Profile) -> Profile:
    """The profile of that, which says why there is no RSA in it."""
    profile = rewritten(profile, _said)
    return replace(profile, glimmers=replace(profile.glimmers, why=PACEMAKER))


def _said(name: str, value: object) -> object:
    """A field's value, or nothing where it is read from the rhythm."""
    return _nothing(value) if "rsa" in name.split("_") or name in OF_RHYTHM else value


def _nothing(value: Any) -> Any:
    if isinstance(value, Estimate):
        return NONE
    if isinstance(value, dict):
        return {key: NONE for key, one in value.items() if isinstance(one, Estimate)}
    return type(value)() if isinstance(value, tuple | str | int) else None
