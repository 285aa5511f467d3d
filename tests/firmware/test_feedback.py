"""The table of states: told apart without colours, safe for the eyes; and how a rhythm is kept."""

import itertools

from vagal import feedback
from vagal.feedback import BREAK_MS, LONG_MS, PAUSE_MS, SHORT_MS, STATES, Rhythm


def flashes(rhythm: bytes) -> list[tuple[int, int]]:
    """When the light goes on and off, in ms, as the device does it when nothing is late."""
    keeper = Rhythm()
    keeper.play(rhythm)
    now, on_at, found = 0, 0, []
    wait = keeper.step(0)
    on = keeper.on
    while keeper.playing:
        now += wait
        was_on, on_at = on, on_at if on else now
        wait = keeper.step(wait)
        on = keeper.on
        if was_on and not on:
            found.append((on_at, now))
    return found


def test_every_state_has_a_rhythm_of_its_own():
    """Who sees no colours, or only feels it, tells them apart."""
    rhythms = [row[2] for row in STATES]
    assert len(set(rhythms)) == len(STATES)
    assert all(set(rhythm) <= set(b".-") for rhythm in rhythms if rhythm != b"=")
    assert max(map(len, rhythms)) <= 5
    assert LONG_MS > 4 * SHORT_MS


def test_names_are_those_of_the_table():
    names = [row[0] for row in STATES]
    for place, name in enumerate(names):
        assert getattr(feedback, name.upper()) == place


def test_a_rhythm_is_kept():
    assert flashes(b".-") == [(0, SHORT_MS), (SHORT_MS + PAUSE_MS, SHORT_MS + PAUSE_MS + LONG_MS)]


def test_never_three_flashes_within_a_second():
    """Above three a second light can provoke seizures (WCAG 2.3.1); two follow each other too."""
    for _, _, first, *_ in STATES:
        for _, _, second, *_ in STATES:
            if b"=" in (first, second):
                continue
            begun = [at for at, _ in flashes(first)]
            end = flashes(first)[-1][1] + BREAK_MS
            begun += [end + at for at, _ in flashes(second)]
            assert all(c - a >= 800 for a, c in zip(begun, begun[2:], strict=False))


def test_a_loop_that_is_late_skips_no_sign():
    """A flush may take 400 ms: the sign that is due begins behind it, and takes its time."""
    keeper = Rhythm()
    keeper.play(b"..-")
    seen, times = [], itertools.cycle((1, 400, 20, 900))
    while keeper.playing:
        keeper.step(next(times))
        seen.append(keeper.on)
    changes = [on for on, _ in itertools.groupby(seen)]
    assert changes.count(True) == 3
    assert not keeper.on


def test_another_state_takes_the_place_of_one_that_plays():
    keeper = Rhythm()
    keeper.play(b"---")
    keeper.step(0)
    keeper.step(100)
    keeper.play(b".")
    assert not keeper.on
    assert keeper.step(0) == BREAK_MS
    assert keeper.step(BREAK_MS) == SHORT_MS
    assert keeper.on
    keeper.step(SHORT_MS)
    keeper.step(BREAK_MS)
    assert not keeper.playing
