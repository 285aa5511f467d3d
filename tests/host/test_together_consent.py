"""Two people are joined only while both agree; either can take it back, and so does forgetting."""

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from data_folder import opened
from page_readings import LANGUAGES
from two_people import CODES, DAY, DEVICES, coupled, folders, journal, one_pacer
from vagaband.analysis.model import Answers
from vagaband.report.words import catalogue
from vagaband.sessions.annotate import annotate, words
from vagaband.sessions.days import days
from vagaband.together.consent import file_of

ONE, OTHER = CODES
AGREED = tuple(word for code in CODES for word in ("--agreed", code))
JOIN = ("synchrony", f"{ONE}/{DAY}", f"{OTHER}/{DAY}")
PAGE = f"together-{DAY}.html"
WORDS = ("SUNLIGHT", "MOONSHINE")
DATA = ("<svg", "ln ms", "14:0")  # of a page of both


@pytest.fixture(scope="module")
def worn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both folders, made once."""
    place = tmp_path_factory.mktemp("worn")
    folders(place, coupled(minutes=6.5), blocks=())
    return place


@pytest.fixture
def homes(worn: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A copy of them where commands run."""
    for code in CODES:
        shutil.copytree(worn / f"vagaband-sessions-{code}", tmp_path / f"vagaband-sessions-{code}")
    return tmp_path / f"vagaband-sessions-{ONE}", tmp_path / f"vagaband-sessions-{OTHER}"


@pytest.fixture
def joined(homes: tuple[Path, Path], run_cli, tmp_path: Path) -> Path:
    """The page of both, who agreed before."""
    code, out, err = run_cli(*JOIN, "--page", *AGREED, "--lang", "en")
    assert (code, out) == (0, f"wrote {PAGE}\n"), err
    return tmp_path / PAGE


def bytes_of(folder: Path) -> bytes:
    """Every byte of it, and the names."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return b"".join(str(path.name).encode() + path.read_bytes() for path in files)


@pytest.mark.parametrize("extra", [("--page",), ("--json",), ()])
def test_nobody_is_joined_unasked_in_any_form(extra, homes, run_cli, tmp_path):
    before = {path: bytes_of(path) for path in homes}
    for agreed in ((), ("--agreed", ONE)):
        code, out, err = run_cli(*JOIN, *extra, *agreed)
        assert (code, out) == (2, "")
        assert f"Nothing says that {ONE if not agreed else OTHER} agrees" in err
    assert "none of these two" in run_cli(*JOIN, *extra, "--agreed", "p99")[2]
    assert {path: bytes_of(path) for path in homes} == before
    assert not list(tmp_path.glob("*.html"))


def test_who_agreed_to_what_and_when_is_kept_with_each_and_not_asked_again(
    joined: Path, homes, run_cli
):
    for home, code, other in zip(homes, CODES, reversed(CODES), strict=True):
        path = file_of(home, code)
        assert path.stat().st_mode & 0o777 == 0o600
        status, out, _ = run_cli("sessions", "consent", code, "--json")
        (kept,) = json.loads(out)["consents"]
        assert status == 0
        assert (kept["session"], kept["other"]) == (f"{code}/{DAY}", f"{other}/{DAY}")
        assert (kept["how"], kept["withdrawn"]) == ("told", "")
        assert kept["agreed"][:4] == "2026" or len(kept["agreed"]) == 25
    assert joined.stat().st_mode & 0o777 == 0o600
    assert all(sign in joined.read_text() for sign in ("<svg", "ln ms"))
    assert run_cli(*JOIN, "--page", "--lang", "nl")[0] == 0
    assert '<html lang="nl">' in joined.read_text()
    assert run_cli(*JOIN, "--json")[0] == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_is_asked_plainly_at_a_terminal_and_a_no_of_one_keeps_nothing_of_the_other(
    language, homes, run_cli, at_terminal: Callable[..., str]
):
    texts, command = catalogue(language), (*JOIN, "--page", "--lang", language)
    yes, no = ("j", "nee") if language == "nl" else ("y", "no")
    shown = at_terminal(f"{yes}\n{no}\n", *command, ends=1)
    for code in CODES:
        assert texts["together.ask.agree"].format(person=code) in shown
    assert not any(file_of(home, code).exists() for home, code in zip(homes, CODES, strict=True))
    shown = at_terminal(f"hm\n{yes}\n{yes}\n", *command)
    assert texts["together.ask.again"] in shown
    assert Path(PAGE).exists()
    assert json.loads(file_of(homes[0], ONE).read_text())["consents"][0]["how"] == "asked"


@pytest.mark.parametrize(
    ("who", "language"), [(OTHER, "nl"), pytest.param(ONE, "en", marks=pytest.mark.slow)]
)
def test_either_can_withdraw_and_the_page_then_says_so_and_holds_nothing(
    who, language, joined: Path, homes, run_cli
):
    run_cli(*JOIN, "--page", "--lang", language)
    before = [path.read_bytes() for home in homes for path in sorted(home.glob("*.vbj"))]
    code, out, err = run_cli("sessions", "withdraw", who)
    assert (code, f"{joined} says now" in err, "can't be reached" in err) == (0, True, True)
    assert "is no longer joined with" in out
    left = joined.read_text()
    assert who in left
    assert (OTHER if who == ONE else ONE) not in left
    assert not [sign for sign in DATA if sign in left]
    assert catalogue(language)["together.gone.title"] in left
    for extra in (("--page", *AGREED), ("--json",), ()):
        code, out, err = run_cli(*JOIN, *extra)
        assert (code, out, f"{who} has withdrawn" in err) == (1, "", True)
    assert joined.read_text() == left
    after = [path.read_bytes() for home in homes for path in sorted(home.glob("*.vbj"))]
    assert after == before
    # Only the same person can change their mind.
    session, other = (f"{c}/{DAY}" for c in ((ONE, OTHER) if who == ONE else (OTHER, ONE)))
    assert run_cli("sessions", "consent", session, "--with", other)[0] == 2  # nobody to ask
    assert run_cli("sessions", "consent", session, "--with", other, "--yes")[0] == 0
    assert run_cli(*JOIN, "--page")[0] == 0
    assert "<svg" in joined.read_text()


def test_a_page_that_was_changed_since_is_named_and_left(joined: Path, homes, run_cli):
    joined.write_text(joined.read_text() + "<!-- mine -->")
    code, _, err = run_cli("sessions", "withdraw", ONE, "--with", OTHER)
    assert (code, f"{joined} was changed since" in err) == (1, True)
    assert "<svg" in joined.read_text()
    code, _, err = run_cli("sessions", "withdraw", ONE, "--with", "p99")
    assert (code, "has not agreed to that" in err) == (2, True)


@pytest.mark.parametrize("withdrawn", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_forgetting_one_leaves_no_trace_of_them_with_the_other_and_all_of_the_other(
    withdrawn, joined: Path, homes, run_cli, tmp_path
):
    if withdrawn:
        run_cli("sessions", "withdraw", OTHER)
        assert OTHER in joined.read_text()
    recording = homes[0] / f"{DEVICES[0]}-00001.vbj"
    before = recording.read_bytes()
    code, out, err = run_cli(
        "sessions", "forget", OTHER, "--yes", "--json", "--folder", str(homes[1])
    )
    assert code == 0, err
    assert json.loads(out)["taken_back"] == [str(joined)]
    left = joined.read_text()
    assert not [sign for sign in (*DATA, *CODES, "data-together=") if sign in left]
    assert catalogue("en")["together.gone.title"] in left
    assert recording.read_bytes() == before
    for trace in (OTHER, DEVICES[1], WORDS[1]):
        assert trace.encode() not in bytes_of(homes[0]), trace
    assert OTHER.encode() not in bytes_of(homes[1])
    assert run_cli("report", f"{ONE}/{DAY}", "--folder", str(homes[0]))[0] == 0
    code, _, err = run_cli("sessions", "forget", ONE, "--yes", "--folder", str(homes[0]))
    assert (code, joined.exists()) == (0, False), err


def test_two_people_in_one_folder_can_withdraw_and_be_forgotten_too(run_cli, tmp_path):
    folder = tmp_path / "vagaband-sessions"
    for k, (device, run) in enumerate(zip(DEVICES, one_pacer(minutes=6.5), strict=True), 1):
        journal(folder / f"{device}-00001.vbj", run, device, (), seed=k)
        assert run_cli("sessions", "add", f"{folder}/{device}-00001.vbj", "--person", CODES[k - 1])
    assert run_cli(*JOIN, "--page", *AGREED)[0] == 0
    page = tmp_path / PAGE
    assert run_cli("sessions", "withdraw", ONE)[0] == 0
    assert "<svg" not in page.read_text()
    assert run_cli("sessions", "forget", OTHER, "--yes")[0] == 0
    assert OTHER.encode() not in bytes_of(folder) + page.read_bytes()
    assert run_cli("sessions", "forget", ONE, "--yes")[0] == 0


def test_of_whom_nothing_is_known_only_numbers_are_told_and_no_page_is_made(run_cli, tmp_path):
    for name, run in zip("ab", one_pacer(minutes=6.5), strict=True):
        text = "ibi_ms\n" + "\n".join(f"{x:.1f}" for x in run.ibi_ms)
        (tmp_path / f"{name}.csv").write_text(text)
    code, out, err = run_cli("synchrony", "a.csv", "b.csv", "--json")
    assert (code, "Both people should know" in err) == (0, True)
    assert json.loads(out)["verdict"] == "paced"
    code, out, err = run_cli("synchrony", "a.csv", "b.csv", "--page")
    assert (code, out, "Nothing says whose a.csv is" in err) == (2, "", True)
    assert run_cli("synchrony", "a.csv", "b.csv", "--only", "p07")[0] == 2


def test_a_record_that_cannot_be_read_is_no_consent(joined: Path, homes, run_cli):
    file_of(homes[0], ONE).write_text('{"format": 1, "person": "p07zz", "consents": [{}]}')
    code, _, err = run_cli(*JOIN, "--json")
    assert (code, "nothing says what was agreed to" in err) == (1, True)
    assert run_cli("sessions", "forget", ONE, "--yes", "--folder", str(homes[0]))[0] == 0
    assert ONE not in joined.read_text()


def test_no_page_is_written_over_what_was_agreed(joined: Path, homes, run_cli):
    path = file_of(homes[1], OTHER)
    before = path.read_bytes()
    for extra in (("--page",), ("--only", ONE)):
        code, _, err = run_cli(*JOIN, *extra, "--out", str(path))
        assert (code, "is a file of data" in err) == (2, True)
    assert path.read_bytes() == before


def test_a_page_of_ones_own_is_the_same_whoever_the_other_is(homes, run_cli, tmp_path):
    """Without any consent, as it is one's own; and with nothing of the other, byte for byte."""
    command = (
        "synchrony",
        f"{ONE}/{DAY}",
        f"{OTHER}/{DAY}",
        "--only",
        ONE.upper(),
        "--lang",
        "en",
    )
    code, out, err = run_cli(*command, "--out", "one.html")
    assert (code, out) == (0, "wrote one.html\n"), err
    page = (tmp_path / "one.html").read_text()
    assert not [t for t in (OTHER, DEVICES[1], WORDS[1], "data-together") if t in page]
    assert ONE in page
    assert WORDS[0] in page
    shutil.rmtree(homes[1])
    folders(tmp_path / "else", one_pacer(9, 6.5), ("SUNLIGHT", "STARS"))
    shutil.move(tmp_path / "else" / homes[1].name, homes[1])
    assert run_cli(*command, "--out", "two.html")[0] == 0
    assert (tmp_path / "two.html").read_text() == page
    code, _, err = run_cli(*command[:3], "--only", "p99")
    assert (code, f"{ONE} or {OTHER}" in err) == (2, True)


def test_words_of_the_wearers_can_be_left_out_and_health_facts_never_stand_there(
    homes, run_cli, tmp_path
):
    for home, code in zip(homes, CODES, strict=True):
        with opened(home) as index:
            annotate(index, days(index, code)[0], "+0:30", words("workzz"), "+2:40")
            index.answer(code, Answers(medicines=True))
    assert run_cli(*JOIN, "--page", *AGREED, "--lang", "en")[0] == 0
    page = (tmp_path / PAGE).read_text()
    assert page.count("workzz") == 1  # both were in it
    assert catalogue("en")["claims.medicines"][:30] not in page
    assert run_cli(*JOIN, "--page", "--hide-notes")[0] == 0
    assert "workzz" not in (tmp_path / PAGE).read_text()
    assert run_cli(*JOIN, "--only", ONE, "--hide-notes", "--out", "own.html")[0] == 0
    own = (tmp_path / "own.html").read_text()
    assert not [word for word in ("workzz", *WORDS) if word in own]


def test_with_a_pacemaker_nothing_is_said_of_the_two_and_not_whose_it_is(homes, run_cli, tmp_path):
    with opened(homes[1]) as index:
        index.answer(OTHER, Answers(pacemaker=True))
    for extra in (("--page",), ("--json",)):
        code, out, err = run_cli(*JOIN, *extra, *AGREED)
        assert (code, out, "One of the two told of a pacemaker" in err) == (1, "", True)
    assert not list(tmp_path.glob("*.html"))


def test_options_that_do_not_go_together_are_refused_before_anything_is_read(homes, run_cli):
    for extra in (("--out", "x.html"), ("--page", "--only", ONE), ("--only", ONE, "--json")):
        assert run_cli(*JOIN, *extra)[0] == 2
    code, _, err = run_cli("synchrony", f"{ONE}/{DAY}", ONE, "--page")
    assert (code, "named twice" in err) == (2, True)
    code, _, err = run_cli("synchrony", f"{ONE}/{DAY}", f"nobody/{DAY}")
    assert (code, "no session of that name" in err) == (2, True)


def test_a_pipe_is_no_terminal(homes, run_cli, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("y\ny\n"))
    assert run_cli(*JOIN, "--page")[0] == 2
