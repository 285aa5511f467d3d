"""The page of a profile: what it says, what it can't say, and that foreign text is text."""

import re
from dataclasses import replace
from html import unescape

import profile_examples as people
import pytest
from page_readings import LANGUAGES
from test_page import EVIL, Seen
from test_page_words import FORBIDDEN
from vagaband.profile.model import Profile
from vagaband.report.profile.page import SECTIONS, profile_page
from vagaband.report.words import catalogue

CASES = {
    "full": people.full,
    "empty": people.empty,
    "too_little": people.too_little,
    "pacemaker": people.pacemaker,
}


def section(html: str, name: str) -> str:
    """The text of one section."""
    found = re.search(rf'<section id="{name}".*?</section>', html, re.DOTALL)
    assert found
    apart = re.sub("(?=</t[dh]>)", " ", found[0])
    return re.sub(r"\s+", " ", Seen(apart).text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CASES)
def test_each_person_has_a_sound_page_without_a_verdict(name, language):
    html = profile_page(CASES[name](), language)
    seen = Seen(html)
    assert seen.tags("html") == [{"lang": language}]
    assert len(seen.tags("h1")) == len(seen.tags("main")) == 1
    ids = [a["id"] for _, a in seen.elements if "id" in a]
    assert len(ids) == len(set(ids))
    assert {f"#{name}" for name in SECTIONS} <= {a["href"] for a in seen.tags("a")}
    assert {a["href"] for a in seen.tags("a")} <= {f"#{one}" for one in ids}
    assert not re.search(r"""(src|href|action)=["']?(https?:|//)|@import|url\(""", html)
    assert not FORBIDDEN.search(seen.text)
    assert catalogue(language)["page.use"] in seen.text
    for broken in ("None", "nan", "{", "Undefined"):
        assert broken not in seen.text


def test_the_policy_lets_no_script_run_at_all():
    seen = Seen(profile_page(people.full(), "en"))
    (policy,) = [
        str(a["content"])
        for a in seen.tags("meta")
        if a.get("http-equiv") == "Content-Security-Policy"
    ]
    assert "script-src 'none'" in policy
    assert "default-src 'none'" in policy
    assert seen.tags("script") == []
    assert not any("style" in a for _, a in seen.elements)


def test_a_tag_that_is_claimed_is_said_with_number_interval_and_what_breathing_explains():
    tags = section(profile_page(people.full(), "nl"), "tags")
    assert (
        "Bij ‘wandelen’: minder RSA bij hetzelfde ademtempo, −0,42 ln (95 %: −0,66 tot "
        "−0,18), een schommeling van het hart die 19 % kleiner is; een sneller hart" in tags
    )
    assert "De ademhaling kan hierin meespelen. Zoals gemeten: −0,57" in tags
    assert "Bij 1 ander trefwoord is geen verschil aangetoond." in tags
    assert "piano 3 keer op 2 dagen, naast 30 gewone stukken niet te zeggen: het is te" in tags
    assert "Samengaan is geen oorzaak." in tags


def test_a_person_without_any_effect_reads_that_none_is_an_answer():
    profile = people.full()
    none = tuple(
        people._effect(one.tag, one.marks, (one.hp, one.rsa_even, one.breath))
        for one in profile.effects
    )
    said = section(profile_page(_with(profile, effects=none), "nl"), "tags")
    assert "Van de 4 trefwoorden met genoeg momenten ging er geen samen met" in said
    assert "meer RSA bij" not in said


def test_missing_days_keep_their_place_and_are_told_from_days_of_which_nothing_was_usable():
    html = profile_page(people.full(), "nl")
    weeks = section(html, "weeks")
    assert "Gedragen op 26 van de 30 dagen" in weeks
    assert "niet gedragen" in weeks
    assert "gedragen, niets bruikbaars" in weeks
    rows = re.findall(r"<tr><th scope=\"row\">[a-z]+dag \d.*?</tr>", html)
    assert len(rows) == 30
    assert sum(row.count("–") == 4 for row in rows) == len(people.MISSING)
    for day in people.MISSING:
        assert f"M{day} 0H{day + 1}V100H{day}z" in html


def test_six_minutes_are_not_called_no_hours():
    day = replace(people.full().trend.days[0], hours=0.1, epochs=10)
    trend = replace(people.full().trend, days=(day,))
    html = profile_page(replace(people.full(), trend=trend), "en")
    assert "Worn on 1 of 1 day: 6 minutes, of which 5 minutes usable." in html
    assert "0.1" in section(html, "glance")


def test_a_trend_is_called_only_where_the_profile_calls_it():
    said = section(profile_page(people.full(), "en"), "weeks")
    assert "RSA over the weeks: no change shown; a week: +0.04" in said
    assert "In these days only more than 0.19 ln a week would have been called a change." in said
    assert "The heart became slower over these weeks, by more than chance makes" in said


def test_each_challenge_says_in_words_what_became_of_it():
    said = section(profile_page(people.full(), "en"), "moving")
    assert "After 2 of 5 challenges RSA was back near your baseline" in said
    assert "Not recovered in the 10 minutes after it." in said
    assert "RSA did not move further than by chance" in said
    assert "320" not in said
    assert "5 min 20 s (3 min 50 s or more)" in said
    assert "58 ± 7" in said
    assert "Breathing changed as well, which moves RSA by itself." in said


def test_vagal_efficiency_that_is_refused_has_a_reason_and_no_number():
    html = profile_page(people.full(), "en")
    table = re.search(r'<table id="efficiencies">.*?</table>', html, re.DOTALL)
    assert table
    refused = next(row for row in table[0].split("<tr>") if "de trap" in row)
    assert "it is too uncertain to be of use" in refused
    assert not re.search(r"<td class=\"n\">", refused)


def test_candidates_are_questions_and_how_often_chance_makes_one_stands_beside_them():
    said = section(profile_page(people.full(), "nl"), "glimmers")
    assert said.count("was hier iets?") == len(people.full().glimmers.candidates)
    assert "vindt dit zoeken er toch nog een per 5 dagen (0,21 per dag)" in said
    assert "Gevonden: 9 van zulke momenten op 25 dagen" in said
    assert "geven uw eigen dagen, achterstevoren gelezen, er hoogstens 40" in said
    assert "bij wie helemaal niets gebeurde, kregen er 6 toch een vraag" in said
    assert "ademtempo onbekend, en de ademhaling alleen kan dit al doen" in said


def test_what_was_refused_in_a_treatment_that_shakes_the_sensor_is_shown():
    said = section(profile_page(people.full(), "nl"), "treatments")
    assert "De sensor is geschud" in said
    assert "62 %, de hand bewoog; 8 %, te dicht bij wat ruis alleen al zou geven" in said
    assert "Schommeling van de hartperiode op het tempo: 112 ms van dal tot top." in said


def test_power_is_said_in_words_for_each_comparison():
    said = section(profile_page(people.full(), "en"), "power")
    assert "wandelen 24 times from 0.26 ln (14 %) from 35 ms" in said
    assert "change a week 25 days from 0.19 ln" in said
    assert "piano" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_nothing_recorded_every_question_says_why_it_has_no_answer(language):
    texts = catalogue(language)
    glance = section(profile_page(people.empty(), language), "glance")
    assert texts["profile.glance.nothing"] in glance
    for key in ("challenges", "tags", "treatments"):
        assert texts[f"profile.unsaid.{key}"] in glance
    assert texts["profile.glance.no_fault"] in glance


def test_with_a_pacemaker_no_rsa_is_said_and_the_heart_period_is():
    html = profile_page(people.pacemaker(), "en")
    assert "You said that you have a pacemaker" in section(html, "glance")
    assert "842" in section(html, "weeks")
    for name in ("moving", "tags", "glimmers", "treatments"):
        assert " ln (" not in section(html, name)


@pytest.mark.parametrize("evil", EVIL)
def test_foreign_text_shows_as_text_wherever_it_stands(evil):
    html = profile_page(people.hostile(evil), "nl")
    seen = Seen(html)
    assert len(seen.tags("style")) == 1
    assert seen.tags("script") == seen.tags("img") == []
    assert not any(name.startswith("on") for _, a in seen.elements for name in a)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u202a-\u202e\u2066-\u2069]", html)
    shown = "".join(sign if sign.isprintable() else "\ufffd" for sign in evil)
    assert seen.text.count(shown) >= 12


@pytest.mark.parametrize("language", LANGUAGES)
def test_hidden_notes_leave_no_word_of_the_wearer_in_the_file(language):
    for word in ("Wandelmiddag", "tante-Truus"):
        profile = people.hostile(word)
        profile = _with(profile, person="p07")
        html = profile_page(profile, language, hide_notes=True)
        assert word.lower() not in unescape(html).lower()
        assert catalogue(language)["events.hidden"] in html
        assert catalogue(language)["profile.tags.hidden"].format(n=1) in html
        assert catalogue(language)["profile.treatments.hidden"].format(n=1) in html
        assert all(name not in html for name in ("EMDR", "EFT", "bodyscan", "body scan"))


def test_hidden_notes_leave_out_what_the_wearer_said_of_themselves():
    html = profile_page(people.pacemaker(), "en", hide_notes=True)
    assert "You said that you have" not in html
    assert "with a pacemaker or a transplanted heart it can't" not in html
    assert "the reason was left out of this file" in html


def _with(profile: Profile, **changed) -> Profile:
    return people.replace(profile, **changed)
