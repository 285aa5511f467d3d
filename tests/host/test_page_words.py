"""One catalogue a language: complete, the same in both, all of it used, and careful."""

import ast
import re
import string
from datetime import datetime
from pathlib import Path

import pytest
import vagaband.report
from page_readings import LANGUAGES
from vagaband.analysis.claims import KINDS, WHYS
from vagaband.analysis.claims_wearer import KINDS_OF_ANSWERS
from vagaband.analysis.regions import HEARTS, REGIONS, RSAS, THEORY
from vagaband.cli import agreeing, asking
from vagaband.journal import CONFIDENCES, REASONS
from vagaband.report import sentences
from vagaband.report.charts import RSA_KINDS
from vagaband.report.events import BLOCKS
from vagaband.report.events import KINDS as MARKS
from vagaband.report.page import TOPICS
from vagaband.report.profile import page as of_profile
from vagaband.report.together import page as of_together
from vagaband.report.words import Clock, Words, catalogue

FOLDER = Path(vagaband.report.__file__).parent
# What is written alike in both languages: names, signs, units, and numbers' own places.
ALIKE = re.compile(
    r"PB2|BP|RSA( \(PB2\))?|Dosis|\W*|ms|ln( ms²)?|%|/min|ventral vagal"
    r"|\{[a-z]+\}( min \{seconds\} s|, \{rsa\})?|RSA, \{|[Gg]limmers?|trigger|Later"
    r"|\{share\}\W+\{reason\}|\{phase\} \{claim\}, \{amount\}|s|r|EMDR|EFT|consult"
    r"|emotionally focused therapy \(EFT\)|\{[a-z]+\}( ±|,|:| \() ?\{[a-z]+\}\)?"
)
FORBIDDEN = re.compile(
    r"diagno[sz]|stress[ -]?(level|score|niveau|index)|stresslevel|(vagal tone|vagale tonus) is"
    r"|(low|poor|lage|slechte) (vagal|vagale) (tone|tonus)|(gezonde?|healthy) (score|range)"
    r"|you are (stressed|anxious|calm|safe)|u bent (gestrest|gespannen|angstig|kalm|veilig)",
    re.IGNORECASE,
)


@pytest.fixture(params=LANGUAGES)
def texts(request: pytest.FixtureRequest) -> dict[str, str]:
    return catalogue(request.param)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_texts_with_the_same_places_to_fill_in():
    english, dutch = catalogue("en"), catalogue("nl")
    assert set(english) == set(dutch)
    assert len(english) > 450
    for key, text in english.items():
        assert placeholders(text) == placeholders(dutch[key]), key


def test_no_text_was_left_in_the_other_language():
    english, dutch = catalogue("en"), catalogue("nl")
    same = {key for key in english if english[key] == dutch[key]}
    assert {key: english[key] for key in same if not ALIKE.fullmatch(english[key])} == {}
    assert len(same) < 35


def test_each_text_is_asked_for_somewhere():
    asked = [re.compile(pattern) for pattern in patterns()]
    unused = {k for k in catalogue("en") if not any(p.fullmatch(k) for p in asked)}
    assert unused == set()


def patterns() -> set[str]:
    """Every key that the code or the template names, as a regular expression."""
    sections = {key.split(".")[0] for key in catalogue("en")}
    found = set()
    for file in (*FOLDER.rglob("*.py"), Path(agreeing.__file__), Path(asking.__file__)):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(re.escape(node.value))
            elif isinstance(node, ast.JoinedStr):
                found.add("".join(_part(part) for part in node.values))
    template = "".join(file.read_text() for file in FOLDER.rglob("*.jinja"))
    for call in re.findall(r"\bt(?:\.counted)?\(([^,)]*(?:\([^)]*\)[^,)]*)?)[,)]", template):
        pieces = [piece.strip() for piece in call.split("~")]
        found.add("".join(re.escape(p.strip("'")) if p.startswith("'") else ".+" for p in pieces))
    named = {p for p in found if p.split("\\.")[0] in sections and "\\." in p}
    endings = "one|many|more|less|session|none|whole|block|breath_.+"
    return named | {rf"{p}\.({endings})" for p in named}


def _part(part: ast.expr) -> str:
    return re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[^.]+"


def keys_under(texts: dict[str, str], prefix: str) -> set[str]:
    """The names of what lies right under a prefix."""
    under = (key.removeprefix(prefix) for key in texts if key.startswith(prefix))
    return {name.split(".")[0] for name in under}


def test_whatever_the_analysis_can_say_has_its_words(texts):
    said = {kind for kind in KINDS if kind in sentences.SECTIONS} - set(sentences.NOT_SAID)
    assert keys_under(texts, "claims.") | {"light", "time_of_day", "wearer"} == said
    spoken = set(KINDS) - {"recorded", "refused_share", "corrected_share", "slow_rhythm"}
    spoken -= {"hp_no_difference", "rsa_no_difference", "swing", *KINDS_OF_ANSWERS.values()}
    assert set(KINDS_OF_ANSWERS) < keys_under(texts, "ask.")
    assert keys_under(texts, "unsaid.") == spoken
    assert keys_under(texts, "cells.") == {*sentences.IN_TABLES, "unsaid"}
    assert keys_under(texts, "why.") == set(WHYS)
    assert keys_under(texts, "reasons.") == {*filter(None, REASONS), "unknown"}
    assert keys_under(texts, "theory.") == {*filter(None, THEORY.values()), "none"}
    assert keys_under(texts, "regions.heart.") == set(HEARTS)
    assert keys_under(texts, "regions.rsa.") == set(RSAS)
    assert {f"{heart}_{rsa}" for heart in HEARTS for rsa in RSAS} == set(REGIONS)
    assert keys_under(texts, "rsa_kind.") == set(RSA_KINDS)
    assert keys_under(texts, "confidence.") == set(CONFIDENCES)
    assert keys_under(texts, "kinds.") == {*MARKS, "other"}
    assert keys_under(texts, "blocks.") == set(BLOCKS)
    assert keys_under(texts, "tiles.") == {*sentences.TILES, "of", "by", "beats"}
    topics = {*TOPICS, *of_profile.TOPICS, *of_together.TOPICS}
    assert keys_under(texts, "honesty.") == {*topics, "title", "more"}
    assert keys_under(texts, "honesty.more.") == topics >= set(sentences.MORE.values())
    assert {unit for unit in KINDS.values() if unit != "s"} <= set(sentences.UNITS)


def test_no_text_names_an_illness_a_level_or_a_verdict(texts):
    assert [text for text in texts.values() if FORBIDDEN.search(text)] == []


def test_the_test_above_would_find_it():
    for bad in ("Uw vagale tonus is laag", "your vagal tone is low", "Stressniveau: 7",
                "no diagnosis", "stress level"):  # fmt: skip
        assert FORBIDDEN.search(bad)


def test_the_dutch_is_polite_and_writes_its_own_signs():
    for key, text in catalogue("nl").items():
        assert not re.search(r"\b(je|jij|jouw|jezelf)\b", text, re.IGNORECASE), key
        assert not re.search(r"\d\.\d", text), key
        assert not re.search(r"\b(the|and|with|baseline|epoch|arousal)\b", text), key


def test_the_page_gives_the_sentence_of_intended_use_and_what_is_in_dispute(texts):
    assert texts["page.use"] in texts["honesty.use.text"]
    for word in ("Grossman", "Menuet", "RespHRV", "Nature Reviews Cardiology", "2025", "Porges"):
        assert word in texts["honesty.theory.text"]
    assert "pacemaker" in texts["honesty.rhythm.text"]
    assert "ECG" in texts["honesty.pulse.text"]
    assert texts["rhythm.regularity.about"].count("0.0033") + texts[
        "rhythm.regularity.about"
    ].count("0,0033")


def test_numbers_dates_and_times_are_written_as_the_language_writes_them():
    dutch, english = Words("nl"), Words("en")
    moment = datetime(2026, 11, 22, 14, 5, 30)
    assert dutch.number(-1234.567, 2) == "−1234,57"
    assert english.number(-1234.567, 2) == "−1234.57"
    assert (dutch.number(12345), english.number(12345)) == ("12.345", "12,345")
    assert dutch.number(0.3, 1, sign=True) == "+0,3"
    assert dutch.number(-0.0004, 2) == "0,00"
    assert dutch.day(moment) == "zondag 22 november 2026"
    assert english.day(moment) == "Sunday 22 November 2026"
    assert Clock(moment)(3600) == "15:05"
    assert Clock(moment)(45, seconds=True) == "14:06:15"
    assert Clock(None)(3930) == "1:05:30"
    broken = Clock(datetime(2026, 11, 22, 14, 8, 59, 580_000))  # its axis has 14:10 at 60.0 s
    assert broken(60.0) == "14:10"
    assert broken.zero_s + 60 == 14 * 3600 + 10 * 60
    assert dutch.span(280) == "4 min 40 s"
    assert dutch.span(3600 * 24) == "24 uur"
    assert dutch.span(5000) == "83 minuten"
    assert dutch.span(3600 * 483.4) == "483 uur"
    assert english.span(3600 * 3 + 60 * 5) == "3 h 5 min"
