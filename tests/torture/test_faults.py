"""Every kind of fault is recorded, and over soon; and a firmware that fails at it is found out."""

from pathlib import Path

import pytest
from engines import changed_firmware

from . import fault_table, faults, soak
from .faults import KINDS, Kind


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
    "no sample is no fault": ("silent sensor", "app.py", "elif self._too_few(n):", "elif False:"),
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
        "app.py",
        "elif self._too_many(n):",
        "elif False:",
    ),
    "overflows are not told": (
        "overflow, longer",
        "app.py",
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
