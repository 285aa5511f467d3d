"""The pictures of `profile` in README: the page of a simulated month, in a browser, as PNG.

Run this file to make host/vagaband/report/profile.*.png anew; it needs a Chromium. Each picture
says in its PNG text what one reads in it, so that a test can tell a stale one.
"""

from dataclasses import dataclass, replace

from readme_picture import write_pictures
from simulated_person import Event, Person, Tag, simulate
from vagaband.analysis.model import Answers
from vagaband.profile.model import History
from vagaband.profile.profile import profile_of
from vagaband.report.profile.page import profile_page

SHOWN = {"en": ("header", "glance"), "nl": ("#forest-tags", "tags")}  # its top, and its section
SEED = 7
PERSON = Person(hours=9.0, missing=0.13, hp_per_week=9.0)


@dataclass(frozen=True)
class Names:
    """What the person calls things."""

    shop: str
    cat: str
    call: str
    music: str
    stairs: str
    stood: str
    scan: str
    sun: str
    asked: str
    posture: str


NAMES = {
    "en": Names(
        shop="groceries",
        cat="cat on my lap",
        call="phone call",
        music="music",
        stairs="stairs",
        stood="stood up",
        scan="body scan",
        sun="sun on the balcony",
        asked="challenge",
        posture="posture",
    ),
    "nl": Names(
        shop="boodschappen",
        cat="kat op schoot",
        call="telefoon",
        music="muziek",
        stairs="de trap",
        stood="opgestaan",
        scan="bodyscan",
        sun="zon op het balkon",
        asked="uitdaging",
        posture="houding",
    ),
}


def month_of(language: str) -> History:
    """Thirty days of a simulated person who shops, has a cat, and stands up."""
    names = NAMES[language]
    tags = (
        Tag(names.shop, -0.5, -90.0, 1.6, marks=26),
        Tag(names.cat, 0.55, 45.0, -0.4, marks=24),
        Tag(names.call, 0.0, -20.0, marks=18),
        Tag(names.music, 0.0, 0.0, marks=12),
        Tag("piano", 0.0, 0.0, marks=3),
    )
    worn = simulate(seed=SEED, person=PERSON).spans
    answers = Answers(pacemaker=False, irregular=False, medicines=False)
    events = _events(worn, names)
    made = simulate(seed=SEED, tags=tags, events=events, person=PERSON, answers=answers)
    return replace(made, person="P07")


def _events(worn: tuple[tuple[float, float], ...], names: Names) -> list[Event]:
    """In the midst of recordings in turn: a glimmer, a challenge, an exercise."""
    glimmer = Event(0, 240, "glimmer", (), 0.8, 45.0, tail_s=60.0)
    stretch = Event(0, 0, "event", moment=False)
    asked = {"tags": (names.asked,), "rsa_ln": -1.8, "hp_ms": -150.0, "tail_s": 150.0}
    stood = {"tags": (names.posture,), "rsa_ln": -1.4, "hp_ms": -110.0, "tail_s": 90.0}
    scan = replace(stretch, end_s=900, rsa_ln=0.5, hp_ms=40.0, tail_s=300.0, text=names.scan)
    turns = {  # of eight recordings; the others have none
        0: glimmer,
        1: replace(stretch, end_s=300, text=names.stairs, **asked),
        2: scan,
        4: replace(glimmer, text=names.sun),
        5: replace(stretch, end_s=420, text=names.stood, **stood),
        6: scan,
    }
    found = []
    for k, (begin_s, end_s) in enumerate(worn):
        if event := turns.get(k % 8):
            middle_s = (begin_s + end_s) / 2
            found.append(replace(event, begin_s=middle_s, end_s=middle_s + event.end_s))
    return found


def page_of(language: str) -> str:
    """The page that the picture is of."""
    return profile_page(profile_of(month_of(language)), language)


if __name__ == "__main__":
    write_pictures("profile", page_of, SHOWN)
