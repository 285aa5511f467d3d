"""Before, during and after exercises and treatments: blocks, change, and what was refused."""

from dataclasses import dataclass

from vagaband.journal import REASONS
from vagaband.profile.model import EXERCISES, Estimate, Phase, Profile, Together, Treatment
from vagaband.profile.treatment_kinds import KINDS
from vagaband.report.charts import Tick
from vagaband.report.foreign import foreign
from vagaband.report.plot import Plot, Scale, decimals, scale_of
from vagaband.report.profile.amounts import (
    BREATH_LEVEL,
    HP,
    HP_LEVEL,
    RSA,
    RSA_LEVEL,
    Calendar,
    Measure,
    beyond,
    known,
    short,
    why_text,
    written,
)
from vagaband.report.profile.forest import Entry, Forest, forest
from vagaband.report.profile.glimmers import claim
from vagaband.report.words import Words

PHASES = ("before", "during", "after")
WARNINGS = (
    "paced",
    "shaken",
    "short_before",
    "short_during",
    "short_after",
    "breathing_differs",
    "few_controls",
    "start_unknown",
    "eft_which",
)
OPEN = 3  # single times that stand open
LONGEST = 60
COLUMNS = (
    ("profile.treatments.rsa_during", RSA),
    ("profile.treatments.rsa_after", RSA),
    ("profile.treatments.hp_during", HP),
    ("profile.treatments.hp_after", HP),
)
CHANGES = {"rsa": RSA, "hp": HP}
LEVELS = (("rsa", RSA_LEVEL), ("hp", HP_LEVEL), ("breath", BREATH_LEVEL))


@dataclass(frozen=True)
class Steps:
    """Before, during and after as three dots with their intervals."""

    name: str
    unit: str
    plot: Plot
    y_ticks: list[Tick]


@dataclass(frozen=True)
class Once:
    """A treatment, once."""

    name: str
    when: str
    steps: list[Steps]
    rows: list[tuple[str, list[str]]]  # a measure's name, and what it was in each phase
    said: list[str]
    warnings: list[str]


def name_of(name: str, words: Words) -> str:
    """A treatment's name, or the wearer's own word for it."""
    if name in EXERCISES:
        return words(f"blocks.{name}")
    if name in KINDS:
        return words(f"profile.treatments.name.{name}")
    return foreign(name, LONGEST) or words("profile.treatments.name.other")


def together_forest(profile: Profile, words: Words) -> Forest | None:
    """Each treatment over all its times."""
    if not profile.together:
        return None
    return forest(COLUMNS, [_entry(one, words) for one in profile.together], words)


def _entry(one: Together, words: Words) -> Entry:
    estimates = tuple(
        changes.get(phase, Estimate(None, None, None, 0, why="refused"))
        for changes in (one.rsa_changes, one.hp_changes)
        for phase in PHASES[1:]
    )
    return Entry(
        label=name_of(one.name, words),
        below=words.counted("profile.times", one.times),
        estimates=estimates,
        said=tuple(
            claim(estimate, name, words)
            for estimate, name in zip(estimates, ("rsa", "rsa", "hp", "hp"), strict=True)
        ),
        claimed=tuple(beyond(estimate) for estimate in estimates),
    )


def together_sentences(profile: Profile, words: Words) -> list[str]:
    """What RSA did during and after each treatment, over all its times."""
    return [
        words(
            "profile.treatments.said",
            name=name_of(one.name, words),
            times=words.counted("profile.times", one.times),
            what="; ".join(parts),
        )
        for one in profile.together
        if (parts := [_part(phase, e, words) for phase, e in one.rsa_changes.items() if known(e)])
    ]


def _part(phase: str, change: Estimate, words: Words) -> str:
    """What RSA did in one phase against before."""
    return words(
        "profile.treatments.part",
        phase=words(f"profile.treatments.{phase}_small"),
        claim=claim(change, "rsa", words),
        amount=written(change, RSA, words),
    )


def each_time(profile: Profile, words: Words, calendar: Calendar) -> list[Once]:
    """Every single time, newest first."""
    newest = sorted(profile.treatments, key=lambda one: -one.begin_s)
    return [_once(one, words, calendar) for one in newest]


def _once(one: Treatment, words: Words, calendar: Calendar) -> Once:
    length = words.span(one.end_s - one.begin_s)
    rows = [row for name, measure in LEVELS for row in _rows(one, name, measure, words)]
    refused = [_refused(one.phases.get(phase), words) for phase in PHASES]
    said = []
    if one.swing_ms is not None:
        said.append(words("profile.treatments.swing", swing=words.number(one.swing_ms)))
    return Once(
        name=name_of(one.name, words),
        when=words("profile.moving.when", at=calendar.at(one.begin_s), span=length),
        steps=[_steps(one, name, measure, words) for name, measure in LEVELS[:2]],
        rows=[*rows, (words("profile.treatments.refused"), refused)],
        said=said,
        warnings=[words(f"profile.treatments.warning.{code}") for code in one.warnings],
    )


def _rows(
    one: Treatment, name: str, measure: Measure, words: Words
) -> list[tuple[str, list[str]]]:
    """What a measure was in each phase; below it, where there is one, the change."""
    title = words(
        "profile.treatments.row", name=words(f"profile.{name}"), unit=words(measure.unit)
    )
    levels = []
    for phase in PHASES:
        found = one.phases.get(phase)
        levels.append(_cell(getattr(found, name) if found else None, measure, words))
    rows = [(title, levels)]
    if name in CHANGES:
        changes = getattr(one, f"{name}_changes")
        cells = [_cell(changes.get(phase), CHANGES[name], words) for phase in PHASES[1:]]
        rows.append((words("profile.treatments.change"), [words("numbers.nothing"), *cells]))
    return rows


def _cell(estimate: Estimate | None, measure: Measure, words: Words) -> str:
    if estimate is None:
        return words("profile.treatments.no_phase")
    if not known(estimate):
        return words("cells.unsaid", why=why_text(estimate.why, words))
    return short(estimate, measure, words)


def _refused(phase: Phase | None, words: Words) -> str:
    """The share refused for each reason, the largest first."""
    if phase is None:
        return words("numbers.nothing")
    shares = sorted(phase.refused.items(), key=lambda item: -item[1])
    found = [
        words(
            "profile.treatments.share",
            share=words.number(100 * share),
            reason=words(f"reasons.{reason}" if reason in REASONS else _ELSE),
        )
        for reason, share in shares
        if share > 0
    ]
    return "; ".join(found) or words("profile.treatments.nothing_refused")


_ELSE = "profile.treatments.no_phase"  # no half minute there at all


def _steps(one: Treatment, name: str, measure: Measure, words: Words) -> Steps:
    found = [
        (k + 0.5, getattr(one.phases[phase], name))
        for k, phase in enumerate(PHASES)
        if phase in one.phases and known(getattr(one.phases[phase], name))
    ]
    edges = [edge for _, e in found for edge in (e.low, e.value, e.high) if edge is not None]
    scale: Scale = scale_of(edges, {"rsa": 1.0, "hp": 60.0}[name], count=3)
    plot = Plot((0.0, float(len(PHASES))), scale)
    plot.columns("block", [(1.0, 2.0)])
    for tick in scale.ticks:
        plot.level("grid", tick)
    points = [(x, e.value) for x, e in found]
    for x, e in found:
        if e.low is not None and e.high is not None:
            plot.span("whisker", x, e.low, e.high)
    plot.curve("line", points, 1.5)
    plot.dots(f"dot {'pb2' if name == 'rsa' else 'hp'}", points)
    digits = decimals(scale.ticks)
    ticks = [Tick(scale.y(v), words.number(v, digits)) for v in scale.ticks]
    return Steps(words(f"profile.{name}"), words(measure.unit), plot, ticks)
