"""The catalogues of the profile's page: one text for everything that a profile can say."""

import re

import pytest
from page_readings import LANGUAGES
from test_page_words import FOLDER, keys_under
from vagaband.profile import effects, efficiency, why
from vagaband.profile.model import EXERCISES
from vagaband.profile.treatment_kinds import KINDS
from vagaband.report.profile import moving, treatments
from vagaband.report.words import catalogue

PROFILE = FOLDER.parent / "profile"
CODES = {code for name, code in vars(why).items() if name.isupper()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_a_profile_can_say_has_its_words(language):
    texts = catalogue(language)
    assert keys_under(texts, "profile.why.") == CODES
    assert keys_under(texts, "profile.state.") == {"recovered", *moving.TOLD}
    assert keys_under(texts, "profile.warning.") == set(efficiency.WARNINGS)
    assert keys_under(texts, "profile.treatments.name.") == {*KINDS, "other"}
    assert keys_under(texts, "blocks.") >= set(EXERCISES)
    assert keys_under(texts, "profile.treatments.warning.") == set(treatments.WARNINGS)


def test_the_least_number_of_marks_is_the_one_that_is_asked_for():
    assert effects.LEAST_MARKS == 6
    assert "six" in catalogue("en")["profile.why.few_marks"]
    assert "zes" in catalogue("nl")["profile.why.few_marks"]


def test_no_text_stands_in_two_files():
    found = [
        line.split(" =")[0]
        for path in (FOLDER / "texts").glob("*nl.toml")
        for line in _keys(path.read_text("utf-8"))
    ]
    assert len(found) == len(set(found)) == len(catalogue("nl"))


def _keys(text: str) -> list[str]:
    section, keys = "", []
    for line in text.split("\n"):
        if head := re.fullmatch(r"\[(.+)\]", line):
            section = head[1]
        elif key := re.match(r"([a-z_0-9.]+) = ", line):
            keys.append(f"{section}.{key[1]}")
    return keys


def test_reasons_in_the_code_of_a_profile_are_all_in_the_table_of_reasons():
    """A reason that a room makes up would have no text, and the page would fail on it."""
    made_up = set()
    for path in PROFILE.glob("*.py"):
        text = path.read_text("utf-8")
        made_up |= set(re.findall(r"\bwhy=\"([a-z_]+)\"", text))
    assert made_up <= CODES


@pytest.mark.parametrize("language", LANGUAGES)
def test_reasons_read_as_the_end_of_a_sentence(language):
    texts = catalogue(language)
    for code in CODES:
        text = texts[f"profile.why.{code}"]
        assert not text.endswith("."), code
        assert text[0].islower() or text.startswith("RSA"), code
