"""How small a difference could have been seen: what is not shown may still be there."""

from dataclasses import dataclass

from vagaband.profile.model import Estimate, Profile
from vagaband.report.profile.amounts import HP, RSA, Measure, amount, known, swing_percent
from vagaband.report.profile.tags import tag_name
from vagaband.report.profile.treatments import name_of
from vagaband.report.words import Words


@dataclass(frozen=True)
class PowerRow:
    """A comparison: what it stood on, and the smallest that it could tell from chance."""

    what: str
    stood_on: str
    rsa: str
    hp: str


def power_rows(profile: Profile, words: Words) -> list[PowerRow]:
    """Every comparison of the page that has a smallest difference."""
    days = words.counted("profile.days.n", profile.trend.rsa_per_week.n)
    trend, glimmers = profile.trend, profile.glimmers
    rows = [
        _row(words("profile.power.week"), days, trend.rsa_per_week, trend.hp_per_week, words),
        *(
            _row(
                tag_name(effect.tag, words),
                words.counted("profile.times", effect.marks),
                effect.rsa_even,
                effect.hp,
                words,
            )
            for effect in sorted(profile.effects, key=lambda one: (-one.marks, one.tag))
        ),
        _row(
            words("profile.glimmers.together"),
            words.counted("profile.times", len(glimmers.marked)),
            glimmers.rsa,
            glimmers.hp,
            words,
        ),
        *(
            _row(
                words("profile.power.after", name=name_of(one.name, words)),
                words.counted("profile.times", one.times),
                one.rsa_changes.get("after"),
                one.hp_changes.get("after"),
                words,
            )
            for one in profile.together
        ),
    ]
    return [row for row in rows if row]


def _row(
    what: str, stood_on: str, rsa: Estimate | None, hp: Estimate | None, words: Words
) -> PowerRow | None:
    if not any(e and known(e) and e.smallest is not None for e in (rsa, hp)):
        return None
    return PowerRow(what, stood_on, _from(rsa, RSA, words), _from(hp, HP, words))


def _from(estimate: Estimate | None, measure: Measure, words: Words) -> str:
    if estimate is None or not known(estimate) or estimate.smallest is None:
        return words("numbers.nothing")
    size = amount(estimate.smallest, measure, words).lstrip("+")
    if measure is RSA:
        percent = swing_percent(estimate.smallest, "more", words)
        return words("profile.power.from_rsa", size=size, percent=percent)
    return words("profile.power.from", size=size)
