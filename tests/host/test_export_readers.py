"""What is exported, opened again by programs that know nothing of vagaband: pandas, NeuroKit2,
Python's csv; and the RR text by vagaband's own reader of foreign files."""

import csv
import time
from pathlib import Path

import hard_days
import numpy as np
import pytest
from vagaband.export import Csv, Kubios, save
from vagaband.export_kubios import series_of
from vagaband.export_tables import COLUMNS
from vagaband.open_recording import Opened, open_recording, open_recordings
from vagaband.reference.time_domain import mean_hp_ms, rmssd_ms, sound_runs
from vagaband.rr_files import load_rr
from vagaband.spreadsheet import safe_cell

TEXT = {"flag", "file", "kind", "text", "reason"}
WHOLE = {"run", "valid", "pb2_alone"}
TOLERANCE_MS = 1e-3  # of RMSSD: an RR text has three decimals, and intervals are whole 1/8 ms
DATED_S = 1e-3  # moments are written to the millisecond


@pytest.fixture
def day(hard_day) -> list[Opened]:
    """A day in three pieces, as in an hour."""
    return open_recordings(hard_day("short_day"))


@pytest.fixture
def tables(day, tmp_path):
    """Each table of the day as pandas reads it."""
    pandas = pytest.importorskip("pandas", reason="pandas is not installed: pip install '.[test]'")
    found = {}
    for table in COLUMNS:
        save(day, Csv((table,)), tmp_path / f"{table}.csv")
        found[table] = pandas.read_csv(tmp_path / f"{table}.csv", parse_dates=["time"])
    return found


def test_pandas_reads_types_and_as_many_rows(tables, day):
    sessions = [piece.session for piece in day]
    assert {name: len(table) for name, table in tables.items()} == {
        "beats": sum(len(s.beats_s) for s in sessions),
        "intervals": sum(len(s.intervals) for s in sessions),
        "epochs": sum(len(s.epochs) for s in sessions),
        "marks": sum(len(s.marks) for s in sessions),
    }
    for table in tables.values():
        assert table["time"].dt.tz is not None
        for name in table.columns.intersection(list(WHOLE)):
            assert table[name].dtype == "int64", name
        for name in table.columns.intersection(["t_s", "ibi_ms", "ln_rsa_ms2", "mean_hp_ms"]):
            assert table[name].dtype == "float64", name
        for name in table.columns.intersection(list(TEXT)):
            assert table[name].dtype in ("object", "str"), name


def test_pandas_sums_are_those_of_the_sessions(tables, day):
    intervals = [i for piece in day for i in piece.session.intervals]
    assert tables["intervals"]["ibi_ms"].sum() == sum(i.ibi_ms for i in intervals)
    assert dict(tables["intervals"]["flag"].value_counts()) == {
        flag: sum(i.flag == flag for i in intervals) for flag in {i.flag for i in intervals}
    }
    epochs = [e for piece in day for e in piece.session.epochs]
    found = tables["epochs"]
    assert found["valid"].sum() == sum(e.valid for e in epochs)
    assert found["ln_rsa_ms2"].sum() == pytest.approx(sum(e.ln_ms2 or 0 for e in epochs), abs=1e-6)
    assert found["lock_in_ln_rsa_ms2"].isna().sum() == sum(
        e.lock_in_ln_ms2 is None for e in epochs
    )
    assert found["reason"].isna().sum() == sum(e.valid for e in epochs)


def test_pandas_finds_each_row_at_its_moment(tables, day):
    """The wall clock is that of the piece, and piece after piece they lie on one clock."""
    beats = tables["beats"]
    for piece in day:
        assert piece.began is not None
        its = beats[beats["file"] == piece.path.name]
        since_s = (its["time"] - piece.began).dt.total_seconds()
        assert np.abs(since_s - its["t_s"]).max() <= DATED_S
        assert np.abs(its["t_s"].to_numpy() - piece.session.beats_s).max() < 1e-6
    assert beats["time"].is_monotonic_increasing
    assert (beats["time"].iloc[0] - hard_days.MORNING).total_seconds() < 2


def test_pandas_reads_every_mark_as_the_text_it_is(tables, day):
    marks = [m for piece in day for m in piece.session.marks]
    assert list(tables["marks"]["text"].fillna("")) == [safe_cell(m.text) for m in marks]
    with_marks = tables["intervals"].dropna(subset=["mark_kind"])
    assert " | ".join(with_marks["mark_kind"]).count("|") + 1 == len(marks)


def test_python_reads_as_many_cells_in_every_row(day, tmp_path):
    for path in save(day, Csv(), tmp_path / "tables"):
        with path.open(newline="") as file:
            assert len({len(row) for row in csv.reader(file)}) == 1


@pytest.mark.slow
def test_a_whole_day_is_exported_in_seconds(hard_day, tmp_path):
    """Three pieces, 100,000 beats, four tables."""
    pandas = pytest.importorskip("pandas")
    paths = hard_day("day")
    begun_s = time.process_time()
    pieces = open_recordings(paths)
    written = save(pieces, Csv(), tmp_path / "tables")
    taken_s = time.process_time() - begun_s
    print(f"24 hours exported in {taken_s:.1f} s")
    assert taken_s < 20
    beats = [pandas.read_csv(path) for path in written if path.stem.endswith("beats")]
    assert sum(map(len, beats)) == sum(len(piece.session.beats_s) for piece in pieces) > 100_000


@pytest.fixture(scope="module")
def neurokit():
    return pytest.importorskip(
        "neurokit2", reason="NeuroKit2 is not installed: pip install '.[bench]'"
    )


def hrv(neurokit, path: Path):
    """NeuroKit2's time-domain HRV of an RR text in ms."""
    rri = np.loadtxt(path)
    return neurokit.hrv_time({"RRI": rri, "RRI_Time": np.cumsum(rri) / 1000}).iloc[0]


def test_neurokit_finds_our_rmssd_in_the_rr_text(neurokit, hard_day, tmp_path):
    """Of an unbroken series as it is, and of each sound stretch of a disturbed day."""
    (quiet,) = open_recordings(hard_day("two_minutes"))
    (path,) = save([quiet], Kubios(), tmp_path / "quiet")
    runs = sound_runs(quiet.session.intervals)
    found = hrv(neurokit, path)
    assert found["HRV_RMSSD"] == pytest.approx(rmssd_ms(runs), abs=TOLERANCE_MS)
    assert found["HRV_MeanNN"] == pytest.approx(mean_hp_ms(runs), abs=TOLERANCE_MS)
    assert np.isfinite(found["HRV_SDNN"])
    for piece in open_recordings(hard_day("short_day")):
        runs = [run for run in sound_runs(piece.session.intervals) if len(run) > 1]
        written = save([piece], Kubios(flagged="omit", gaps="split"), tmp_path / piece.path.stem)
        assert len(written) == len(runs)
        for path, run in zip(written, runs, strict=True):
            if len(run) > 30:
                ours = rmssd_ms([run])
                assert hrv(neurokit, path)["HRV_RMSSD"] == pytest.approx(ours, abs=TOLERANCE_MS)


def test_neurokit_finds_our_rmssd_in_the_table_across_its_gaps(neurokit, tables, day):
    """With the times beside them it takes no step across a gap or a flag."""
    for piece in day:
        its = tables["intervals"][tables["intervals"]["file"] == piece.path.name]
        sound = its[its["flag"] == "ok"]
        ends_s = sound["t_s"] + sound["ibi_ms"] / 1000
        series = {"RRI": sound["ibi_ms"].to_numpy(), "RRI_Time": ends_s.to_numpy()}
        found = neurokit.hrv_time(series).iloc[0]["HRV_RMSSD"]
        ours = rmssd_ms(sound_runs(piece.session.intervals))
        assert found == pytest.approx(ours, abs=TOLERANCE_MS)


@pytest.mark.parametrize("unit", ["ms", "s"])
@pytest.mark.parametrize("name", ["two_minutes", "metronome_journal", "irregular", "short_day"])
def test_vagaband_reads_its_rr_text_back_to_the_same_beats(name, unit, hard_day, tmp_path):
    for item in open_recordings(hard_day(name)):
        series = series_of(item.session, "corrected")
        written = save([item], Kubios(unit=unit, gaps="split"), tmp_path / item.path.stem)
        assert len(written) == len(series.stretches)
        for path, stretch in zip(written, series.stretches, strict=True):
            found = load_rr(path)
            assert found.unit == unit
            assert np.diff(found.beats_s) == pytest.approx([i.ibi_ms / 1000 for i in stretch])
            assert len(found.beats_s) == len(stretch) + 1


def test_what_is_exported_can_be_opened_again_as_a_recording(hard_day, tmp_path):
    """The table by its column of intervals, the RR text as one: the same epochs come out."""
    (quiet,) = open_recordings(hard_day("slow_breathing"))
    expected = [e.bp_ln_ms2 for e in quiet.session.epochs]
    save([quiet], Csv(("intervals",)), tmp_path / "a.csv")
    save([quiet], Kubios(), tmp_path / "a.txt")
    for name in ("a.csv", "a.txt"):
        again = open_recording(tmp_path / name)
        assert again.source == "intervals"
        found = [e.bp_ln_ms2 for e in again.session.epochs]
        assert found == pytest.approx(expected, abs=1e-4)
