"""The page of a profile in a headless Chromium: no request leaves, it prints, it fits a phone, and
axe finds nothing."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import profile_examples as people
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import DESKTOP, PHONE, chromium, opened
from page_readings import LANGUAGES
from playwright.sync_api import Browser
from vagaband.report.profile.page import profile_page

OPEN_ALL = "document.querySelectorAll('details').forEach(d => d.open = true)"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Writes the page of an example, once."""
    folder = tmp_path_factory.mktemp("profiles")

    def write(name: str = "full", language: str = "nl") -> Path:
        path = folder / f"{name}-{language}.html"
        if not path.exists():
            profile = getattr(people, name)()
            path.write_text(profile_page(profile, language), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("name", "language", "dark", "size"),
    [
        ("empty", "en", False, DESKTOP),
        *(
            pytest.param(name, language, dark, size, marks=pytest.mark.slow)
            for name in ("full", "empty", "too_little", "pacemaker")
            for language in LANGUAGES
            for dark in (False, True)
            for size in (DESKTOP, PHONE)
        ),
    ],
)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(
    name, language, dark, size, browser, pages
):
    with opened(browser, pages(name, language), size, dark) as seen:
        seen.page.evaluate(OPEN_ALL)
        found = Axe().run(seen.page)
        assert [(v["id"], v["nodes"][0]["html"]) for v in found.response["violations"]] == []
        assert len(found.response["passes"]) > 15
        assert seen.page.evaluate("document.documentElement.scrollWidth") == size[0]
        assert seen.complaints == []


def test_a_whole_profile_fits_a_phone(browser, pages):
    with opened(browser, pages(), PHONE) as seen:
        seen.page.evaluate(OPEN_ALL)
        assert seen.page.evaluate("document.documentElement.scrollWidth") == PHONE[0]


def test_no_request_leaves_and_nothing_foreign_runs(browser, tmp_path):
    path = tmp_path / "hostile.html"
    evil = people.hostile("<b onclick=alert(1)>zacht</b><script>alert(2)</script>")
    path.write_text(profile_page(evil, "nl"), encoding="utf-8")
    with opened(browser, path) as seen:
        seen.page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        seen.page.evaluate(OPEN_ALL)
        assert seen.page.locator("[onclick], main b").count() == 0
        tried = seen.page.evaluate(
            "fetch('https://example.org/').then(() => 'left', () => 'kept')"
        )
        assert tried == "kept"
        assert {url for url in seen.requests if not url.startswith("data:")} == {path.as_uri()}


def test_a_dot_stands_where_the_axis_above_it_says(browser, pages):
    """The RSA of "de kat op schoot", +0.46 ln, between the ticks 0 and +1."""
    place = """() => {
        const axis = document.querySelector('#forest-tags .heads svg');
        const box = axis.getBoundingClientRect();
        const at = (text) => {
            const tick = [...axis.children].find((one) => one.textContent === text);
            return box.left + parseFloat(tick.getAttribute('x')) / 100 * box.width;
        };
        const dot = document.querySelector('#forest-tags .rows path.effect');
        const round = dot.getBoundingClientRect();
        return [at('0,0'), at('+1,0'), round.left + round.width / 2];
    }"""
    with opened(browser, pages()) as seen:
        zero, one, dot = seen.page.evaluate(place)
    assert (dot - zero) / (one - zero) == pytest.approx(0.46, abs=0.02)


def test_it_prints_on_white_with_no_row_cut_in_two(browser, pages, tmp_path):
    with opened(browser, pages(), dark=True) as seen:
        paper = tmp_path / "profile.pdf"
        seen.page.pdf(path=paper, prefer_css_page_size=True, print_background=True)
        seen.page.emulate_media(media="print", color_scheme="dark")
        ground = "getComputedStyle(document.body).backgroundColor"
        assert seen.page.evaluate(ground) == "rgb(255, 255, 255)"
        rows = "[...document.querySelectorAll('.rows > li, .once, figure.chart')]"
        breaks = f"{rows}.map(row => getComputedStyle(row).breakInside)"
        assert set(seen.page.evaluate(breaks)) == {"avoid"}
    sheets = re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", paper.read_bytes())
    assert 5 <= len(sheets) <= 16
