"""Ticks that wrap, a wall clock that jumps, a sensor clock that drifts: intervals stay right."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from torture.laid import Laid, lay
from vagaband import journal, twin
from vagaband.clockmap import ClockMap
from vagaband.dating import dates
from vagaband.journal import CLOCK, Event, Journal
from worn import Worn

Wear = Callable[..., Worn]
HEART = "hp=850,rsa=6,breath=0.22,noise=12,seed=6"
USUAL_MS = 3.0  # mean error of an interval of this heart: noise and a sample's hundredth
UNIX = 1_790_000_000  # 2026-09-21 14:13:20 UTC
A_BIT_OF_ALL = "40 nak 2\n80 stall 0.4\n110 unplug 5\n"
DAY_S = 86400.0
MS_WRAP_S = (1 << 30) / 1000  # 12.4 days


def sessions_of(worn: Worn) -> list[Journal]:
    sessions = [journal.decode(worn.files[name]) for name in sorted(worn.files)]
    assert all(set(session.integrity.values()) == {0} for session in sessions)
    return sessions


def test_ticks_that_wrap_change_no_bit(wear_device: Wear):
    """Both counters wrap in the middle of two minutes; and amid a gap."""
    plain = wear_device(2.2, seed=5, heart=HEART, script=A_BIT_OF_ALL)
    for wrap_s in (61.3, 111.0):
        wrapped = wear_device(2.2, seed=5, heart=HEART, script=A_BIT_OF_ALL, wrap_s=wrap_s)
        assert wrapped.files == plain.files


def test_the_virtual_ticks_do_wrap(boards, tmp_path: Path):
    """So that the test above says something: both counters fall back to 0 after two seconds."""
    board = boards(speed=4.0, wrap_s=2.0, flash_file=tmp_path / "chip", flashed=True)
    code = "import time\nwhile time.ticks_ms() > 100000: pass\n"
    said = board.mpremote(
        "exec", code + "print(time.ticks_ms() < 9999, time.ticks_us() < 9999999)"
    )
    assert said.split() == ["True", "True"]


def test_a_wall_clock_that_jumps_moves_no_beat(wear_device: Wear):
    """Set, forward and back, by a host and by itself: only the clock's own records tell of it."""
    jumps = f"30 type time {UNIX}\n50 rtc 86400\n70 rtc -1e6\n90 type time {UNIX - 5000}\n"
    still = {"buzz": 0}  # by night nothing vibrates unasked, by day it may
    (plain,) = sessions_of(wear_device(2, seed=5, heart=HEART, config=still))
    (jumped,) = sessions_of(wear_device(2, seed=5, heart=HEART, config=still, script=jumps))
    # The last second is another: an answer takes time, and `stop` then ends another turn.
    assert jumped.beats[:-2] == plain.beats[: len(jumped.beats) - 2]
    lights = [[ir for _, part in logged.raw for ir in part] for logged in (jumped, plain)]
    assert abs(len(lights[0]) - len(lights[1])) < 20
    assert all(a == b for a, b in zip(*lights, strict=False))
    assert [event.arg for event in jumped.events if event.code == CLOCK] == [0, 1, 0, 1]
    assert [e for e in jumped.events if e.code not in (CLOCK, journal.END)] == [
        e for e in plain.events if e.code not in (CLOCK, journal.END)
    ]
    (began,) = dates([jumped])
    # What it was last set to holds, whatever it did by itself before.
    assert began
    assert abs(began.timestamp() - (UNIX - 5000 - 90)) < 3


def test_a_session_is_dated_by_a_later_setting_in_the_same_boot(wear_device: Wear):
    """Two sessions of a boot, set in the second; after a loss of power one that nothing dates."""
    script = f"60 type stop\n70 type start\n100 type time {UNIX}\n130 power\n"
    sessions = sessions_of(wear_device(3, seed=5, heart=HEART, script=script))
    first, second, third = dates(sessions)
    assert first
    assert second
    assert abs(first.timestamp() - (UNIX - 101)) < 3
    assert abs((second - first).total_seconds() - 71) < 3
    assert third is None
    assert dates(sessions[:1]) == [None]


def test_a_clock_set_before_holds_after_a_reset(wear_device: Wear):
    script = f"40 type time {UNIX}\n60 reset\n"
    sessions = sessions_of(wear_device(2, seed=5, heart=HEART, script=script))
    first, second = dates(sessions)
    assert first
    assert second
    assert 59 < (second - first).total_seconds() < 65
    assert sessions[1].header["clock_s"]


def test_headers_that_say_nothing_true_date_nothing():
    """Of an older firmware, or of a device that means harm."""
    strange = [
        {},
        {"boot": [1], "rtc_s": "x", "set_by_s": None},
        {"boot": "a", "rtc_s": 10**30, "set_by_s": 0},
        {"boot": "b", "rtc_s": 5, "set_by_s": -(10**9)},
    ]
    assert dates([Journal(header=header) for header in strange]) == [None] * 4
    wild = Journal(header={"boot": "c", "rtc_s": 5, "set_by_s": 0})
    wild.events = [Event(0, 0, CLOCK, 1, 2**31 - 1), Event(0, 0, CLOCK, 0, -(2**31))]
    assert dates([wild]) == [None]


def test_a_sensor_clock_that_drifts_is_followed(wear_device: Wear, tmp_path: Path):
    """Half a percent in 40 minutes, as from a cold to a warm finger; intervals to 0.1 %."""
    drift = "\n".join(f"{60 * k} clock {0.995 + 0.005 * k / 40:.6f}" for k in range(1, 40))
    truth = tmp_path / "truth"
    options = {"heart": HEART, "truth": truth, "clock": 0.995, "script": drift}
    (session,) = sessions_of(wear_device(42, seed=5, **options))
    device = twin.as_logged(session)
    truth_s = np.loadtxt(truth, skiprows=1)
    for from_s in (100, 1000, 2200):
        inside = (truth_s > from_s) & (truth_s < from_s + 200)
        true_ms = 1000 * np.diff(truth_s[inside]).mean()
        found = [i.ibi_ms for i in device.intervals if from_s < i.t_s < from_s + 200]
        assert np.mean(found) == pytest.approx(true_ms, rel=1.5e-3)
    assert all(device.beats_s[1:] > device.beats_s[:-1])


def test_an_estimated_gap_before_the_first_fit_lasts_what_the_device_took_it_for():
    """Samples before the first fit are dated with it; such a gap was measured by the crystal."""
    one_percent = 655
    clock = ClockMap(100, [(10_000, one_percent)], [(2000, 1000)])
    plain = ClockMap(100, [(10_000, one_percent)])
    period_s = 0.01 * (1 + one_percent / 65536)
    assert clock.seconds(2000) == pytest.approx(2000 * period_s)
    assert clock.seconds(3000) - clock.seconds(2000) == pytest.approx(10.0)
    assert clock.seconds(4000) - clock.seconds(3000) == pytest.approx(1000 * period_s)
    assert plain.seconds(3000) - plain.seconds(2000) == pytest.approx(1000 * period_s)
    late = ClockMap(100, [(10_000, one_percent)], [(20_000, 1000)])
    assert late.seconds(22_000) == pytest.approx(float(plain.seconds(22_000)))


@pytest.mark.slow
def test_a_session_of_13_days(wear_device: Wear, tmp_path: Path):
    """Finger on at the start, across the wrap of the milliseconds (and every one of the
    microseconds there), and at the end; unplugged between. The clock is set and jumps."""
    worn_s = 13 * DAY_S
    back_s, end_s = MS_WRAP_S - 1200, worn_s - 1500
    script = f"""
1500 unplug {back_s - 1500:.0f}
300 type time {UNIX}
900 rtc -5e6
{MS_WRAP_S - 30} rtc 1e7
{MS_WRAP_S + 1500} unplug {end_s - MS_WRAP_S - 1500:.0f}
{end_s + 100} type time {UNIX}
"""
    truth = tmp_path / "truth"
    options = {"heart": HEART, "truth": truth, "clock": 1.008, "script": script}
    worn = wear_device(worn_s / 60, seed=5, config={"reserve_days": 1}, **options)
    (session,) = sessions_of(worn)
    device = twin.as_logged(session)
    again, note = twin.of_journal(session)
    assert device.raw == again.raw
    assert note == ""
    from_beats, _ = twin.of_journal(replace(session, raw=[]))
    assert device.raw == from_beats.raw
    assert [gap.cause for gap in device.gaps] == ["bus", "bus"]
    truth_s = np.loadtxt(truth, skiprows=1)
    laid = lay(session, truth_s, 0.0, 2.0, 1.008)
    assert laid
    for gap in laid.gaps:
        assert gap.error_s is not None
        assert abs(gap.error_s) < 0.05 * gap.lost / 1e7 + 0.03
    stretches = {
        "before": (100.0, 1400.0),
        "across": (MS_WRAP_S - 1100, MS_WRAP_S + 1400),
        "after": (end_s + 100, worn_s - 10),
    }
    for from_s, until_s in stretches.values():
        assert_right(laid, truth_s, from_s, until_s)


def assert_right(laid: Laid, truth_s: np.ndarray, from_s: float, until_s: float) -> None:
    errors_ms = laid.interval_errors_ms(truth_s, from_s, until_s)
    beats = ((truth_s > from_s) & (truth_s < until_s)).sum()
    assert len(errors_ms) > 0.99 * beats
    assert errors_ms.mean() < USUAL_MS


def test_a_crystal_that_is_fast_makes_the_sensor_look_slow(wear_device: Wear):
    """The virtual crystal's error reaches the firmware's fit, and nothing else is changed."""
    (logged,) = sessions_of(wear_device(2, seed=5, heart=HEART, clock=1.0, crystal_ppm=1000))
    (scale,) = [event.value for event in logged.events if event.code == journal.SCALE]
    assert scale / 65536 == pytest.approx(1e-3, abs=2e-4)
