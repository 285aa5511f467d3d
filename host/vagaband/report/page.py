"""The page of a reading: what a recording or a day says."""

from datetime import timedelta
from typing import Any

from vagaband.analysis.claims_wearer import without_answers
from vagaband.analysis.model import Reading
from vagaband.report import charts, epochs, events
from vagaband.report.foreign import foreign
from vagaband.report.pattern import pattern_map, places
from vagaband.report.sentences import changes_of, said_of, tiles_of
from vagaband.report.sheet import sheet
from vagaband.report.words import Clock, Words

SECTIONS = ("glance", "time", "map", "rhythm", "uncertain", "numbers", "honesty")
TOPICS = (
    "use",
    "rsa",
    "breathing",
    "rhythm",
    "pulse",
    "theory",
    "regularity",
    "uncertainty",
    "refused",
)


def page(reading: Reading, language: str, hide_notes: bool = False) -> str:
    """The whole page of a reading; `hide_notes` leaves every word of the wearer out of it, and
    what they said of themselves."""
    if hide_notes:
        reading = without_answers(reading)
    words, clock = Words(language), Clock(reading.began)
    return sheet(
        "page.html.jinja",
        words,
        ["style.css"],
        "page.js",
        title=_title(reading, words),
        subtitle=_subtitle(reading, words, clock),
        hidden=hide_notes,
        sections=SECTIONS,
        honesty=TOPICS,
        nothing=_nothing(reading, words),
        axis=charts.time_axis(reading, clock),
        tiles=tiles_of(reading, words),
        said=said_of(reading, words),
        **_pictures(reading, words, clock, hide_notes),
    )


def _pictures(reading: Reading, words: Words, clock: Clock, hidden: bool) -> dict[str, Any]:
    """What is drawn and listed; little where there is no epoch."""
    there = bool(reading.moments)
    makers = (charts.heart_period, charts.rsa, charts.breathing)
    map_ = pattern_map(reading, words, hidden)
    blocks = events.blocks_of(reading, words, clock, hidden)
    notes = events.notes_of(reading, words, clock, hidden)
    return {
        "lanes": charts.lanes(reading, words) if there else [],
        "charts": [make(reading, words, clock) for make in makers] if there else [],
        "blocks": blocks,
        "notes": notes,
        "whats": events.whats(blocks, notes),
        "map": map_,
        "regularity": charts.regularity(reading, words, clock) if there else None,
        "changes": changes_of(reading, words),
        "compared": reading.baseline.kind,
        "columns": epochs.columns(words),
        "epochs": epochs.rows(reading, places(reading, map_), words, clock),
        "sources": _sources(reading, words),
    }


def _title(reading: Reading, words: Words) -> str:
    if not reading.person:
        return words("page.title")
    return words("page.title_person", person=foreign(reading.person, 60))


def _subtitle(reading: Reading, words: Words, clock: Clock) -> str:
    span = words.span(reading.seconds)
    if reading.began is None:
        return words("page.subtitle_undated", span=span)
    end = reading.began + timedelta(seconds=reading.seconds)
    until = (
        f"{end:%H:%M}" if end.date() == reading.began.date() else (f"{words.day(end)} {end:%H:%M}")
    )
    date = words.day(reading.began)
    return words("page.subtitle", date=date, begin=clock(0.0), end=until, span=span)


def _nothing(reading: Reading, words: Words) -> str:
    """What is said first where nothing can be said."""
    if not reading.moments:
        return words("glance.empty")
    if any(m.valid for m in reading.moments):
        return ""
    known = any(claim.kind == "mean_hp" and claim.valid for claim in reading.claims)
    return words("glance.no_rsa" if known else "glance.nothing")


def _sources(reading: Reading, words: Words) -> list[str]:
    return [
        words(
            f"sources.{piece.source}",
            name=foreign(piece.name, 120),
            engine=foreign(piece.session.engine, 80),
        )
        for piece in reading.pieces
    ]
