"""All that is said of a person's weeks, put together."""

from vagaband.profile.effects import effects_of
from vagaband.profile.glimmers import glimmers_of
from vagaband.profile.model import History, Profile
from vagaband.profile.recovery import recoveries_of
from vagaband.profile.shifts import shifts_of
from vagaband.profile.treatments import treatments_of
from vagaband.profile.trend import trend_of
from vagaband.profile.withheld import is_withheld, unsaid, without_rhythm


def profile_of(history: History) -> Profile:
    """The profile of a history; of one whose rhythm is not the heart's own, without RSA."""
    if is_withheld(history):
        return unsaid(_whole(without_rhythm(history)))
    return _whole(history)


def _whole(history: History) -> Profile:
    treatments, together = treatments_of(history)
    return Profile(
        person=history.person,
        zone=history.zone,
        begin_s=min((begin_s for begin_s, _ in history.spans), default=None),
        end_s=max((end_s for _, end_s in history.spans), default=None),
        trend=trend_of(history),
        effects=effects_of(history),
        recoveries=recoveries_of(history),
        shifts=shifts_of(history),
        glimmers=glimmers_of(history),
        treatments=treatments,
        together=together,
        answers=history.answers,
    )
