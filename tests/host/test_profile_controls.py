"""Control stretches by DESIGN's words: same hour of day, same length, no mark near."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from simulated_person import at, simulate, without
from vagaband.profile.clock import local
from vagaband.profile.controls import Controls
from vagaband.profile.model import History, Mark, Stretch
from vagaband.profile.windows import means_of

MIN_S = 60.0


def history(*marks: Mark, stretches: tuple[Stretch, ...] = (), days: int = 5) -> History:
    """Worn from 9 to 17 on every day."""
    spans = tuple((at(day, 9), at(day, 17)) for day in range(days))
    return replace(simulate(days, seed=3), marks=marks, stretches=stretches, spans=spans)


def mark(at_s: float, until_s: float | None = None) -> Mark:
    return Mark(at_s, until_s, "event", "", ("walk",), "")


def test_of_the_same_hour_on_all_days():
    tiles = Controls(history()).tiles(5 * MIN_S)
    found = tiles.begin_s[tiles.near(12.5)]
    day, hour = local(found, history().zone)
    assert len(np.unique(day)) == 5
    assert np.all(np.abs(hour - 12.5) <= 1)
    assert len(found) == 5 * 25  # two hours, both ends in


def test_they_do_not_overlap_and_lie_within_recordings():
    tiles = Controls(history()).tiles(7 * MIN_S)
    assert tiles.seconds == 7 * MIN_S
    assert np.all(np.diff(tiles.begin_s) >= 7 * MIN_S)
    _, hour = local(tiles.begin_s, history().zone)
    assert hour.min() == 9
    assert hour.max() <= 17 - 7 / 60


@pytest.mark.parametrize(
    ("one", "first", "last"),
    [
        (mark(at(1, 12)), at(1, 12), at(1, 12)),
        (mark(at(1, 12), at(1, 13)), at(1, 12), at(1, 13)),
        (mark(at(1, 8), at(1, 18)), at(1, 9), at(1, 17)),
    ],
)
def test_none_within_ten_minutes_of_a_mark(one: Mark, first: float, last: float):
    """Of a moment, of a stretch, and of one that lasts all day."""
    found = Controls(history(one)).tiles(5 * MIN_S).begin_s
    every = Controls(history()).tiles(5 * MIN_S).begin_s
    near = (every + 15 * MIN_S >= first) & (every - 10 * MIN_S <= last)
    assert near.sum() > 4
    assert found.tolist() == every[~near].tolist()


def test_a_short_mark_inside_a_long_one_does_not_hide_it():
    found = Controls(history(mark(at(1, 10), at(1, 15)), mark(at(1, 11), at(1, 11.1))))
    day, hour = local(found.tiles(5 * MIN_S).begin_s, history().zone)
    assert not np.any((day == day.min() + 1) & (hour > 10) & (hour < 15))


@pytest.mark.parametrize(("kind", "clear"), [("pacing", True), ("slow_rhythm", False)])
def test_an_exercise_is_no_ordinary_time(kind: str, clear: bool):
    one = Stretch(at(1, 12), at(1, 12.5), kind, "", (), 6.0)
    every = Controls(history()).tiles(5 * MIN_S).begin_s
    found = Controls(history(stretches=(one,))).tiles(5 * MIN_S).begin_s
    assert (len(found) < len(every)) is clear


def test_a_mean_needs_two_minutes_that_could_be_read():
    seen = simulate(3, seed=5)
    begin_s = seen.spans[0][0] + np.array([0.0, 300.0, 600.0])
    gone = without(seen, begin_s[1] + 90, begin_s[2])  # three epochs left in the second
    gone = without(gone, begin_s[2] + 120, begin_s[2] + 300)  # four in the third
    values = np.ones(len(gone.epochs.at_s))
    assert np.isfinite(means_of(gone.epochs, values, begin_s, 300.0)).tolist() == [
        True,
        False,
        True,
    ]


def test_around_midnight_the_hour_goes_round():
    nights = replace(history(), spans=((at(0, 20), at(1, 6)), (at(1, 20), at(2, 6))))
    tiles = Controls(nights).tiles(5 * MIN_S)
    assert set(np.round(tiles.hour[tiles.near(23.9)]).astype(int) % 24) == {23, 0, 1}


def test_the_clock_is_the_wearers_also_when_it_is_put_back():
    zone = ZoneInfo("Europe/Amsterdam")
    moments = [datetime(2026, 10, 24, 12, tzinfo=zone) + timedelta(hours=h) for h in range(48)]
    at_s = np.array([m.timestamp() for m in moments])
    day, hour = local(at_s, zone)
    there = [datetime.fromtimestamp(t, zone) for t in at_s]
    assert day.tolist() == [t.toordinal() for t in there]
    assert hour.tolist() == [t.hour for t in there]
