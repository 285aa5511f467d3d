"""The hard cases are what they say: sound recordings by the firmware, each with its difficulty."""

from collections import Counter
from pathlib import Path

import hard_days
import numpy as np
import pytest
from recorder_worn import RecorderWorn
from vagaband import dating, journal, twin
from vagaband.board.heart import Heart
from vagaband.open_recording import open_recording
from worn import only_session

JOURNALS = {  # of those cases: least beats, least epochs, share of them that is valid
    "noise_journal": (0, 0, None),
    "metronome_journal": (600, 19, 0.0),
    "two_minutes": (130, 3, 1.0),
    "mostly_refused": (5000, 120, 0.08),
    "irregular": (2000, 15, 0.0),
    "slow_breathing": (1300, 39, 1.0),
    "short_day": (1500, 25, 0.85),
}


@pytest.mark.parametrize("name", JOURNALS)
def test_the_firmware_wrote_it_and_its_twin_finds_the_same(name, hard_day):
    least_beats, least_epochs, share = JOURNALS[name]
    for path in hard_day(name):
        logged = journal.load(path)
        assert logged.ended
        device = twin.as_logged(logged)
        assert len(device.beats_s) >= min(least_beats, 1100)
        assert len(device.epochs) >= least_epochs
        if share is not None:
            valid = sum(epoch.valid for epoch in device.epochs) / len(device.epochs)
            assert valid == pytest.approx(share, abs=0.2)
        again, _ = twin.of_journal(logged)
        assert again.raw == device.raw


def test_a_day_is_three_dated_pieces_with_all_that_happens_in_one(hard_day):
    logged = [journal.load(path) for path in hard_day("short_day")]
    began = [date for date in dating.dates(logged) if date]
    assert [(date - hard_days.MORNING).total_seconds() for date in began] == pytest.approx(
        [0, 1560, 2760], abs=1.5
    )
    for piece in map(twin.as_logged, logged):
        assert [exercise.kind for exercise in piece.exercises] == ["pacing", ""]
        assert len(piece.gaps) == 2
        assert piece.marks
        assert {"", "motion"} <= {epoch.reason for epoch in piece.epochs}


def test_why_the_restless_day_is_refused(hard_day):
    (path,) = hard_day("mostly_refused")
    reasons = Counter(epoch.reason for epoch in twin.as_logged(journal.load(path)).epochs)
    assert reasons["motion"] > 5 * reasons[""] > 0


def test_the_same_call_writes_the_same_bytes(tmp_path: Path):
    first, again = (hard_days.write("short_day", tmp_path / name) for name in "ab")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]


def test_beats_that_came_without_light_say_what_a_board_finds_in_the_light(wear_device, tmp_path):
    """The same heart worn on the virtual board in MicroPython, and by the recorder alone."""
    spec = "hp=880,rsa=6.2,breath=0.25,lf=4,lfwidth=0.03,vlf=8,seed=21"
    board = twin.as_logged(only_session(wear_device(6, seed=2, heart=spec)))
    with RecorderWorn(tmp_path / "a.vbj") as worn:
        worn.heart(Heart(spec), 360)
    alone = open_recording(worn.path).session
    assert len(alone.beats_s) == pytest.approx(len(board.beats_s), abs=4)
    for name in ("ln_ms2", "bp_ln_ms2", "mean_hp_ms", "rmssd_ms", "breath_per_min"):
        ours, theirs = (
            np.median([getattr(epoch, name) for epoch in session.epochs if epoch.valid])
            for session in (alone, board)
        )
        assert ours == pytest.approx(theirs, rel=0.03), name
