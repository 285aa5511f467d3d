"""The tables of a session and its RR text: what each row holds, safe, private, never over a
recording."""

import csv
import io
import stat
from datetime import UTC, datetime
from pathlib import Path

import hard_days
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vagaband.errors import InputError, VagabandError
from vagaband.export import Csv, Kubios, save, to_csv
from vagaband.export_tables import COLUMNS
from vagaband.open_recording import Opened, open_recordings
from vagaband.plain import JOINERS
from vagaband.session import Epoch, Interval, Mark, Session
from vagaband.spreadsheet import LONGEST_TEXT, safe_cell

NONE = np.empty(0)


def session(marks=(), epochs=None, count=60) -> Session:
    """A minute of intervals of 1 s; one epoch from 12.5 s, with a negative RSA, refused."""
    intervals = [
        Interval(float(k), 1000.125, "ok" if k != 5 else "missed", 0) for k in range(count)
    ]
    if epochs is None:
        epochs = [Epoch(12.5, -0.0549, None, 25.0, 1000.125, 0.05, False, "noise floor", 0)]
    return Session("device", 100.0, NONE, NONE, NONE, intervals, epochs, marks=list(marks))


def opened(name="a.vbj", began=None, **parts) -> Opened:
    """That session in a file."""
    return Opened(Path(name), session(**parts), "light", began)


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def table(kind="intervals", **parts) -> list[dict[str, str]]:
    return rows(to_csv([opened(**parts)], kind))


def test_one_row_per_interval_with_the_epoch_that_holds_it():
    found = table()
    assert len(found) == 60
    assert tuple(found[0]) == COLUMNS["intervals"]
    assert found[5]["flag"] == "missed"
    assert float(found[5]["ibi_ms"]) == 1000.125
    assert [row["ln_rsa_ms2"] != "" for row in found] == [13 <= k <= 42 for k in range(60)]
    assert float(found[13]["ln_rsa_ms2"]) == -0.0549
    assert found[13]["bp_ln_rsa_ms2"] == ""
    assert (found[13]["epoch_valid"], found[13]["epoch_reason"]) == ("0", "noise floor")


def test_an_epoch_of_another_run_does_not_hold_an_interval():
    other = Epoch(12.5, 5.0, 5.0, 25.0, 1000.0, 0.0, True, "", 1)
    assert all(row["ln_rsa_ms2"] == "" for row in table(epochs=[other]))


def test_breathing_of_the_device_and_the_gain_there():
    known = Epoch(12.5, 3.2, 5.1, 25.0, 1000.0, 0.0, True, "", 0, -1.25, 6.0, "good")
    found = table(epochs=[known])
    names = ("noise_floor_ln", "breath_per_min", "breath_confidence", "pb2_gain_ln")
    assert [found[20][name] for name in names[:3]] == ["-1.25", "6", "good"]
    assert float(found[20]["pb2_gain_ln"]) == pytest.approx(-4.8, abs=0.3)
    assert all(found[50][name] == "" for name in names)
    assert [table()[20][name] for name in names] == ["", "", "none", ""]


def test_columns_that_were_there_keep_their_place():
    assert COLUMNS["intervals"][:4] == ("t_s", "ibi_ms", "flag", "run")
    assert COLUMNS["intervals"].index("pb2_gain_ln") == 17


def test_marks_stand_at_their_interval_and_none_is_lost():
    marks = [Mark(99.0, "end", ""), Mark(3.5, "glimmer", "by the sea"), Mark(3.7, "note", "b")]
    found = table(marks=marks)
    assert (found[3]["mark_kind"], found[3]["mark_text"]) == ("glimmer | note", "by the sea | b")
    assert found[59]["mark_kind"] == "end"
    assert sum(row["mark_kind"] != "" for row in found) == 2
    alone = table("marks", marks=marks)
    assert [(row["t_s"], row["text"]) for row in alone] == [
        ("3.500000", "by the sea"),
        ("3.700000", "b"),
        ("99.000000", ""),
    ]


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_session_without_intervals_is_a_header(kind):
    nothing = [opened(epochs=[], count=0)]
    assert to_csv(nothing, kind) == ",".join(COLUMNS[kind]) + "\n"


def test_a_dated_row_has_its_moment_and_an_undated_one_none():
    began = datetime(2026, 3, 29, 0, 59, 59, 500_000, UTC)
    assert table(began=began)[5]["time"] == "2026-03-29T01:00:04.500+00:00"
    assert table("epochs", began=began)[0]["time"] == "2026-03-29T01:00:12.000+00:00"
    assert {row["time"] for row in table()} == {""}


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "  =1", "\t=1", '=HYPERLINK("http://x")', "|calc"]
)
def test_a_mark_is_never_a_formula(text):
    marks = [Mark(3.5, "note", text)]
    assert table(marks=marks)[3]["mark_text"].startswith("'")
    assert table("marks", marks=marks)[0]["text"].startswith("'")
    assert table(name="=cmd.vbj")[0]["file"] == "'=cmd.vbj"


def test_quotes_and_line_ends_stay_one_cell():
    cell = table(marks=[Mark(3.5, "note", 'a,"b"\r\nc\x1b[31m')])[3]["mark_text"]
    assert cell == 'a,"b"  c [31m'


@given(st.text(max_size=400))
def test_any_text_is_bounded_one_line_and_no_formula(text):
    cell = safe_cell(text)
    assert len(cell) <= LONGEST_TEXT + 1
    assert all(sign.isprintable() or sign in JOINERS for sign in cell)
    if cell.lstrip()[:1] in tuple("=+-@|%"):
        float(text)  # only a number may begin so


def test_a_file_is_whole_and_private(tmp_path):
    form = Csv(("intervals",))
    assert save([opened()], form, tmp_path / "a.csv") == [tmp_path / "a.csv"]
    assert (tmp_path / "a.csv").read_text() == to_csv([opened()])
    assert stat.S_IMODE((tmp_path / "a.csv").stat().st_mode) == 0o600
    assert len(list(tmp_path.iterdir())) == 1
    with pytest.raises(VagabandError, match="can't be written"):
        save([opened()], form, tmp_path / "no" / "a.csv")
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_gets_all_tables_of_each_recording(tmp_path):
    twice = [opened("x/a.vbj"), opened("y/a.vbj"), opened("b.csv"), opened("a-2.vbj")]
    written = save(twice, Csv(), tmp_path / "out")
    names = {path.name for path in written}
    assert names == {
        f"{name}-{kind}.csv" for name in ("a", "a-2", "b", "a-2-2") for kind in COLUMNS
    }
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}


def test_several_recordings_stand_in_one_table(hard_day):
    pieces = open_recordings(hard_day("short_day"))
    found = rows(to_csv(pieces, "epochs"))
    assert [row["file"] for row in found] == [
        piece.path.name for piece in pieces for _ in piece.session.epochs
    ]
    assert {row["time"][-6:] for row in found} == {"+01:00"}
    moments = [row["time"] for row in found]
    assert moments == sorted(moments)


def test_texts_of_a_day_are_safe_in_every_table(hard_day):
    pieces = open_recordings(hard_day("short_day"))
    cells = [row["text"] for row in rows(to_csv(pieces, "marks"))]
    assert len(cells) == sum(len(piece.session.marks) for piece in pieces) == 14
    assert hard_days.SPELLS[0] in cells  # HTML is text
    for cell in cells:
        assert cell[:1] not in tuple("=+-@|%")
        assert all(sign.isprintable() or sign in JOINERS for sign in cell)


def test_rr_text_leaves_out_what_could_not_be_mended(tmp_path):
    intervals = [Interval(k, 1000 + k, "ok", 0) for k in range(4)]
    intervals[3] = Interval(3, 3500, "gap", 0)
    intervals += [
        Interval(60 + k, 900 + k, flag, 1) for k, flag in enumerate(["missed", "ok", "ok"])
    ]
    item = Opened(Path("a.vbj"), Session("device", 100, NONE, NONE, NONE, intervals, []), "light")
    assert Kubios().one([item]) == "1000.000\n1001.000\n1002.000\n900.000\n901.000\n902.000\n"
    assert Kubios(unit="s", flagged="omit").one([item]).split()[-2:] == ["0.901000", "0.902000"]
    (said,) = Kubios().notes([item])
    assert "gaps that are not in it: 1 (57 s" in said
    assert Kubios(gaps="split").notes([item]) == []
    written = save([item], Kubios(gaps="split"), tmp_path / "rr")
    assert [path.name for path in written] == ["a-rr-1.txt", "a-rr-2.txt"]
    assert [len(path.read_text().split()) for path in written] == [3, 3]


def test_a_recording_is_never_written_over(hard_day, tmp_path, run_cli):
    (path,) = hard_day("two_minutes_of_wave")
    mine = tmp_path / "mine.csv"
    mine.write_bytes(path.read_bytes())
    journal = tmp_path / "other.vbj"
    journal.write_bytes(hard_day("two_minutes")[0].read_bytes())
    for out in (mine, journal):
        before = out.read_bytes()
        code, _, err = run_cli("export", str(mine), "--out", str(out))
        assert (code, out.read_bytes()) == (2, before)
        assert "is a recording" in err


@pytest.mark.parametrize("name", sorted(set(hard_days.CASES) - {"day", "mostly_refused_day"}))
def test_every_hard_day_is_exported_or_refused_in_words(name, hard_day, tmp_path, run_cli):
    paths = [str(path) for path in hard_day(name)]
    code, _, err = run_cli("export", *paths, "--out", "tables")
    assert code == 0, err
    assert len(list((tmp_path / "tables").iterdir())) == len(COLUMNS) * len(paths)
    code, out, err = run_cli("export", *paths, "--format", "kubios")
    if name.startswith("noise"):
        assert (code, out) == (2, "")
        assert "no pulse was found" in err
    else:
        assert code == 0, err
        assert len(out.splitlines()) > 100


@pytest.mark.parametrize(
    "words",
    [
        ("--unit", "s"),
        ("--format", "kubios", "--table", "beats"),
        ("--format", "kubios", "--gaps", "split"),
        ("--format", "kubios", "--gaps", "split", "--out", "one.txt"),
    ],
)
def test_options_that_contradict_each_other_are_told(words, hard_day, run_cli, tmp_path):
    code, out, err = run_cli("export", str(hard_day("metronome")[0]), *words)
    assert (code, out) == (2, "")
    assert err.startswith("vagaband: --")
    assert list(tmp_path.iterdir()) == []


def test_a_recording_without_intervals_is_named_and_the_others_written(hard_day, tmp_path):
    pieces = open_recordings([*hard_day("metronome_journal"), *hard_day("noise_journal")])
    (said,) = [note for note in Kubios().notes(pieces) if "noise" in note]
    assert "no series" in said
    assert len(save(pieces, Kubios(), tmp_path / "rr")) == 1
    with pytest.raises(InputError, match="no pulse"):
        Kubios().notes(pieces[1:])
