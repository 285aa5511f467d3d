"""The page for two: what it says of each kind of pair, and that it says no more than that."""

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import DESKTOP, PHONE, chromium, opened
from hearts_read import heart
from hearts_read import session_of as read_session
from page_readings import LANGUAGES
from playwright.sync_api import Browser
from simulated_pairs import session_of
from two_people import TOGETHER, coupled, one_pacer, strangers
from vagaband.analysis.model import Note
from vagaband.report.together.page import Person, page_for_two
from vagaband.report.words import catalogue
from vagaband.session import Session
from vagaband.synchrony.align import Axis, together
from vagaband.synchrony.model import Synchrony
from vagaband.synchrony.synchrony import synchrony_of

SIGN = "ab" * 16
EVIL = "<b onclick=alert(1)>hand</b><script>alert(2)</script>"
HEARTS = {"coupled": coupled, "one_pacer": one_pacer, "strangers": strangers}
NOTES = [Note(60.0, "rest", "rest", until_s=200.0), Note(220.0, "held", "held", until_s=380.0)]
LATER = [replace(n, t_s=n.t_s + 0.2, until_s=(n.until_s or 0.0) + 0.2) for n in NOTES]
Pair = tuple[Synchrony, Axis]


@pytest.fixture(scope="module")
def pairs() -> Callable[[str], Pair]:
    """What is found of a kind of pair, worked out once."""
    return functools.cache(lambda name: worked_out(*map(session_of, HEARTS[name]())))


def worked_out(one: Session, other: Session) -> Pair:
    """Two recordings that began together; what B marked comes a moment later."""
    axis = together(one, other)
    return synchrony_of(axis, notes=[NOTES, LATER]), axis


def page_of(said: Synchrony, axis: Axis, language: str = "en") -> str:
    """The page of it."""
    people = [Person("p07", TOGETHER, NOTES), Person("q08", TOGETHER, LATER)]
    return page_for_two(said, axis, people, SIGN, language)


def read(html: str, section: str) -> str:
    """What one reads in a section."""
    part = re.search(rf'<section id="{section}".*?</section>', html, re.DOTALL)
    assert part
    return words_of(re.sub(r"<[^>]*>", " ", part[0]))


def words_of(text: str) -> str:
    """Without line ends and spaces that don't break."""
    return " ".join(text.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_coupled_pair_is_said_to_go_together_with_who_leads_and_the_band_of_chance(
    language, pairs
):
    said, axis = pairs("coupled")
    html = page_of(said, axis, language)
    assert said.verdict == "synchronous"
    glance, chance = read(html, "glance"), read(html, "chance")
    assert catalogue(language)["synchrony.synchronous.a"].split(":")[0] in glance
    assert "A: p07" in glance
    assert "B: q08" in glance
    assert html.count('class="chance"') >= 2  # drawn with RSA and with heart period
    assert words_of(catalogue(language)["together.legend.chance"]) in chance
    assert f'data-together="{SIGN}"' in html


def test_one_pacer_is_named_as_that_and_never_as_going_together(pairs):
    for language in LANGUAGES:
        said, axis = pairs("one_pacer")
        html = page_of(said, axis, language)
        assert said.verdict == "paced"
        texts, whole = catalogue(language), re.sub(r"<[^>]*>|\s+", " ", html)
        why = texts[f"synchrony.paced_by.{said.pacing[0].by}"]
        assert why.split("{")[0] in read(html, "glance")
        assert texts["together.legend.paced"] in read(html, "lines")
        for text in ("synchronous.concurrent", "synchronous.a", "synchronous.b"):
            assert texts[f"synchrony.{text}"].split(":")[0] not in whole
        assert texts["together.lead.paced"].split(". ")[1] in read(html, "lines")


def test_strangers_are_not_called_in_step_and_nobody_leads(pairs):
    said, axis = pairs("strangers")
    html = page_of(said, axis)
    assert said.verdict == "not_shown"
    assert "No synchrony shown" in read(html, "glance")
    assert "no one is said to lead here" in read(html, "lines")


def test_each_block_stands_once_with_each_persons_own_change_and_its_interval():
    rng = np.random.default_rng(3)
    one, other = (read_session(heart(rng, 7)) for _ in "ab")
    table = read(page_of(*worked_out(one, other)), "changes")
    assert re.findall(r"[12] (rest|held) 14:0\d:\d0 to", table) == ["rest", "held"]
    assert table.count("A: p07") == table.count("B: q08") == 3  # its baseline, and two blocks
    assert table.count("95 %:") == 8
    assert "never against the other" in table


def test_where_one_persons_data_is_refused_that_is_said_and_the_others_still_stands():
    one, other = (session_of(run) for run in strangers())
    flat = replace(other, intervals=[replace(i, ibi_ms=800.0) for i in other.intervals])
    none = replace(other, intervals=[])
    for second, gap in ((flat, "no variation"), (none, "no lines")):
        said, axis = worked_out(one, second)
        html = page_of(said, axis)
        assert said.verdict == "refused"
        assert "Most was refused in B" in read(html, "glance")
        assert gap in read(html, "glance") + read(html, "lines")
        assert "Too little of both" in read(html, "chance")
    lost = [replace(i, run=int(i.t_s > 200)) for i in other.intervals if not 100 < i.t_s < 200]
    glance = read(page_of(*worked_out(one, replace(other, intervals=lost))), "glance")
    assert re.findall(r"Of (\S+: \S+) nothing was refused. Of (\d+) min", glance) == [
        ("B: q08", "2")
    ]
    html = page_of(*worked_out(one, flat), "nl")
    assert "A: p07: middelste waarde" in read(html, "lines")
    assert "Van B: q08 was niets bruikbaar" in read(html, "lines")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.parametrize(
    ("name", "language", "dark", "size"),
    [
        ("coupled", "nl", True, PHONE),
        *(
            pytest.param(name, language, dark, size, marks=pytest.mark.slow)
            for name in HEARTS
            for language in LANGUAGES
            for dark in (False, True)
            for size in (DESKTOP, PHONE)
        ),
    ],
)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(
    name, language, dark, size, browser, pairs, tmp_path: Path
):
    path = tmp_path / "page.html"
    said, axis = pairs(name)
    path.write_text(page_of(said, axis, language), encoding="utf-8")
    with opened(browser, path, size, dark) as seen:
        found = Axe().run(seen.page)
        assert [(v["id"], v["nodes"][0]["html"]) for v in found.response["violations"]] == []
        assert len(found.response["passes"]) > 15
        assert seen.page.evaluate("document.documentElement.scrollWidth") == size[0]
        assert seen.complaints == []


def test_no_request_leaves_and_nothing_foreign_runs(browser, pairs, tmp_path):
    path = tmp_path / "hostile.html"
    said, axis = pairs("coupled")
    evil = replace(said, blocks=tuple(replace(block, text=EVIL) for block in said.blocks))
    path.write_text(page_of(evil, axis, "nl"), encoding="utf-8")
    with opened(browser, path) as seen:
        seen.page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        assert seen.page.locator("[onclick], main b").count() == 0
        assert EVIL in seen.page.locator("#both").inner_text()
        tried = seen.page.evaluate(
            "fetch('https://example.org/').then(() => 'left', () => 'kept')"
        )
        assert tried == "kept"
        assert {url for url in seen.requests if not url.startswith("data:")} == {path.as_uri()}


def test_the_dot_of_the_highest_stands_where_the_axis_below_says(browser, pairs, tmp_path):
    """The lag of the summary, between the ticks 0 and +5 s."""
    said, axis = pairs("coupled")
    html = page_of(said, axis)
    path = tmp_path / "page.html"
    path.write_text(html, encoding="utf-8")
    place = """() => {
        const axis = document.querySelector('#chart-rsa_lags svg.x');
        const box = axis.getBoundingClientRect();
        const at = (text) => {
            const tick = [...axis.children].find((one) => one.textContent === text);
            return box.left + parseFloat(tick.getAttribute('x')) / 100 * box.width;
        };
        const dot = document.querySelector('#chart-rsa_lags path.best').getBoundingClientRect();
        return [at('0'), at('+5'), dot.left + dot.width / 2];
    }"""
    with opened(browser, path) as seen:
        zero, five, dot = seen.page.evaluate(place)
    assert said.rsa is not None
    assert 5 * (dot - zero) / (five - zero) == pytest.approx(said.rsa.best_lag_s, abs=0.15)
