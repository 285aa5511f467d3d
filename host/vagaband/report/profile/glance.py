"""At a glance: what the page stands on, what can be said, and what can't."""

from vagaband.analysis.claims_wearer import of_wearer
from vagaband.profile.model import Estimate, Profile
from vagaband.reference.run_numbers import EPOCH_S
from vagaband.report.profile.amounts import (
    HP,
    HP_LEVEL,
    RSA,
    RSA_LEVEL,
    Measure,
    amount,
    known,
    number,
    why_text,
    written,
)
from vagaband.report.profile.days import missing
from vagaband.report.profile.glimmers import glimmer_sentences
from vagaband.report.profile.moving import challenge_sentences
from vagaband.report.profile.tags import tag_name, tag_sentences
from vagaband.report.profile.treatments import together_sentences
from vagaband.report.sentences import Sentence, Tile, sentence_of
from vagaband.report.words import Words

HOUR_S = 3600.0
FEW_H = 10  # hours of which the tenth counts
TRENDS = {"rsa": RSA, "hp": HP}


def wearer_sentences(profile: Profile, words: Words) -> list[Sentence]:
    """What the wearer said of themselves that changes what the numbers mean."""
    claims = of_wearer(profile.answers)
    return [sentence_of(claim, words) for claim in claims if not claim.valid or claim.value]


def tiles_of(profile: Profile, words: Words) -> list[Tile]:
    """What it stands on, and the two levels."""
    days = profile.trend.days
    gone = len(missing(profile.trend))
    hours = sum(day.hours for day in days)
    epochs = sum(day.epochs for day in days)
    share = words.number(100 * epochs * EPOCH_S / HOUR_S / hours) if hours else words.number(0)
    there = words("profile.tiles.of_days", days=words.number(len(days)))
    without = words.counted("profile.tiles.missing", gone)
    return [
        Tile(words("profile.tiles.days"), words.number(len(days) - gone), there, without),
        Tile(
            words("profile.tiles.hours"),
            words.number(hours, int(hours < FEW_H)),
            words("profile.hours"),
            words("profile.tiles.usable", share=share, epochs=words.number(epochs)),
        ),
        _level("hp", profile.trend.hp, HP_LEVEL, words),
        _level("rsa", profile.trend.rsa, RSA_LEVEL, words),
    ]


def _level(name: str, level: Estimate, measure: Measure, words: Words) -> Tile:
    title = words(f"profile.tiles.{name}")
    if not known(level) or level.value is None:
        return Tile(title, words("numbers.nothing"), "", why_text(level.why, words))
    between = ""
    if level.low is not None and level.high is not None:
        edges = {side: number(getattr(level, side), measure, words) for side in ("low", "high")}
        between = words("between.certain", **edges)
    if name == "hp":
        between = words(
            "tiles.beats", rate=words.number(60_000 / level.value), between=between
        ).rstrip("; ")
    return Tile(title, number(level.value, measure, words), words(measure.unit), between)


def said_of(profile: Profile, words: Words) -> list[str]:
    """The findings, those that are none too, in the order of the sections."""
    found = [s for name in TRENDS if (s := trend_sentence(profile, name, words))]
    found += challenge_sentences(profile, words)[:1]
    found += tag_sentences(profile, words)
    if known(profile.glimmers.rsa):
        found += glimmer_sentences(profile, words)
    found += together_sentences(profile, words)
    return found


def trend_sentences(profile: Profile, words: Words) -> list[str]:
    """Spread from day to day, and trend, of RSA and of the heart period."""
    found = []
    for name, measure in TRENDS.items():
        spread: float | None = getattr(profile.trend, f"{name}_day_sd")
        slope: Estimate = getattr(profile.trend, f"{name}_per_week")
        if spread is not None:
            size = amount(spread, measure, words).lstrip("+")
            found.append(words(f"profile.days.{name}.spread", size=size))
        found.append(
            trend_sentence(profile, name, words)
            or words(f"profile.unsaid.{name}_trend", why=why_text(slope.why, words))
        )
    return found


def trend_sentence(profile: Profile, name: str, words: Words) -> str:
    """What the weeks come to for RSA or heart period; "" where it can't be said."""
    slope: Estimate = getattr(profile.trend, f"{name}_per_week")
    if not known(slope):
        return ""
    measure = TRENDS[name]
    change: str = getattr(profile.trend, f"{name}_change")
    smallest = ""
    if slope.smallest is not None and not change:
        size = amount(slope.smallest, measure, words).lstrip("+")
        smallest = words("profile.days.too_small", size=size)
    return words(
        f"profile.days.{name}.change.{change or 'none'}",
        amount=written(slope, measure, words),
        smallest=f" {smallest}" if smallest else "",
    )


def unsaid_of(profile: Profile, words: Words) -> list[str]:
    """What can't be said (yet), and why."""
    found = [
        words(f"profile.unsaid.{name}", why=why_text(estimate.why, words))
        for name, estimate in _asked(profile)
        if not known(estimate)
    ]
    if not profile.recoveries:
        found.append(words("profile.unsaid.challenges"))
    if not profile.effects:
        found.append(words("profile.unsaid.tags"))
    few = [e for e in profile.effects if not known(e.rsa_even) and not known(e.hp)]
    if few:
        tags = ", ".join(tag_name(effect.tag, words) for effect in few)
        found.append(words("profile.unsaid.few_tags", tags=tags))
    if not profile.treatments:
        found.append(words("profile.unsaid.treatments"))
    return found


def _asked(profile: Profile) -> list[tuple[str, Estimate]]:
    trend = profile.trend
    return [
        ("rsa", trend.rsa),
        ("hp", trend.hp),
        ("rsa_trend", trend.rsa_per_week),
        ("hp_trend", trend.hp_per_week),
        ("shifts", profile.shifts.per_hour),
        ("glimmers", profile.glimmers.rsa),
    ]
