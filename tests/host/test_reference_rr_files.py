"""Files of intervals: every layout gives the same beats, and nothing but a file or a sentence."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from vagaband.errors import InputError
from vagaband.rr_files import load_rr

RNG = np.random.default_rng(3)
RR_MS = (850 + 60 * np.sin(0.21 * 2 * np.pi * np.arange(120)) + RNG.normal(0, 8, 120)).round()
BEATS_S = np.r_[0, np.cumsum(RR_MS)] / 1000


def iso(second):
    return f"2026-04-24T14:{10 + int(second // 60):02d}:{second % 60:06.3f}"


def lines(form, header=""):
    rows = (form(ms, end) for ms, end in zip(RR_MS, BEATS_S[1:], strict=True))
    return header + "\n".join(rows) + "\n"


LAYOUTS = {
    "Polar, Elite HRV": (lines(lambda ms, t: f"{ms:.0f}"), "ms"),
    "Kubios in s": (lines(lambda ms, t: f"{ms / 1000:.3f}"), "s"),
    "Kubios, decimal comma": (lines(lambda ms, t: f"{ms / 1000:.3f}".replace(".", ",")), "s"),
    "ms with a decimal comma": (lines(lambda ms, t: f"{ms:.1f}".replace(".", ",")), "ms"),
    "time and RR in s": (lines(lambda ms, t: f"{t:8.3f}   {ms / 1000:.3f}"), "s"),
    "time and RR, decimal comma": (
        lines(lambda ms, t: f"{t:.3f}\t{ms / 1000:.3f}".replace(".", ",")),
        "s",
    ),
    "Polar Sensor Logger": (
        lines(lambda ms, t: f"{iso(t)};{ms:.0f}", "Phone timestamp;RR-interval [ms]\n"),
        "ms",
    ),
    "HRV Logger": (
        lines(
            lambda ms, t: f"2025-03-15 09:0{int(t // 60)}:{t % 60:06.3f},{ms:.0f},{t * 1000:.0f}",
            "date,rr,since start\n",
        ),
        "ms",
    ),
    "blanks after commas": (
        lines(
            lambda ms, t: f"{1688126658992 + t * 1000:.0f},{ms:.0f},{t * 1000:.0f}",
            "timestamp, rr, since_start \n\n",
        ),
        "ms",
    ),
    "VU-AMS": (
        lines(
            lambda ms, t: f"30-06-23/14:09:00.516\t{t * 1000:.0f}\t{ms:.0f}\tO\t-9999",
            "Subject Id: P1\nR-peak time\tibi_cumulative\tibi\tinterpolated\tLabelCode1\n"
            "30-06-23/14:08:59.580\t0\t0\tO\t-9999\n",
        ),
        "ms",
    ),
    "semicolons, quotes, decimal comma": (
        lines(lambda ms, t: f'"{t:.2f}";"{ms:.1f}"'.replace(".", ","), '"Time";"RR (ms)"\n'),
        "ms",
    ),
    "a list": (", ".join(f"{ms:.0f}" for ms in RR_MS), "ms"),
    "a list of seconds": (" ".join(f"{ms / 1000:.3f}" for ms in RR_MS), "s"),
    "lists": (
        "\n".join(" ".join(f"{ms:.0f}" for ms in row) for row in RR_MS.reshape(-1, 8)),
        "ms",
    ),
    "comments, blanks, Windows": (
        "# RR\r\n\r\nRR\r\n" + lines(lambda ms, t: f" {ms:.0f} \r"),
        "ms",
    ),
    "1/1024 s": (
        lines(lambda ms, t: f"{t:.1f},{ms * 1.024:.3f}", "time,rr [1/1024 s]\n"),
        "ms",
    ),
}


def written(folder: Path, content: str | bytes, name="rr.txt") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_gives_the_same_beats(name, tmp_path):
    content, unit = LAYOUTS[name]
    found = load_rr(written(tmp_path, content))
    assert found.unit == unit
    assert found.beats_s == pytest.approx(BEATS_S, abs=2e-3)
    assert found.gaps_s == []
    marked = load_rr(written(tmp_path, b"\xef\xbb\xbf" + content.encode()))
    assert marked.beats_s == pytest.approx(found.beats_s)


def test_lost_beats_show_by_the_phone_clock(tmp_path):
    """Twenty seconds without radio; bursts of up to 2 s elsewhere are no gap."""
    late = np.where(np.arange(120) >= 60, 20.0, 0.0) + np.tile([0.0, 0.8, 2.0, 1.2], 30)
    rows = [f"{iso(t + d)};{ms:.0f}" for t, d, ms in zip(BEATS_S[1:], late, RR_MS, strict=True)]
    content = "Phone timestamp;RR-interval [ms]\n" + "\n".join(rows)
    found = load_rr(written(tmp_path, content))
    assert found.beats_s[:61] == pytest.approx(BEATS_S[:61])
    assert found.beats_s[61:] == pytest.approx(BEATS_S[61:] + 20, abs=1e-3)
    assert found.gaps_s == [pytest.approx((found.beats_s[60], found.beats_s[61]))]


REFUSED = {
    "nothing": ("", "is empty"),
    "words": ("hello\nworld\n", "holds no intervals"),
    "one interval": ("812\n", "fewer than two"),
    "bytes": (b"\x00\x01\x02\xff" * 40, "line 1: not text"),
    "Kubios results": ("Kubios HRV Premium (ver 3.5)\nRESULTS\nRMSSD,42\n", "results of Kubios"),
    "Polar HRM": ("[Params]\nVersion=106\n[HRData]\n800\n810\n", "Polar HRM"),
    "JSON": ('{"rr": [800, 810]}', "is JSON"),
    "heart rates": ("72\n71\n75\n74\n", "perhaps heart rates"),
    "Polar Sensor Logger's heart rates": (
        "Phone timestamp;HR [bpm];HRV [ms];Breathing interval [rpm];\n2026-04-24T14:10:16;64;;;\n",
        "no column of intervals",
    ),
    "a word among them": ("800\n810\noops\n820\n", 'line 3: "oops"'),
    "a lost value": ("t,rr\n1,800\n2,\n3,810\n", 'line 3: ""'),
    "not a number": ("800\nnan\n820\n810\n", 'line 2: "nan"'),
    "an impossible interval": ("800\n810\n45000\n820\n", "line 3: an interval of 45000 ms"),
    "two candidates": ("800 810\n820 830\n805 840\n815 825\n", "not clear"),
    "more than a line holds": ("8" * (2 << 20), "line 1: longer"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_file_of_intervals_is_refused_in_one_sentence(name, tmp_path):
    content, said = REFUSED[name]
    with pytest.raises(InputError) as refused:
        load_rr(written(tmp_path, content))
    assert said in refused.value.what
    assert refused.value.next_step
    assert "\n" not in str(refused.value)


def test_no_file_and_a_folder(tmp_path):
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(InputError):
            load_rr(path)


def test_control_signs_are_not_shown(tmp_path):
    with pytest.raises(InputError) as refused:
        load_rr(written(tmp_path, "800\n810\nx\u202e\u009b31m\n820\n"))
    assert "\u202e" not in str(refused.value)
    assert "\u009b" not in str(refused.value)


QUIET = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
NUMBERS = ["800", "0.812", "0,8", "9" * 400, "1e-9", "0", "e9", "nan", "inf", "1688126658992"]
SIGNS = [";", ",", "\t", " ", "\n", "\n", "\r\n", "#", '"', "-", "é", "[", "{"]
PIECES = st.sampled_from([*NUMBERS, *SIGNS, "rr", "RR [ms]", "2026-04-24T14:10:16.752"])


@QUIET
@given(st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=60).map("".join)))
def test_whatever_is_in_the_file(tmp_path, content):
    try:
        found = load_rr(written(tmp_path, content))
    except InputError:
        return
    assert len(found.beats_s) >= 3
    assert (np.diff(found.beats_s) > 0).all()
    assert np.isfinite(found.beats_s).all()


@QUIET
@given(
    st.lists(st.integers(300, 1900), min_size=8, max_size=80),
    st.sampled_from([";", ",", "\t", " "]),
    st.booleans(),
    st.booleans(),
)
def test_whatever_the_intervals(tmp_path, ibi_ms, sign, seconds, header):
    """A table of time and interval, in any dress, comes back to the millisecond."""
    ends_s = np.cumsum(ibi_ms) / 1000
    rows = [
        f"{t:.3f}{sign}{ms / 1000 if seconds else ms}"
        for t, ms in zip(ends_s, ibi_ms, strict=True)
    ]
    names = [f"time{sign}rr"] if header else []
    found = load_rr(written(tmp_path, "\n".join(names + rows)))
    assert found.beats_s[1:] == pytest.approx(ends_s, abs=1e-6)


def test_strap_and_ecg_of_a_real_person(recordings: Path):
    """The same 45 minutes by a laboratory's ECG and by a finger clip: as many beats an hour."""
    folder = recordings / "wearablehrv_P37"
    assert json.loads((recordings / "recordings.json").read_text())
    ecg = load_rr(folder / "test_vu.txt").beats_s
    clip = load_rr(folder / "test_kyto.csv").beats_s
    assert 40 * 60 < ecg[-1] < 60 * 60
    assert np.median(np.diff(clip)) == pytest.approx(np.median(np.diff(ecg)), rel=0.1)
