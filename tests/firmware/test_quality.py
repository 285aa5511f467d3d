"""What belongs to a beat arrives with its interval; the stages of quality in three engines."""

from pathlib import Path

import engines
import numpy as np
import pytest
import quality_road
from light import heart_counts
from vagal import intervals, validity
from vagal.quality import Quality
from vagal.rsa import NONE

SCRIPT = Path(__file__).parent / "in_engine" / "quality.py"
STILL = (36000, 4000, 20, 131072, 8)  # height, slope, noise, level, trust
SHAKEN = (90000, 4000, 20, 140000, 8)


def beats(quality, measures, first=0):
    """Push beats 85 samples apart, each the end of an interval."""
    for k, measure in enumerate(measures, first):
        quality.beat(*measure)
        quality.placed(85 * k)
        quality.came()


def test_an_interval_carries_what_was_said_of_its_beat():
    """Three intervals wait in the corrector; motion is taken back to its first suspect beat."""
    quality = Quality()
    beats(quality, [STILL] * 8)
    assert [quality.take(6800, 1) for _ in range(6)] == [False] * 6
    beats(quality, [SHAKEN, STILL, SHAKEN], 8)
    assert quality.moving
    assert [quality.take(6800, 1) for _ in range(5)] == [False, False, True, True, True]


def test_a_beat_in_a_rhythms_first_sign_is_left_out_though_it_is_found_in_the_second():
    """Beats are found a second late: the motor has long gone on to the next sign."""
    quality = Quality()
    beats(quality, [STILL] * 4)
    for on, at in ((True, 330), (False, 400), (True, 425), (False, 440)):
        quality.shaken(on, at)
    beats(quality, [STILL] * 8, 4)
    assert [quality.take(6800, 1) for _ in range(11)] == [False] * 4 + [True] * 3 + [False] * 4


def test_a_merged_interval_is_as_bad_as_its_worst_part_and_a_split_one_is_bad_twice():
    quality = Quality()
    beats(quality, [STILL] * 8 + [SHAKEN] * 2)
    assert [quality.take(6800, 1) for _ in range(7)] == [False] * 7
    assert quality.take(13600, 2)
    assert quality.take(3400, 1)
    assert quality.take(3400, 0)


def test_an_epoch_sums_up_its_own_thirty_seconds():
    """Jitter of 2 ms before and after, 4 ms from 12.5 to 42.5 s: only that is in the floor."""
    quality = Quality()
    t = 0
    for k in range(70):
        noise = 64 if 100000 <= t < 340000 else 32
        quality.placed(80 * k)
        quality.beat(36000, 1000, noise, 131072, 8)
        quality.came()
        quality.take(6400, 1)
        t += 6400
        if t >= 440000:
            quality.close()
            break
    assert quality.jitter == 4036 * 64 // 1000
    assert quality.moved == 0
    assert quality.floor / 65536 == pytest.approx(2 * np.log(4.03) - 0.59, abs=0.05)


def test_intervals_without_light_have_no_floor_but_that_of_the_clock():
    found = quality_road.of_intervals([6800 + 40 * (k % 5) for k in range(100)])
    assert {epoch.floor for epoch in found.epochs} == {NONE}


def test_a_beat_at_a_step_of_the_light_is_marked_and_no_more():
    """Two intervals, and no epoch is refused for it."""
    quality = Quality()
    beats(quality, [STILL] * 5)
    quality.stepped(85 * 5 + 10, 31, 43)
    after = (STILL[0] * 43 // 31, 5500, 28, 131072 + 50000, 8)
    beats(quality, [after] * 6, 5)
    assert [quality.take(6800, 1) for _ in range(11)] == [False] * 5 + [True] * 2 + [False] * 4
    quality.close()
    assert quality.moved == 0


def test_still_light_is_never_refused():
    """Clean hearts, a small pulse, and one that wanders by four times its height."""
    for spec, noise in (("", 10), ("perfusion=0.05", 5), ("drift=4", 10), ("hp=600,rsa=4", 10)):
        counts, _ = heart_counts("seed=4," + spec, 150, noise)
        found = quality_road.of_light(counts)
        assert [epoch.reason for epoch in found.epochs] == [validity.VALID] * 4, spec


def test_epochs_with_motion_are_refused_and_the_end_is_told():
    """Four hearts, four minutes, a burst a minute: what is shown is right."""
    refused = off = shown = 0
    for seed in range(4):
        counts, _ = heart_counts(f"seed={seed},motion=1", 240)
        found = quality_road.of_light(counts)
        states = [arg for _, code, arg, _ in found.events if code == quality_road.MOTION]
        assert [arg & 1 for arg in states] == [1, 0] * (len(states) // 2) + [1] * (len(states) % 2)
        for epoch in found.epochs:
            refused += epoch.reason == validity.MOTION
            if epoch.reason == validity.VALID:
                shown += 1
                off += abs(epoch.rsa / 65536 - 6.3) > 0.5
        assert any(flag == intervals.MOTION for _, flag in found.intervals)
    print(f"{shown} epochs shown, {off} of them off by more than 0.5 ln, {refused} refused")
    assert refused > 4
    assert off <= shown // 20


def _rows(rng, n, most):
    """Beats with measures as no light gives them, up to `most` times what is usual."""
    rows = np.zeros((n, 8), np.int64)
    rows[:, 0] = np.arange(n) * 85
    rows[:, 1] = rng.integers(432, 36000 * most, n)
    rows[:, 2] = rng.integers(0, 4000 * most, n)
    rows[:, 3] = rng.integers(0, min(262143 * 2, 20 * most**2), n)
    rows[:, 4] = np.clip(rng.integers(131072 - 3000 * most, 131072 + 3000 * most, n), 0, 262143)
    rows[:, 5] = rng.integers(-2, 9, n)
    rows[:, 6] = np.clip(6800 + rng.integers(-150 * most, 150 * most, n), 2400, 16000)
    rows[:, 7] = rng.choice([0, 0, 0, 0, 1, 2, 3], n)
    return rows


def test_three_engines_agree_with_the_heap_locked():
    rng = np.random.default_rng(1)
    data = {f"times{most}": _rows(rng, 400, most) for most in (1, 2, 8, 64, 260)}
    low = np.array([6800, 6801] * 200)
    data["even"] = _rows(rng, 400, 1)
    data["even"][:, 6:] = np.column_stack([low, 0 * low])
    data["alternating"] = data["even"].copy()
    data["alternating"][::2, 6] = 16000
    data["alternating"][1::2, 6] = 2400
    packed = {name: rows.astype("<i4").tobytes() for name, rows in data.items()}
    runs = [engines.run(engine, SCRIPT, packed).lines for engine in engines.ENGINES]
    assert runs[0] == runs[1] == runs[2]
    assert len(runs[0]) == len(data)
