"""The LED's current settles with the finger, keeps its cap, and then leaves the light alone."""

import numpy as np
import pytest
import quality_road
from light import heart_counts
from vagal import contact
from vagal.contact import Contact
from vagal.ledcurrent import LedCurrent

FULL_SCALE = 262143
DRAIN_MS = 100


class Wear:
    """A finger (nA of light for 1 mA) under the controlled LED, a drain of ten samples a step."""

    def __init__(self, start=31, cap=63):
        self.led = LedCurrent(start, cap)
        self.contact = Contact(self.led.code, 100)
        self.ms = 0
        self.steps = []  # (ms, code)

    def wear(self, na_ma, seconds, ambient=0):
        ir = 0
        for _ in range(round(seconds * 1000 / DRAIN_MS)):
            ir = min(FULL_SCALE, round(12.8 * na_ma * self.led.code + ambient))
            for _ in range(10):
                self.contact.push(ir)
            code = self.led.push(ir, DRAIN_MS, self.contact.state)
            self.ms += DRAIN_MS
            if code:
                self.steps.append((self.ms, code))
                self.contact.led(code)
                if self.contact.state != contact.ON:
                    self.contact.restart()
        return ir


@pytest.mark.parametrize("na_ma", [110, 150, 200, 286, 450, 592, 640, 900, 1500])
@pytest.mark.parametrize("cap", [20, 31, 63, 127])
def test_it_settles_in_two_seconds_and_rests(na_ma, cap):
    """From a dark finger to one that drives the converter to its end."""
    worn = Wear(cap=cap)
    light = worn.wear(na_ma, 180)
    assert all(2 <= code <= cap for _, code in worn.steps)
    assert worn.led.code <= cap
    capped = worn.led.code == cap
    assert light <= 0.75 * FULL_SCALE
    assert light >= 0.25 * FULL_SCALE or capped
    assert all(ms <= 2000 for ms, _ in worn.steps)
    assert worn.contact.state == contact.ON


def test_a_usual_finger_needs_no_step():
    worn = Wear()
    worn.wear(286, 600)
    assert worn.steps == []


def test_without_a_finger_it_stays_at_its_start():
    """In the air the current does not climb, and after a finger it comes back."""
    worn = Wear()
    worn.wear(8, 60)
    assert worn.steps == []
    worn.wear(700, 20)
    assert worn.led.code < 31
    worn.wear(8, 10)
    assert worn.led.code == 31


def test_in_the_first_minute_it_follows_a_finger_that_settles_down():
    worn = Wear()
    worn.wear(286, 20)
    worn.wear(560, 10)
    [(ms, _)] = worn.steps
    assert 22900 <= ms <= 23500


def test_later_it_waits_for_the_ends_and_for_half_an_hour():
    worn = Wear()
    worn.wear(286, 120)
    worn.wear(500, 600)  # 76 %: not worth a step any more
    assert worn.steps == []
    worn.wear(580, 60)  # 88 %
    assert len(worn.steps) == 1
    worn.wear(95 * 31 / worn.led.code, 1700)  # dark, but only just stepped
    assert len(worn.steps) == 1
    worn.wear(95 * 31 / worn.led.code, 400)
    assert len(worn.steps) == 2


def test_saturation_is_left_at_once():
    """A press of the finger: half the current by the next drain."""
    worn = Wear()
    worn.wear(286, 120)
    worn.wear(900, 1)
    assert worn.steps[0][1] == 15
    assert worn.contact.state in (contact.SETTLING, contact.ON)


def test_the_sun_drives_it_to_the_least_and_no_further():
    worn = Wear()
    worn.wear(286, 10)
    worn.wear(286, 60, ambient=300000)
    assert worn.led.code == 2
    assert worn.contact.state == contact.SATURATED


def stepped(counts, at, code, old=31):
    """Run over counts; the LED goes from `old` to `code` before sample `at`."""
    sink = quality_road.Sink(old)
    road = sink.road
    light = 0
    for i, ir in enumerate(counts):
        if i == at:
            road.led(code, light)
        light = int(ir) if i < at else round(int(ir) * code / old)
        road.push(light)
    road.finish()
    return sink.found


@pytest.mark.parametrize("code", [20, 26, 44, 56])
def test_a_step_on_a_finger_loses_no_beat_and_no_epoch(code):
    """At any phase of the pulse: at most two intervals are marked, and RSA stays what it was."""
    counts, _ = heart_counts("seed=4,rsa=6.2", 75)
    plain = quality_road.of_light(counts)
    for at in np.random.default_rng(code).integers(3500, 3600, 8):
        found = stepped(counts, int(at), code)
        assert len(found.beats) == len(plain.beats)
        assert np.abs(np.subtract(found.beats, plain.beats)).max() < 4
        assert sum(flag != 0 for _, flag in found.intervals) <= 2
        assert [epoch.reason for epoch in found.epochs] == [0]
        assert found.epochs[0].rsa / 65536 == pytest.approx(plain.epochs[0].rsa / 65536, abs=0.2)
