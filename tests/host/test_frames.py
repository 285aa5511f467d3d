"""Frames in a stream: found amid stray text, refused when a bit is wrong, bounded in memory."""

import struct
import zlib

from hypothesis import given
from hypothesis import strategies as st
from vagaband.frames import MOST_STRAY, Frames


def frame(kind: bytes, payload: bytes) -> bytes:
    body = struct.pack("<cH", kind, len(payload)) + payload
    return b"\x1eV" + body + struct.pack("<I", zlib.crc32(body))


STREAM = b"boot text\r\n" + frame(b"J", b'{"a": 1}') + b"\n>>> \x1e" + frame(b"D", b"\x1eV" * 40)


@given(st.lists(st.integers(1, 50), max_size=20))
def test_frames_are_found_however_the_stream_is_cut(cuts: list[int]):
    frames, found, rest = Frames(), [], STREAM
    for cut in [*cuts, len(STREAM)]:
        found += frames.feed(rest[:cut])
        rest = rest[cut:]
    assert found == [("J", b'{"a": 1}'), ("D", b"\x1eV" * 40)]
    assert b">>> " in frames.stray


@given(st.integers(0, len(STREAM) * 8 - 1))
def test_a_flipped_bit_never_makes_a_false_frame(bit: int):
    data = bytearray(STREAM)
    data[bit // 8] ^= 1 << bit % 8
    sound = [("J", b'{"a": 1}'), ("D", b"\x1eV" * 40)]
    # A frame may be lost behind a false length; a whole frame after it brings the reader back.
    found = Frames().feed(bytes(data) + b"x" * 9000 + frame(b"J", b"{}"))
    assert all(f in [*sound, ("J", b"{}")] for f in found)
    assert found[-1] == ("J", b"{}")


def test_noise_without_end_takes_no_memory():
    frames = Frames()
    for _ in range(200):
        assert frames.feed(b"\x1eVJ\xff\x0f" + b"z" * 5000) == []
    assert len(frames.stray) <= MOST_STRAY
    assert len(frames._waiting) < 20000
