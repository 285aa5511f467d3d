"""The pictures of `report` in README: the page of the demo's session, in a browser, as PNG.

Run this file to make host/vagaband/report/*.png anew; it needs a Chromium.
"""

import tempfile
from pathlib import Path

import vagaband.report
from browser import chromium, opened
from page_readings import LANGUAGES, reading_of
from vagaband.analysis.model import Note
from vagaband.demo import Demo, wear
from vagaband.report.page import page

FOLDER = Path(vagaband.report.__file__).parent
HEART = "hp=880,rsa=6.3,breath=0.24,lf=5.5,vlf=28,noise=8,motion=0.15"
MINUTES, SEED = 40, 11
NOTES = {  # as `sessions annotate` puts them on it
    "en": (
        Note(540.0, "note", "tea in the sun", ("outside",), "at ease"),
        Note(900.0, "note", "phone call with work", (), "", until_s=1260.0),
        Note(1620.0, "glimmer", "the cat on my lap", ("home",), "soft"),
    ),
    "nl": (
        Note(540.0, "note", "thee in de zon", ("buiten",), "op mijn gemak"),
        Note(900.0, "note", "telefoon met het werk", (), "", until_s=1260.0),
        Note(1620.0, "glimmer", "de kat op schoot", ("thuis",), "zacht"),
    ),
}
SIZE = (960, 1180)
TOP = {"en": "header", "nl": "#chart-events"}  # where each picture begins


def write_pictures() -> None:
    """Wear the demo's board, make its page, and take a picture of a window full of it."""
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        folder = Path(name)
        demo = Demo(heart=HEART, minutes=MINUTES, seed=SEED)
        session = wear(demo, folder, print)
        for language in LANGUAGES:
            reading = reading_of([session], NOTES[language])
            path = folder / f"{language}.html"
            path.write_text(page(reading, language), encoding="utf-8")
            with opened(browser, path, SIZE) as seen:
                seen.page.locator(TOP[language]).evaluate(
                    "e => e.scrollIntoView({behavior: 'instant'})"
                )
                seen.page.screenshot(path=FOLDER / f"page.{language}.png")


if __name__ == "__main__":
    write_pictures()
