"""Whether a finger is there, and how fast the sensor's clock runs."""

import numpy as np
import pytest
from vagal import contact
from vagal.clock import ONE, SampleClock
from vagal.contact import Contact

LED_CODE = 0x1F
PER_NA_MA = 12.8 * LED_CODE  # counts at 1 nA of light for 1 mA of LED current


def states(counts, stage=None):
    """State after each sample."""
    stage = stage or Contact(LED_CODE, 100)
    found = []
    for ir in counts:
        before = stage.state
        assert stage.push(int(ir)) == (stage.state != before)
        found.append(stage.state)
    return found


@pytest.mark.parametrize(
    ("na_ma", "expected"),
    [(0, contact.OFF), (59, contact.OFF), (99, contact.OFF), (101, contact.ON), (592, contact.ON)],
)
def test_contact_is_judged_by_light_per_current(na_ma, expected):
    """Levels of real fingers (286, 592 nA/mA) and of a bare sensor, after two seconds."""
    assert states([na_ma * PER_NA_MA] * 200)[-1] == expected


def test_a_finger_counts_after_a_second():
    found = states([0] * 50 + [300 * PER_NA_MA] * 150)
    assert found.index(contact.SETTLING) == 50
    assert found.index(contact.ON) == 150


def test_hysteresis_keeps_a_wavering_level_quiet():
    """Light between 60 and 100 nA/mA neither makes nor breaks contact."""
    assert set(states([80 * PER_NA_MA] * 300)) == {contact.OFF}
    wavering = [300 * PER_NA_MA] * 150 + [61 * PER_NA_MA, 99 * PER_NA_MA] * 100
    assert set(states(wavering)[120:]) == {contact.ON}


def test_lifting_the_finger_ends_contact_at_once():
    found = states([300 * PER_NA_MA] * 150 + [20 * PER_NA_MA] * 10 + [300 * PER_NA_MA] * 150)
    assert found[149:151] == [contact.ON, contact.OFF]
    assert found[160] == contact.SETTLING
    assert found[259:261] == [contact.SETTLING, contact.ON]


def test_too_much_light_is_no_contact():
    """Above 95 % of full scale the pulse is cut off."""
    found = states([240000] * 150 + [262143] * 10 + [240000] * 150)
    assert found[150] == contact.SATURATED
    assert found[160] == contact.SETTLING
    assert found[-1] == contact.ON


def test_a_gap_makes_it_settle_anew():
    stage = Contact(LED_CODE, 100)
    states([300 * PER_NA_MA] * 150, stage)
    stage.restart()
    assert states([300 * PER_NA_MA] * 101, stage)[-2:] == [contact.SETTLING, contact.ON]


def drains(seconds, error, seed=1, start_s=0.0):
    """(samples, microseconds since the drain before) of a loop that drains about each 100 ms.

    The sensor's true rate is 100 Hz / (1 + error); each turn is late by up to 25 ms.
    """
    rng = np.random.default_rng(seed)
    t = last = start_s
    samples = taken = 0
    while t < start_s + seconds:
        t += 0.1 + rng.uniform(0, 0.025)
        samples = int((t - start_s) * 100 / (1 + error))
        yield samples - taken, round((t - last) * 1e6)
        taken, last = samples, t


@pytest.mark.parametrize("error", [-0.015, -0.004, 0.0, 0.0002, 0.015])
def test_the_first_fit_is_within_a_tenth_of_a_percent(error):
    clock = SampleClock(100)
    turns = 0
    for n, us in drains(75, error):
        turns += 1
        if clock.drained(n, us):
            break
    if abs(error) > 0.001:
        assert turns < 75 / 0.1125  # it came within 75 s
    assert clock.scale / ONE == pytest.approx(error, abs=0.001)


def test_there_is_no_scale_before_sixty_seconds():
    clock = SampleClock(100)
    told = [clock.drained(n, us) for n, us in drains(59, 0.015)]
    assert not any(told)
    assert clock.scale == 0


def test_ten_minutes_make_it_finer_and_it_follows_a_drift():
    clock = SampleClock(100)
    for n, us in drains(700, 0.010):
        clock.drained(n, us)
    assert clock.scale / ONE == pytest.approx(0.010, abs=0.0002)
    for n, us in drains(700, 0.011, seed=2):
        clock.drained(n, us)
    assert clock.scale / ONE == pytest.approx(0.011, abs=0.0002)


def test_a_steady_clock_does_not_fill_the_log():
    """An hour: a new scale now and then, not each minute."""
    clock = SampleClock(100)
    changes = sum(clock.drained(n, us) for n, us in drains(3600, 0.005))
    assert 1 <= changes <= 12


def test_an_estimated_gap_begins_a_new_count():
    """Samples lost in unknown number must not look like a slow clock."""
    clock = SampleClock(100)
    for n, us in drains(130, 0.002):
        clock.drained(n, us)
    before = clock.scale
    clock.restart()
    clock.drained(3, 4_000_000)  # the drain that closes the gap says nothing
    told = [clock.drained(n, us) for n, us in drains(59, 0.002, seed=2)]
    assert not any(told)
    assert clock.scale == before
    for n, us in drains(75, 0.002, seed=3):
        clock.drained(n, us)
    assert clock.scale / ONE == pytest.approx(0.002, abs=0.001)


def test_a_count_that_no_oscillator_gives_is_not_believed():
    """More than 3 % off: samples were counted wrongly; the scale stays."""
    clock = SampleClock(100)
    told = [clock.drained(n, us) for n, us in drains(200, 0.05)]
    assert not any(told)
    assert clock.scale == 0


def test_a_reading_for_the_log_is_free_of_jitter():
    """After 10 s and each 2 minutes: which sample had just come, by the crystal. A sample's own
    time is half of it on average; single drains are up to a whole one off, and 25 ms late."""
    error = 0.012
    clock = SampleClock(100)
    taken, told = 0, []
    for n, us in drains(1000, error):
        taken += n
        clock.drained(n, us)
        if clock.back:
            told.append((taken - clock.back + 0.5, clock.told_us / 1e6))
            clock.back = 0
    assert len(told) == 9
    samples, us_s = np.array(told).T
    us_s += (1 << 29) / 1e6 * np.round((samples / 100 - us_s) / 537)  # it wraps
    late_s = us_s - samples * (1 + error) / 100
    assert np.all(np.abs(late_s) < 0.002)


def test_a_reading_after_a_gap_counts_anew_but_on_the_same_crystal():
    clock = SampleClock(100)
    for n, us in drains(12, 0.0):
        clock.drained(n, us)
    assert clock.back
    clock.back = 0
    before = clock.us
    clock.restart()
    clock.drained(3, 4_000_000)
    assert clock.us == before + 4_000_000
    for n, us in drains(12, 0.0, seed=2):
        clock.drained(n, us)
    assert clock.back
