"""Whatever a file or a board holds: an answer or one sentence, soon, and nothing that can't be."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from hostile_board import HostileBoard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_journal import HEADER, header_record, record, small_session
from vagaband import flash, ports, pull, recording, twin
from vagaband.device import read_answer, whole
from vagaband.errors import VagabandError
from vagaband.frames import Frames
from vagaband.journal import MAGIC, READERS, decode
from vagaband.reference_file import load_reference
from vagaband.rice import Unpacker
from vagaband.rr_files import load_rr
from vagaband.twin import tape

QUICK = settings(max_examples=150, deadline=2000)
WITH_FILE = settings(
    max_examples=150, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
RR = b"Phone timestamp;RR-interval [ms]\n2024-01-01T10:00:00.000;812\n2024-01-01T10:00:01;799,5\n"
TABLES = (b"ir,red\n131072,118000\n" * 300, b"ppg\n0.5\n1e-3\n" * 200, b"ibi_ms\n812\n799.5\n", RR)
LIKELY = st.sampled_from(
    [b"\n", b"\r", b",", b";", b"\t", b"nan", b"1e999", b"-", b'"', b"\xff", b"#"]
)


@st.composite
def spoilt(draw: st.DrawFn, originals: tuple[bytes, ...]) -> bytes:
    """One of the originals with a few places changed, or bytes that are nothing at all."""
    data = bytearray(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        data[at : at + draw(st.integers(0, 9))] = draw(LIKELY | st.binary(max_size=9))
    return bytes(data) if draw(st.integers(0, 9)) else draw(st.binary(max_size=300))


def assert_one_sentence(error: VagabandError) -> None:
    assert str(error).isprintable()
    assert len(str(error)) < 600
    assert error.exit_code == 2


@WITH_FILE
@given(spoilt(TABLES))
def test_any_table_is_numbers_or_one_sentence(tmp_path: Path, data: bytes):
    file = tmp_path / "a.csv"
    file.write_bytes(data)
    try:
        loaded = recording.load(file)
    except VagabandError as error:
        assert_one_sentence(error)
    else:
        assert np.isfinite(loaded.values).all()
        assert len(loaded.values) <= len(data)
        if loaded.kind != "ibi_ms":
            counts = loaded.to_counts()
            assert counts.min() >= 0
            assert counts.max() < 1 << 18


@WITH_FILE
@given(spoilt((RR, b"812\n799\n" * 20, b"0.812 0.799 0.801 0.9 1.0\n", b"t_s\n0.5\n1.3\n2.2\n")))
def test_any_file_of_intervals_is_beats_or_one_sentence(tmp_path: Path, data: bytes):
    file = tmp_path / "a.txt"
    file.write_bytes(data)
    for load in (load_rr, load_reference):
        try:
            beats_s = load(file).beats_s
        except VagabandError as error:
            assert_one_sentence(error)
        else:
            assert np.isfinite(beats_s).all()
            assert (np.diff(beats_s) >= 0).all()
            assert len(beats_s) <= len(data)


@QUICK
@given(st.binary(max_size=200), st.integers(0, 1 << 22))
def test_any_bytes_are_values_or_no_block(data: bytes, start: int):
    unpacker = Unpacker(data, 0, start)
    try:
        values = unpacker.block()
    except ValueError:
        return
    assert len(values) == data[1]
    assert unpacker.pos <= len(data)


@QUICK
@given(st.sampled_from(sorted(READERS)), st.binary(max_size=80))
def test_any_payload_with_a_right_checksum_is_taken_or_counted(kind: str, payload: bytes):
    """Nobody's device writes it, but a file can hold it: no crash, no endless memory."""
    found = decode(small_session() + record(kind, 4, payload))
    assert found.bad_records <= 1
    assert found.bad_bytes == 0
    json.dumps(found.marks, allow_nan=False)


EVENTS = st.builds(
    lambda index, beats, code, arg, value: struct.pack("<IIBBi", index, beats, code, arg, value),
    st.integers(0, 3000) | st.integers(0, (1 << 31) - 1),
    st.integers(0, 9),
    st.sampled_from([1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 99]),
    st.integers(0, 255),
    st.integers(-(1 << 31), (1 << 31) - 1) | st.integers(-100, 100),
)
FOUND = st.builds(
    lambda index, frac, mends: (
        struct.pack("<IBBBBB", index, frac, 1, len(mends), 3, 0)
        + b"".join(struct.pack("<BBH", *mend) for mend in mends)
    ),
    st.integers(0, 3000),
    st.integers(0, 255),
    st.lists(
        st.tuples(
            st.integers(0, 9), st.sampled_from([1, 17, 18, 35, 0xF4]), st.integers(0, 65535)
        ),
        max_size=3,
    ),
)
RAW = st.builds(
    lambda first, n: struct.pack("<IHBBB", first, n, 0, n, 0xFF),  # n times no light
    st.just(0) | st.integers(0, 3000),
    st.integers(1, 8),
)
RECORDS = st.lists(
    st.tuples(st.just("V"), EVENTS)
    | st.tuples(st.just("B"), FOUND)
    | st.tuples(st.just("R"), RAW),
    max_size=8,
)


def session_of(records: list[tuple[str, bytes]]) -> bytes:
    numbered = [record(kind, 1 + n, payload) for n, (kind, payload) in enumerate(records)]
    return b"".join([MAGIC, header_record(HEADER), *numbered])


@QUICK
@given(RECORDS)
def test_any_order_of_sound_records_is_a_session_or_one_sentence(records):
    """Beats that go back, gaps of a century, contact that nothing lost."""
    journal = decode(session_of(records))
    assert set(journal.integrity.values()) == {0}
    tape.of_journal(journal)
    try:
        session = twin.as_logged(journal)
    except VagabandError as error:
        assert_one_sentence(error)
        return
    json.dumps([interval.__dict__ for interval in session.intervals], allow_nan=False)
    assert len(session.intervals) <= 8 * (3 + 3 * 10)


@pytest.mark.parametrize("verb", ["replay", "validate", "export"])
@pytest.mark.parametrize(
    "spoil", [lambda d: d[:-10], lambda d: d[:40], lambda d: d[:200] + d[216:]]
)
def test_a_damaged_journal_is_one_sentence_and_exit_2(run_cli, tmp_path: Path, verb: str, spoil):
    (tmp_path / "a.vbj").write_bytes(spoil(small_session()))
    code, out, err = run_cli(verb, "a.vbj")
    assert (code, out) == (2, "")
    assert err.startswith("vagaband: a.vbj ")
    assert "ull the session again" in err
    assert err.count("\n") == 1


def test_what_is_left_is_used_and_what_is_missing_is_told(run_cli, tmp_path: Path):
    data = small_session()
    mark = data.index(b"M", 130)
    (tmp_path / "a.vbj").write_bytes(data[:mark] + data[mark + 35 :])
    code, out, err = run_cli("export", "a.vbj", "--salvage")
    assert (code, out.count("\n")) == (0, 1)
    assert "records are missing" in err


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=60), inner),
    max_leaves=8,
)


@QUICK
@given(JSON)
def test_any_answer_can_be_shown(answer):
    """Whatever a board answers: printable, bounded, no NaN; its numbers are numbers."""
    found = read_answer(json.dumps(answer).encode())
    for name, value in found.items():
        assert name.isprintable()
        assert len(name) <= 40
        assert type(whole(found, name)) is int
        assert not isinstance(value, str) or (value.isprintable() and len(value) <= 200)
    json.dumps(found, allow_nan=False)


MAD = [  # what a board of someone else, or one gone mad, may say to everything
    {"device": "../../etc", "sessions": [1], "sensor": "\x1b[2J\u202e" * 90, "vagaband": "\x9b"},
    {"device": "c0ffee", "sessions": [[1]], "session": 1, "ibi_ms": "fast", "sensor": "?"},
    {"device": "c0ffee", "sessions": [1], "open": [], "clock_s": {}, "session": 1, "ibi_ms": -1},
    {"device": "c0ffee", "sessions": [1], "more": True, "bytes": "all", "crc": None},
    {"error": "\x1b]0;owned\x07" * 50},
]


@pytest.mark.parametrize("answer", MAD)
def test_mad_answers_end_in_a_result_or_one_sentence(tmp_path: Path, answer):
    out = tmp_path / "out"
    with HostileBoard([answer]) as board:
        for ask in (
            lambda: " ".join(one.damage for one in pull.pull(board.url, out)),
            lambda: flash.what_it_sees(flash.look(board.url), board.url),
        ):
            try:
                said = ask()
            except VagabandError as error:
                said = str(error)
            assert said.isprintable()
            assert len(said) < 500
        found = ports.identify(board.url)
        assert (found.says + found.device).isprintable()
    assert {path.name for path in tmp_path.rglob("*")} <= {"out"}


@QUICK
@given(st.lists(st.binary(max_size=400), max_size=12))
def test_any_stream_takes_no_memory(parts: list[bytes]):
    frames = Frames()
    for part in parts:
        frames.feed(part)
    assert len(frames._waiting) < 3000
