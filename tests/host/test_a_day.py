"""A day in a wearer's life, scripted, comes back as one coherent journal."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
from vagaband import journal, twin
from vagaband.validate import validate
from worn import Worn, only_session

RATE_CLOCK = 1.004  # of the sensor: 0.4 % fast
SETTLE_S = 0.5  # dropped at the start
BOTH_MS, APART_MS = 120, 200  # of a double press
HELD_MS = 1300
PACED_S = 180


@dataclass
class Day:
    """What happens, as the board's script has it, and what the journal must then say."""

    hours: float
    lines: list[str] = field(default_factory=list)
    marks: list[tuple[float, str, str]] = field(default_factory=list)
    away: list[tuple[float, float]] = field(default_factory=list)
    paced: list[float] = field(default_factory=list)

    def at(self, share: float) -> float:
        """Seconds since the morning, from a share of the day."""
        return round(3600 * self.hours * share, 1)

    def does(self, t_s: float, action: str) -> None:
        self.lines.append(f"{t_s:.3f} {action}")

    def press(self, t_s: float) -> None:
        self.does(t_s, f"press {BOTH_MS}")
        self.marks.append((t_s, "event", ""))

    def press_twice(self, t_s: float) -> None:
        self.does(t_s, f"press {BOTH_MS}")
        self.does(t_s + (BOTH_MS + APART_MS) / 1000, f"press {BOTH_MS}")
        self.marks.append((t_s, "glimmer", ""))

    def type_mark(self, t_s: float, kind: str, text: str) -> None:
        self.does(t_s - 2, "type status")  # wakes a board that sleeps, as a host does
        self.does(t_s, f"type mark {kind} {text}")
        self.marks.append((t_s, kind, text))

    def take_off(self, t_s: float, length_s: float) -> None:
        self.does(t_s, "off")
        self.does(t_s + length_s, "on")
        self.away.append((t_s, t_s + length_s))

    def breathe_with_it(self, t_s: float, begin: str) -> None:
        self.does(t_s, begin)
        self.does(t_s + 2, "breathe 0.1")
        self.does(t_s + PACED_S + 5, "breathe 0")
        self.paced.append(t_s)


def a_day(hours: float) -> Day:
    """Awake, talk, breathing, sleep; the battery goes from full to empty before the end."""
    day = Day(hours)
    day.does(1, f"battery 4.15 3.28 {day.at(0.97):.0f}")
    day.press(day.at(0.05) + 0.37)
    day.breathe_with_it(day.at(0.10), f"press {HELD_MS}")
    day.press_twice(day.at(0.25) + 0.61)
    day.take_off(day.at(0.30), 40)
    day.does(day.at(0.35), "heart hp=760,rsa=4.6")  # talk
    for burst in range(6):
        day.does(day.at(0.35) + 15 * burst, "motion 4")
    day.press(day.at(0.40) + 0.05)
    day.does(day.at(0.45), "heart hp=850,rsa=6.2")
    day.type_mark(day.at(0.50) + 0.8, "event", "gesprek aan de keukentafel")
    day.breathe_with_it(day.at(0.55), "type breathe 4000 6000 3")
    day.take_off(day.at(0.70), 60)
    day.press_twice(day.at(0.73) + 0.93)
    day.does(day.at(0.75), "heart hp=1050,rsa=7")  # sleep
    day.press(day.at(0.90) + 0.44)
    return day


def check(day: Day, worn: Worn) -> None:
    """One session, whole, ended by the empty battery, with all that happened in its place."""
    logged = only_session(worn)
    ends = [event.arg for event in logged.events if event.code == journal.END]
    assert ends == [5], "the battery"
    device = twin.as_logged(logged)
    again, _ = twin.of_journal(logged)
    assert validate(device, again, integrity=logged.integrity).passed
    check_marks(day, logged)
    check_contact(day, device)
    check_exercises(day, device)
    check_hearts(day, device)
    volts = [event.value for event in logged.events if event.code == journal.BATTERY]
    assert volts[0] > 4000 > 3400 > volts[-1]


def check_marks(day: Day, logged: journal.Journal) -> None:
    """Each within 100 ms of its moment, on the light's own time."""
    assert [mark[1:] for mark in logged.marks] == [mark[1:] for mark in day.marks]
    rate_hz = logged.header["rate_hz"] * RATE_CLOCK
    late_s = [
        index / rate_hz + SETTLE_S / RATE_CLOCK - t_s
        for (index, _, _), (t_s, _, _) in zip(logged.marks, day.marks, strict=True)
    ]
    assert np.abs(late_s).max() < 0.1, late_s


def check_contact(day: Day, device) -> None:
    """No beat while the sensor was off, and beats soon after."""
    for off_s, on_s in day.away:
        assert not ((device.beats_s > off_s + 1) & (device.beats_s < on_s - 1)).any()
        assert ((device.beats_s > on_s) & (device.beats_s < on_s + 6)).sum() >= 3


def check_exercises(day: Day, device) -> None:
    """Both paced, at the pace, with a lock-in RSA that is the heart's own."""
    paces = [pace.hz for pace in device.paces if pace.hz]
    assert paces == [0.1, 0.1]
    for begin_s in day.paced:
        during = [e for e in device.epochs if begin_s + 100 < e.t_s < begin_s + PACED_S - 30]
        found = [e.lock_in_ln_ms2 for e in during if e.lock_in_ln_ms2 is not None]
        assert found
        assert np.median(found) == pytest.approx(6.2, abs=0.3)


def check_hearts(day: Day, device) -> None:
    """Talk and sleep show in heart period and RSA."""
    talk, sleep = (
        [e for e in device.epochs if day.at(a) + 60 < e.t_s < day.at(b) - 30 and e.valid]
        for a, b in ((0.35, 0.45), (0.75, 0.93))
    )
    assert len(talk) >= 2
    assert len(sleep) >= 5
    assert np.median([e.mean_hp_ms for e in talk]) == pytest.approx(760, rel=0.02)
    assert np.median([e.mean_hp_ms for e in sleep]) == pytest.approx(1050, rel=0.02)
    assert np.median([e.ln_ms2 for e in sleep]) == pytest.approx(7.0, abs=0.3)


def worn_for(wear_device: Callable[..., Worn], day: Day, **config: int) -> Worn:
    return wear_device(
        60 * day.hours,
        seed=11,
        heart="hp=850,rsa=6.2,breath=0.25,lf=3,lfwidth=0.03,vlf=5",
        clock=RATE_CLOCK,
        script="\n".join(sorted(day.lines, key=lambda line: float(line.split()[0]))),
        config={"pace_min": PACED_S // 60, **config},
    )


def test_a_day_in_forty_minutes(wear_device: Callable[..., Worn]):
    day = a_day(0.67)
    check(day, worn_for(wear_device, day))


@pytest.mark.slow
def test_a_day_and_a_night_in_the_mode_that_saves_most(wear_device: Callable[..., Worn]):
    day = a_day(24)
    saving = {"rate_hz": 50, "ir_only": 1, "raw": 0, "sleep": 1}
    check(day, worn_for(wear_device, day, **saving))
