"""The pictures of `report` in README: the page of the demo's session, in a browser, as PNG.

Run this file to make host/vagaband/report/*.png anew; it needs a Chromium.
"""

import tempfile
from pathlib import Path

import vagaband.report
from browser import chromium, opened
from page_readings import LANGUAGES, reading_of
from vagaband.demo import Demo, wear
from vagaband.report.page import page

FOLDER = Path(vagaband.report.__file__).parent
HEART = "hp=880,rsa=6.3,breath=0.22,lf=5.5,drift=0.3,noise=8"  # as in the picture of `live`
MINUTES, SEED = 30, 11
SIZE = (960, 1180)
TOP = {"en": "header", "nl": "#chart-rsa"}  # where each picture begins


def write_pictures() -> None:
    """Wear the demo's board, make its page, and take a picture of a window full of it."""
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        folder = Path(name)
        demo = Demo(heart=HEART, minutes=MINUTES, seed=SEED)
        reading = reading_of([wear(demo, folder, print)])
        for language in LANGUAGES:
            path = folder / f"{language}.html"
            path.write_text(page(reading, language), encoding="utf-8")
            with opened(browser, path, SIZE) as seen:
                seen.page.locator(TOP[language]).evaluate("e => e.scrollIntoView()")
                seen.page.screenshot(path=FOLDER / f"page.{language}.png")


if __name__ == "__main__":
    write_pictures()
