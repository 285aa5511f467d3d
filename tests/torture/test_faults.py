"""Every kind of fault is recorded, and over soon; and a firmware that fails at it is found out."""

from pathlib import Path

import pytest
from engines import changed_firmware
from vagaband.assemble import ESTIMATED
from vagaband.journal import END, GAP

from . import fault_table, faults, soak
from .faults import KINDS, Kind
from .wearing import wear


def kind(name: str) -> Kind:
    return next(kind for kind in KINDS if kind.name == name)


def test_beats_are_lost_in_recorded_gaps_only_and_the_sensor_is_soon_back():
    """Each kind once; the length of a gap is right to 3 samples where it is estimated."""
    rows = faults.run(seed=3, count=1)
    assert [row for row in rows if not row.sound] == []
    assert [row.kind for row in rows] == [*(kind.name for kind in KINDS), "no fault"]
    assert {row.count for row in rows} == {1}
    assert max(row.length_error_samples for row in rows) < 5
    hasty = [row for row in rows if row.kind == "brown-out"]
    assert 0.4 < hasty[0].recovery_s < 1.0


PLANTED = {
    "no sample is no fault": (
        "silent sensor",
        "sensing.py",
        "elif self._too_few(n):",
        "elif False:",
    ),
    "a stop is left out": (
        "stuck data line",
        "board.py",
        "((scl, 0), (sda, 0), (scl, 1), (sda, 1))",
        "()",
    ),
    "a gap is shorter than it was": (
        "sensor unplugged",
        "recorder.py",
        "* period_us) - n)",
        "* period_us) - n - 40)",
    ),
    "pointers are believed": (
        "garbage pointers",
        "sensing.py",
        "elif self._too_many(n):",
        "elif False:",
    ),
    "overflows are not told": (
        "overflow, longer",
        "sensing.py",
        "        if lost:\n",
        "        if 0:\n",
    ),
}


@pytest.mark.parametrize(("name", "file", "before", "after"), PLANTED.values(), ids=PLANTED.keys())
def test_a_firmware_with_a_weakness_is_found_out(tmp_path: Path, name, file, before, after):
    firmware = changed_firmware(tmp_path, file, before, after)
    rows = faults.run(2, 2, kinds=(kind(name),), firmware=firmware)
    wrong = [row for row in rows if not row.sound or row.length_error_samples > 10]
    assert wrong


def test_half_an_hour_of_random_faults():
    """The day's soak in short; the sample clock drifts meanwhile."""
    result = soak.run(seed=4, hours=0.5, apart_s=(40.0, 80.0))
    assert result.sound, result
    assert result.faults > 15
    assert result.lost_outside_gaps == 0


def test_a_session_that_ends_without_its_sensor_says_since_when():
    """The gap that runs at the end is recorded too."""
    worn = wear("60 unplug 300\n", 2, faults.HEART, seed=2)
    (session,) = worn.sessions
    *_, gap, end = [event for event in session.events if event.code in (GAP, END)]
    assert (gap.code, gap.arg, end.code) == (GAP, ESTIMATED + faults.CAUSES["bus"], END)
    assert gap.value == pytest.approx(6000, abs=30)


def test_a_loose_plug_does_not_wear_the_flash():
    """Away each 4 s for ten minutes: commits keep their half minute, each gap is there."""
    script = "30 memory\n590 memory\n" + "".join(f"{t} nak 0.5\n" for t in range(32, 590, 4))
    worn = wear(script, 10.2, faults.HEART, seed=2)
    (session,) = worn.sessions
    gaps = [event for event in session.events if event.code == GAP]
    assert 135 <= len(gaps) <= 145
    before, after = worn.erases
    assert after - before < 70  # with raw light 250 an hour; a flush a gap would be 140 and more


@pytest.mark.slow
def test_a_day_of_random_faults():
    result = soak.run(seed=1, hours=24)
    assert result.sound, result
    assert result.lost_outside_gaps == 0
    assert result.length_error_samples < 5
    assert result.wall_s < 600
    assert result.faults > 300


def test_the_table_in_the_documentation_is_of_these_faults():
    """Its seeded columns: kinds, scripts, records, counts, and that nothing was lost."""
    table = [line.split(" | ") for line in fault_table.written()]
    none = [faults.FaultRow(kind.name, fault_table.COUNT) for kind in KINDS]
    fresh = [line.split(" | ") for line in fault_table.lines(none)]
    assert [cells[:5] for cells in table] == [cells[:5] for cells in fresh]
    assert all(cells[5].rstrip(" |\n") != "0.0 s" for cells in table if "overflow" not in cells[0])
