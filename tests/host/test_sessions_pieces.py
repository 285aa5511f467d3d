"""What the analysis gets of a session: pieces on one axis, notes in their place, the past."""

import csv
import json
import shutil
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from data_folder import NOON, opened, put, zone
from vagaband.analysis.day import read_day
from vagaband.errors import InputError
from vagaband.journal import decode
from vagaband.numbers import numbers_of
from vagaband.sessions.add import add
from vagaband.sessions.annotate import annotate, words
from vagaband.sessions.days import days
from vagaband.sessions.pieces import material_of, pieces_of
from vagaband.twin import as_logged


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A day in two pieces, annotated, and four days before it at the same hour."""
    path = tmp_path_factory.mktemp("made") / "vagaband-sessions"
    for number in range(1, 5):
        put(path, number, NOON - timedelta(days=5 - number), 560, hp_ms=900)
    put(path, 5, marks=[(60, "glimmer", "sun"), (130, "event", "")])
    put(path, 6, NOON + timedelta(minutes=20), marks=[(30, "event", "b")])
    with opened(path) as index:
        index.give_device("c0ffee", "p07")
        day = days(index)[-1]
        annotate(index, day, "+1:00", words("on the water", ["outside"], "light"))
        annotate(index, day, "12:20:20", words("talk"), "12:21:00")
    return path


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return Path(shutil.copytree(made, tmp_path / "vagaband-sessions"))


def test_a_day_is_one_axis_with_notes_in_the_place_of_their_marks(folder: Path):
    with opened(folder) as index:
        material = pieces_of(index, days(index)[-1])
    assert [piece.name for piece in material.pieces] == ["c0ffee-00005.vbj", "c0ffee-00006.vbj"]
    assert [piece.offset_s for piece in material.pieces] == [0, 1200]
    assert [piece.source for piece in material.pieces] == ["light", "light"]
    assert (material.person, material.began) == ("p07", NOON)
    assert [path.parent for path in material.files] == [folder, folder]
    for piece, path in zip(material.pieces, material.files, strict=True):
        session = as_logged(decode(path.read_bytes()))
        assert piece.numbers == numbers_of(session)
        assert piece.session.intervals == session.intervals
    reading = read_day(material.pieces, material.notes, material.rows, material.person)
    told = [(note.t_s, note.kind, note.text, note.tags, note.until_s) for note in reading.notes]
    assert told == [
        (pytest.approx(60, abs=0.01), "glimmer", "sun · on the water", ("outside",), None),
        (pytest.approx(130, abs=0.01), "event", "", (), None),
        (pytest.approx(1213, abs=0.01), "note", "talk", (), pytest.approx(1253)),
        (pytest.approx(1230, abs=0.01), "event", "b", (), None),
    ]
    assert reading.notes[0].label == "light"


def test_the_own_baseline_is_of_the_persons_days_before(folder: Path):
    with opened(folder) as index:
        found = days(index)
        material = pieces_of(index, found[-1])
        first = pieces_of(index, found[0])
        index.give(["c0ffee-1-00000001", "c0ffee-2-00000002"], "p08")
        without = pieces_of(index, days(index, "p07")[-1])
    assert first.rows == []
    assert len(material.rows) == 2 * len(without.rows) == 4 * 17
    assert all(row.at < NOON for row in material.rows)
    baseline = read_day(material.pieces, material.notes, material.rows).baseline
    assert (baseline.kind, baseline.days) == ("own", 4)
    assert baseline.hp_ms == pytest.approx(900, abs=10)
    assert read_day(without.pieces, (), without.rows).baseline.kind == "session"


def test_files_named_one_by_one_know_what_the_index_beside_them_does(folder: Path, tmp_path: Path):
    files = [folder / "c0ffee-00006.vbj", folder / "c0ffee-00005.vbj"]
    material = material_of(files)
    with opened(folder) as index:
        whole = pieces_of(index, days(index)[-1])
    assert [piece.name for piece in material.pieces] == [piece.name for piece in whole.pieces]
    assert (material.notes, material.rows, material.person) == (whole.notes, whole.rows, "p07")
    alone = tmp_path / "elsewhere.vbj"
    alone.write_bytes(files[1].read_bytes())
    material = material_of([alone])
    assert (material.person, material.rows, material.notes) == ("", [], [])
    assert material.began == NOON
    assert [mark.text for mark in material.pieces[0].session.marks] == ["sun", ""]
    assert not (tmp_path / "index.sqlite").exists()


def test_what_cannot_stand_on_one_axis_is_refused(folder: Path, tmp_path: Path):
    rr = tmp_path / "rr.txt"
    rr.write_text("\n".join(str(800 + k % 40) for k in range(100)))
    file = folder / "c0ffee-00005.vbj"
    with pytest.raises(InputError, match=r"has no date.*--began"):
        material_of([file, rr])
    assert len(material_of([rr]).pieces) == 1
    joined = material_of([file, rr], began=NOON + timedelta(minutes=2))
    assert [piece.source for piece in joined.pieces] == ["light", "intervals"]
    assert joined.pieces[1].offset_s == 120
    with pytest.raises(InputError, match="Name those of one day"):
        material_of([folder / "c0ffee-00001.vbj", file])
    with opened(folder) as index:
        add(index, [folder / "c0ffee-00006.vbj"], "p08")
    with pytest.raises(InputError, match="are of p07 and p08"):
        material_of([file, folder / "c0ffee-00006.vbj"])


def test_a_damaged_piece_is_used_as_far_as_it_goes(folder: Path):
    path = folder / "c0ffee-00005.vbj"
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(InputError, match="--salvage"):
        material_of([path])
    assert len(material_of([path], salvage=True).pieces) == 1
    with opened(folder) as index:
        material = pieces_of(index, days(index)[-1])
    assert 0 < len(material.pieces[0].session.intervals) < 270
    assert len(material.pieces) == 2


def test_a_real_strap_with_gaps_is_read_with_its_day(recordings: Path, tmp_path: Path):
    real = recordings / "wearablehrv_P37" / "test_heartmath.csv"
    if not real.is_file():
        pytest.skip("no wearablehrv_P37")
    with zone("Europe/Amsterdam"):
        material = material_of([real])
    (piece,) = material.pieces
    assert f"{piece.began:%Y-%m-%d %H:%M}" == "2023-06-30 14:04"
    assert (piece.source, len(piece.session.gaps)) == ("intervals", 16)
    starts = [epoch.t_s for epoch in piece.session.epochs]
    for gap in piece.session.gaps:
        inside = (np.array(starts) > gap.t_s - 30) & (np.array(starts) < gap.t_s + gap.seconds)
        assert not inside.any()


def test_an_exported_table_of_marks_has_what_was_noted_since(folder: Path, run_cli):
    files = [str(folder / f"c0ffee-0000{number}.vbj") for number in (5, 6)]
    code, out, _ = run_cli("export", *files, "--table", "marks")
    assert code == 0
    told = [(row["t_s"], row["text"], row["until_s"], row["tags"], row["label"])
            for row in csv.DictReader(out.splitlines())]  # fmt: skip
    assert told == [
        ("60.000000", "sun · on the water", "", "outside", "light"),
        ("130.000000", "", "", "", ""),
        ("13.000000", "talk", "53.000000", "", ""),
        ("30.000000", "b", "", "", ""),
    ]


def test_a_page_is_of_a_session_by_its_name_and_forgotten_with_its_person(folder: Path, run_cli):
    code, _, err = run_cli("report", "p07/2026-11-20", "--lang", "nl")
    assert code == 0, err
    page = Path("p07-2026-11-20.html")
    assert "on the water" in page.read_text()
    for more, said in (
        (("p07/2026-11-19",), "a page is of one"),
        (("--began", "2026-11-20 12:00"), "is of a file"),
    ):
        code, _, err = run_cli("report", "p07/2026-11-20", *more)
        assert (code, said in err) == (2, True), err
    loose = Path("loose.vbj")
    loose.write_bytes((folder / "c0ffee-00005.vbj").read_bytes())
    told = json.loads(run_cli("report", "loose.vbj", "--person", "P07", "--json")[1])
    assert (told["person"], told["baseline"]["kind"]) == ("p07", "own")
    assert run_cli("report", "loose.vbj", "--person", "P07", "--out", "loose.html")[0] == 0
    code, _, err = run_cli("report", str(folder / "c0ffee-00005.vbj"), "--person", "p08")
    assert (code, "is of p07, not of p08" in err) == (2, True)
    assert run_cli("report", "absent.vbj")[0] == 2
    assert run_cli("sessions", "forget", "p07", "--yes")[0] == 0
    assert list(Path.cwd().glob("*.html")) == []
    assert loose.exists(), "what a person put elsewhere is theirs to erase"
