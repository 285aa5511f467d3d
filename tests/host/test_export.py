"""The table of a session: what each row holds, safe in a spreadsheet, written privately."""

import csv
import io
import stat

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vagaband.errors import VagabandError
from vagaband.export import COLUMNS, LONGEST_TEXT, safe_cell, save_csv, to_csv
from vagaband.plain import JOINERS
from vagaband.session import Epoch, Interval, Mark, Session

NONE = np.empty(0)


def session(marks=(), epochs=None, count=60) -> Session:
    """A minute of intervals of 1 s; one epoch from 12.5 s, with a negative RSA, refused."""
    intervals = [
        Interval(float(k), 1000.125, "ok" if k != 5 else "missed", 0) for k in range(count)
    ]
    if epochs is None:
        epochs = [Epoch(12.5, -0.0549, None, 25.0, 1000.125, 0.05, False, "noise floor", 0)]
    return Session("device", 100.0, NONE, NONE, NONE, intervals, epochs, marks=list(marks))


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_one_row_per_interval_with_the_epoch_that_holds_it():
    table = rows(to_csv(session()))
    assert len(table) == 60
    assert tuple(table[0]) == COLUMNS
    assert table[5]["flag"] == "missed"
    assert float(table[5]["ibi_ms"]) == 1000.125
    assert [row["ln_rsa_ms2"] != "" for row in table] == [13 <= k <= 42 for k in range(60)]
    assert float(table[13]["ln_rsa_ms2"]) == -0.0549
    assert table[13]["bp_ln_rsa_ms2"] == ""
    assert (table[13]["epoch_valid"], table[13]["epoch_reason"]) == ("0", "noise floor")


def test_an_epoch_of_another_run_does_not_hold_an_interval():
    other = Epoch(12.5, 5.0, 5.0, 25.0, 1000.0, 0.0, True, "", 1)
    assert all(row["ln_rsa_ms2"] == "" for row in rows(to_csv(session(epochs=[other]))))


def test_breathing_of_the_device_and_the_gain_there_stand_at_the_end():
    known = Epoch(12.5, 3.2, 5.1, 25.0, 1000.0, 0.0, True, "", 0, -1.25, 6.0, "good")
    table = rows(to_csv(session(epochs=[known])))
    assert COLUMNS[-4:] == ("noise_floor_ln", "breath_per_min", "breath_confidence", "pb2_gain_ln")
    assert [table[20][name] for name in COLUMNS[-4:-1]] == ["-1.25", "6", "good"]
    assert float(table[20]["pb2_gain_ln"]) == pytest.approx(-4.8, abs=0.3)
    assert all(table[50][name] == "" for name in COLUMNS[-4:])
    unknown = rows(to_csv(session()))[20]
    assert [unknown[name] for name in COLUMNS[-4:]] == ["", "", "none", ""]


def test_marks_stand_at_their_interval_and_none_is_lost():
    marks = [Mark(99.0, "end", ""), Mark(3.5, "glimmer", "by the sea"), Mark(3.7, "note", "b")]
    table = rows(to_csv(session(marks)))
    assert (table[3]["mark_kind"], table[3]["mark_text"]) == ("glimmer | note", "by the sea | b")
    assert table[59]["mark_kind"] == "end"
    assert sum(row["mark_kind"] != "" for row in table) == 2


def test_a_session_without_intervals_is_a_header():
    assert to_csv(session(epochs=[], count=0)) == ",".join(COLUMNS) + "\n"


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "  =1", "\t=1", '=HYPERLINK("http://x")', "|calc"]
)
def test_a_mark_is_never_a_formula(text):
    cell = rows(to_csv(session([Mark(3.5, "note", text)])))[3]["mark_text"]
    assert cell.startswith("'")


def test_quotes_and_line_ends_stay_one_cell():
    cell = rows(to_csv(session([Mark(3.5, "note", 'a,"b"\r\nc\x1b[31m')])))[3]["mark_text"]
    assert cell == 'a,"b"  c [31m'


@given(st.text(max_size=400))
def test_any_text_is_bounded_one_line_and_no_formula(text):
    cell = safe_cell(text)
    assert len(cell) <= LONGEST_TEXT + 1
    assert all(sign.isprintable() or sign in JOINERS for sign in cell)
    if cell.lstrip()[:1] in tuple("=+-@|%"):
        float(text)  # only a number may begin so


def test_the_file_is_whole_and_private(tmp_path):
    save_csv(session(), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == to_csv(session())
    assert stat.S_IMODE((tmp_path / "a.csv").stat().st_mode) == 0o600
    assert len(list(tmp_path.iterdir())) == 1
    with pytest.raises(VagabandError, match="can't be written"):
        save_csv(session(), tmp_path / "no" / "a.csv")
    (tmp_path / "folder").mkdir()
    with pytest.raises(VagabandError, match="is no file"):
        save_csv(session(), tmp_path / "folder")
    assert len(list(tmp_path.iterdir())) == 2
