"""Files from elsewhere come into the data folder: privately, dated, under no name of a person."""

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from data_folder import NOON, days_of, everything, opened, put, zone
from vagaband.errors import InputError
from vagaband.rr_files import load_rr
from vagaband.sessions.add import add
from vagaband.sessions.days import days
from vagaband.sessions.pieces import pieces_of
from vagaband.sessions.when import when
from written_sessions import written

RR_MS = (850 + 60 * np.sin(0.21 * 2 * np.pi * np.arange(240))).round()
ENDS_S = np.cumsum(RR_MS) / 1000
BEGAN = datetime(2026, 4, 24, 14, 10, tzinfo=UTC)


def lines(form, header: str = "") -> str:
    rows = (form(ms, end) for ms, end in zip(RR_MS, ENDS_S, strict=True))
    return header + "\n".join(rows) + "\n"


def iso(t_s: float, sign: str = "T") -> str:
    moment = (BEGAN + timedelta(seconds=float(t_s))).replace(tzinfo=None)
    return moment.isoformat(sep=sign, timespec="milliseconds")


def vu(t_s: float) -> str:
    return (BEGAN + timedelta(seconds=float(t_s))).strftime("%d-%m-%y/%H:%M:%S.%f")[:-3]


# What a file says of when it began: None, at a moment, or at a time of day where it was recorded.
LAYOUTS = {
    "plain text, Elite HRV": (lines(lambda ms, t: f"{ms:.0f}"), None),
    "Kubios in s, decimal comma": (
        lines(lambda ms, t: f"{ms / 1000:.3f}".replace(".", ",")),
        None,
    ),
    "Polar Sensor Logger": (
        lines(lambda ms, t: f"{iso(t)};{ms:.0f}", "Phone timestamp;RR-interval [ms]\n"),
        "local",
    ),
    "HRV Logger": (
        lines(lambda ms, t: f"{iso(t, ' ')},{ms:.0f},{t * 1000:.0f}", "date,rr,since start\n"),
        "local",
    ),
    "VU-AMS": (
        lines(
            lambda ms, t: f"{vu(t)}\t{t * 1000:.0f}\t{ms:.0f}\tO",
            "Subject Id: P1\nR-peak time\tibi_cumulative\tibi\tinterpolated\n",
        ),
        "local",
    ),
    "since 1970": (
        lines(
            lambda ms, t: f"{BEGAN.timestamp() * 1000 + t * 1000:.0f},{ms:.0f}", "timestamp,rr\n"
        ),
        "utc",
    ),
    "with its zone": (lines(lambda ms, t: f"{iso(t)}+02:00;{ms:.0f}", "time;rr\n"), "+02:00"),
    "ibi_ms": (lines(lambda ms, t: f"{ms:.1f}", "ibi_ms\n"), None),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vagaband-sessions"


def file_of(tmp_path: Path, content: str, name: str = "Anna de Vries 1970.txt") -> Path:
    path = tmp_path / name
    path.write_text(content)
    return path


@pytest.mark.parametrize("name", LAYOUTS)
def test_each_layout_is_a_session_without_light_dated_by_its_own_clock(
    name: str, folder: Path, tmp_path: Path
):
    content, clock = LAYOUTS[name]
    with zone("Europe/Amsterdam"), opened(folder) as index:
        (added,) = add(index, [file_of(tmp_path, content)], "p07")
        (day,) = days(index)
        material = pieces_of(index, day)
    hours = {None: None, "local": -2, "+02:00": -2, "utc": 0}[clock]
    (piece,) = material.pieces
    if hours is None:
        assert (piece.began, day.name) == (None, f"p07/{added.name}")
    else:
        assert day.name == "p07/2026-04-24"
        assert piece.began
        off_s = (piece.began - BEGAN).total_seconds() - 3600 * hours
        assert abs(off_s) < 2
    assert (piece.source, len(piece.session.t_s)) == ("intervals", 0)
    assert len(piece.session.intervals) == pytest.approx(240, abs=1)
    assert len(piece.numbers) >= 5
    assert day.seconds == pytest.approx(ENDS_S[-1], abs=1.1)


def test_it_is_private_has_no_ones_name_and_comes_in_once(folder: Path, tmp_path: Path):
    path = file_of(tmp_path, LAYOUTS["ibi_ms"][0])
    path.chmod(0o644)
    began = datetime(2026, 4, 24, 12, tzinfo=UTC)
    with opened(folder) as index:
        (first,) = add(index, [path], "p07", began)
        (again,) = add(index, [path], "p07")
    assert (first.is_new, again.is_new, again.name) == (True, False, first.name)
    kept = folder / first.name
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert kept.read_bytes() == path.read_bytes()
    assert b"Anna" not in b"".join(
        file.name.encode() + file.read_bytes() for file in folder.iterdir()
    )
    (day,) = days_of(folder)
    assert day.began == began, "what was told stays"


def test_told_when_it_began_goes_before_any_clock(folder: Path, tmp_path: Path):
    content, _ = LAYOUTS["since 1970"]
    with opened(folder) as index:
        add(index, [file_of(tmp_path, content)], "p07", when("2026-05-01 08:00"))
        undated = put(folder, 1, None)
        add(index, [undated], "p07", when("2026-05-01 09:00+00:00"))
        found = [day.began for day in days(index)]
    assert [f"{began:%m-%d}" for began in found if began] == ["05-01"]
    assert len(found) == 1, "and one that no clock dates has its place"


def test_gaps_by_the_files_own_clock_stay_gaps(folder: Path, tmp_path: Path):
    late = np.where(np.arange(240) >= 120, 60.0, 0.0)
    rows = (f"{iso(t + gap)};{ms:.0f}" for t, ms, gap in zip(ENDS_S, RR_MS, late, strict=True))
    path = file_of(tmp_path, "Phone timestamp;RR-interval [ms]\n" + "\n".join(rows))
    with opened(folder) as index:
        add(index, [path], "p07")
        (day,) = days(index)
        (piece,) = pieces_of(index, day).pieces
    session = piece.session
    (gap,) = session.gaps
    assert gap.seconds == pytest.approx(60, abs=2)
    assert [(gap.t_s, gap.t_s + gap.seconds)] == [pytest.approx(g) for g in load_rr(path).gaps_s]
    end_s = gap.t_s + gap.seconds
    assert not any(gap.t_s - 30 < epoch.t_s < end_s for epoch in session.epochs)
    assert {epoch.run for epoch in session.epochs} == {0, 1}
    ends = [one.t_s + one.ibi_ms / 1000 for one in session.intervals]
    assert not any(gap.t_s + 0.1 < end < end_s - 0.1 for end in ends)
    assert session.beats_s[-1] == pytest.approx(ENDS_S[-1] + gap.seconds - 0.9, abs=1.5)


def test_journals_from_elsewhere_take_the_name_that_pull_gives(folder: Path, tmp_path: Path):
    whole = written(200, NOON, number=4, marks=((60, "event", ""),))
    part = tmp_path / "copy of a session.vbj"
    part.write_bytes(whole[: len(whole) - 80])
    with opened(folder) as index:
        (first,) = add(index, [part], "p07")
        assert first.name == "c0ffee-00004.vbj"
        part.write_bytes(whole)
        assert add(index, [part], "p07")[0].is_new, "it has grown"
        part.write_bytes(whole[:-200])
        assert not add(index, [part], "p07")[0].is_new, "an older state does not take its place"
        assert (folder / first.name).read_bytes() == whole
        other = tmp_path / "other.vbj"
        other.write_bytes(written(200, NOON + timedelta(days=2), number=4, seed=9))
        assert add(index, [other], "p07")[0].name == "c0ffee-00004.vbj.old1"
        assert [day.name for day in days(index)] == ["p07/2026-11-20", "p07/2026-11-22"]
        assert index.holder("c0ffee") == "p07"


def test_two_sessions_of_one_number_come_in_at_once_and_of_two_copies_the_longer(
    folder: Path, tmp_path: Path
):
    one = written(200, NOON, number=4)
    other = written(200, NOON + timedelta(days=2), number=4, seed=9)
    files = []
    for name, content in (("a", one), ("b", other), ("c", one[:-200])):
        files.append(tmp_path / name)
        files[-1].write_bytes(content)
    with opened(folder) as index:
        found = [added.name for added in add(index, files, "p07")]
        assert found == ["c0ffee-00004.vbj", "c0ffee-00004.vbj.old1", "c0ffee-00004.vbj"]
        assert [(folder / name).read_bytes() for name in found] == [one, other, one]
        assert [day.name for day in days(index)] == ["p07/2026-11-20", "p07/2026-11-22"]


def test_a_file_that_was_put_in_the_folder_under_its_own_name_comes_in(folder: Path):
    folder.mkdir()
    with opened(folder) as index:
        (added,) = add(index, [file_of(folder, LAYOUTS["ibi_ms"][0])], "p07")
        assert added.name.startswith("rr-")
        (day,) = days(index)
        assert [piece.name for piece in day.pieces] == [added.name]


def test_light_from_elsewhere_is_a_session_at_its_own_rate(folder: Path, tmp_path: Path):
    t_s = np.arange(0, 100, 1 / 50)
    wave = np.maximum(0, np.sin(2 * np.pi * 1.2 * t_s)) ** 3
    path = tmp_path / "wave.csv"
    path.write_text("ppg\n" + "\n".join(f"{value:.4f}" for value in wave))
    with opened(folder) as index:
        (added,) = add(index, [path], "p07", NOON, rate_hz=50)
        (day,) = days(index)
        (piece,) = pieces_of(index, day).pieces
    assert added.name.endswith("-50.csv")
    assert (piece.source, day.seconds) == ("light", pytest.approx(100, abs=0.1))
    assert len(piece.session.beats_s) == pytest.approx(118, abs=3)


def test_what_cannot_be_used_is_refused_before_anything_is_copied(folder: Path, tmp_path: Path):
    good = file_of(tmp_path, LAYOUTS["ibi_ms"][0])
    with opened(folder) as index:
        for content, said in (("hello\n", "no known column"), ("72\n71\n75\n", "heart rates")):
            bad = file_of(tmp_path, content, "bad.txt")
            with pytest.raises(InputError, match=said):
                add(index, [good, bad], "p07")
        with pytest.raises(InputError, match="There is no file"):
            add(index, [tmp_path / "absent.txt"], "p07")
        with pytest.raises(InputError, match="is of one file"):
            add(index, [good, good], "p07", NOON)
        bad = file_of(tmp_path, "VBJ1 and nothing", "bad.vbj")
        with pytest.raises(InputError, match="no readable header"):
            add(index, [bad], "p07")
    assert [path.name for path in folder.iterdir()] == ["index.sqlite"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("yesterday", "no date"),
        ("2026-13-01", "no date"),
        ("", "no date"),
        ("2206-01-01", "can't"),
    ],
)
def test_a_wrong_date_is_refused(text: str, said: str):
    with pytest.raises(InputError, match=said):
        when(text)


def test_the_command_adds_and_says_where_it_is(folder: Path, tmp_path: Path, run_cli):
    path = file_of(tmp_path, LAYOUTS["plain text, Elite HRV"][0], "polar.txt")
    said = ("--person", "P07", "--began", "2026-04-24 14:00")
    code, out, err = run_cli("sessions", "add", "polar.txt", *said)
    assert (code, "in p07/2026-04-24" in out) == (0, True), err
    told = json.loads(run_cli("sessions", "add", str(path), "--person", "p07", "--json")[1])
    assert told["added"][0]["session"] == "p07/2026-04-24"
    assert everything(folder)[0]["pieces"][0]["source"] == "intervals"
    code, _, err = run_cli("sessions", "add", "polar.txt", "--person", "Jan de Vries")
    assert (code, "looks like a name" in err) == (2, True)
    assert run_cli("sessions", "add", "polar.txt")[0] == 2, "whose it is must be said"
    code, _, err = run_cli("sessions", "add", "absent.txt", "--person", "p07", "--folder", "other")
    assert code == 2


def test_the_straps_of_a_real_recording(recordings: Path, folder: Path):
    """Two devices on one person: one writes its time of day, the other seconds since 1970."""
    real = recordings / "wearablehrv_P37"
    if not real.is_dir():
        pytest.skip("no wearablehrv_P37")
    with zone("Europe/Amsterdam"), opened(folder) as index:
        for name in ("test_vu.txt", "test_heartmath.csv"):
            add(index, [real / name], "p37")
        (day,) = days(index)
        began = [f"{piece.began:%H:%M:%S}" for piece in day.pieces]
    assert (day.name, began) == ("p37/2023-06-30", ["14:04:18", "14:08:59"])
    assert len(day.overlaps) == 1
