"""Pacemaker, irregular rhythm, medicines: asked once, kept, said on the page, and what of it then
can't be claimed."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from data_folder import NOON, opened, put
from hearts_read import claims_by_kind, heart, piece_of, session_of
from test_analysis_claims import check
from test_page import Seen
from vagaband.analysis.claims_wearer import KINDS_OF_ANSWERS, OF_RHYTHM
from vagaband.analysis.day import read_day
from vagaband.analysis.model import Answers, Note, Reading
from vagaband.report.page import page
from vagaband.report.words import catalogue
from vagaband.sessions.index import Index
from vagaband.sessions.pieces import material_of
from vagaband.sessions.rebuild import rebuild

SOME = Answers(pacemaker=False, irregular=None, medicines=True)
LANGUAGES = ("en", "nl")


@pytest.fixture(scope="module")
def read() -> Reading:
    """Twelve minutes at rest, a stretch of slow breathing and a moment in them."""
    intervals = heart(np.random.default_rng(2), 12, slow=(360, 600, 0.1, 120))
    notes = [Note(60, "rust", "", until_s=300), Note(200, "glimmer", "")]
    return read_day([piece_of(session_of(intervals, None))], notes)


def said_by(read: Reading, answers: Answers | None) -> Reading:
    """The same recording, of a person who said this."""
    return read_day(list(read.pieces), [n for n in read.notes if n.kind], (), "p07", answers)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A short session of a board's nameless wearer, in the data folder of here."""
    path = tmp_path / "vagaband-sessions"
    put(path, 1, NOON, 90)
    with opened(path):
        return path


def test_answers_are_kept_for_a_person_also_when_the_index_is_made_again(folder: Path):
    with opened(folder) as index:
        assert index.answers("p07") is None
        for answers in (Answers(), SOME):
            index.answer("p07", answers)
            assert index.answers("p07") == answers
        assert "p07" in index.people()
    rebuild(folder)
    file = folder / "index.sqlite"
    with Index(folder) as index:
        assert index.answers("p07") == SOME
        index.connection.execute("DROP TABLE marks")
    assert rebuild(folder).kept
    with Index(folder) as index:
        assert index.answers("p07") == SOME
        index.connection.execute("DROP TABLE answers")
    assert rebuild(folder).kept, "of an index that was made before there were answers"
    with Index(folder) as index:
        assert index.answers("p07") is None
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_the_nameless_wearer_of_a_board_answered_is_the_persons_who_gets_it(folder: Path):
    with opened(folder) as index:
        index.answer("c0ffee", SOME)
        index.give_device("c0ffee", "p07")
        assert (index.answers("p07"), index.answers("c0ffee")) == (SOME, None)
        index.answer("beef02", Answers(pacemaker=True))
        index.give_device("beef02", "p07")
        assert (index.answers("p07"), index.answers("beef02")) == (SOME, None), "their own stays"
        index.give_device("p07", "p07")
        assert index.answers("p07") == SOME


def test_the_command_shows_and_sets_them(folder: Path, run_cli):
    def told(*words: str) -> dict:
        code, out, err = run_cli("sessions", "person", "c0ffee", "--json", *words)
        assert (code, err) == (0, "")
        return json.loads(out)

    unsaid = dict.fromkeys(("pacemaker", "irregular", "medicines"), "unsaid")
    assert told() == {"person": "c0ffee", "asked": False, **unsaid}
    told("--medicines", "yes", "--irregular", "yes")
    said = told("--pacemaker", "no", "--irregular", "unsaid")
    assert said == {"person": "c0ffee", "asked": True, "pacemaker": "no", "irregular": "unsaid",
                    "medicines": "yes"}  # fmt: skip
    assert told() == said
    with Index(folder) as index:
        assert index.answers("c0ffee") == SOME
    code, out, _ = run_cli("sessions", "person", "C0FFEE")
    assert (code, "known irregular rhythm: unsaid" in out) == (0, True)
    assert "was not asked" not in out
    code, _, err = run_cli("sessions", "person", "p99")
    assert (code, "Nothing is kept of p99" in err) == (2, True)
    assert run_cli("sessions", "person", "c0ffee", "--pacemaker", "maybe")[0] == 2


def test_report_asks_once_in_the_pages_language_and_never_without_a_terminal(
    folder: Path, run_cli, at_terminal
):
    here, words = folder.parent, ("report", "c0ffee", "--out", "p.html")
    for more in ((), ("--json",)):
        code, out, _ = run_cli(*words, *more)
        assert (code, "pacemaker?" in out) == (0, False)
    assert "pacemaker" not in at_terminal("", *words, "--json").split('{"person"')[0]
    with Index(folder) as index:
        assert index.answers("c0ffee") is None
    shown = at_terminal("n\nhm\n\nJ\n", *words, "--lang", "nl")
    texts = catalogue("nl")
    asked = [shown.count(texts[f"ask.{key}"]) for key in (*KINDS_OF_ANSWERS, "again")]
    assert asked == [1, 2, 1, 1]
    with Index(folder) as index:
        assert index.answers("c0ffee") == SOME
    html = (here / "p.html").read_text()
    assert texts["claims.medicines"] in html
    assert texts["why.not_said"] in html
    assert texts["ask.pacemaker"] not in at_terminal("", *words, "--lang", "nl")
    assert run_cli(*words, "--lang", "nl", "--hide-notes")[0] == 0
    assert texts["claims.medicines"] not in (here / "p.html").read_text()
    kinds = [c["kind"] for c in json.loads(run_cli(*words, "--json")[1])["claims"]]
    assert kinds[:3] == ["pacemaker", "medicines", "wearer"]
    assert "medicines" not in run_cli(*words, "--json", "--hide-notes")[1]


def test_enter_alone_is_remembered_and_a_recording_of_nobody_is_asked_nothing(
    folder: Path, at_terminal
):
    here = folder.parent
    (here / "strap.txt").write_text("".join(f"{800 + k % 40}\n" for k in range(200)))
    shown = at_terminal("", "report", "strap.txt")
    assert "pacemaker" not in shown
    add = ("sessions", "add", "strap.txt", "--person", "p08")
    assert "Is there a pacemaker" in at_terminal("\n\n\n", *add)
    with Index(folder) as index:
        assert index.answers("p08") == Answers()
    assert "pacemaker" not in at_terminal("", *add)


def test_answers_come_with_the_material_of_a_person(folder: Path):
    with opened(folder) as index:
        assert material_of([folder / "c0ffee-00001.vbj"]).answers is None
        index.answer("c0ffee", SOME)
    assert material_of([folder / "c0ffee-00001.vbj"]).answers == SOME


@pytest.mark.parametrize(
    ("answers", "claimed", "why"),
    [
        (None, {}, ["not_asked"]),
        (Answers(), {}, ["not_said"]),
        (SOME, {"pacemaker": 0, "medicines": 1}, ["not_said"]),
        (Answers(False, True, False), {"pacemaker": 0, "known_irregular": 1, "medicines": 0}, []),
    ],
)
def test_each_answer_is_a_claim_and_so_is_what_is_not_known(read, answers, claimed, why):
    claims = check(said_by(read, answers))
    found = {kind: claims[kind][0].value for kind in claims if kind in KINDS_OF_ANSWERS.values()}
    assert found == claimed
    assert [claim.why for claim in claims.get("wearer", [])] == why
    assert claims["rsa"] == claims_by_kind(read)["rsa"], "the numbers stay what they are"


def test_with_a_pacemaker_nothing_is_claimed_of_the_rhythm_but_its_mean(read):
    own = claims_by_kind(read)
    assert own["rsa"][0].valid
    assert own["slow_rhythm"]
    reading = said_by(read, Answers(pacemaker=True))
    claims = check(reading)
    kinds = set(OF_RHYTHM.values()) & set(claims)
    assert kinds >= {"rsa", "rsa_change", "region_share", "regularity", "dfa_alpha1"}
    assert {c.why for kind in kinds for c in claims[kind]} == {"pacemaker"}
    assert not {"rsa_no_difference", "slow_rhythm"} & set(claims)
    assert len(claims["rsa_change"]) == 2, "of the stretch and of the moment"
    assert len(claims["region_share"]) == 1
    assert claims["mean_hp"] == own["mean_hp"]
    for moment in reading.moments:
        assert (moment.rsa_ln, moment.region, moment.regularity) == (None, "", None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_near_its_top_what_matters_and_can_leave_it_out(read, language):
    texts = catalogue(language)
    yes = Answers(True, True, True)
    html = page(said_by(read, yes), language)
    seen = Seen(html)
    top = html[: html.index('id="chart-use"')]
    for kind in KINDS_OF_ANSWERS.values():
        assert texts[f"claims.{kind}"].split("'")[0] in top
    assert top.count('href="#honesty-rhythm"') == 3
    assert texts["unsaid.rsa"].format(why=texts["why.pacemaker"]) in seen.text
    assert 'id="chart-map"' not in html
    assert {"href": "#honesty-rhythm"} in seen.tags("a")
    unknown = texts["unsaid.wearer"].format(why=texts["why.not_asked"])
    assert unknown in page(said_by(read, None), language)
    none = page(said_by(read, Answers(False, False, False)), language)
    assert none.count('href="#honesty-rhythm"') == 0
    hidden = Seen(page(said_by(read, yes), language, hide_notes=True)).text
    assert texts["unsaid.rsa"].format(why=texts["why.left_out"]) in hidden
    honesty = texts["honesty.rhythm.text"].split("\n\n")
    told = hidden.replace(texts["honesty.rhythm.title"], "")
    for paragraph in (*honesty, texts["honesty.theory.text"].split("\n\n")[-1]):
        told = told.replace(paragraph.strip(), "")
    for word in ("pacemaker", "transplant", "getransplanteerd"):
        assert word not in told
    bare = replace(said_by(read, None), claims=said_by(read, Answers(True)).claims)
    assert texts["why.pacemaker"] not in page(bare, language, hide_notes=True)
