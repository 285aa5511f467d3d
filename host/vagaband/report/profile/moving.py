"""Moving and coming back: challenges, shifts on the pattern map, vagal efficiency."""

from collections import Counter
from dataclasses import dataclass
from statistics import median

from vagaband.analysis.regions import REGIONS
from vagaband.profile.model import Profile, Recovery
from vagaband.profile.why import LEFT_OUT, PACEMAKER
from vagaband.report.events import KINDS
from vagaband.report.foreign import foreign
from vagaband.report.pattern import region_name
from vagaband.report.profile.amounts import (
    BACK,
    HP,
    RSA,
    Calendar,
    beyond,
    known,
    why_text,
)
from vagaband.report.profile.forest import Entry, Forest, forest
from vagaband.report.words import Words

COLUMNS = (("profile.reaction_rsa", RSA), ("profile.reaction_hp", HP), ("profile.back", BACK))
STATES = ("recovered", "not_in_recording", "no_reaction", "refused")
TOLD = ("not_in_recording", "no_reaction")  # of each; one that is refused says why itself
LONGEST = 80
LEAST_SHARE = 0.005  # of the time: a region with less is not listed


@dataclass(frozen=True)
class StayRow:
    """A region of the pattern map: share of the time, and mean stay."""

    region: str
    share: str
    left: float  # of its bar, in per cent
    stay: str


@dataclass(frozen=True)
class EfficiencyRow:
    """Vagal efficiency over one challenge, or why it is not given."""

    when: str
    slope: str
    major_axis: str
    r: str
    n: str
    spread: str
    why: str
    warnings: list[str]


def challenges(profile: Profile, words: Words, calendar: Calendar) -> Forest | None:
    """The challenges, newest first."""
    if not profile.recoveries:
        return None
    newest = sorted(profile.recoveries, key=lambda one: -one.at_s)
    return forest(COLUMNS, [_entry(one, words, calendar) for one in newest], words)


def _entry(one: Recovery, words: Words, calendar: Calendar) -> Entry:
    return Entry(
        label=what(one, words),
        below=_when(one, words, calendar),
        estimates=(one.reaction_rsa, one.reaction_hp, one.recovery),
        said=("", "", words("profile.state.recovered") if one.state == "recovered" else ""),
        claimed=(beyond(one.reaction_rsa), beyond(one.reaction_hp), True),
        notes=_notes(one, words),
    )


def _notes(one: Recovery, words: Words) -> tuple[str, ...]:
    """What became of it, where it is not back at the own baseline."""
    if one.state == "recovered":
        return (words("profile.moving.from_before"),) if one.baseline == "before" else ()
    if one.state not in TOLD:
        return ()
    return (words(f"profile.state.{one.state}", watched=words.span(one.watched_s)),)


def what(one: Recovery, words: Words) -> str:
    """What a challenge was, by the wearer's words, else by its kind."""
    if text := foreign(one.text, LONGEST):
        return text
    if one.kind in KINDS:
        return words(f"kinds.{one.kind}")
    return foreign(one.kind, LONGEST) or words("profile.moving.challenge")


def _when(one: Recovery, words: Words, calendar: Calendar) -> str:
    at = calendar.at(one.at_s)
    if one.until_s is None:
        return at
    return words("profile.moving.when", at=at, span=words.span(one.until_s - one.at_s))


def challenge_sentences(profile: Profile, words: Words) -> list[str]:
    """How many were recovered from, within which times, and how many not."""
    kept = [one for one in profile.recoveries if one.recovery.why not in (PACEMAKER, LEFT_OUT)]
    states = Counter(one.state for one in kept)
    times = [
        one.recovery.value
        for one in profile.recoveries
        if one.state == "recovered" and one.recovery.value is not None
    ]
    uncertain = sum(
        one.recovery.high is None for one in profile.recoveries if one.state == "recovered"
    )
    found = []
    if times:
        text = words.counted(
            "profile.moving.recovered",
            len(times),
            all=words.counted("profile.asked", len(profile.recoveries)),
            middle=words.span(median(times)),
            low=words.span(min(times)),
            high=words.span(max(times)),
        )
        if uncertain:
            text = f"{text} {words.counted('profile.moving.uncertain', uncertain)}"
        found.append(text)
    for state in STATES[1:]:
        if states[state]:
            found.append(words.counted(f"profile.moving.{state}", states[state]))
    return found


def shift_sentences(profile: Profile, words: Words) -> list[str]:
    """How often the heart went from one region to another."""
    shifts = profile.shifts
    if not known(shifts.per_hour) or shifts.per_hour.value is None:
        return [words("profile.moving.no_shifts", why=why_text(shifts.per_hour.why, words))]
    low, high = shifts.per_hour.low, shifts.per_hour.high
    between = ""
    if low is not None and high is not None:
        edges = {"low": words.number(low, 1), "high": words.number(high, 1)}
        between = f" ({words('between.certain', **edges)})"
    per_hour = words.number(shifts.per_hour.value, 1)
    hours = words.number(shifts.hours)
    return [words("profile.moving.shifts", per_hour=per_hour, between=between, hours=hours)]


def stays(profile: Profile, words: Words) -> list[StayRow]:
    """The regions that there was time in, from most to least."""
    share = profile.shifts.share
    regions = sorted(
        (r for r in REGIONS if share.get(r, 0.0) >= LEAST_SHARE), key=lambda region: -share[region]
    )
    nothing = words("numbers.nothing")
    return [
        StayRow(
            region_name(region, words),
            words.number(100 * share[region]),
            100 * share[region],
            words.span(stay) if (stay := profile.shifts.mean_stay_s.get(region)) else nothing,
        )
        for region in regions
    ]


def efficiencies(profile: Profile, words: Words, calendar: Calendar) -> list[EfficiencyRow]:
    """Vagal efficiency of each challenge that was asked for it, newest first."""
    newest = sorted(profile.recoveries, key=lambda one: -one.at_s)
    return [_efficiency(one, words, calendar) for one in newest if one.efficiency]


def _efficiency(one: Recovery, words: Words, calendar: Calendar) -> EfficiencyRow:
    found = one.efficiency
    assert found
    when = f"{what(one, words)}, {calendar.at(one.at_s)}"
    if found.why or found.slope is None:
        why = words("cells.unsaid", why=why_text(found.why, words))
        return EfficiencyRow(when, "", "", "", words.number(found.n), "", why, [])
    nothing = words("numbers.nothing")

    def shown(value: float | None, digits: int) -> str:
        return nothing if value is None else words.number(value, digits)

    slope = words("profile.moving.slope", value=shown(found.slope, 0), se=shown(found.slope_se, 0))
    return EfficiencyRow(
        when=when,
        slope=slope,
        major_axis=shown(found.major_axis, 0),
        r=shown(found.r, 2),
        n=words.number(found.n),
        spread=shown(found.rsa_sd, 2),
        why="",
        warnings=[words(f"profile.warning.{code}") for code in found.warnings],
    )
