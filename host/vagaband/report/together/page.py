"""The page for two: both lines, who leads when, what chance makes, and what changed for each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from vagaband.analysis.baseline import BaselineRow
from vagaband.analysis.model import Answers, Note
from vagaband.report.block_titles import block_titles
from vagaband.report.foreign import foreign
from vagaband.report.plot import time_ticks
from vagaband.report.sheet import sheet
from vagaband.report.synchrony_sentences import sentences_of
from vagaband.report.together import blocks, pictures
from vagaband.report.words import Clock, Words
from vagaband.synchrony.align import Axis, Heard
from vagaband.synchrony.model import Course, Synchrony

SECTIONS = ("glance", "lines", "chance", "changes", "honesty")
EDGES_S = 60  # of nothing, at the begin and the end of every line
TOPICS = ("use", "connection", "joined", "rsa", "breathing", "uncertainty", "rhythm", "pulse")


@dataclass(frozen=True)
class Person:
    """One of the two: code, when the recording began, what was written on it in its own time, the
    epochs of days before, and what they said of themselves."""

    code: str
    began: datetime | None = None
    notes: Sequence[Note] = ()
    rows: Sequence[BaselineRow] = ()
    answers: Answers | None = None


def page_for_two(
    found: Synchrony,
    axis: Axis,
    people: Sequence[Person],
    sign: str,
    language: str,
    hide_notes: bool = False,
) -> str:
    """The whole page; `sign` is what it carries, so that it can be taken back. `hide_notes`
    leaves every word of either wearer out of it. What they said of themselves is never on it."""
    words = Words(language)
    if hide_notes:
        found = replace(found, blocks=tuple(replace(block, text="") for block in found.blocks))
    clock = Clock(_began(axis, people[0]))
    codes = [foreign(person.code, 60) for person in people]
    names = {key: words("together.name", letter=key.upper(), person=code)
             for key, code in zip("ab", codes, strict=True)}  # fmt: skip
    own = [
        blocks.changes_of(found, axis, heard, person.notes, person.rows, person.answers)
        for heard, person in zip((axis.a, axis.b), people, strict=True)
    ]
    verdict, *numbers = sentences_of(found, axis.basis, axis.error_s, words)
    titles = block_titles([*axis.a.session.marks, *axis.b.session.marks], language)
    stretches = blocks.shown(
        blocks.merged(found.blocks), own, names, titles, words, clock, found.seconds
    )
    return sheet(
        "together/page.html.jinja",
        words,
        ["style.css", "together/style.css"],
        title=words("together.title", one=codes[0], other=codes[1]),
        subtitle=_subtitle(found, words, clock),
        sections=SECTIONS,
        honesty=TOPICS,
        sign=sign,
        names=names,
        verdict=verdict,
        tone=found.verdict,
        numbers=numbers,
        used=[_used(course, name, words)
              for course, name in zip((found.a, found.b), names.values(), strict=True)],
        charts=pictures.over_time(found, names, words),
        lags=pictures.over_lags(found, words),
        ticks=_ticks(found.seconds, clock),
        lag_ticks=pictures.lag_ticks(found.rsa, words) if found.rsa else [],
        blocks=stretches,
        baselines=[(name, one.baseline) for name, one in zip(names.values(), own, strict=True)],
    )  # fmt: skip


def _began(axis: Axis, person: Person) -> datetime | None:
    """When the axis begins, by the clock of the first person's recording."""
    if person.began is None:
        return None
    return person.began + timedelta(seconds=_own_zero_s(axis, axis.a))


def _own_zero_s(axis: Axis, heard: Heard) -> float:
    """Where the axis begins in a recording's own time."""
    own_s = np.array([0.0, 1.0])
    first, second = heard.clock(own_s)
    return float((axis.begin_s - first) / (second - first))


def _subtitle(found: Synchrony, words: Words, clock: Clock) -> str:
    span = words.span(found.seconds)
    if clock.began is None:
        return words("together.subtitle_undated", span=span)
    return words(
        "together.subtitle",
        date=words.day(clock.began),
        begin=clock(0.0),
        end=clock(found.seconds),
        span=span,
    )


def _ticks(seconds: int, clock: Clock) -> list[pictures.Tick]:
    places = time_ticks(seconds, clock.zero_s) if seconds else []
    exact = any((t + clock.zero_s) % 60 for t in places)
    return [pictures.Tick(100 * t / seconds, clock(t, seconds=exact)) for t in places]


def _used(course: Course, name: str, words: Words) -> str:
    """What of one person's was refused, and why; and how much there was nothing to refuse of."""
    whys = "; ".join(
        words("together.refused_for", reason=words(f"reasons.{why}"), span=words.span(seconds))
        for why, seconds in sorted(course.refused.items(), key=lambda one: -one[1])
    )
    key = "together.refused" if whys else "together.none_refused"
    said = [words(key, name=name, whys=whys)]
    unread = int(np.count_nonzero(np.isnan(course.rsa_ln))) - sum(course.refused.values())
    if unread > EDGES_S:
        said.append(words("together.unread", span=words.span(unread)))
    return " ".join(said)
