"""The button's gestures, from contacts that bounce, seen by a loop that looks now and then."""

import random
from pathlib import Path

import engines
import pytest
from vagal.button import DOUBLE, LONG, PRESSED, SHORT, STUCK, Gestures

BOUNCES_MS = (0, 0.4, 0.9, 2.1, 2.6)  # after a change the contacts change so often
IN_ENGINE = Path(__file__).parent / "in_engine"


class Contact:
    """A button pressed at some times (ms) for some time, and the latch of its interrupt."""

    def __init__(self, presses):
        self._edges = []  # time, level
        for at, long in presses:
            for start, level in ((at, 0), (at + long, 1)):
                for k, bounce in enumerate(BOUNCES_MS):
                    self._edges.append((start + bounce, level ^ (k & 1)))
        self._edges.sort()

    def at(self, before, now):
        """Whether it is down, and how long ago it first went down since `before`; -1: not."""
        level = 1
        for t, new in self._edges:
            if t <= now:
                level = new
        falls = [t for t, new in self._edges if before < t <= now and not new]
        return level == 0, int(now - falls[0]) if falls else -1


def gestures(presses, looks, until=3000):
    """What is told, with the moment that it is said to have begun at."""
    button = Gestures(False)
    contact = Contact(presses)
    told, before = [], 0
    while before < until:
        now = before + next(looks)
        gesture = button.push(now - before, *contact.at(before, now))
        if gesture not in (0, PRESSED):
            told.append((gesture, now - button.ago_ms))
        before = now
    assert not button.busy
    return told


def every(ms):
    while True:
        yield ms


@pytest.mark.parametrize("ms", [20, 100])
@pytest.mark.parametrize(
    ("presses", "gesture"),
    [
        ([(500, 60)], SHORT),
        ([(500, 300)], SHORT),
        ([(500, 700)], SHORT),
        ([(500, 100), (700, 100)], DOUBLE),
        ([(500, 90), (900, 90)], DOUBLE),
        ([(500, 400), (1100, 400)], DOUBLE),
        ([(500, 900)], LONG),
    ],
)
def test_a_gesture_is_told_once_with_its_first_press(presses, gesture, ms):
    told = gestures(presses, every(ms))
    assert [g for g, _ in told] == [gesture]
    assert told[0][1] == pytest.approx(500, abs=3)


def test_two_presses_far_apart_are_two():
    told = gestures([(500, 100), (1400, 100)], every(20))
    assert [g for g, _ in told] == [SHORT, SHORT]
    assert [at for _, at in told] == pytest.approx([500, 1400], abs=3)


def test_no_press_is_lost_or_doubled_however_the_loop_looks():
    """300 presses of any length up to 0.7 s, looked at each 10 to 100 ms, at any phase."""
    draw = random.Random(4)
    for _ in range(300):
        at, long = draw.uniform(100, 900), draw.uniform(40, 700)
        looks = iter(lambda: draw.randint(10, 100), None)
        told = gestures([(at, long)], looks)
        assert [g for g, _ in told] == [SHORT]
        assert told[0][1] == pytest.approx(at, abs=4)


def test_a_press_while_the_loop_was_away_counts_from_its_interrupt():
    """Down and up again within 400 ms that nobody looked."""
    looks = iter([100] * 5 + [400] + [20] * 200)
    assert [g for g, _ in gestures([(550, 100)], looks)] == [SHORT]


def test_two_presses_while_the_loop_was_away_are_no_long_one():
    """Down at either end of 1.2 s that nobody looked, but not all of the time."""
    looks = iter([100] * 5 + [1200] + [20] * 200)
    told = gestures([(450, 100), (1680, 100)], looks)
    assert [g for g, _ in told] == [SHORT, SHORT]
    assert [at for _, at in told] == pytest.approx([450, 1700], abs=4)  # when it was seen
    looks = iter([100] * 5 + [1200] + [20] * 200)
    told = gestures([(550, 100), (1680, 100)], looks)  # the interrupt tells of the first one
    assert [g for g, _ in told] == [SHORT]


def test_contacts_that_chatter_while_the_button_is_held_are_one_press():
    presses = [(500 + 40 * k, 38) for k in range(25)]
    assert [g for g, _ in gestures(presses, every(20))] == [LONG]


def test_a_button_that_stays_down_tells_one_long_press_and_then_that_it_is_stuck():
    button = Gestures(False)
    told = [button.push(20, True, 15 if k == 0 else -1) for k in range(3000)]
    assert [g for g in told if g] == [PRESSED, LONG, STUCK]
    assert button.stuck
    assert not button.busy
    assert not button.push(20, False, -1)
    assert not button.stuck
    assert [button.push(20, False, -1) for _ in range(100)] == [0] * 100


def test_a_button_that_is_down_from_the_start_means_nothing_until_it_is_released():
    """Held for the service mode, and let go a moment too early."""
    button = Gestures(True)
    assert not any(button.push(20, True, -1) for _ in range(100))
    assert not any(button.push(20, False, -1) for _ in range(100))
    assert button.push(20, True, 10) == PRESSED


def test_a_press_that_was_for_something_else_means_nothing_more():
    """It stopped an exercise: no mark, and no second exercise when it is long."""
    button = Gestures(False)
    assert button.push(20, True, 10) == PRESSED
    button.consume()
    assert not any(button.push(20, True, -1) for _ in range(60))
    assert not any(button.push(20, False, -1) for _ in range(60))


def test_serving_the_wearer_takes_nothing_from_the_heap():
    """On 32-bit MicroPython, with the heap locked: presses, gestures, rhythms, and nothing."""
    ran = engines.run("wasm", IN_ENGINE / "wearing.py", {"unused": b""})
    assert ran.lines == ["[1, 2, 1, 3, 1, 4] 12"]
