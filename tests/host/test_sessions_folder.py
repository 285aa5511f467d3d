"""The data folder: sessions of one day, whose they are, and what happens as files change."""

import json
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from data_folder import NOON, days_of, everything, opened, put, zone
from vagaband.errors import InputError
from vagaband.journal import decode
from vagaband.numbers import numbers_of
from vagaband.pull import Pulled
from vagaband.sessions.add import add
from vagaband.sessions.annotate import annotate, words
from vagaband.sessions.days import days, the_day
from vagaband.sessions.person import check_code
from vagaband.sessions.pulled import take_pulled
from vagaband.twin import as_logged


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vagaband-sessions"


def test_the_pieces_of_a_calendar_day_are_one_session_by_the_wearers_clock(folder: Path):
    """23:50 and 00:10 in Amsterdam are 22:50 and 23:10 in London: two days, or one."""
    late = NOON.replace(hour=22, minute=50)
    put(folder, 1, late)
    put(folder, 2, late + timedelta(minutes=20))
    put(folder, 3, None)
    with zone("Europe/Amsterdam"):
        assert [day.name for day in days_of(folder)] == [
            "c0ffee/2026-11-20",
            "c0ffee/2026-11-21",
            "c0ffee/c0ffee-00003.vbj",
        ]
    with zone("Europe/London"):
        (joined, undated) = days_of(folder)
    assert [piece.name[-9:] for piece in joined.pieces] == ["00001.vbj", "00002.vbj"]
    assert joined.offset_s(joined.pieces[1]) == 1200
    assert joined.seconds == pytest.approx(1200 + 240, abs=2)
    assert (undated.began, len(undated.pieces)) == (None, 1)


def test_pieces_that_overlap_are_told(folder: Path):
    """Also one within another, and one that begins while the first of all still goes on."""
    put(folder, 1, seconds=400)
    put(folder, 2, NOON + timedelta(seconds=60), 90, device="beef02")
    put(folder, 3, NOON + timedelta(seconds=360), device="beef02")
    put(folder, 9, NOON + timedelta(seconds=700), device="beef02")
    with opened(folder) as index:
        index.give_device("beef02", "c0ffee")
        (day,) = days(index)
    assert [(one.first[-9:], one.second[-9:]) for one in day.overlaps] == [
        ("00001.vbj", "00002.vbj"),
        ("00001.vbj", "00003.vbj"),
    ]
    assert [one.seconds for one in day.overlaps] == pytest.approx([90, 40], abs=2)


def test_the_index_holds_the_epochs_of_each_recording_and_of_what_grows(folder: Path):
    path = put(folder, 1, seconds=400)
    whole = path.read_bytes()
    cut = decode(whole)
    path.write_bytes(whole[:-600])
    with opened(folder) as index:
        (before,) = index.recordings()
        some = index.epochs("c0ffee", NOON, NOON + timedelta(days=1))
    assert not before.ended
    path.write_bytes(whole)
    with opened(folder) as index:
        (after,) = index.recordings()
        rows = index.epochs("c0ffee", NOON, NOON + timedelta(days=1))
        assert index.epochs("c0ffee", NOON + timedelta(days=1), NOON + timedelta(days=2)) == []
    assert after.ended
    numbers = numbers_of(as_logged(cut))
    assert 0 < len(some) < len(rows) == len(numbers) == 12
    assert [row.hp_ms for row in rows] == [item.device.mean_hp_ms for item in numbers]
    assert [(row.at - NOON).total_seconds() for row in rows] == pytest.approx(
        [item.device.t_s for item in numbers], abs=1e-3
    )


def test_notes_stay_while_a_file_is_away(folder: Path):
    path = put(folder, 1, marks=[(60, "glimmer", "sun")])
    with opened(folder) as index:
        annotate(index, days(index)[0], "+1:00", words("a walk", ["Outside"]))
    before = everything(folder)
    data = path.read_bytes()
    path.unlink()
    assert everything(folder) == []
    path.write_bytes(data)
    assert everything(folder) == before
    assert before[0]["pieces"][0]["notes"][0]["tags"] == ["outside"]


def test_a_board_is_of_who_wears_it_and_the_past_stays_with_whom_it_was(folder: Path):
    def pull(number: int, person: str | None = None) -> None:
        path = put(folder, number, NOON + timedelta(days=number))
        size = path.stat().st_size
        (day,) = take_pulled(folder, [Pulled(number, path, size, size, True, False)], person)
        assert day.pieces[0].name == path.name

    pull(1)
    assert [day.person for day in days_of(folder)] == ["c0ffee"]
    pull(2, "p07")
    assert [day.person for day in days_of(folder)] == ["p07", "p07"], "what nobody had too"
    pull(3, "p08")
    pull(4)
    assert [day.person for day in days_of(folder)] == ["p07", "p07", "p08", "p08"]
    with opened(folder) as index:
        add(index, [folder / "c0ffee-00004.vbj"], "p07")
    assert [day.person for day in days_of(folder)] == ["p07", "p07", "p07", "p08"]
    assert [day.name for day in days_of(folder, "p08")] == ["p08/2026-11-23"]


def test_copies_are_no_sessions_but_an_erased_boards_older_one_is(folder: Path):
    path = put(folder, 1)
    same = path.read_bytes()
    path.with_name(f"{path.name}.part").write_bytes(same[:900])
    path.with_name(f"{path.name}.old1").write_bytes(same[:-30])
    assert [piece.name for day in days_of(folder) for piece in day.pieces] == [path.name]
    put(folder, 1, NOON + timedelta(days=1), seed=77)
    names = {piece.name: piece for day in days_of(folder) for piece in day.pieces}
    assert names.keys() == {path.name, f"{path.name}.old1"}
    assert not names[f"{path.name}.old1"].ended


def test_what_cannot_be_read_is_listed_with_what_is_wrong(folder: Path):
    path = put(folder, 1, marks=[(60, "event", "")])
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)
    (folder / "c0ffee-00002.vbj").write_bytes(b"VBJ1" + bytes(90))
    (folder / "c0ffee-00003.vbj").write_bytes(b"")
    (folder / "rr-0123456789abcdef.txt").write_text("hello")
    (folder / "link-00001.vbj").symlink_to(path)
    found = {piece["name"]: piece for day in everything(folder) for piece in day["pieces"]}
    assert "bytes are no record" in found["c0ffee-00001.vbj"]["damage"]
    assert found["c0ffee-00001.vbj"]["seconds"] > 100
    assert found["c0ffee-00002.vbj"]["damage"] == "it has no header"
    assert found["rr-0123456789abcdef.txt"]["damage"].startswith("it has no known column")
    assert found.keys() == {
        "c0ffee-00001.vbj",
        "c0ffee-00002.vbj",
        "c0ffee-00003.vbj",
        "rr-0123456789abcdef.txt",
    }


@pytest.mark.parametrize("text", ["P07", "c0ffee", "a", "x" * 32, "A-1"])
def test_a_code_is_letters_digits_and_dashes(text: str):
    assert check_code(text) == text.lower()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Jan de Vries", "looks like a name"),
        ("Søren", "no code"),
        ("", "no code"),
        ("-x", "no code"),
        ("p07-", "no code"),
        ("../p07", "no code"),
        ("p07\n", "no code"),
        ("x" * 33, "longer than 32"),
        ("=cmd()", "no code"),
    ],
)
def test_what_is_no_code_is_refused_with_the_reason(text: str, said: str):
    with pytest.raises(InputError, match=said):
        check_code(text)


def test_a_session_is_found_by_each_of_its_names(folder: Path):
    put(folder, 1)
    put(folder, 2, NOON + timedelta(hours=1), device="beef02")
    put(folder, 3, NOON + timedelta(days=1))
    with opened(folder) as index:
        for name in ("c0ffee/2026-11-21", "C0FFEE/2026-11-21", "2026-11-21", "c0ffee-00003"):
            assert the_day(index, name).name == "c0ffee/2026-11-21"
        with pytest.raises(InputError, match=r"more than one session.*beef02/2026-11-20"):
            the_day(index, "2026-11-20")
        assert the_day(index, "beef02").name == "beef02/2026-11-20"
        with pytest.raises(InputError, match=r"more than one session.*c0ffee/2026-11-21"):
            the_day(index, "c0ffee")
        with pytest.raises(InputError, match="There is no session"):
            the_day(index, "2026-11-22")


def test_the_command_lists_shows_and_gives_json(folder: Path, run_cli):
    put(folder, 1, marks=[(60, "glimmer", "sun")])
    put(folder, 2, device="0123456789abcdef")
    code, out, _ = run_cli("sessions")
    assert code == 0
    assert "c0ffee/2026-11-20" in out
    assert "0123456789abcdef/2026-11-20" in out, "whole also in 80 columns"
    (folder / "0123456789abcdef-00002.vbj").unlink()
    code, out, _ = run_cli("sessions", "--json")
    told = json.loads(out)
    (day,) = told["sessions"]
    assert day["session"] == "c0ffee/2026-11-20"
    assert told["people"] == ["0123456789abcdef", "c0ffee"], "one whose files are away too"
    assert day["pieces"][0]["marks"] == [
        {"number": 0, "t_s": 60, "kind": "glimmer", "text": "sun"}
    ]
    code, out, _ = run_cli("sessions", "show", "2026-11-20", "--folder", str(folder))
    assert (code, "glimmer sun" in out) == (0, True)
    assert json.loads(run_cli("sessions", "--person", "nobody", "--json")[1])["sessions"] == []
    code, _, err = run_cli("sessions", "--folder", "elsewhere")
    assert (code, "There is no folder elsewhere" in err) == (2, True)
    assert not Path("elsewhere").exists()
    code, _, err = run_cli("sessions", "--folder", "elsewhere", "show", "x")
    assert (code, "There is no folder elsewhere" in err) == (2, True)


def test_fourteen_days_are_listed_in_less_than_a_second(folder: Path):
    for day in range(14):
        put(folder, day + 1, NOON + timedelta(days=day), 90)
    assert len(days_of(folder)) == 14
    began_s = time.process_time()
    assert len(everything(folder)) == 14
    assert time.process_time() - began_s < 1


@pytest.mark.slow
def test_fourteen_whole_days_are_listed_in_a_second_and_one_is_read_in_a_few(folder: Path):
    from vagaband.sessions.pieces import pieces_of

    put(folder, 1, NOON - timedelta(days=14), 86_400)
    for number in range(2, 15):
        put(folder, number, NOON - timedelta(days=15 - number), 86_400)
    began_s = time.process_time()
    days_of(folder)
    print(f"taken in: {(time.process_time() - began_s) / 14:.1f} s a day")
    began_s = time.process_time()
    assert len(everything(folder)) == 14
    listed_s = time.process_time() - began_s
    with opened(folder) as index:
        began_s = time.process_time()
        material = pieces_of(index, days(index)[-1])
        read_s = time.process_time() - began_s
    print(f"listed in {listed_s:.2f} s, a day read in {read_s:.1f} s, {len(material.rows)} rows")
    print(f"index: {os.stat(folder / 'index.sqlite').st_size:,} bytes")
    assert listed_s < 1
    assert read_s < 10
    assert len(material.rows) > 30_000
