"""Shifts between regions: a heart that stays makes next to none, known moves are counted.

The long form prints the false rate and the share counted: `pytest -m slow -s`.
"""

import math
from dataclasses import replace
from datetime import UTC

import numpy as np
import pytest
from vagaband.analysis.regions import REGIONS
from vagaband.profile import why
from vagaband.profile.model import Beats, Epochs, History, Shifts
from vagaband.profile.shifts import FALSE_PER_HOUR, shifts_of
from vagaband.session import Floats

T0 = 1_700_000_000.0
HP_MS, RSA_LN = 850.0, 6.0
HP_WIDE_MS, RSA_WIDE_LN = 19.6, 0.647  # how far "usual" reaches at least (regions.py)
AN_HOUR = 120  # epochs
PAST_DAYS = 5


def alike(n: int, sd: float, likeness: float, rng: np.random.Generator) -> Floats:
    """Noise of epochs of which neighbours are alike."""
    fresh = rng.normal(0, sd * math.sqrt(1 - likeness**2), n)
    values = np.empty(n)
    values[0] = rng.normal(0, sd)
    for k in range(1, n):
        values[k] = likeness * values[k - 1] + fresh[k]
    return values


def history(levels: Floats, rng: np.random.Generator, keep: Floats | None = None) -> History:
    """Five days at the baseline, at the same hours, and then a recording whose level (n, 2) of
    heart period and RSA against the baseline is given; `keep` tells which epochs are valid."""
    n = len(levels)
    noise = np.column_stack([alike(n, 10.0, 0.3, rng), alike(n, 0.33, 0.25, rng)])
    today_s = T0 + 30.0 * np.arange(n)
    days = range(PAST_DAYS, -1, -1)
    at_s = np.concatenate([today_s - 86_400.0 * day for day in days]).astype(np.float64)
    past = rng.normal(0, [10.0, 0.33], (PAST_DAYS * n, 2))
    hp_ms, rsa_ln = np.concatenate([past, levels + noise]).T + np.array([[HP_MS], [RSA_LN]])
    valid = np.concatenate([np.ones(PAST_DAYS * n), np.ones(n) if keep is None else keep])
    epochs = Epochs(
        at_s,
        np.where(valid > 0, hp_ms, np.nan),
        np.where(valid > 0, rsa_ln, np.nan),
        np.full(len(valid), 15.0),
        valid,
        tuple("" if v else "motion" for v in valid),
    )
    begins_s = [T0 - 86_400.0 * day for day in days]
    spans = tuple((begin, begin + 30.0 * n) for begin in begins_s)
    none = Beats(np.zeros(0), np.zeros(0), np.zeros(0))
    return History("p1", UTC, epochs, (), (), spans, None, lambda begin_s, end_s: none)


def still(hours: int, hp_ms: float, rsa_ln: float) -> Floats:
    return np.tile([hp_ms, rsa_ln], (hours * AN_HOUR, 1))


def moving(hours: int, stay_min: float, rng: np.random.Generator) -> tuple[Floats, list[int]]:
    """Levels in the middle of regions, twice as far out as "usual" reaches, with stays drawn
    (exponential, at least two minutes); and the region of each epoch."""
    regions: list[int] = []
    while len(regions) < hours * AN_HOUR:
        now = int(rng.choice([k for k in range(len(REGIONS)) if [k] != regions[-1:]]))
        regions += [now] * max(4, int(rng.exponential(2 * stay_min)))
    regions = regions[: hours * AN_HOUR]
    sides = np.array([divmod(k, 3) for k in regions]) - 1.0
    return 2 * sides * [HP_WIDE_MS, RSA_WIDE_LN], regions


def moves(regions: list[int]) -> int:
    return int(np.sum(np.diff(regions) != 0))


@pytest.mark.parametrize("level", [(0.0, 0.0), (15.0, 0.4), (30.0, 0.0), (0.0, RSA_WIDE_LN)])
def test_a_heart_that_stays_makes_next_to_no_shifts(level: tuple[float, float]) -> None:
    """In the middle of a region, towards a border, beyond one, on one."""
    found = shifts_of(history(still(10, *level), np.random.default_rng(1)))
    assert found.per_hour.smallest == FALSE_PER_HOUR
    assert (found.per_hour.value or 0) <= FALSE_PER_HOUR


MIDDLE = REGIONS.index("usual_usual")


def counted(found: Shifts) -> float:
    return (found.per_hour.value or 0.0) * found.hours


def test_known_moves_are_counted_and_stays_measured() -> None:
    levels, regions = moving(20, 30, np.random.default_rng(2))
    found = shifts_of(history(levels, np.random.default_rng(3)))
    assert found.hours == (PAST_DAYS + 1) * 20
    assert counted(found) == pytest.approx(moves(regions), rel=0.2)
    every = [MIDDLE] * (PAST_DAYS * len(regions)) + regions
    for region, share in found.share.items():
        assert share == pytest.approx(every.count(REGIONS.index(region)) / len(every), abs=0.01)
    outer = [k for k in regions if k != MIDDLE]
    stays = [stay for region, stay in found.mean_stay_s.items() if region != "usual_usual"]
    assert np.mean(stays) == pytest.approx(30 * len(outer) / (moves(regions) * 8 / 9), rel=0.35)


def test_a_gap_ends_a_course_and_no_move_is_counted_over_it() -> None:
    """The level changes while the sensor was off for ten minutes, and not while it was worn."""
    levels = still(4, 0.0, 0.0)
    levels[240:] = [-60.0, -2.0]
    keep = np.ones(len(levels))
    keep[230:250] = 0
    found = shifts_of(history(levels, np.random.default_rng(4), keep))
    assert counted(found) == pytest.approx(0, abs=1e-9)
    assert set(found.share) == {"usual_usual", "faster_less"}
    assert found.mean_stay_s == {}  # none was seen to end


def test_a_single_lost_minute_does_not_hide_a_move() -> None:
    levels = still(4, 0.0, 0.0)
    levels[240:] = [-60.0, -2.0]
    keep = np.ones(len(levels))
    keep[239:241] = 0
    found = shifts_of(history(levels, np.random.default_rng(5), keep))
    assert counted(found) == pytest.approx(1)
    low, high = found.per_hour.low, found.per_hour.high
    assert low is not None
    assert high is not None
    assert 0 < low < (found.per_hour.value or 0) < high


def test_less_than_an_hour_on_the_map_is_too_little() -> None:
    whole = history(still(1, 0.0, 0.0), np.random.default_rng(6), np.zeros(AN_HOUR))
    begin_s, end_s = whole.spans[-1]
    found = shifts_of(replace(whole, spans=((begin_s, end_s),)))
    assert found.per_hour.why in (why.FEW_EPOCHS, why.NO_BASELINE)
    assert found.hours == 0
    assert (found.share, found.mean_stay_s) == ({}, {})


@pytest.mark.slow
def test_false_rate_and_share_of_moves_counted() -> None:
    rng = np.random.default_rng(7)
    print()
    for name, spread in (("a level anywhere", 1.0), ("a level on two borders at once", 0.0)):
        hours, false = 0.0, 0.0
        for seed in range(60):
            side = rng.choice([-1, 1], 2) if not spread else rng.uniform(-2, 2, 2)
            level = side * [HP_WIDE_MS, RSA_WIDE_LN]
            found = shifts_of(history(still(8, *level), np.random.default_rng(seed)))
            hours, false = hours + 8, false + counted(found)
        print(f"{name}: {false / hours:.3f} false moves an hour in {hours:.0f} h")
        assert false / hours <= (FALSE_PER_HOUR if spread else 0.5)
    for stay_min, least in ((5, 0.5), (10, 0.7), (20, 0.8), (40, 0.88)):
        true, seen = 0, 0.0
        for seed in range(8):
            levels, regions = moving(24, stay_min, rng)
            true += moves(regions)
            seen += counted(shifts_of(history(levels, np.random.default_rng(seed))))
        print(f"mean stay {stay_min} min: {seen:.0f} of {true} moves counted ({seen / true:.2f})")
        assert least <= seen / true <= 1.1
