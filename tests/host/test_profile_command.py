"""`vagaband profile`: weeks of a person as a page and as JSON, from the index alone."""

import json
import resource
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from data_folder import opened, put
from month_worn import DAYS, EVERY_OTHER, MISSING, MORNING, put_month
from vagaband.analysis.model import Answers
from vagaband.sessions.annotate import annotate, words
from vagaband.sessions.days import days
from vagaband.sessions.forget import traces_of

AT_MOST_S = 20.0
SAID = ("bodyscanzz", "workzz", "tensezz")


@pytest.fixture
def folder(month: Path, tmp_path: Path) -> Path:
    """A month of p07, with a note and a stretch on most days, where a test may change it."""
    path = Path(shutil.copytree(month, tmp_path / "vagaband-sessions"))
    with opened(path) as index:
        index.give_device("c0ffee", "p07")
        for day in days(index)[:12]:
            annotate(index, day, "+2:00", words("call", [SAID[1]], SAID[2]))
            annotate(index, day, "+3:00", words(SAID[0], kind="challenge"), "+6:00")
    return path


def loaded(text: str) -> dict[str, Any]:
    """Strictly: a NaN is no JSON."""

    def refuse(word: str) -> None:
        raise ValueError(word)

    return json.loads(text, parse_constant=refuse)


def walked(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Each value of a JSON object with the name that it stands under."""
    yield name, value
    if isinstance(value, dict):
        for key, one in value.items():
            yield from walked(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from walked(one, name)


def test_it_tells_the_month_as_one_json_object(folder: Path, run_cli):
    before_s = time.process_time()
    code, out, err = run_cli("profile", "P07", "--json")
    assert time.process_time() - before_s < AT_MOST_S / 4, "for a month worn a while a day"
    assert (code, err) == (0, "")
    said = loaded(out)
    assert said["person"] == "p07"
    assert said["begin_s"] == MORNING.timestamp()
    told = said["trend"]["days"]
    assert [day["day"] for day in told] == [
        (date(2026, 10, 5) + timedelta(days=k)).isoformat() for k in range(DAYS - 1)
    ]
    assert [k for k, day in enumerate(told) if not day["epochs"]] == list(EVERY_OTHER[:-1])
    assert {SAID[1], "glimmer"} <= {effect["tag"] for effect in said["effects"]}
    assert len(said["recoveries"]) >= 12
    assert len(said["glimmers"]["marked"]) == DAYS - len(EVERY_OTHER)
    assert "pacing" in {one["name"] for one in said["treatments"]}
    assert SAID[0] in out


def test_the_page_is_private_noted_and_goes_with_the_person(folder: Path, run_cli):
    code, out, err = run_cli("profile", "p07", "--lang", "nl")
    assert (code, out) == (0, "wrote p07-profile.html\n"), err
    page = Path("p07-profile.html")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert '<html lang="nl"' in page.read_text()
    with opened(folder) as index:
        assert [path.name for path in traces_of(index, "p07").made] == [page.name]
    assert run_cli("sessions", "forget", "p07", "--yes")[0] == 0
    assert not page.exists()
    left = (folder / "index.sqlite").read_bytes()
    assert not any(word.encode() in left for word in (*SAID, "c0ffee", "pacing", "VBI1"))


def test_what_was_before_a_day_is_left_out(folder: Path, run_cli):
    code, out, _ = run_cli("profile", "p07", "--since", "2026-10-20", "--json")
    assert code == 0
    said = loaded(out)
    assert said["trend"]["days"][0]["day"] >= "2026-10-20"
    assert len(said["glimmers"]["marked"]) == 7


def test_with_a_pacemaker_no_rsa_is_told_and_hiding_does_not_tell_why(folder: Path, run_cli):
    with opened(folder) as index:
        index.answer("p07", Answers(pacemaker=True))
    said = loaded(run_cli("profile", "p07", "--json")[1])
    held = [value for name, value in walked(said) if "rsa" in name.split("_")]
    assert len(held) > 20
    for value in held:
        inside = value if isinstance(value, dict) and "why" in value else {"value": value or None}
        assert isinstance(value, dict | list) or inside["value"] is None
        assert inside.get("why", "pacemaker") == "pacemaker"
    assert said["trend"]["hp"]["value"] > 700
    assert said["glimmers"]["candidates"] == []
    hidden = run_cli("profile", "p07", "--hide-notes", "--json")[1]
    for word in (*SAID, "pacemaker"):
        assert word not in hidden
    assert loaded(hidden)["answers"] is None


def test_each_wrong_call_has_one_sentence_and_a_next_step(folder: Path, tmp_path: Path, run_cli):
    (tmp_path / "empty").mkdir()
    put(tmp_path / "undated", 1, None, device="beef02")
    recording, index = str(folder / "c0ffee-00001.vbj"), str(folder / "index.sqlite")
    Path("strap.txt").write_text("900\n910\n" * 200)
    began = ("--began", "2026-10-05 14:00")
    assert run_cli("sessions", "add", "strap.txt", "--person", "p08", *began)[0] == 0
    (other,) = folder.glob("*.txt")
    for call, what, step in (
        (("p0",), "Nothing is kept of p0", "p07"),
        (("zz",), "Nothing is kept of zz", "p07"),
        (("p07", "--folder", "nowhere"), "no folder nowhere", "--folder"),
        (("p07", "--folder", "empty"), "Nothing is kept of p07", "pull"),
        (("beef02", "--folder", "undated"), "Nothing dates the recordings of beef02", "--began"),
        (("p07", "--since", "2027-01-01"), "Nothing was recorded of p07 since", "2026-11-02"),
        (("p07", "--since", "0001-01-01"), "--since 0001-01-01 is out of reach", "2026-11-01"),
        (("p07", "--out", recording), "is a recording", "another name"),
        (("p07", "--out", str(other)), "is a recording", "another name"),
        (("p07", "--out", index), "is the index of a data folder", "another name"),
        (("p07/2026-10-05",), "is no code for a person", "letters"),
    ):
        code, out, err = run_cli("profile", *call)
        assert (code, out) == (2, ""), call
        assert what in err, call
        assert step in err, call
    code, _, err = run_cli("profile", "p07", "--since", "yesterday")
    assert (code, "--since" in err) == (2, True)


def test_undated_recordings_are_named_and_left_out(tmp_path: Path, run_cli):
    put(tmp_path / "vagaband-sessions", 1, seconds=400)
    put(tmp_path / "vagaband-sessions", 2, None)
    code, out, err = run_cli("profile", "c0ffee", "--lang", "en", "--out", "other.html")
    assert (code, out) == (0, "wrote other.html\n")
    assert "1 recordings have no date" in err
    assert '<html lang="en"' in Path("other.html").read_text()


def seconds_of(folder: Path, *words: str) -> float:
    """Of processor time that the command takes, from its start to its end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "vagaband", "profile", "c0ffee", "--folder", folder, *words]
    subprocess.run(command, cwd=folder.parent, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.slow
def test_a_month_worn_16_to_21_hours_a_day_takes_less_than_20_s(tmp_path: Path):
    folder = tmp_path / "vagaband-sessions"
    put_month(folder, hours=16)
    with opened(folder) as index:
        recorded_s = sum(one.seconds for one in index.recordings())
    assert recorded_s > (DAYS - len(MISSING)) * 16 * 3600
    spent_s = seconds_of(folder)
    print(f"{recorded_s / 3600:.0f} h: {spent_s:.1f} s of processor time")
    assert spent_s < AT_MOST_S
