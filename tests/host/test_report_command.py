"""`vagaband report`: which page of what, whose language, and what it says of a wrong call."""

import json
import stat
from datetime import datetime
from pathlib import Path

import pytest
from test_page import Seen
from vagaband.errors import InputError
from vagaband.report.marks_file import load_marks

RR = "".join(f"{900 + (40, 90, 120, 60, -20)[k % 5]}\n" for k in range(1000))
BEGAN = datetime(2026, 11, 22, 14, 0).astimezone()
EVENTS = """timestamp,conditions,datapoint,text
14:01:00,rust,start,
14:05:00,rust,end,
14:06:30,glimmer,,"de kat, op schoot"
"""


@pytest.fixture
def strap(tmp_path: Path) -> Path:
    """A quarter of an hour of intervals from elsewhere."""
    path = tmp_path / "strap.txt"
    path.write_text(RR)
    return path


def test_a_page_of_a_file_is_private_and_in_the_language_asked_for(run_cli, strap):
    for language, title in (("nl", "Wat een opname laat zien"), ("en", "What a recording says")):
        code, out, err = run_cli("report", str(strap), "--lang", language, "--out", "p.html")
        assert (code, err) == (0, "")
        assert "wrote p.html" in out
        path = strap.parent / "p.html"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        seen = Seen(path.read_text())
        assert f"<title>{title}</title>" in path.read_text()
        assert "strap.txt" in seen.text


def test_without_being_asked_it_is_in_dutch_where_the_computer_is(run_cli, strap, monkeypatch):
    for name, language in (("nl_BE.UTF-8", "nl"), ("de_DE.UTF-8", "en"), ("C", "en")):
        monkeypatch.setenv("LC_ALL", name)
        assert run_cli("report", str(strap))[0] == 0
        assert f'<html lang="{language}">' in (strap.parent / "strap.html").read_text()


def test_events_stand_on_the_page_at_their_time_and_can_be_hidden(run_cli, strap):
    events = strap.parent / "events.csv"
    events.write_text(EVENTS)
    words = ("report", str(strap), "--began", "2026-11-22 14:00", "--marks", str(events))
    assert run_cli(*words, "--lang", "nl", "--out", "p.html")[0] == 0
    page = (strap.parent / "p.html").read_text()
    text = Seen(page).text
    assert "zondag 22 november 2026, 14:00 tot 14:" in text
    assert "14:06:30" in text
    assert "de kat, op schoot" in text
    assert "14:01:0014:05:00rust" in text.replace("\n", "")
    assert run_cli(*words, "--hide-notes", "--lang", "nl", "--out", "p.html")[0] == 0
    hidden = (strap.parent / "p.html").read_text()
    assert "kat" not in Seen(hidden).text
    assert "14:01:0014:05:00gemarkeerde periode" in Seen(hidden).text.replace("\n", "")


def test_json_gives_the_claims_and_no_page(run_cli, strap):
    code, out, _ = run_cli("report", str(strap), "--json")
    told = json.loads(out)
    assert code == 0
    claims = {claim["kind"]: claim for claim in told["claims"]}
    assert claims["mean_hp"]["valid"]
    assert claims["mean_hp"]["low"] < claims["mean_hp"]["value"] < claims["mean_hp"]["high"]
    assert claims["mean_hp"]["unit"] == "ms"
    assert claims["time_of_day"]["why"] == "undated"
    assert not claims["light"]["valid"]
    assert list(strap.parent.glob("*.html")) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "A page is of files or of a board"),
        (("x.txt", "--port", "y"), "A page is of files or of a board"),
        (("strap.txt", "--person", "Jan Jansen"), "looks like a name"),
        (("strap.txt", "--lang", "fr"), "fr"),
        (("strap.txt", "--began", "gisteren"), "is no date and time"),
        (("strap.txt", "--marks", "none.csv"), "can't be read"),
        (("strap.txt", "--out", "strap.txt"), "strap.txt is a recording"),
        (("none.vbj",), "no file and no session none.vbj"),
        (("p07/2026-11-20",), "`vagaband sessions` lists"),
    ],
)
def test_a_wrong_call_is_said_in_one_sentence(words, said, run_cli, strap):
    code, out, err = run_cli("report", *words)
    assert code == 2
    assert out == ""
    assert said in err
    assert "Traceback" not in err


def test_a_table_of_events_gives_moments_and_stretches(tmp_path):
    path = tmp_path / "events.csv"
    path.write_text("t_s;kind;text;tags;label\n90;glimmer;zon;buiten|stil;licht\n20.5;;begin;;\n")
    first, second = load_marks(path, None)
    assert (first.t_s, first.kind, first.text) == (90.0, "glimmer", "zon")
    assert (first.tags, first.label) == (("buiten", "stil"), "licht")
    assert (second.t_s, second.kind, second.text) == (20.5, "event", "begin")
    path.write_text(EVENTS)
    stretch, moment = load_marks(path, BEGAN)
    assert (stretch.t_s, stretch.until_s, stretch.kind) == (60.0, 300.0, "rust")
    assert (moment.t_s, moment.until_s, moment.text) == (390.0, None, "de kat, op schoot")
    path.write_text("timestamp,kind\n2026-11-23T00:10:00,nacht\n01:00,wakker\n")
    evening = BEGAN.replace(hour=23)
    assert [note.t_s for note in load_marks(path, evening)] == [4200.0, 7200.0]
    path.write_text("timestamp\n06:30\n07:30\n06:59:30\n")
    hours = [note.t_s / 3600 for note in load_marks(path, BEGAN.replace(hour=7))]
    assert hours == pytest.approx([-0.5, 0.5, -1 / 120])
    path.write_text("timestamp\n05:00\n")
    assert load_marks(path, BEGAN.replace(hour=7))[0].t_s == 22 * 3600, "of a night"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind,text\nglimmer,x\n", "no column t_s"),
        ("t_s,kind\nten,x\n", 'line 2: "ten"'),
        ("t_s,kind\nnan,x\n", "no number of seconds"),
        ("timestamp,kind\n14:00,x\n", "the recording has no date"),
        ("t_s,kind\n1e9,x\n", "line 2: it is 11,574 days from the recording"),
        ("t_s,kind,datapoint\n5,x,end\n", "ends before it starts"),
        ("t_s,kind,datapoint\n5,x,start\n5,x,end\n", "ends before it starts"),
        ("\x00\xff", "no column t_s"),
        ("t_s\n" + "1\n" * 5001, "more than 5000"),
    ],
)
def test_a_wrong_table_of_events_is_refused_with_its_line(text, said, tmp_path):
    path = tmp_path / "events.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=said):
        load_marks(path, None)


def test_the_conditions_of_a_study_are_stretches_and_its_paced_breathing_is_recognised(
    run_cli, recordings, tmp_path
):
    folder = recordings / "wearablehrv_P37"
    if not folder.is_dir():
        pytest.skip("no wearablehrv_P37")
    words = ("report", str(folder / "test_vu.txt"), "--marks", str(folder / "test_events.csv"))
    code, out, _ = run_cli(*words, "--json")
    assert code == 0
    claims = json.loads(out)["claims"]
    (slow,) = [claim for claim in claims if claim["kind"] == "slow_rhythm"]
    assert slow["value"] == pytest.approx(6, abs=0.3)
    page = tmp_path / "p.html"
    assert run_cli(*words, "--lang", "nl", "--out", str(page))[0] == 0
    text = Seen(page.read_text()).text
    for condition in ("sitting", "arithmetic", "breathing", "biking"):
        assert condition in text
    assert "wordt daar niet gebruikt" in text
    assert "RSA bij langzaam ademen is niet met de uitgangswaarde te vergelijken" in text
