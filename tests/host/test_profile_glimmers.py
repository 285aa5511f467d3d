"""Glimmers that were marked: told together, hardly ever alone, and never from nothing."""

from dataclasses import replace

import numpy as np
import pytest
from estimates import holds
from simulated_moments import when_low, with_glimmers
from simulated_person import simulate
from vagaband.profile.claims import is_beyond
from vagaband.profile.glimmers import glimmers_of
from vagaband.profile.model import History, Mark
from vagaband.profile.windows import Series


def figures(people: int, per_day: float, rsa_ln: float, hp_ms: float) -> dict[str, float]:
    """Shares over simulated people; printed."""
    found = [
        glimmers_of(with_glimmers(s, per_day, rsa_ln, hp_ms, marked=True)[0])
        for s in range(people)
    ]
    told = [one for one in found if one.rsa.value is not None]
    single = [g.rsa for one in told for g in one.marked if g.rsa.value is not None]
    shares = {
        "people told": len(told) / people,
        "glimmers each": len(single) / len(told),
        "RSA interval holds": np.mean([holds(one.rsa, rsa_ln) for one in told]),
        "HP interval holds": np.mean([holds(one.hp, hp_ms) for one in told]),
        "claims": np.mean([is_beyond(one.rsa) or is_beyond(one.hp) for one in told]),
        "one alone: interval holds": np.mean([holds(one, rsa_ln) for one in single]),
        "one alone: claims": np.mean([is_beyond(one) for one in single]),
    }
    print(
        f"{per_day} a day, {rsa_ln} ln, {hp_ms} ms:",
        {k: round(float(v), 3) for k, v in shares.items()},
    )
    return {name: float(share) for name, share in shares.items()}


def test_glimmers_are_told_together_and_hardly_alone():
    shares = figures(4, 1.5, 0.6, 30)
    assert shares["claims"] >= 0.8
    assert shares["one alone: claims"] <= 0.2
    assert shares["one alone: interval holds"] >= 0.85


@pytest.mark.slow
@pytest.mark.parametrize("per_day", [0.6, 1.5])
def test_intervals_hold_and_nothing_is_told_of_nothing(per_day: float):
    nothing = figures(500, per_day, 0.0, 0.0)
    assert nothing["claims"] <= 0.07
    some = figures(500, per_day, 0.5, 25.0)
    for name in ("RSA interval holds", "HP interval holds", "one alone: interval holds"):
        assert 0.90 <= nothing[name] <= 0.98
        assert 0.90 <= some[name] <= 0.98


def tense(seed: int) -> History:
    """Someone who marks, in each recording, a moment when RSA has become low."""
    history = simulate(30, seed)
    times = [when_low(120)(history, a + 1200, b - 300) for a, b in history.spans if b - a > 3600]
    marks = tuple(Mark(t, None, "glimmer", "", (), "") for t in times)
    return replace(history, marks=marks)


def of_low_marks(people: int) -> tuple[float, float, float]:
    """Mean plain rise after such marks, mean change told, share of people with a claim."""
    plain, told, claims = [], [], []
    for seed in range(people):
        history = tense(seed)
        series = Series(history.epochs.at_s, history.epochs.rsa_ln)
        at_s = np.array([mark.at_s for mark in history.marks])
        rise = series.over(at_s, at_s + 120)[0] - series.over(at_s - 120, at_s)[0]
        plain.append(np.nanmean(rise))
        found = glimmers_of(history).rsa
        told.append(found.value or 0.0)
        claims.append(is_beyond(found))
    means = float(np.mean(plain)), float(np.mean(told)), float(np.mean(claims))
    print("marked when low: plain {:+.3f} ln, told {:+.3f} ln, claims {:.3f}".format(*means))
    return means


def test_what_comes_back_by_itself_is_no_glimmer():
    """Marked where RSA has become low, it rises after the mark, and nothing has happened."""
    plain, told, claims = of_low_marks(3)
    assert plain > 0.1
    assert abs(told) < 0.5 * plain or told < 0
    assert claims <= 0.34


@pytest.mark.slow
def test_nor_in_two_hundred_people():
    plain, told, claims = of_low_marks(200)
    assert abs(told) <= 0.2 * plain
    assert claims <= 0.07


def known_around(history: History, first: float) -> np.ndarray:
    """Whether RSA is known all through twenty minutes before and five after (n,) moments."""
    series = Series(history.epochs.at_s, history.epochs.rsa_ln)
    moments = first + 30.0 * np.arange(400, dtype=np.float64)
    return series.over(moments - 1200, moments + 300)[1] >= 45


def test_it_says_why_one_can_not_be_told():
    history, _ = with_glimmers(3, days=10)
    first = history.spans[0][0]
    usable = first + 30.0 * np.flatnonzero(known_around(history, first))[0]
    times = [first - 7200, first + 30, usable, usable + 60]
    marks = tuple(Mark(t, None, "event", "", ("glimmer",), "") for t in times)
    found = glimmers_of(replace(history, marks=marks))
    assert [one.rsa.value is None for one in found.marked] == [True, True, False, True]
    assert [found.marked[k].rsa.why for k in (0, 3)] == ["not_recorded", "near_another"]
    assert found.rsa.why == "few_times"


def test_without_glimmers_nothing_is_said():
    found = glimmers_of(simulate(3, 1))
    assert (found.marked, found.rsa.value, found.rsa.why) == ((), None, "few_times")
