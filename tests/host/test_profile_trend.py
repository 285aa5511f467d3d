"""Weeks of simulated people: every day in its place, and a trend only where there is one."""

from dataclasses import replace

import numpy as np
import pytest
from estimates import holds
from simulated_person import Person, at, simulate, wander, without
from vagaband.profile.drift import coefficient
from vagaband.profile.model import History, Trend
from vagaband.profile.trend import LEAST_FOR_SLOPE, trend_of

# What stays from day to day: (days it lasts, SD in ln); 0: new every day
STILL = {
    "new every day": [(0.0, 0.45)],
    "correlation 0.3": [(0.83, 0.45)],
    "correlation 0.6": [(1.96, 0.45)],
    "ten days' drift and days": [(10.0, 0.3), (0.83, 0.35)],
    "ten days' drift": [(10.0, 0.45)],
}


def called(days: int, parts: list[tuple[float, float]], per_week: float, runs: int) -> list[bool]:
    """Whether a change is called, of people with 15 % of their days missing."""
    found = []
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        waves = [rng.normal(0, sd, days) if not n else wander(rng, days, n, sd) for n, sd in parts]
        day = np.arange(days, dtype=np.float64)
        kept = rng.random(days) >= 0.15
        values, day = (np.sum(waves, axis=0) + per_week * day / 7)[kept], day[kept]
        columns = np.column_stack([np.ones(len(day)), (day - day.mean()) / 7])
        slope = coefficient(values, day, columns, 1)
        low, high = slope.interval(2)
        found.append(abs(slope.mean) > (high - low) / 2)
    return found


def test_no_trend_is_seldom_called_one():
    """A month of days that are alike, and a month of drift: 25 people of each."""
    for parts in (STILL["correlation 0.3"], STILL["ten days' drift and days"]):
        assert sum(called(30, parts, 0.0, 25)) <= 2


def test_a_trend_over_two_months_is_called():
    assert sum(called(60, STILL["correlation 0.3"], 0.2, 12)) >= 9


@pytest.mark.slow
@pytest.mark.parametrize("days", [21, 30, 60])
@pytest.mark.parametrize("name", STILL)
def test_no_trend_is_seldom_called_one_in_500_people(name: str, days: int):
    share = float(np.mean(called(days, STILL[name], 0.0, 500)))
    print(f"\n{days} days, {name}: {share:.3f} of people without a trend are called one")
    assert share <= 0.09


@pytest.mark.slow
@pytest.mark.parametrize(("days", "found_from"), [(30, None), (60, 0.2), (90, 0.1)])
def test_what_a_trend_must_be_to_be_found(days: int, found_from: float | None):
    """`found_from`: ln a week that nine in ten are said to change by."""
    shares = {
        per_week: float(np.mean(called(days, STILL["correlation 0.3"], per_week, 200)))
        for per_week in (0.05, 0.1, 0.2, 0.4)
    }
    print(f"\n{days} days, ln a week: share of people of whom it is found: {shares}")
    assert list(shares.values()) == sorted(shares.values())
    assert all(s >= 0.9 for change, s in shares.items() if found_from and change >= found_from)


def test_every_day_of_the_calendar_is_there_and_missing_ones_are_seen():
    seen = simulate(30, 3, person=Person(missing=0.3))
    trend = trend_of(seen)
    days = [value.day.toordinal() for value in trend.days]
    assert days == list(range(days[0], days[-1] + 1))
    none = [value for value in trend.days if value.hours == 0]
    assert none
    assert all(v.rsa_ln is None and v.hp_ms is None and v.epochs == 0 for v in none)
    assert sum(v.hours for v in trend.days) == pytest.approx(
        sum(end - begin for begin, end in seen.spans) / 3600, rel=1e-3
    )
    assert sum(v.epochs for v in trend.days) == seen.epochs.valid.sum()


def test_days_differ_as_much_as_they_do():
    found = [trend_of(simulate(30, seed)) for seed in range(4)]
    assert np.mean([t.rsa_day_sd for t in found if t.rsa_day_sd]) == pytest.approx(0.45, abs=0.12)
    assert np.mean([t.hp_day_sd for t in found if t.hp_day_sd]) == pytest.approx(45, abs=12)


def test_a_day_worn_in_the_evening_is_no_day_of_little_rsa():
    """The same heart, worn in mornings for two weeks and in evenings for two: hours are evened."""
    person = Person(hours=15, missing=0, day_sd_ln=0.05, day_sd_ms=5, refused=0, slow_sd_ln=0.1)
    seen = simulate(28, 5, person=person)
    for day in range(28):
        begin, end = (15, 30) if day < 14 else (6, 12)  # what is taken off
        seen = cut(seen, at(day, begin), at(day, min(end, 24)))
    trend = trend_of(seen)
    assert trend.rsa_per_week.value == pytest.approx(0, abs=0.05)
    assert trend.rsa_change == ""


def cut(history: History, begin_s: float, end_s: float) -> History:
    """Not worn between two times: its recordings end and begin there too."""
    spans = [
        piece
        for a, b in history.spans
        for piece in ((a, min(b, begin_s)), (max(a, end_s), b))
        if piece[0] < piece[1]
    ]
    return replace(without(history, begin_s, end_s), spans=tuple(spans))


def test_a_change_that_is_there_is_called():
    person = Person(rsa_per_week=0.5, hp_per_week=-50, missing=0.1)
    trend = trend_of(simulate(60, 1, person=person))
    assert (trend.rsa_change, trend.hp_change) == ("more", "shorter")
    assert holds(trend.rsa_per_week, 0.5)


@pytest.mark.parametrize(("days", "level", "slope"), [(2, False, False), (10, True, False)])
def test_few_days_have_no_trend(days: int, level: bool, slope: bool):
    trend: Trend = trend_of(simulate(days, 1, person=Person(missing=0)))
    assert (trend.rsa.value is not None) is level
    assert (trend.rsa_per_week.value is not None) is slope
    assert trend.rsa_per_week.why == ("" if slope else "few_days")
    assert trend.rsa_per_week.n == days < LEAST_FOR_SLOPE


def test_nothing_recorded():
    empty = without(simulate(3, 1), 0, 1e12)
    trend = trend_of(replace(empty, spans=()))
    assert trend.days == ()
    assert trend.rsa.why == trend.rsa_per_week.why == "few_days"
