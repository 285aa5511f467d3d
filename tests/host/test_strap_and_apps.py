"""The strap from end to end: what an app gets is what the journal has, once and in order."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from flashing import ChipFiles
from heart_rate_service import Line, decode, intervals, measurements, read_record
from hostile_board import HostileBoard
from vagaband import config, journal, twin
from vagaband.journal import STRAP
from vagaband.prompt import Prompt
from vagaband.session import Interval
from virtual_board import Board
from worn import Worn

Wear = Callable[..., Worn]
Start = Callable[..., Board]

DROPPED_S = 0.5  # of light, before the journal's first sample
BEFORE_S, AFTER_S = 12, 4  # an interval is given out some beats after its own time

HALF_AN_HOUR = """
20 ble connect
20.1 ble pair
20.2 ble subscribe
200 motion 10
600 off
640 on
700 ble full 25
900 ble disconnect
1000 ble connect
1000.1 ble subscribe
1400 ble unsubscribe
1450 ble subscribe
1550 ble full 4
"""


@dataclass(frozen=True)
class Stretch:
    """A time in which an app listened, on the journal's clock, and what it got."""

    begin_s: float
    end_s: float
    rr: list[int]


def stretches(lines: list[Line], first_subscribed_s: float) -> list[Stretch]:
    """Where the phone had subscribed, in the script for the first time at `first_subscribed_s`."""
    found: list[Stretch] = []
    began: int | None = None
    first_s = next(line.t_s for line in lines if line.what == "subscribe 2a37")
    shift_s = first_s - first_subscribed_s + DROPPED_S
    for at, line in enumerate(lines):
        if line.who == "phone" and line.what == "subscribe 2a37":
            began = at
        ended = line.what in ("disconnect", "unsubscribe 2a37") or at == len(lines) - 1
        if began is not None and line.who == "phone" and ended:
            rr = intervals(measurements(lines[began : at + 1]))
            found.append(Stretch(lines[began].t_s - shift_s, line.t_s - shift_s, rr))
            began = None
    return found


def same(rr: list[int], sound: list[Interval]) -> bool:
    """Whether RR intervals are those: no sum of them is off by 1/1024 s."""
    off = np.cumsum(rr) - np.cumsum([1.024 * one.ibi_ms for one in sound])
    return bool(np.abs(off).max() < 1)


def place(stretch: Stretch, sound: list[Interval]) -> int:
    """Where in a session's unflagged intervals the app's begin: in one place, without a break."""
    n = len(stretch.rr)
    places = [
        i
        for i in range(len(sound) - n + 1)
        if stretch.begin_s - BEFORE_S < sound[i].t_s < stretch.begin_s + AFTER_S
        and same(stretch.rr, sound[i : i + n])
    ]
    assert len(places) == 1, f"{n} intervals from {stretch.begin_s:.0f} s fit {len(places)} times"
    assert stretch.end_s - BEFORE_S < sound[places[0] + n - 1].t_s < stretch.end_s
    return places[0]


def check(worn: Worn, lines: list[Line], first_subscribed_s: float) -> list[Stretch]:
    """No stretch lost or doubled an interval, nor got a flagged one."""
    (data,) = worn.files.values()
    device = twin.as_logged(journal.decode(data))
    sound = [one for one in device.intervals if one.flag == "ok"]
    assert len(sound) < len(device.intervals)
    found = stretches(lines, first_subscribed_s)
    ends = [place(stretch, sound) + len(stretch.rr) for stretch in found]
    assert ends == sorted(ends)
    return found


def test_an_app_gets_every_interval_once_and_in_order(wear_device: Wear, tmp_path: Path):
    """Half an hour: motion, a finger taken off, a busy radio, a phone out of reach."""
    record = tmp_path / "air.ble"
    worn = wear_device(30, seed=5, script=HALF_AN_HOUR, config={"strap": 1}, ble=record)
    lines = read_record(record)
    found = check(worn, lines, 20.2)
    assert [round(one.end_s - one.begin_s) for one in found[:2]] == [880, 400]
    assert sum(len(one.rr) for one in found) > 1700
    got = [line for line in lines if line.what == "2a37"]
    assert min(b.t_s - a.t_s for a, b in pairwise(got)) > 0.09  # one a turn
    # What is sent sums to the time that went by, by the air's clock and not the journal's.
    quiet = [line for line in got if 300 < line.t_s - got[0].t_s < 500]
    sent_s = sum(sum(decode(line.data).rr) for line in quiet[1:]) / 1024
    assert sent_s == pytest.approx(quiet[-1].t_s - quiet[0].t_s, abs=2)
    off = [line for line in got if 590 < line.t_s - got[0].t_s < 610]
    assert all(decode(line.data).contact is False for line in off)
    assert all(decode(line.data).bpm == 0 for line in off)
    (data,) = worn.files.values()
    told = [event.arg for event in journal.decode(data).events if event.code == STRAP]
    assert told == [1, 2, 1, 2]
    assert all(event.value == 0 for event in journal.decode(data).events if event.code == STRAP)


@pytest.mark.slow
def test_a_day_with_an_app_loses_and_doubles_none(wear_device: Wear, tmp_path: Path):
    """24 hours with premature beats; each hour the phone is away for a while."""
    record = tmp_path / "air.ble"
    script = ["20 ble connect", "20.1 ble pair", "20.2 ble subscribe"]
    for hour in range(1, 24):
        back_s = 3600 * hour + 60 + 7 * hour
        script.append(f"{3600 * hour} ble disconnect")
        script += [f"{back_s} ble connect", f"{back_s}.1 ble subscribe"]
        if hour % 4 == 0:
            for after_s, action in ((1200, "off"), (1230, "on"), (1800, "motion 10")):
                script.append(f"{3600 * hour + after_s} {action}")
            script.append(f"{3600 * hour + 2400} ble full 25")
    heart = "hp=850,rsa=6.2,ectopic=1,seed=3"
    config = {"strap": 1, "raw": 0}
    options = {"heart": heart, "config": config, "ble": record, "script": "\n".join(script)}
    worn = wear_device(1440, seed=6, **options)
    found = check(worn, read_record(record), 20.2)
    assert len(found) == 24
    assert sum(len(one.rr) for one in found) > 90_000


def test_it_is_off_until_the_host_has_asked_and_warned(
    start: Start, chip: Path, tmp_path: Path, run_cli: Callable[..., tuple[int, str, str]]
):
    """The whole way by the command line; how it is set outlives the board's power."""
    record = tmp_path / "air.ble"
    board = start(chip, ble=record)

    def strap(*words: str) -> dict:
        code, out, err = run_cli("strap", *words, "--json", "--port", board.url)
        assert code == 0, err
        return json.loads(out)

    def on_air() -> set[str]:
        return {line.what for line in read_record(record)} - {"boot"}

    def configured() -> int:
        with ChipFiles(chip) as files, files.open("/vagal.json", "rb") as file:
            return json.loads(file.read()).get("strap", 0)

    assert strap("status")["strap"] == "off"
    code, _, err = run_cli("strap", "on", "--port", board.url)
    assert code
    assert "broadcasts" in err
    assert on_air() == set()
    assert strap("on", "--yes")["strap"] == "waiting"
    told = config.get(board.url, "strap")
    assert (told["values"]["strap"], told["holds"]) == (1, "now")
    until_s = time.monotonic() + 10
    while "advertise" not in on_air() and time.monotonic() < until_s:
        time.sleep(0.05)
    assert on_air() == {"on", "advertise"}
    board.stop()
    assert configured() == 1
    board = start(chip, ble=record)
    assert strap("forget")["strap"] == "waiting"
    with Prompt(board.url):
        assert [line.what for line in read_record(record)][-1] == "off"
    assert strap("off")["strap"] == "off"
    assert [line.what for line in read_record(record)][-1] == "off"
    board.stop()
    assert configured() == 0


def test_a_radio_that_does_not_start_is_told_with_the_next_step(run_cli: Callable):
    """MicroPython without Bluetooth; and a board that answers with nonsense."""
    for answer in ("the radio does not start: no module named 'bluetooth'", ["on"], None):
        with HostileBoard([{"strap": answer}]) as board:
            code, out, err = run_cli("strap", "on", "--yes", "--port", board.url)
        assert (code, out) == (1, "")
        assert err.strip().splitlines()[-1].startswith("vagaband: The strap is off: ")
        assert "measures without the radio" in err


def test_a_phone_comes_back_to_a_board_that_was_reset(wear_device: Wear, tmp_path: Path):
    """The bond is on flash: no pairing anew, and encrypted before anything is sent."""
    record = tmp_path / "air.ble"
    script = "5 ble connect\n6 ble pair\n7 ble subscribe\n30 reset\n"
    script += "40 ble connect\n40.1 ble subscribe\n"
    wear_device(1.2, seed=2, script=script, config={"strap": 1}, ble=record)
    lines = read_record(record)
    boots = [at for at, line in enumerate(lines) if line.what == "boot"]
    assert len(boots) == 2
    after = [line.what for line in lines[boots[1] :] if line.who == "phone"]
    assert sorted(after[:3]) == ["connect", "encrypt", "subscribe 2a37"]
    assert len(intervals(measurements(lines[boots[1] :]))) > 20
