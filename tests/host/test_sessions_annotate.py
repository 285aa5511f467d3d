"""Words put on a session afterwards: where they go, and that no text does harm."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from data_folder import NOON, opened, put, zone
from hypothesis import given, settings
from hypothesis import strategies as st
from vagaband.errors import InputError
from vagaband.plain import JOINERS
from vagaband.sessions.annotate import (
    LONGEST_LABEL,
    LONGEST_TAG,
    LONGEST_TEXT,
    annotate,
    place,
    remove,
    words,
)
from vagaband.sessions.days import days, stretches

SAID = words("phone call", ["Work", "work", "my mother"], "tense")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """From 12:00:07 to 12:04:07 and from 12:20:07 on, with marks."""
    path = tmp_path_factory.mktemp("made") / "vagaband-sessions"
    put(path, 1, marks=[(60.5, "event", ""), (130, "glimmer", "sun"), (150, "event", "b")])
    put(path, 2, NOON + timedelta(minutes=20))
    return path


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return Path(shutil.copytree(made, tmp_path / "vagaband-sessions"))


def put_on(folder: Path, at: str, until: str | None = None):
    with opened(folder) as index:
        placed, number = annotate(index, days(index)[0], at, SAID, until)
        (note,) = [n for n in index.notes(placed.piece.recording) if n.id == number]
    return placed, note


@pytest.mark.parametrize(
    ("at", "t_s", "mark"),
    [
        ("12:01:08", 60.5, 0),  # within a second of it
        ("12:01:10", 63, None),
        ("12:01", 60.5, 0),  # the only one in that minute
        ("12:02", 113, None),  # two in that minute
        ("12:00", 0, None),  # the minute in which it began
        ("12:03", 173, None),
        ("+2:10", 130, 1),
        ("2:10", None, None),  # an hour of the clock that it has not
        ("+0:02:31", 150, 2),
    ],
)
def test_a_time_is_of_the_mark_that_is_there(folder: Path, at: str, t_s: float, mark: int | None):
    if t_s is None:
        with pytest.raises(InputError, match="is not in"):
            put_on(folder, at)
        return
    placed, note = put_on(folder, at)
    assert placed.piece.name == "c0ffee-00001.vbj"
    assert (note.t_s, note.mark) == (pytest.approx(t_s, abs=0.01), mark)
    assert (note.text, note.tags, note.label) == ("phone call", ("work", "my-mother"), "tense")
    assert note.kind == ("note" if mark is None else ["event", "glimmer", "event"][mark])


def test_an_offset_counts_from_the_begin_of_the_day_also_in_a_later_piece(folder: Path):
    placed, note = put_on(folder, "+21:00")
    assert (placed.piece.name, note.t_s) == ("c0ffee-00002.vbj", 60)
    assert put_on(folder, "12:21:07")[0] == placed


def test_outside_of_what_was_recorded_it_is_refused_with_what_there_is(folder: Path):
    for at in ("12:10", "13:00", "+10:00", "+9:00:00"):
        with pytest.raises(InputError, match=r"12:00:07 to 12:04:\d\d; 12:20:07 to 12:24:\d\d"):
            put_on(folder, at)
    for at in ("25:00", "12:61", "noon", "", "12.30", "+1:75", "-1:00", "١٢:٠١"):
        with pytest.raises(InputError, match="no time"):
            put_on(folder, at)


def test_a_stretch_has_an_end_after_its_begin(folder: Path):
    _, note = put_on(folder, "12:01:00", "12:02:30")
    assert (note.t_s, note.until_s, note.mark) == (53, 143, None)
    assert put_on(folder, "+3:00", "+20:30")[1].until_s == 20 * 60 + 30
    for until in ("12:01:00", "12:00:30"):
        with pytest.raises(InputError, match="is not after"):
            put_on(folder, "12:01:00", until)
    with pytest.raises(InputError, match="is not in"):
        put_on(folder, "12:01:00", "12:30")


def test_words_on_a_mark_take_the_place_of_those_before_and_can_be_removed(folder: Path):
    put_on(folder, "12:01")
    placed, note = put_on(folder, "12:01")
    with opened(folder) as index:
        (day,) = days(index)
        assert [n.id for n in index.notes(placed.piece.recording)] == [note.id]
        with pytest.raises(InputError, match="has no note 99"):
            remove(index, day, 99)
        remove(index, day, note.id)
        assert index.notes(placed.piece.recording) == []
        assert len(index.marks(placed.piece.recording)) == 3, "the device's stay"
        with pytest.raises(InputError, match="has no note"):
            remove(index, day, note.id)


def test_a_session_without_a_date_takes_offsets(tmp_path: Path):
    put(tmp_path / "undated", 1, None)
    for at in ("+1:00", "1:00"):
        assert put_on(tmp_path / "undated", at)[1].t_s == 60
    with pytest.raises(InputError, match=r"\+0:00 to \+4:0"):
        put_on(tmp_path / "undated", "12:01")


def test_the_clock_past_midnight_and_in_the_hour_that_comes_twice(tmp_path: Path):
    """Summer time ends in Amsterdam at 01:00 UTC: 02:30 is there twice, and the first is meant."""
    with zone("Europe/Amsterdam"):
        put(tmp_path / "night", 1, datetime(2026, 11, 20, 22, 58, tzinfo=UTC))
        assert put_on(tmp_path / "night", "00:00:30")[1].t_s == 150
        put(tmp_path / "first", 1, datetime(2026, 10, 25, 0, 29, tzinfo=UTC))
        assert put_on(tmp_path / "first", "02:30:00")[1].t_s == 60
        put(tmp_path / "both", 1, datetime(2026, 10, 25, 0, 58, tzinfo=UTC))
        with opened(tmp_path / "both") as index:
            assert stretches(days(index)[0])[0].startswith("02:58:00 to 02:02:0")
        put(tmp_path / "second", 1, datetime(2026, 10, 25, 1, 29, tzinfo=UTC))
        assert put_on(tmp_path / "second", "02:30:00")[1].t_s == 60
        put(tmp_path / "spring", 1, datetime(2026, 3, 29, 0, 58, tzinfo=UTC))
        assert put_on(tmp_path / "spring", "03:01:00")[1].t_s == 180


def test_notes_move_with_the_date_of_their_recording(folder: Path):
    """They are kept by the recording's own time."""
    placed, note = put_on(folder, "12:01:10")
    with opened(folder) as index:
        index.give([placed.piece.recording], "p07", NOON + timedelta(hours=5))
        (day,) = days(index, "p07")
        assert place(index, day, "17:01:10").t_s == note.t_s
        assert index.notes(placed.piece.recording) == [note]


@settings(max_examples=30)
@given(st.text(max_size=260), st.lists(st.text(max_size=30), max_size=3), st.text(max_size=50))
def test_any_text_becomes_bounded_lines_without_control_codes(text, tags, label):
    text, label = text * 2, label * 2
    try:
        said = words(text, tags, label, text)
    except InputError:
        return
    for line, most in (
        (said.text, LONGEST_TEXT),
        (said.label, LONGEST_LABEL),
        (said.kind, 24),
        *((tag, LONGEST_TAG) for tag in said.tags),
    ):
        assert len(line) <= most
        assert all(sign.isprintable() or sign in JOINERS for sign in line)
    assert all(tag and " " not in tag and tag == tag.lower() for tag in said.tags)
    assert len(set(said.tags)) == len(said.tags)


def test_nothing_to_say_and_too_many_tags_are_refused():
    with pytest.raises(InputError, match="nothing to put"):
        words(" \x07 ", ["", "\n"])
    with pytest.raises(InputError, match="more than 12"):
        words("a", [f"t{k}" for k in range(13)])


def test_the_command_annotates_and_shows_any_text_as_text(folder: Path, run_cli):
    text = '<script>"=1+1"</script>\x1b[31m\u202e[bold]x'
    words_ = ("--tag", "work", "--label", "=cmd")
    code, out, _ = run_cli("sessions", "annotate", "2026-11-20", "--at", "12:01", text, *words_)
    assert (code, "on the mark event" in out) == (0, True)
    code, out, _ = run_cli("sessions", "show", "2026-11-20")
    assert '<script>"=1+1"</script> [31m [bold]x #work felt as "=cmd"' in out
    assert not set("\x1b\u202e") & set(out)
    code, out, _ = run_cli(
        "sessions", "annotate", "2026-11-20", "--at", "+0:30", "b", "--kind", "trigger", "--json"
    )
    number = json.loads(out)["note"]
    told = json.loads(run_cli("sessions", "show", "2026-11-20", "--json")[1])
    assert [note["kind"] for note in told["pieces"][0]["notes"]] == ["trigger", "event"]
    assert run_cli("sessions", "annotate", "2026-11-20", "--remove", str(number))[0] == 0
    assert f"note {number}" not in run_cli("sessions", "show", "2026-11-20")[1]
    for wrong in (["--at", "12:01"], ["x"], ["x", "--at", "12:01", "--remove", "1"]):
        code, _, err = run_cli("sessions", "annotate", "2026-11-20", *wrong)
        assert code == 2
        assert err.count(". ") >= 1
