"""One road for any recording: what a file is, when it began, and what is said where it is none."""

import json
from datetime import UTC, datetime, timedelta

import hard_days
import numpy as np
import pytest
from vagaband.errors import InputError
from vagaband.open_recording import open_recording, open_recordings

SOURCES = {
    "noise": "light",
    "noise_journal": "light",
    "two_minutes_of_wave": "light",
    "metronome": "intervals",
    "irregular_intervals": "intervals",
    "slow_breathing_intervals": "intervals",
}
RR = "".join(f"{900 + 40 * (k % 5)}\n" for k in range(120))
STAMPED = "timestamp,rr\n" + "".join(
    f"{1688125620000 + 900 * k + (60_000 if k > 60 else 0)},900\n" for k in range(120)
)


@pytest.mark.parametrize("name", SOURCES)
def test_what_a_file_holds_is_seen_in_it(name, hard_day):
    (path,) = hard_day(name)
    opened = open_recording(path)
    assert opened.source == SOURCES[name]
    assert (len(opened.session.ir) > 0) == (opened.source == "light")


def test_pieces_of_a_day_date_each_other_whatever_their_order(hard_day):
    paths = hard_day("short_day")
    pieces = open_recordings(paths[::-1])
    assert [piece.path for piece in pieces] == paths[::-1]
    began = [piece.began for piece in pieces[::-1] if piece.began]
    assert began[0] == hard_days.MORNING
    assert [str(moment)[-6:] for moment in began] == ["+01:00"] * 3
    assert began == sorted(began)
    assert open_recording(paths[0]).began == began[0]


def test_intervals_of_a_strap_are_a_recording_too(tmp_path, run_cli):
    (tmp_path / "polar.txt").write_text(RR)
    code, out, err = run_cli("replay", "polar.txt", "--json")
    assert (code, err) == (0, "")
    said = json.loads(out)
    assert [i["ibi_ms"] for i in said["intervals"]] == [float(line) for line in RR.split()]
    assert said["rate_hz"] is None
    assert said["rsa"]
    code, out, _ = run_cli("export", "polar.txt", "--table", "beats")
    assert code == 0
    assert len(out.splitlines()) == 122


def test_a_strap_with_a_clock_is_dated_and_keeps_its_gaps(tmp_path):
    (tmp_path / "strap.csv").write_text(STAMPED)
    opened = open_recording(tmp_path / "strap.csv")
    assert opened.began is not None
    assert abs(opened.began - datetime(2023, 6, 30, 11, 47, tzinfo=UTC)) < timedelta(seconds=3)
    (gap,) = opened.session.gaps
    assert gap.seconds == pytest.approx(60.9, abs=0.2)
    assert opened.notes == ["stretches without beats, by the file's own clock: 1"]
    assert not any(i.t_s < gap.t_s < i.t_s + i.ibi_ms / 1000 for i in opened.session.intervals)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"Dear reader,\nthis is no recording.\n", "no known column"),
        (b"time,value\n0,1\n", "ir, ppg or ibi_ms"),
        (b"800\n810\nlots\n", "line 3"),
        (b"rr\n800\n", "fewer than two"),
        (b"[Params]\nVersion=106\n", "Polar HRM"),
        (b'{"rr": [800, 810]}', "JSON"),
        (b"\x7fELF" + bytes(range(256)) * 4, "not a text file"),
        (b"VBJ1H\x40\x00", "no readable header"),
    ],
)
@pytest.mark.parametrize("verb", ["replay", "export"])
def test_what_is_no_recording_is_one_sentence_and_exit_2(verb, content, said, tmp_path, run_cli):
    (tmp_path / "a.file").write_bytes(content)
    code, out, err = run_cli(verb, "a.file")
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_a_session_by_name_that_is_none_by_content(tmp_path):
    (tmp_path / "00001.vbj").write_text(RR)
    with pytest.raises(InputError, match="is no journal"):
        open_recording(tmp_path / "00001.vbj")


def test_a_truncated_journal_says_so_and_salvage_reads_it(hard_day, tmp_path):
    whole = hard_day("slow_breathing")[0].read_bytes()
    (tmp_path / "a.vbj").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="in the middle of a record"):
        open_recordings([tmp_path / "a.vbj"])
    (opened,) = open_recordings([tmp_path / "a.vbj"], salvage=True)
    assert len(opened.session.intervals) > 300


def test_the_firmware_runs_again_where_it_is_asked(hard_day):
    (path,) = hard_day("two_minutes")
    device, again = open_recording(path), open_recording(path, again=True)
    assert "device" in device.session.engine
    assert "MicroPython" in again.session.engine
    assert device.session.raw == again.session.raw
    assert np.array_equal(device.session.beats_s, again.session.beats_s)
