"""A picture of a page for README, as PNG, which says in its text what one reads in it: so a test
can tell a stale one."""

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import vagaband.report
from browser import chromium, opened
from page_readings import LANGUAGES
from PIL import Image
from PIL.PngImagePlugin import PngInfo

FOLDER = Path(vagaband.report.__file__).parent
SIZE = (960, 1180)
Shown = dict[str, tuple[str, str]]  # of each language: what is on top, and the section shown


def reads(html: str, section: str) -> str:
    """What one reads in a section of a page, without its spaces."""
    found = re.search(rf'<section id="{section}".*?</section>', html, re.DOTALL)
    assert found
    return re.sub(r"<[^>]*>|\s+", "", found[0])


def write_pictures(name: str, page_of: Callable[[str], str], shown: Shown) -> None:
    """Make the page in each language, and take a picture of a window full of it."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        for language in LANGUAGES:
            top, section = shown[language]
            html = page_of(language)
            path = Path(folder) / f"{language}.html"
            path.write_text(html, encoding="utf-8")
            picture = FOLDER / f"{name}.{language}.png"
            with opened(browser, path, SIZE) as seen:
                seen.page.locator(top).evaluate("e => e.scrollIntoView({behavior: 'instant'})")
                seen.page.screenshot(path=picture)
            said = PngInfo()
            said.add_itxt("Description", reads(html, section))
            with Image.open(picture) as image:
                image.save(picture, pnginfo=said, optimize=True)
