"""The page in a headless Chromium: no request leaves, it zooms and reads out, it prints, it fits a
phone, and axe finds nothing."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import DESKTOP, PHONE, chromium, opened
from page_readings import LANGUAGES, reading_of
from playwright.sync_api import Browser, Page
from vagaband.analysis.model import Note
from vagaband.report.page import page

NOTES = [
    Note(300.0, "glimmer", "<b onclick=alert(1)>zacht</b>", ("thuis",), "rustig"),
    Note(900.0, "tegenwind", "=1+1", (), "</script>"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def pages(hard_day, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Writes the page of a hard case, once."""
    folder = tmp_path_factory.mktemp("pages")

    def write(name: str = "slow_breathing", language: str = "nl") -> Path:
        path = folder / f"{name}-{language}.html"
        if not path.exists():
            reading = reading_of(hard_day(name), NOTES if name == "slow_breathing" else ())
            path.write_text(page(reading, language), encoding="utf-8")
        return path

    return write


def window(page: Page) -> tuple[float, float]:
    """What the pictures over time show, in seconds."""
    whole = page.evaluate("({...document.querySelector('[data-day]').dataset})")
    boxes = page.evaluate(
        "[...document.querySelectorAll('svg[data-time]')].map(e => e.getAttribute('viewBox'))"
    )
    assert len(set(boxes)) == 1  # all zoom together
    left, _, width, _ = map(float, boxes[0].split())
    assert (left, left + width) == pytest.approx((float(whole["from"]), float(whole["to"])))
    return left, left + width


def readout(page: Page) -> str:
    return page.locator(".readout").inner_text()


def hover(page: Page, chart: str, share: float) -> None:
    """Puts the pointer over a place of a picture."""
    plot = page.locator(f"#chart-{chart} svg.plot")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box
    page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)


def test_it_reads_out_what_the_table_says_of_the_half_minute_under_the_pointer(browser, pages):
    with opened(browser, pages()) as seen:
        assert not seen.page.locator(".readout").is_visible()
        hover(seen.page, "hp", 0.25)
        first = readout(seen.page)
        row = seen.page.locator("#epochs tbody tr").nth(9)
        assert float(row.get_attribute("data-t") or 0) == pytest.approx(300, abs=30)
        cells = [cell.strip() for cell in row.locator("td").all_text_contents()]
        assert f"Hartperiode {cells[1]} ms" in first
        assert f"RSA {cells[2]} ln ms²" in first
        assert cells[0] in first
        hover(seen.page, "rsa", 0.5)
        assert readout(seen.page) != first
        assert "op het tempo" in readout(seen.page)
        hover(seen.page, "map", 0.5)
        assert "hart ongeveer gelijk" in readout(seen.page)
        assert seen.complaints == []


def test_it_zooms_by_dragging_by_buttons_and_by_keys(browser, pages):
    with opened(browser, pages()) as seen:
        page = seen.page
        whole = window(page)
        assert whole == pytest.approx((0, 1200), abs=10)
        hover(page, "hp", 0.25)
        page.mouse.down()
        hover(page, "hp", 0.75)
        page.mouse.up()
        assert window(page) == pytest.approx((300, 900), abs=10)
        assert page.locator("#chart-hp svg.x text").all_text_contents()
        page.get_by_role("button", name="Inzoomen").click()
        low, high = window(page)
        assert high - low == pytest.approx(300, abs=10)
        page.get_by_role("button", name="Later").click()
        assert window(page)[0] == pytest.approx(low + 150, abs=10)
        page.get_by_role("button", name="Geheel").click()
        assert window(page) == pytest.approx(whole)
        page.locator("#chart-rsa .frame").focus()
        page.keyboard.press("ArrowRight")
        first = readout(page)
        page.keyboard.press("ArrowRight")
        assert readout(page) != first
        page.keyboard.press("+")
        assert window(page)[1] - window(page)[0] == pytest.approx(600, abs=10)
        for _ in range(40):
            page.keyboard.press("ArrowRight")
        assert window(page)[1] == pytest.approx(whole[1])  # it follows the reader
        page.keyboard.press("0")
        assert window(page) == pytest.approx(whole)
        hover(page, "hp", 0.5)
        page.mouse.wheel(0, 300)
        assert window(page) == pytest.approx(whole)  # the wheel alone scrolls
        assert seen.complaints == []


@pytest.mark.parametrize(
    "name",
    [
        "slow_breathing",
        "noise",
        pytest.param("short_day", marks=pytest.mark.slow),
        pytest.param("metronome", marks=pytest.mark.slow),
    ],
)
def test_no_request_leaves_and_nothing_foreign_runs(name, browser, pages):
    path = pages(name)
    with opened(browser, path) as seen:
        seen.page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        seen.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        if name == "slow_breathing":
            assert seen.page.get_by_text("<b onclick=alert(1)>zacht</b>").count() == 1
            assert seen.page.locator("[onclick]").count() == 0
        tried = seen.page.evaluate(
            "fetch('https://example.org/').then(() => 'left', () => 'kept')"
        )
        assert tried == "kept"
        assert {url for url in seen.requests if not url.startswith("data:")} == {path.as_uri()}


@pytest.mark.parametrize(
    ("language", "dark", "size"),
    [
        ("en", False, DESKTOP),
        ("nl", True, PHONE),
        *(
            pytest.param(language, dark, size, marks=pytest.mark.slow)
            for language in LANGUAGES
            for dark in (False, True)
            for size in (DESKTOP, PHONE)
        ),
    ],
)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(
    language, dark, size, browser, pages
):
    with opened(browser, pages(language=language), size, dark) as seen:
        seen.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        hover(seen.page, "hp", 0.4)
        found = Axe().run(seen.page)
        assert [(v["id"], v["nodes"][0]["html"]) for v in found.response["violations"]] == []
        assert len(found.response["passes"]) > 15
        assert seen.page.evaluate("document.documentElement.scrollWidth") == size[0]


def test_without_scripts_every_number_is_there_and_no_button_that_does_nothing(browser, pages):
    with opened(browser, pages(), scripts=False) as seen:
        assert seen.page.get_by_role("button", name="Inzoomen").count() == 0
        assert seen.page.locator("#chart-hp svg.plot path.dot").count() == 1
        assert seen.page.locator("#chart-hp svg.x text").count() > 2
        assert seen.page.locator("#epochs tbody tr").count() == 39


def test_it_prints_the_whole_on_white_with_no_picture_cut_in_two(browser, pages, tmp_path):
    with opened(browser, pages(), dark=True) as seen:
        seen.page.get_by_role("button", name="Inzoomen").click()
        assert window(seen.page)[1] < 1190
        paper = tmp_path / "page.pdf"
        seen.page.pdf(path=paper, prefer_css_page_size=True, print_background=True)
        assert window(seen.page)[1] < 1190  # as it was, on the screen
        seen.page.emulate_media(media="print", color_scheme="dark")
        ground = "getComputedStyle(document.body).backgroundColor"
        assert seen.page.evaluate(ground) == "rgb(255, 255, 255)"
        assert not seen.page.locator(".tools").is_visible()
        figures = "[...document.querySelectorAll('figure.chart')]"
        breaks = f"{figures}.map(figure => getComputedStyle(figure).breakInside)"
        assert set(seen.page.evaluate(breaks)) == {"avoid"}
    sheets = re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", paper.read_bytes())
    assert 5 <= len(sheets) <= 12
    for width, height in sheets:  # A4, in points
        assert (float(width), float(height)) == pytest.approx((595.3, 841.9), abs=1)
