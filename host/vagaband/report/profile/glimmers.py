"""Glimmers that were marked, and moments like them that were not, put as a question."""

from dataclasses import dataclass

from vagaband.profile.candidates import ASKED_OF_NOTHING, PRECISION
from vagaband.profile.claims import SIDES
from vagaband.profile.model import Candidate, Estimate, Glimmers, Profile
from vagaband.report.foreign import foreign
from vagaband.report.profile.amounts import (
    BREATH,
    HP,
    RSA,
    Calendar,
    amount,
    beyond,
    known,
    why_text,
    written,
)
from vagaband.report.profile.forest import Entry, Forest, forest
from vagaband.report.words import Words

COLUMNS = (("profile.rsa", RSA), ("profile.hp", HP))
LONGEST = 80


@dataclass(frozen=True)
class Question:
    """A moment that was not marked."""

    text: str
    change: str


def glimmers_forest(profile: Profile, words: Words, calendar: Calendar) -> Forest | None:
    """All marked glimmers together, then each, newest first."""
    glimmers = profile.glimmers
    if not glimmers.marked:
        return None
    together = Entry(
        label=words("profile.glimmers.together"),
        below=words.counted("profile.times", len(glimmers.marked)),
        estimates=(glimmers.rsa, glimmers.hp),
        said=(claim(glimmers.rsa, "rsa", words), claim(glimmers.hp, "hp", words)),
        claimed=(beyond(glimmers.rsa), beyond(glimmers.hp)),
    )
    each = [
        Entry(
            label=foreign(one.text, LONGEST) or words("kinds.glimmer"),
            below=calendar.at(one.at_s),
            estimates=(one.rsa, one.hp),
            said=("", ""),
            claimed=(beyond(one.rsa), beyond(one.hp)),
        )
        for one in sorted(glimmers.marked, key=lambda one: -one.at_s)
    ]
    return forest(COLUMNS, [together, *each], words)


def claim(estimate: Estimate, name: str, words: Words) -> str:
    """What a difference comes to: "rsa" more or less, "hp" longer or shorter, or none shown."""
    if not known(estimate) or estimate.value is None:
        return ""
    more, less = SIDES[name]
    side = more if estimate.value > 0 else less
    return words(f"profile.claim.{name}.{side if beyond(estimate) else 'none'}")


def glimmer_sentences(profile: Profile, words: Words) -> list[str]:
    """What the marked ones come to together."""
    glimmers = profile.glimmers
    if not glimmers.marked:
        return [words("profile.glimmers.no_marked")]
    if not known(glimmers.rsa):
        why = why_text(glimmers.rsa.why, words)
        return [words.counted("profile.glimmers.unsaid", len(glimmers.marked), why=why)]
    side = "none"
    if beyond(glimmers.rsa):
        side = "more" if (glimmers.rsa.value or 0.0) > 0 else "less"
    return [
        words(
            f"profile.glimmers.said.{side}",
            times=words.counted("profile.times", len(glimmers.marked)),
            rsa=written(glimmers.rsa, RSA, words),
            hp=written(glimmers.hp, HP, words),
        )
    ]


def questions(profile: Profile, words: Words, calendar: Calendar) -> list[Question]:
    """The candidates, newest first."""
    newest = sorted(profile.glimmers.candidates, key=lambda one: -one.at_s)
    return [
        Question(words("profile.glimmers.question", at=calendar.at(one.at_s)), _change(one, words))
        for one in newest
    ]


def _change(one: Candidate, words: Words) -> str:
    """What changed at a candidate; a breathing rate that is not known may explain all of it."""
    breath = words("profile.glimmers.breath_unknown")
    if one.breath_per_min is not None:
        change = amount(one.breath_per_min, BREATH, words)
        breath = words("profile.glimmers.breath", breath=change)
    return words(
        "profile.glimmers.change",
        rsa=amount(one.rsa_ln, RSA, words),
        hp=amount(one.hp_ms, HP, words),
        breath=breath,
        chance=words.number(100 * one.chance),
    )


def false_rate(glimmers: Glimmers, words: Words) -> str:
    """How many candidates were found, and how many chance makes; why there are none."""
    told = []
    if glimmers.why:
        told.append(words("profile.glimmers.no_candidates", why=why_text(glimmers.why, words)))
    rate = glimmers.false_per_day
    if rate is not None:
        days = words.counted("profile.days.n", glimmers.days)
        found = words.number(glimmers.found)
        told.append(words("profile.glimmers.found", found=found, days=days))
        of_rate = {"rate": words.number(rate, 2), "days": words.number(1 / max(rate, 0.01))}
        told.append(words(f"profile.glimmers.false.{'many' if rate >= 1 else 'few'}", **of_rate))
        told.append(words("profile.glimmers.simulated", **_simulated(words)))
    return " ".join(told)


def _simulated(words: Words) -> dict[str, str]:
    """How often a question is right in people of whom all is known."""
    sizes = {"small": min(PRECISION), "large": max(PRECISION)}
    right = {f"right_{k}": words.number(100 * PRECISION[size]) for k, size in sizes.items()}
    asked = words.number(100 * ASKED_OF_NOTHING)
    return {**right, **{k: words.number(v, 1) for k, v in sizes.items()}, "asked": asked}
