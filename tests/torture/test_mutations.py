"""Mutated journals and frames: a short form that always runs, the million, and planted faults."""

from pathlib import Path
from types import ModuleType

import pytest
from vagaband import frames, journal

from . import mutations
from .small_sessions import SESSIONS, written

SEED = 5
SHORT = 10_000
PLANTED = 3000  # enough to find a weakness
ONE_MILLION = 1_000_000


def weakened(module: ModuleType, before: str, after: str) -> ModuleType:
    """A module of ours with one place of its source changed."""
    text = Path(str(module.__file__)).read_text()
    assert text.count(before) == 1, before
    weak = ModuleType(module.__name__)
    exec(compile(text.replace(before, after), "weak", "exec"), weak.__dict__)
    return weak


def test_the_small_sessions_hold_every_kind_of_record():
    for session in SESSIONS:
        found = journal.decode(written(*session))
        assert set(found.integrity.values()) == {0}
        assert found.header["salt"] == session[1]
        for kind in ("raw", "red", "beats", "mends", "epochs", "events", "marks"):
            assert getattr(found, kind), kind


def test_no_mutation_crashes_or_makes_a_false_record():
    result = mutations.run(SEED, 0, SHORT)
    assert result == mutations.MutationResult(SHORT, 0, 0)


@pytest.mark.slow
def test_a_million_mutations():
    assert mutations.run(SEED + 1, 0, ONE_MILLION) == mutations.MutationResult(ONE_MILLION, 0, 0)


def test_it_runs_as_long_as_it_is_told():
    assert mutations.run(SEED, 0.2).mutations_tried >= mutations.AT_ONCE


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('if crc != int.from_bytes(data[end : end + CRC_BYTES], "little"):', "if False:"),
        ("if record.sequence < expected:", "if False:"),
        ("record.sequence < expected", "record.sequence < expected - 1"),
    ],
    ids=["no CRC", "no sequence", "a record taken twice"],
)
def test_a_weakness_planted_in_the_journal_is_found(before: str, after: str):
    weak = weakened(journal, before, after)
    assert mutations.run(SEED, 0, PLANTED, decode=weak.decode).false_records > 0


def test_a_weakness_planted_in_the_frames_is_found():
    weak = weakened(frames, "if zlib.crc32(self._waiting[len(START) : end]) != crc:", "if False:")
    assert mutations.run(SEED, 0, PLANTED, frames=weak.Frames).false_records > 0


def test_sessions_that_nothing_tells_apart_are_found():
    """Why there is a salt: a board that was erased counts its sessions from 1 again."""
    number, salt, worn = SESSIONS[0]
    alike = (SESSIONS[0], (number, salt, worn + 1))
    assert mutations.run(SEED, 0, PLANTED, sessions=alike).false_records > 0
