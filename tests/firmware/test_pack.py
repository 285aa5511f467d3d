"""Rice code: what the device packs, the PC unpacks, whatever the numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vagaband.rice import Unpacker
from vagal.pack import Packer

FULL_SCALE = (1 << 18) - 1
LARGEST = (1 << 22) - 1


def packed(blocks, start=0):
    """The bytes of some blocks, from `start` on."""
    buf = bytearray(start + sum(6 * len(values) + 4 for values in blocks))
    packer = Packer(buf)
    packer.restart(start)
    for values in blocks:
        packer.begin()
        for at in range(0, len(values), 10):
            packer.add(values[at : at + 10])
        packer.end(len(values))
    return bytes(buf[start : packer.pos])


def round_trip(blocks):
    data = packed(blocks)
    unpacker = Unpacker(data, 0)
    found = [unpacker.block() for _ in blocks]
    assert unpacker.pos == len(data)
    assert found == blocks
    return data


counts = st.integers(0, FULL_SCALE)
smooth = st.builds(
    lambda first, steps: np.clip(first + np.cumsum(steps), 0, FULL_SCALE).tolist(),
    counts,
    st.lists(st.integers(-300, 300), min_size=1, max_size=100),
)
jumps = st.lists(st.sampled_from([0, 1, FULL_SCALE // 2, FULL_SCALE]), min_size=1, max_size=100)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(smooth, jumps, st.lists(counts, min_size=1, max_size=100)), min_size=1))
def test_any_light_survives(blocks):
    """Pulse-like, full-scale jumps, anything; in one record of several blocks."""
    round_trip(blocks)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(-LARGEST, LARGEST), min_size=1, max_size=64))
def test_any_distances_of_beats_survive(values):
    round_trip([values])


@pytest.mark.parametrize(
    "values",
    [
        [0] * 100,
        [FULL_SCALE] * 100,
        [0, FULL_SCALE] * 50,
        [FULL_SCALE],
        [0] * 99 + [FULL_SCALE],  # one escape amid a code for zeros
        list(range(0, 100000, 1000)),
        [LARGEST, -LARGEST] * 20,
    ],
    ids=["dark", "full", "alternating", "one", "spike", "ramp", "largest"],
)
def test_extremes_survive_in_the_room_that_is_promised(values):
    """At most 6 bytes a value and the head of the block."""
    data = round_trip([values])
    assert len(data) <= 6 * len(values) + 2


def test_a_block_begins_at_a_byte_of_its_own():
    assert packed([[5] * 3, [5] * 7], start=6) == packed([[5] * 3, [5] * 7])
