"""Files from outside: what is read, how it becomes the chip's counts, and what is refused."""

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vagaband.errors import InputError
from vagaband.recording import FULL_SCALE, load, load_beats, resample


def written(folder: Path, text: str | bytes, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def column(name: str, values) -> str:
    return name + "\n" + "\n".join(str(value) for value in values) + "\n"


def wave(rate_hz, seconds=20.0, freq_hz=1.2):
    t_s = np.arange(int(seconds * rate_hz)) / rate_hz
    return np.sin(2 * np.pi * freq_hz * t_s) + 0.3 * np.sin(4 * np.pi * freq_hz * t_s)


# ------------------------------------------------------------------ what is read


def test_counts_at_the_sensors_rate_stay_the_identical_integers(tmp_path):
    counts = np.random.default_rng(1).integers(0, FULL_SCALE + 1, 500)
    recording = load(written(tmp_path, column("ir", counts)))
    assert recording.kind == "ir"
    assert (recording.to_counts() == counts).all()
    assert recording.to_counts().dtype.kind == "i"


def test_red_stands_beside_ir(tmp_path):
    rows = "\n".join(f"{120000 + k},{90000 + k}" for k in range(300))
    recording = load(written(tmp_path, "ir,red\n" + rows))
    red = recording.red_to_counts()
    assert red is not None
    assert red[7] == 90007
    assert load(written(tmp_path, column("ppg", range(300)))).red_to_counts() is None


def test_files_as_other_programs_write_them(tmp_path):
    """BOM, CRLF, spaces, comments, blank lines, quotes, capital letters, another column."""
    text = '\ufeff# made by a meter\r\n time , "IR" \r\n\r\n'
    text += "".join(f" {k * 10} , {130000 + k} # note\r\n" for k in range(250))
    assert load(written(tmp_path, text)).to_counts()[249] == 130249


def test_spreadsheets_with_a_decimal_comma(tmp_path):
    text = "ppg;red\n" + "".join(f"{k % 80},5;1\n" for k in range(300))
    assert load(written(tmp_path, text)).values[1] == 1.5


def test_text_in_a_column_that_is_not_asked_for(tmp_path):
    text = "clock,ppg\n" + "".join(f"12:00:{k},{k % 70}\n" for k in range(300))
    assert len(load(written(tmp_path, text)).values) == 300


def test_intervals_have_no_rate_and_no_light(tmp_path):
    recording = load(written(tmp_path, column("ibi_ms", [800, 810.5, 790])))
    assert (recording.kind, recording.rate_hz) == ("ibi_ms", 0.0)
    assert recording.duration_s == pytest.approx(2.4005)
    with pytest.raises(InputError, match="holds intervals"):
        recording.to_counts()


def test_reference_beats_are_sorted(tmp_path):
    assert load_beats(written(tmp_path, column("t_s", [2.5, 0.5]))).tolist() == [0.5, 2.5]
    with pytest.raises(InputError, match="no column t_s"):
        load_beats(written(tmp_path, column("time", [1])))


# ------------------------------------------------------------------ waves to counts


def test_a_wave_becomes_light_as_the_design_says(tmp_path):
    """DC 131072, 5-95 % range 1 % of it, systole down, no noise."""
    values = 3.0 + wave(100)
    counts = load(written(tmp_path, column("ppg", values))).to_counts()
    low, high = np.percentile(counts, [5, 95])
    assert high - low == pytest.approx(1310.72, abs=1)
    assert counts.mean() == pytest.approx(131072, abs=1)
    assert np.corrcoef(counts, values)[0, 1] < -0.999999
    assert (counts == load(tmp_path / "a.csv").to_counts()).all()


def test_a_flat_wave_is_flat_light(tmp_path):
    counts = load(written(tmp_path, column("ppg", [4] * 300))).to_counts()
    assert (counts == 131072).all()


def test_extremes_stay_within_the_converter(tmp_path):
    values = [*(k % 50 for k in range(400)), 1e9, -1e9]
    counts = load(written(tmp_path, column("ppg", values))).to_counts()
    assert counts.min() == 0
    assert counts.max() == FULL_SCALE


@pytest.mark.parametrize("rate_hz", [25, 30, 64, 125, 200, 333.3, 1000])
def test_a_pulse_at_any_rate_becomes_the_same_pulse(rate_hz):
    out = resample(wave(rate_hz), rate_hz, 100.0)
    truth = wave(100.0)[: len(out)]
    assert len(truth) == len(out) >= 1990
    inner = slice(100, -100)
    assert np.abs(out - truth)[inner].max() < 1e-3
    assert np.abs(out - truth).max() < 0.25  # the mirror at the ends is not the wave itself


def test_what_the_lower_rate_cannot_hold_is_taken_out():
    """Mains at 60 Hz in a 1000 Hz recording must not come back as 40 Hz."""
    t_s = np.arange(10000) / 1000
    assert np.abs(resample(np.sin(2 * np.pi * 60 * t_s), 1000, 100))[20:-20].max() < 2e-3


@settings(max_examples=40, deadline=None)
@given(st.floats(25, 1000), st.floats(-1e5, 1e5), st.floats(-100, 100))
def test_level_and_drift_do_not_ring_at_the_ends(rate_hz, level, slope):
    t_s = np.arange(int(4 * rate_hz)) / rate_hz
    out = resample(level + slope * t_s, rate_hz, 100.0)
    truth = level + slope * np.arange(len(out)) / 100
    assert np.abs(out - truth).max() <= 1e-6 * (1 + abs(level)) + 1e-4 * abs(slope)
    assert (len(out) - 1) / 100 <= t_s[-1] + 1e-6


def test_counts_at_another_rate_are_resampled(tmp_path):
    counts = np.rint(131072 - 700 * wave(200))
    made = load(written(tmp_path, column("ir", counts)), 200).to_counts()
    assert len(made) == 2000
    assert np.abs(made - (131072 - 700 * wave(100)))[50:-50].max() < 3


def test_ten_minutes_at_1000_hz_take_a_moment():
    started = time.perf_counter()
    assert len(resample(wave(1000, 600), 1000, 100)) == 60000
    assert time.perf_counter() - started < 5


# ------------------------------------------------------------------ what is refused

REFUSED = {
    "empty": ("", None, "is empty"),
    "only comments": ("# nothing\n\n", None, "is empty"),
    "header only": ("ir\n", None, "no data"),
    "prose": ("Dear reader,\nthis is a letter.\n", None, 'no known column.*"dear reader"'),
    "numbers without a header": ("1\n2\n3\n", None, "begins with a number"),
    "other columns": ("a,b\n1,2\n", None, 'found: "a", "b"'),
    "binary": (b"\x00\x01\xff\xfe" * 50, None, "not a text file"),
    "too short": (column("ppg", range(150)), None, "less than 2 s"),
    "too short at its rate": (column("ppg", range(300)), 200.0, "1.50 s at 200 Hz"),
    "not a number": ("ir\n1\n# x\ntwo\n", None, 'line 4: "two" is not a number'),
    "empty cell": ("ir,red\n1,\n", None, 'line 2: "" is not a number'),
    "NaN": (column("ppg", [1.0] * 50 + ["nan"]), None, "line 52: .*finite"),
    "infinite": (column("ppg", ["inf"]), None, "line 2: .*finite"),
    "decimal comma": ("ppg\n1,5\n2,5\n", None, "line 2: 2 values where the header names 1"),
    "ragged": ("ir,red\n1,2\n3\n", None, "line 3: 1 values where"),
    "rate too low": (column("ppg", range(300)), 24.9, "outside 25 to 1000"),
    "rate too high": (column("ppg", range(300)), 1001.0, "outside 25 to 1000"),
    "rate not a number": (column("ppg", range(300)), float("nan"), "outside 25 to 1000"),
    "seconds as intervals": (column("ibi_ms", [0.8, 0.9]), None, "line 2: .*0.8 ms"),
    "interval too long": (column("ibi_ms", [800, 10001]), None, "line 3"),
    "a wave called ir": (column("ir", [-5.0] * 300), None, "not counts"),
}


@pytest.mark.parametrize(("text", "rate_hz", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_wrong_files_get_one_clear_sentence(tmp_path, text, rate_hz, said):
    with pytest.raises(InputError, match=said) as caught:
        load(written(tmp_path, text), rate_hz)
    assert caught.value.next_step
    assert "\n" not in str(caught.value)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(InputError, match="There is no file"):
        load(tmp_path / "no.csv")
    with pytest.raises(InputError, match="is a folder"):
        load(tmp_path)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(3 << 30)  # sparse: takes no room
    with pytest.raises(InputError, match="3072 MB"):
        load(path)


def test_control_signs_do_not_reach_the_terminal(tmp_path):
    with pytest.raises(InputError) as caught:
        load(written(tmp_path, "\x1b[31mred\x07" + "x" * 500 + ",b\n1,2\n"))
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 300 + len(str(tmp_path))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    for start in (b"", b"ppg\n", b"ir,red\n"):
        path.write_bytes(start + content)
        try:
            load(path)
        except InputError as error:
            assert error.exit_code == 2  # noqa: PT017 - reading it is as good
