"""Power cuts at the block operations of a session; and that the test would see a loss."""

from pathlib import Path

import engines
import pytest

from . import cuts


@pytest.fixture(scope="module")
def short() -> cuts.Recorded:
    """Six minutes of a finger, with everything that a session may hold."""
    return cuts.record(6, seed=3)


def test_what_was_flushed_survives_a_cut_at_any_operation(short: cuts.Recorded):
    """A seeded share of them, before, amid and after; some mounted in MicroPython too."""
    assert cuts.broken_promises(short, every=3) == []
    result = cuts.replay(short, seed=3, share=0.3, mounted=10)
    print(result)
    assert result.cuts_tried > 400
    assert result.sound, result.first


def test_a_flash_that_lies_about_sync_is_found_out(short: cuts.Recorded):
    """The last eight operations before the cut were never carried out."""
    result = cuts.replay(short, seed=4, share=0.1, held_back=8)
    assert result.lost_committed_bytes > 0


def test_a_journal_that_does_not_flush_is_found_out(tmp_path: Path):
    flush = "        self._file.flush()\n        self.size += at\n"
    broken = engines.changed_firmware(
        tmp_path, "sessionfile.py", flush, flush.replace("self._file.flush()", "pass")
    )
    result = cuts.replay(cuts.record(3, seed=5, firmware=broken), seed=5, share=0.1)
    assert result.lost_committed_bytes > 0


def test_records_that_the_session_never_had_are_found_out(short: cuts.Recorded):
    """What is read is held against another session's file: its checksums are good."""
    other = cuts.record(2, seed=6)
    mixed = cuts.Recorded(short.before, short.operations, short.light, other.file)
    result = cuts.replay(mixed, seed=7, share=0.005)
    assert result.false_records > 0


@pytest.mark.slow
def test_every_operation_of_half_an_hour_each_of_the_three_ways():
    recorded = cuts.record(30, seed=1)
    assert cuts.broken_promises(recorded) == []
    result = cuts.replay(recorded, seed=1, mounted=40)
    print(result)
    assert result.cuts_tried == 3 * len(recorded.cuts) > 5000
    assert result.sound, result.first
