"""SLIP packets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vagaband.board.slip import LONGEST_BYTES, SlipReader, encode


@given(st.lists(st.binary(min_size=1)), st.integers(1, 40))
def test_packets_come_through_any_cutting(packets: list[bytes], piece: int) -> None:
    line = b"noise" + b"".join(encode(packet) for packet in packets)
    reader = SlipReader()
    got = [p for at in range(0, len(line), piece) for p in reader.feed(line[at : at + piece])]
    assert got == packets


def test_a_packet_is_escaped() -> None:
    assert encode(b"\xc0\xdb\x01") == b"\xc0\xdb\xdc\xdb\xdd\x01\xc0"


@pytest.mark.parametrize("bad", [b"\xdb\x00", b"a\xdb", b""])
def test_a_bad_packet_is_left_out(bad: bytes) -> None:
    assert SlipReader().feed(b"\xc0" + bad + b"\xc0" + encode(b"next")) == [b"next"]


def test_an_endless_packet_is_dropped() -> None:
    reader = SlipReader()
    reader.feed(b"\xc0")
    for _ in range(2 * LONGEST_BYTES // 4096):
        assert reader.feed(b"x" * 4096) == []
    assert reader.feed(b"x\xc0") == []
    assert reader.feed(encode(b"next")) == [b"next"]
