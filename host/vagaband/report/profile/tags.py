"""What goes with more and with less: the tags, each against control stretches of the same hour."""

from vagaband.profile.model import Effect, Profile
from vagaband.report.events import KINDS
from vagaband.report.foreign import foreign
from vagaband.report.profile.amounts import (
    BREATH,
    HP,
    RSA,
    beyond,
    known,
    swing_percent,
    written,
)
from vagaband.report.profile.forest import Entry, Forest, forest
from vagaband.report.words import Words

COLUMNS = (("profile.rsa_even", RSA), ("profile.hp", HP), ("profile.breath", BREATH))
LONGEST = 60


def tags_forest(profile: Profile, words: Words) -> Forest | None:
    """The tags by their RSA, from more to less; those that can't be said come last."""
    if not profile.effects:
        return None
    entries = [_entry(effect, words) for effect in sorted(profile.effects, key=_order)]
    return forest(COLUMNS, entries, words)


def _order(effect: Effect) -> tuple[int, float, str]:
    """Those that are told of RSA, else of the heart period, then the rest."""
    told = (known(effect.rsa_even), known(effect.hp))
    return (told.index(True) if True in told else 2, -(effect.rsa_even.value or 0.0), effect.tag)


def _entry(effect: Effect, words: Words) -> Entry:
    rsa = words(f"profile.claim.rsa.{effect.rsa_claim or 'none'}")
    hp = words(f"profile.claim.hp.{effect.hp_claim or 'none'}")
    breathes = effect.breathing_differs and beyond(effect.breath)
    breath = words(f"profile.claim.breath.{'differs' if breathes else 'same'}")
    return Entry(
        label=tag_name(effect.tag, words),
        below=words(
            "profile.tags.below",
            marks=words.counted("profile.times", effect.marks),
            days=words.counted("profile.days.n", effect.days),
            controls=words.counted("profile.controls", effect.controls),
        ),
        estimates=(effect.rsa_even, effect.hp, effect.breath),
        said=(rsa, hp, breath),
        claimed=(bool(effect.rsa_claim), bool(effect.hp_claim), breathes),
        notes=_notes(effect, words),
    )


def _notes(effect: Effect, words: Words) -> tuple[str, ...]:
    """RSA as measured, and how much of it breathing explains."""
    if not known(effect.rsa):
        return ()
    measured = written(effect.rsa, RSA, words)
    if not known(effect.rsa_of_breath):
        return (words("profile.tags.measured.unknown", measured=measured),)
    breath = written(effect.rsa_of_breath, RSA, words)
    key = "differs" if effect.breathing_differs else "same"
    return (words(f"profile.tags.measured.{key}", measured=measured, breath=breath),)


def tag_name(tag: str, words: Words) -> str:
    """A tag as it was written; a kind of mark in words."""
    return words(f"kinds.{tag}") if tag in KINDS else foreign(tag, LONGEST)


def tag_sentences(profile: Profile, words: Words) -> list[str]:
    """What is claimed of tags, and of how many none is."""
    told = [effect for effect in profile.effects if known(effect.rsa_even) or known(effect.hp)]
    claimed = [e for e in profile.effects if e.rsa_claim or e.hp_claim]
    found = [_claimed(effect, words) for effect in claimed]
    rest = len(told) - len(claimed)
    if rest and claimed:
        found.append(words.counted("profile.tags.rest", rest))
    elif rest:
        found.append(words.counted("profile.tags.no_claim", rest))
    return found


def _claimed(effect: Effect, words: Words) -> str:
    """What is claimed of a tag, in one sentence."""
    parts = []
    if effect.rsa_claim:
        percent = swing_percent(abs(effect.rsa_even.value or 0.0), effect.rsa_claim, words)
        rsa = written(effect.rsa_even, RSA, words)
        parts.append(words(f"profile.tags.rsa.{effect.rsa_claim}", amount=rsa, percent=percent))
    if effect.hp_claim:
        hp = written(effect.hp, HP, words)
        parts.append(words(f"profile.tags.hp.{effect.hp_claim}", amount=hp))
    tag = tag_name(effect.tag, words)
    return words("profile.tags.said", tag=tag, what="; ".join(parts))
