"""Sessions out of a flash that can't be mounted: all that is there, and nothing else."""

import random

import pytest
from littlefs import LittleFSError
from torture import cuts
from vagaband.carve import BLOCK, carve
from vagaband.journal import decode


@pytest.fixture(scope="module")
def recorded() -> cuts.Recorded:
    """Eight minutes with raw light: some 12 blocks."""
    return cuts.record(8, seed=9)


def flash_of(recorded: cuts.Recorded) -> bytearray:
    """The flash after the session."""
    image = bytearray(recorded.before)
    for op in recorded.operations:
        data = op.data if op.kind == "P" else b"\xff" * BLOCK
        if op.kind in "PE":
            image[op.block * BLOCK + op.offset :][: len(data)] = b""
            at = op.block * BLOCK + op.offset
            image[at : at + len(data)] = data
    return image


def spoil_metadata(image: bytearray) -> None:
    """Superblocks and every other pair of metadata: no name, no size, no first block is left."""
    for at in range(0, len(image), BLOCK):
        if at < 2 * BLOCK or b"00007.vbj" in image[at : at + BLOCK]:
            image[at : at + BLOCK] = b"\xa5" * BLOCK
    with pytest.raises(LittleFSError):
        cuts.read_file(image)


def test_a_session_comes_whole_out_of_a_flash_without_metadata(recorded: cuts.Recorded):
    image = flash_of(recorded)
    spoil_metadata(image)
    (carved,) = carve(bytes(image))
    assert carved.number == 7
    assert carved.file == recorded.file


def test_where_blocks_are_spoilt_nothing_false_is_found(recorded: cuts.Recorded):
    """Each of the session's blocks in turn: what is left is true, what is missing is counted."""
    whole = flash_of(recorded)
    spoil_metadata(whole)
    true = decode(recorded.file)
    draw = random.Random(1)
    missing = 0
    for at in range(0, len(whole), BLOCK):
        if at // BLOCK in {op.block for op in recorded.operations} and draw.random() < 0.5:
            image = bytearray(whole)
            image[at : at + BLOCK] = draw.randbytes(BLOCK)
            for carved in carve(bytes(image)):
                found = decode(carved.file)
                missing += found.missing_records
                assert set(found.beats) <= set(true.beats)
                assert {repr(raw) for raw in found.raw} <= {repr(raw) for raw in true.raw}
                assert (found.bad_bytes, found.bad_records) == (0, 0)
    assert missing > 0
