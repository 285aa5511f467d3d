"""The page of each hard case: what it says, what it can't say, and that foreign text is text."""

import re
import time
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
import vagaband.report
from page_readings import LANGUAGES, reading_against, reading_of
from test_page_words import FORBIDDEN
from vagaband.analysis.model import Note
from vagaband.report.page import page
from vagaband.report.words import catalogue

CASES = ("noise", "metronome", "two_minutes", "mostly_refused", "irregular", "slow_breathing",
         "slow_breathing_intervals", "short_day")  # fmt: skip
VOID = {"meta", "link", "br", "input"}
EVIL = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "]]>--><svg onload=alert(1)>",
    "=HYPERLINK(\"http://x\",\"klik\")",
    "{{ 7 * 7 }} {% raw %}",
    "zo \u202eneergezet\u2066\x1b[31m\x00\r\n\u2028op",
)  # fmt: skip


class Seen(HTMLParser):
    """Every element with its attributes; the text outside of script and style."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self._open):
            self.text += data

    def tags(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.mark.parametrize("name", CASES)
def test_each_case_gives_a_sound_page_without_a_verdict(name, hard_day):
    reading = reading_of(hard_day(name))
    for language in LANGUAGES:
        html = page(reading, language)
        seen = Seen(html)
        assert seen.tags("html") == [{"lang": language}]
        assert len(seen.tags("h1")) == len(seen.tags("main")) == 1
        ids = [a["id"] for _, a in seen.elements if "id" in a]
        assert len(ids) == len(set(ids))
        links = {a["href"] for a in seen.tags("a")}
        assert links <= {f"#{one}" for one in ids}
        assert {"#honesty", "#honesty-regularity"} <= links
        assert not re.search(r"""(src|href|action)=["']?(https?:|//)|@import|url\(""", html)
        assert not FORBIDDEN.search(seen.text)
        assert catalogue(language)["page.use"] in seen.text
        for broken in ("None", "nan", "{", "Undefined"):
            assert broken not in seen.text


UNSAID = {  # what the page must say that it can't
    "noise": ("unsaid.valid_share:no_beats", "unsaid.rsa:no_beats", "glance.empty"),
    "metronome": ("unsaid.rsa:flat", "unsaid.regularity:flat", "glance.no_rsa"),
    "two_minutes": ("unsaid.sample_entropy:short",),
    "mostly_refused": ("unsaid.rsa:motion", "unsaid.mean_hp:motion"),
    "irregular": ("unsaid.rsa:irregular", "unsaid.mean_hp:irregular", "glance.nothing"),
}


@pytest.mark.parametrize("name", UNSAID)
def test_what_can_not_be_said_is_said_with_the_reason(name, hard_day):
    reading = reading_of(hard_day(name))
    for language in LANGUAGES:
        texts, text = catalogue(language), Seen(page(reading, language)).text
        for wanted in UNSAID[name]:
            key, _, why = wanted.partition(":")
            assert texts[key].format(why=texts.get(f"why.{why}", "")) in text


def test_a_refused_half_minute_has_no_number_and_its_reason(hard_day):
    reading = reading_of(hard_day("mostly_refused"))
    html = page(reading, "nl")
    rows = re.findall(r"<tr data-t=.*?</tr>", html)
    assert len(rows) == len(reading.moments)
    for moment, row in zip(reading.moments, rows, strict=True):
        cells = re.findall("<td>(.*?)</td>", row)
        if moment.valid:
            assert cells[-1] == "gebruikt"
            assert re.fullmatch(r"\d,\d\d", cells[2])
        else:
            assert cells[-1] == "afgekeurd: de hand bewoog"
            assert cells[1] == cells[2] == cells[3] == "–"


def test_paced_breathing_is_read_at_the_pace_and_not_by_pb2(hard_day):
    html = page(reading_of(hard_day("slow_breathing")), "nl")
    seen = Seen(html)
    assert "ademen op tempo, 6,0 ademhalingen per minuut" in seen.text
    assert "er werd op tempo geademd" in seen.text
    assert re.search(r"\d+\u202fms van dal tot top \(95\s%: \d+ tot \d+\)", seen.text)


def test_values_of_two_kinds_of_rsa_are_not_put_together(hard_day):
    text = Seen(page(reading_of(hard_day("slow_breathing")), "nl")).text
    free = re.search(r"RSA \(PB2\) in \d+ halve minuten: middelste waarde ([\d,]+)", text)
    paced = re.search(r"RSA \(op het tempo\) in \d+ halve minuten: .*?waarde ([\d,]+)", text)
    assert free
    assert paced
    assert free[1] != paced[1]


def test_slow_breathing_that_nobody_announced_is_recognised(hard_day):
    reading = reading_of(hard_day("slow_breathing_intervals"))
    text = Seen(page(reading, "en")).text
    assert "is not used there" in text
    assert "RSA of the whole can't be given: breathing was slow" in text


def test_with_an_own_baseline_the_page_says_what_differs_from_it_and_by_how_much(hard_day):
    reading = reading_against(hard_day("slow_breathing"), 150.0, 1.5)
    assert reading.baseline.kind == "own"
    text = Seen(page(reading, "nl")).text
    assert "Wat een opname laat zien: p07" in text
    assert "Er wordt vergeleken met uw eigen uitgangswaarde" in text
    assert re.search(
        r"was het hart sneller dan .*; hartperiode: −1(49|5\d) ms \(95\s%: −\d+ tot", text
    )
    unsaid = "Of er meer of minder RSA was dan bij uw eigen uitgangswaarde, is niet te zeggen"
    assert f"{unsaid}: er werd op tempo geademd" in text
    assert "Ten opzichte van uw eigen uitgangswaarde" in text
    assert "eigen uitgangswaarde is er nog niet" not in text


def test_a_slow_heart_with_collapsed_rsa_is_shown_and_never_alarmed(hard_day):
    notes = [Note(100.0, "note", "", (), "ver weg")]
    reading = reading_against(hard_day("slow_breathing"), -200.0, 2.0, notes)
    for language in LANGUAGES:
        html, texts = page(reading, language), catalogue(language)
        table = re.search(r'<table id="regions">.*?</table>', html, re.DOTALL)
        assert table
        region = texts["regions.both"].format(
            heart=texts["regions.heart.slower"], rsa=texts["regions.rsa.less"]
        )
        row = re.search(rf"<tr><th scope=\"row\">{region}.*?</tr>", table[0], re.DOTALL)
        assert row
        cells = re.findall(r"<td.*?</td>", row[0], re.DOTALL)
        assert texts["theory.dorsal_vagal"] in cells[0]
        assert "ver weg" in cells[1]
        said = Seen(html).text
        assert texts["map.care"] in said
        assert texts["map.theory"] in said
        assert said.count(texts["theory.dorsal_vagal"]) == 1  # in that column and nowhere else
        assert not re.search(r"alarm|warning: |waarschuwing|danger|gevaar|urgent", said, re.I)


def test_a_word_for_a_stretch_stands_at_each_region_that_it_reaches(hard_day):
    notes = [Note(20.0, "note", "bodyscan", (), "rustig", until_s=280.0)]
    reading = reading_of(hard_day("slow_breathing"), notes)
    html = page(reading, "nl")
    regions = re.search(r'<table id="regions">.*?</table>', html, re.DOTALL)
    inside = {m.region for m in reading.moments if m.region and 20 <= m.t_s + 15 < 280}
    assert regions
    assert regions[0].count("rustig") == len(inside) > 0
    changes = re.search(r'<table id="changes">.*?</table>', html, re.DOTALL)
    assert changes
    assert Seen(changes[0]).text.count("bodyscan") == 1  # its sign alone says little


def test_after_the_end_of_a_recording_nothing_is_said_of_the_heart_stopping(hard_day):
    """The last mark of the day: its two minutes were not recorded."""
    html = page(reading_of(hard_day("short_day")), "nl")
    changes = re.search(r'<table id="changes">.*?</table>', html, re.DOTALL)
    assert changes
    last = Seen(changes[0].rsplit("<tr>", 1)[1].split("</tr>")[0]).text
    assert "ongestoord van opgenomen" in last
    assert "hartslag" not in Seen(changes[0]).text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("evil", EVIL)
def test_foreign_text_shows_as_text_wherever_it_stands(evil, language, hard_day):
    notes = [
        Note(30.0, evil, evil, (evil, "rust"), evil),
        Note(40.0, "note", evil, (), evil, until_s=200.0),
    ]
    reading = reading_of(hard_day("two_minutes"), notes)
    html = page(reading, language)
    seen = Seen(html)
    assert len(seen.tags("script")) == len(seen.tags("style")) == 1
    assert seen.tags("img") == []
    assert not any(name.startswith("on") for _, a in seen.elements for name in a)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u202a-\u202e\u2066-\u2069]", html)
    shown = "".join(sign if sign.isprintable() else "\ufffd" for sign in evil)
    assert seen.text.count(shown) >= 5
    assert html.count("</script>") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_hidden_notes_leave_no_word_of_the_wearer_in_the_file(language, hard_day):
    words = ("Zorgelijk", "kerstavond", "tante-Truus", "verdrietig", "schommelstoel", "gezwommen")
    notes = [
        Note(30.0, words[0], words[1], (words[2],), words[3]),
        Note(40.0, "note", words[4], (words[2],), words[5], until_s=170.0),
    ]
    reading = reading_of(hard_day("slow_breathing"), notes)
    shown, hidden = page(reading, language), page(reading, language, hide_notes=True)
    for word in words:
        assert word in shown
        assert word.lower() not in unescape(hidden).lower()
    assert "kort maar mooi" not in page(reading_of(hard_day("two_minutes")), language, True)
    assert catalogue(language)["events.hidden"] in hidden


def test_the_policy_lets_nothing_in_but_its_own_script_and_style(hard_day):
    seen = Seen(page(reading_of(hard_day("metronome")), "en"))
    policies = [
        a["content"] for a in seen.tags("meta")
        if a.get("http-equiv") == "Content-Security-Policy"
    ]  # fmt: skip
    assert len(policies) == 1
    rules = dict(rule.strip().split(" ", 1) for rule in str(policies[0]).split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for source in ("script-src", "style-src"):
        assert re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", rules[source])
    assert set(rules) == {
        "default-src", "img-src", "style-src", "script-src", "base-uri", "form-action"
    }  # fmt: skip
    assert not any("style" in a for _, a in seen.elements)


@pytest.mark.slow
def test_a_day_and_a_night_are_a_page_under_two_megabytes_in_ten_seconds(hard_day):
    files = hard_day("day")
    began = time.process_time()
    reading = reading_of(files)
    pages = [page(reading, "nl")]
    assert time.process_time() - began < 10
    assert len(reading.moments) > 2300
    assert len(pages[0].encode()) < 2_000_000


def test_an_hour_and_a_half_stays_within_its_share_of_that(hard_day):
    reading = reading_of(hard_day("mostly_refused"))
    began = time.process_time()
    html = page(reading, "nl")
    assert time.process_time() - began < 1.5
    fixed = len(page(reading_of(hard_day("noise")), "nl").encode())
    per_epoch = (len(html.encode()) - fixed) / len(reading.moments)
    assert fixed + 2880 * per_epoch < 2_000_000


def test_readmes_pictures_of_it_are_there_and_small():
    folder = Path(vagaband.report.__file__).parent
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    for language in LANGUAGES:
        picture = folder / f"page.{language}.png"
        assert f"(host/vagaband/report/{picture.name})" in readme
        assert picture.read_bytes().startswith(b"\x89PNG")
        assert picture.stat().st_size < 300_000
