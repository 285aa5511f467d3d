"""Two people, two boards: their samples on one clock, with an error that is known and kept."""

from pathlib import Path

import numpy as np
import pytest
from two_boards import UNIX, WornBoard, wear
from vagaband.pair.common import CommonTime, common_time
from vagaband.pair.tap import check_taps

BAR_S = 0.05


def worst_s(common: CommonTime, a: WornBoard, b: WornBoard) -> tuple[float, float]:
    """The largest error of the time between the two, and of either on the PC's clock; each must
    be within what was stated."""
    off = []
    for board, placed in ((a, common.a), (b, common.b)):
        true_s = board.true_s(board.indexes) + UNIX - common.began.timestamp()
        own_s = board.own_s(board.indexes)
        error_s = placed.at(own_s) - true_s
        assert np.all(np.abs(error_s) <= placed.error_s(own_s))
        off.append((true_s, error_s))
    both = np.linspace(*common.overlap_s, 400)
    between = np.interp(both, *off[1]) - np.interp(both, *off[0])
    return float(np.max(np.abs(between))), max(float(np.max(np.abs(e))) for _, e in off)


def two(wear_device, tmp_path: Path, minutes: float, meet_at_s, script=("", ""), **options):
    """Crystals that differ by 40 ppm, sensors 1.5 % off either way, one switched on later."""
    kinds = (
        {"seed": 11, "clock": 1.015, "crystal_ppm": 20},
        {"seed": 12, "clock": 0.985, "crystal_ppm": -20, "later_s": 7.3},
    )
    return [
        wear(wear_device, tmp_path, minutes, meet_at_s, script=said, **kind, **options)
        for kind, said in zip(kinds, script, strict=True)
    ]


def test_six_minutes_on_one_clock_and_a_tap(wear_device, tmp_path: Path):
    a, b = two(wear_device, tmp_path, 6, (70, 340), ("40 tap 0.4\n", "32.7 tap 0.4\n"))
    common = common_time(a.recording, b.recording)
    between_s, either_s = worst_s(common, a, b)
    print(between_s, either_s, common.error_s, [x.met for x in a.exchanges])
    assert between_s <= common.error_s <= BAR_S
    (tap,) = check_taps(a.logged, b.logged, common).checks
    print(tap)
    assert tap.agrees


@pytest.mark.slow
def test_an_hour_on_one_clock_and_twenty_taps(wear_device, tmp_path: Path):
    """Exchanges at its start and its end only; taps while the light is logged."""
    rng = np.random.default_rng(7)
    times = np.arange(20) * 105 + rng.uniform(60, 140, 20)
    apart = rng.uniform(0.25, 0.7, 20)
    said = [
        "".join(f"{t - late:.3f} tap {gap:.2f}\n" for t, gap in zip(times, apart, strict=True))
        for late in (0.0, 7.3)
    ]
    a, b = two(wear_device, tmp_path, 60, (70, 3580), said)
    common = common_time(a.recording, b.recording)
    between_s, either_s = worst_s(common, a, b)
    checks = check_taps(a.logged, b.logged, common).checks
    off_ms = [1000 * check.off_s for check in checks]
    print(f"an hour: two boards {1000 * between_s:.1f} ms apart at most, stated ", end="")
    print(f"{1000 * common.error_s:.0f} ms; either {1000 * either_s:.1f} ms off; ", end="")
    print(f"{len(checks)} of 20 taps, off by {min(off_ms):.1f} to {max(off_ms):.1f} ms")
    assert between_s <= common.error_s <= BAR_S
    assert len(checks) == 20
    assert all(check.agrees for check in checks)
