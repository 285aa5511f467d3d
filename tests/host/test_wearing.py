"""The road from light to flash, walked by the real firmware on the virtual board."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from vagaband import assemble, journal, twin
from vagaband.journal import GAP, SCALE, Journal
from vagaband.numbers import numbers_of
from vagaband.validate import validate
from worn import Worn, only_session

Wear = Callable[..., Worn]

EVERY_GAP = """
70 type mark glimmer rain on the window
90 off
100 on
150 nak 2
200 brownout
240 stall 0.5
280 stuck 1
330 stall 0.4
"""


@pytest.fixture
def faulty(wear_device: Wear) -> Journal:
    """Seven minutes with a lifted finger and every fault of bus, power and processor."""
    heart = "hp=900,rsa=6,clock=0.985,noise=15"
    return only_session(wear_device(7, seed=3, script=EVERY_GAP, heart=heart))


def test_faults_are_recorded_and_the_twin_finds_the_same(faulty: Journal):
    device = twin.as_logged(faulty)
    again, note = twin.of_journal(faulty)
    assert [gap.cause for gap in device.gaps] == [
        "bus",
        "brown-out",
        "overflow",
        "bus",
        "overflow",
    ]
    assert [gap.estimated for gap in device.gaps] == [True, True, False, True, False]
    assert device.gaps[0].seconds == pytest.approx(2.7, abs=0.2)
    assert len(device.beats_s) > 350
    assert device.raw == again.raw
    assert note == ""
    assert validate(device, again, integrity=faulty.integrity).passed


def test_no_interval_and_no_epoch_crosses_a_gap(faulty: Journal):
    device = twin.as_logged(faulty)
    breaks = [gap.t_s for gap in device.gaps] + [95.0]
    for t_s in breaks:
        assert not [i for i in device.intervals if i.t_s < t_s < i.t_s + i.ibi_ms / 1000]
        assert not [e for e in device.epochs if e.t_s < t_s < e.t_s + 30]
    assert len({interval.run for interval in device.intervals}) == 7


def test_a_mark_is_at_its_moment(faulty: Journal):
    (mark,) = twin.as_logged(faulty).marks
    assert (mark.kind, mark.text) == ("glimmer", "rain on the window")
    assert mark.t_s == pytest.approx(69.5, abs=0.3)  # the first half second is dropped


def test_samples_lost_in_an_overflow_are_counted(faulty: Journal):
    """The light on either side of an overflow lies where the count says."""
    device = twin.as_logged(faulty)
    overflow = [event for event in faulty.events if event.code == GAP and event.arg == 1]
    for event in overflow:
        before = max(first + len(ir) for first, ir in faulty.raw if first < event.index)
        after = min(first for first, _ in faulty.raw if first >= event.index)
        assert before == event.index
        assert after == event.index + event.value
    # Half a second of stall, 32 samples held: the rest was lost, up to the drain's own rhythm.
    assert 10 <= overflow[0].value <= 30
    assert device.gaps[2].seconds == pytest.approx(overflow[0].value * 0.01 * 1.015, rel=0.01)


def test_a_sensor_clock_off_by_its_worst_is_measured(wear_device: Wear, tmp_path):
    """1.5 % off, either way: the mean heart period is right to 0.1 % after the first fit."""
    for clock in (0.985, 1.015):
        truth = tmp_path / f"truth{clock}.csv"
        heart = f"hp=850,rsa=5,clock={clock}"
        logged = only_session(wear_device(5, seed=4, heart=heart, truth=truth))
        device = twin.as_logged(logged)
        fitted_s = next(e.index / 100 for e in logged.events if e.code == SCALE)
        assert 58 <= fitted_s < 95  # nominal seconds
        beats = np.loadtxt(truth, skiprows=1)
        begin, end = fitted_s + 5, 290
        true_ms = 1000 * np.diff(beats[(beats > begin) & (beats < end)]).mean()
        sound = [i.ibi_ms for i in device.intervals if begin < i.t_s < end]
        assert np.mean(sound) == pytest.approx(true_ms, rel=1e-3)
        early = [i.ibi_ms for i in device.intervals if i.t_s < 50]
        nominal = np.diff(beats[beats < 50]).mean() * 1000 * clock
        assert np.mean(early) == pytest.approx(nominal, rel=5e-3)


def test_an_hour_takes_seconds_and_the_same_seed_gives_the_same_bytes(wear_device: Wear):
    # Alone it takes 3 to 6 s; here other tests run beside it.
    assert float(wear_device(60, seed=7).said.split()[-2]) < 25
    first = wear_device(6, seed=7)
    again = wear_device(6, seed=7)
    other = wear_device(6, seed=8)
    assert first.files == again.files
    assert set(other.files) == set(first.files)
    assert next(iter(other.files.values())) != next(iter(first.files.values()))


def test_where_the_light_stops_the_twin_goes_on_from_the_beats(wear_device: Wear):
    """Raw light gives way when the flash must keep room for a week of beats."""
    config = {"reserve_days": 7}
    worn = wear_device(40, seed=9, script="2000 off\n2010 on\n", config=config)
    logged = only_session(worn)
    lit = max(first + len(ir) for first, ir in logged.raw)
    assert lit < 0.9 * 40 * 6000
    device = twin.as_logged(logged)
    again, note = twin.of_journal(logged)
    assert "stops early" in note
    assert device.raw == again.raw
    assert device.epochs[-1].t_s > 2100
    assert again.trust[0] == 1  # the first beat's
    assert again.trust[-1] is None  # its light was not logged


def test_beats_alone_are_enough_for_a_twin(faulty: Journal):
    faulty.raw = []
    again, note = twin.of_journal(faulty)
    assert "not logged" in note
    assert again.raw == twin.as_logged(faulty).raw


def test_beats_without_light_that_were_changed_are_found_out(faulty: Journal):
    """One beat in memory a sample late: the twin differs from it on."""
    index, frac = faulty.beats[40]
    faulty.beats[40] = (index + 1, frac)
    device = twin.as_logged(faulty)
    again, _ = twin.of_journal(faulty)
    assert [kind for kind, *_ in set(device.raw) ^ set(again.raw)].count("beat") == 2
    assert not validate(device, again, integrity=faulty.integrity).passed


def test_intervals_of_the_journal_are_those_of_its_beats(faulty: Journal):
    found = assemble.from_journal(faulty)
    assert len(found.intervals) == len(assemble.raw_intervals(found, 100))
    assert sum(used for _, _, used in found.intervals) == len(found.intervals)


def test_lines_that_nobody_should_type_do_no_harm(wear_device: Wear):
    """Absurd numbers, binary, endless text: the session goes on."""
    script = "20 type pull 1 99999999999999999999999999\n"
    script += "22 type time 99999999999999\n24 type time -1\n26 type " + "x" * 300 + "\n"
    script += "28 type pull one two\n30 type mark glimmer \u00e9\u00e8\n"
    logged = only_session(wear_device(1, seed=2, script=script))
    told = [(e.code, e.arg) for e in logged.events if e.code >= 16]
    assert told == [(journal.END, 1)]
    assert len(logged.marks) == 1


def test_ctrl_c_ends_the_session_in_order(boards, tmp_path):
    """A host that wants the prompt: the log is committed, its last record says why."""
    board = boards(speed=1.0, seed=3, baud=2_000_000)
    time.sleep(3)
    listed = board.mpremote("exec", "import os; print(os.listdir('/log'))")
    assert "00001.vbj" in listed
    copy = tmp_path / "copy.vbj"
    board.mpremote("fs", "cp", ":/log/00001.vbj", str(copy))
    logged = journal.decode(copy.read_bytes())
    assert set(logged.integrity.values()) == {0}
    assert [event.arg for event in logged.events if event.code == 17] == [2]


@pytest.fixture
def exercise(wear_device: Wear) -> Journal:
    """A dark finger breathes with a pacer at 6 a minute, and moves once."""
    heart = "hp=900,rsa=7.5,breath=0.1,lf=1,dc=45000,seed=5"
    return only_session(
        wear_device(5, script="20 type breathe 4000 6000 30\n250 motion 5\n", heart=heart)
    )


def test_current_motion_and_pace_are_logged_and_the_twin_finds_the_same(exercise: Journal):
    """With its light, and from the beats alone."""
    codes = [event.code for event in exercise.events]
    assert {journal.LED, journal.MOTION, journal.PACE, journal.LOCKIN} <= set(codes)
    device = twin.as_logged(exercise)
    for logged in (exercise, replace(exercise, raw=[])):
        again, _ = twin.of_journal(logged)
        assert device.raw == again.raw
    assert "motion" in {epoch.reason for epoch in device.epochs}


def test_paced_breathing_is_measured_at_its_pace(exercise: Journal):
    """PB2 does not see six breaths a minute; lock-in RSA of device and reference do, alike."""
    device = twin.as_logged(exercise)
    paced = [n for n in numbers_of(device) if n.device.lock_in_ln_ms2 is not None]
    assert len(paced) >= 3
    for number in paced:
        assert number.device.lock_in_ln_ms2 == pytest.approx(7.5, abs=0.35)
        assert not number.pb2_alone
    last = paced[-1]
    assert last.device.lock_in_ln_ms2 == pytest.approx(last.reference.lock_in_ln_ms2, abs=0.15)
