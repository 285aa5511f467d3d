"""Journal files: the document is the format, damage is counted, nothing false is read as true."""

import json
import re
import struct
import zlib
from dataclasses import fields
from pathlib import Path

import pytest
import vagaband
from hypothesis import given, settings
from hypothesis import strategies as st
from vagaband import journal
from vagaband.errors import InputError
from vagaband.journal import END_REASONS, FLAGS, GAP_CAUSES, MAGIC, READERS, decode, load

DOCUMENT = (Path(vagaband.__file__).parent / "journal.md").read_text()
HEADER = {
    "format": 3,
    "session": 7,
    "salt": "5ea51de5",
    "device": "c0ffee",
    "rate_hz": 100,
    "config": {"ir_code": 31},
}


def record(kind: str, sequence: int, payload: bytes, header: dict | None = None) -> bytes:
    """A record of the session with this header; where it is not the header itself."""
    seed = 0 if sequence == 0 else checksum(header_record(header or HEADER))
    head = struct.pack("<BHHI", ord(kind), len(payload), 7, sequence)
    return head + payload + struct.pack("<I", zlib.crc32(head + payload, seed))


def header_record(header: dict) -> bytes:
    return record("H", 0, json.dumps(header).encode())


def checksum(whole: bytes) -> int:
    return int.from_bytes(whole[-4:], "little")


def event(sequence: int, index: int, beats: int, code: int, arg: int = 0, value: int = 0) -> bytes:
    return record("V", sequence, struct.pack("<IIBBi", index, beats, code, arg, value))


def small_session() -> bytes:
    mark = record("M", 2, struct.pack("<I", 120) + b'["glimmer", "sun"]')
    return MAGIC + header_record(HEADER) + event(1, 100, 0, 1, 2) + mark + event(3, 900, 0, 17, 1)


def test_the_example_in_the_document_is_read_as_it_says():
    (text,) = re.findall(r"## An example.*?```\n(.*?)```", DOCUMENT, re.DOTALL)
    data = bytes.fromhex(text)
    decoded = decode(data)
    assert data == small_session()
    assert decoded.header == HEADER
    assert decoded.marks == [(120, "glimmer", "sun")]
    assert [(e.index, e.code, e.arg) for e in decoded.events] == [(100, 1, 2), (900, 17, 1)]
    assert decoded.ended


def rows_under(heading: str) -> list[list[str]]:
    section = DOCUMENT.split(heading)[1].split("\n#")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def test_the_document_names_every_record_event_flag_and_cause():
    assert {row[0] for row in rows_under("## Record types")} == set(READERS)
    codes = {row[1]: int(row[0]) for row in rows_under("### Events (V)")}
    assert codes == {
        "contact": journal.CONTACT,
        "LED": journal.LED,
        "motion": journal.MOTION,
        "pace": journal.PACE,
        "lock-in": journal.LOCKIN,
        "buzz": journal.BUZZ,
        "scale": journal.SCALE,
        "gap": journal.GAP,
        "raw stopped": journal.RAW_STOPPED,
        "end": journal.END,
        "clock": journal.CLOCK,
        "exercise": journal.EXERCISE,
        "battery": journal.BATTERY,
        "strap": journal.STRAP,
        "crystal": journal.CRYSTAL,
    }
    said = {row[1]: row[2] for row in rows_under("### Events (V)")}
    for number, cause in GAP_CAUSES.items():
        assert f"{number} {cause}" in said["gap"]
    for number, reason in END_REASONS.items():
        assert f"{number} {reason}" in said["end"]
    for number, flag in enumerate(FLAGS):
        assert f"{number} {flag}" in DOCUMENT


def everything(decoded: journal.Journal) -> dict[str, object]:
    return {f.name: getattr(decoded, f.name) for f in fields(decoded)}


def is_part_of(part: journal.Journal, whole: journal.Journal) -> bool:
    """Whether every record of `part` is one of `whole`, and in its order."""
    if part.header not in ({}, whole.header):
        return False
    for name in ("events", "marks"):
        rest = iter(getattr(whole, name))
        if not all(item in rest for item in getattr(part, name)):
            return False
    return not (part.raw or part.beats or part.epochs)


@settings(max_examples=300)
@given(st.data())
def test_mutated_journals_yield_no_false_record(data: st.DataObject):
    """Flipped bytes, cuts, doubled and moved pieces."""
    original = small_session()
    mutated = bytearray(original)
    for _ in range(data.draw(st.integers(1, 3))):
        a = data.draw(st.integers(0, len(mutated)))
        b = data.draw(st.integers(a, min(len(mutated), a + 60)))
        kind = data.draw(st.sampled_from(["flip", "cut", "double", "move"]))
        if kind == "flip" and a < len(mutated):
            mutated[a] ^= data.draw(st.integers(1, 255))
        elif kind == "cut":
            del mutated[a:b]
        elif kind == "double":
            mutated[b:b] = mutated[a:b]
        else:
            piece = mutated[a:b]
            del mutated[a:b]
            at = data.draw(st.integers(0, len(mutated)))
            mutated[at:at] = piece
    whole = decode(original)
    found = decode(bytes(mutated))
    assert is_part_of(found, whole)
    if bytes(mutated) != original and found.ended and found.header:
        lost = len(found.events) + len(found.marks) < len(whole.events) + len(whole.marks)
        assert any(found.integrity.values()) or not lost


def test_a_record_of_another_session_or_an_old_one_is_not_taken():
    """A board whose chip was erased counts its sessions from 1 again: only the salt differs."""
    data = small_session()
    foreign = record("V", 4, bytes(14), {**HEADER, "salt": "5ea51de6"})
    assert decode(data + foreign).bad_bytes == len(foreign)
    assert len(decode(data + foreign).events) == 2
    assert decode(data + event(3, 1000, 5, 3, 1, 50)).bad_records == 1
    assert decode(data + event(6, 1000, 5, 3, 1, 50)).missing_records == 2
    assert decode(data + event(4, 1000, 5, 3, 1, 50)[:3]).truncated


def test_records_behind_another_sessions_header_are_none_of_its():
    data = small_session()
    other = header_record({**HEADER, "device": "c0ffee2"})
    start = len(MAGIC) + len(header_record(HEADER))
    found = decode(MAGIC + other + data[start:])
    assert found.header["device"] == "c0ffee2"
    assert found.events == found.marks == []
    assert found.bad_bytes == len(data) - start


def test_text_of_a_device_is_one_printable_line():
    mark = record("M", 4, bytes(4) + json.dumps(["a\x1b[2J", "\u202e" + "x" * 500]).encode())
    header = {**HEADER, "device": "\x9b31m", "version": "y" * 500}
    found = decode(small_session() + mark)
    assert found.marks[-1] == (0, "a?[2J", "?" + "x" * 118 + "…")
    named = decode(MAGIC + header_record(header)).header
    assert (named["device"], len(named["version"])) == ("?31m", 80)


def test_contents_that_cannot_be_are_counted_even_with_a_right_checksum():
    for kind, payload in [
        ("R", struct.pack("<IH", 0, 5) + b"\x00"),
        ("R", struct.pack("<IH", 0, 500) + b"\xff" * 40),
        ("B", bytes(9) + b"x"),
        ("B", struct.pack("<IBBBBB", 9, 0, 3, 0, 0, 0)),
        ("M", b"\x00" * 4 + b"[[[["),
        ("V", b"short"),
        ("V", struct.pack("<IIBBi", 1 << 31, 0, 1, 0, 0)),
        ("M", b"\x00\x00\x00\x80" + b'["a", "b"]'),
        ("L", struct.pack("<IB", 1 << 31, 0)),
        ("B", struct.pack("<IBBBBB", 1 << 31, 0, 1, 0, 0, 0)),
        ("R", struct.pack("<IH", 0, 0)),
        ("R", struct.pack("<IH", (1 << 31) - 1, 1) + b"\x00\x01\x80"),
        ("H", b"[1, 2]"),
        ("M", b"\x00" * 4 + b'["a"]'),
        ("?", b""),
    ]:
        assert decode(small_session() + record(kind, 4, payload)).bad_records == 1, kind


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda d: d[:-10], "ends in the middle of a record"),
        (lambda d: d[:150] + b"\x00\x00" + d[152:], "bytes are no record"),
        (lambda d: d[:9], "no readable header"),
    ],
)
def test_a_damaged_file_is_refused_with_the_next_step(spoil, said: str, tmp_path: Path):
    file = tmp_path / "a.vbj"
    file.write_bytes(spoil(small_session()))
    with pytest.raises(InputError, match=said) as caught:
        load(file)
    assert "ull the session again" in str(caught.value)


def test_salvage_takes_what_is_left(tmp_path: Path):
    file = tmp_path / "a.vbj"
    file.write_bytes(small_session()[:-10])
    assert load(file, salvage=True).marks == [(120, "glimmer", "sun")]
