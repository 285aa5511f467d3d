"""Light sleep between two drains: what it must not cost, and how a host gets through."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flashing import ChipFiles, put
from vagaband import journal, twin
from vagaband.device import Device
from vagaband.journal import GAP, SCALE, Journal
from vagaband.mark import mark_on
from vagaband.ports import identify
from vagaband.prompt import Prompt
from vagaband.pull import pull
from virtual_board import Board
from worn import Worn, only_session

Wear = Callable[..., Worn]
HEART = "hp=900,rsa=6,noise=10,clock=0.99"


def light(logged: Journal) -> list[int]:
    return [ir for _, counts in logged.raw for ir in counts]


def asleep_s(worn: Worn) -> float:
    """From the board's ledger."""
    words = next(line for line in worn.told if line.startswith("ledger")).split()
    return int(words[words.index("asleep") + 1]) / 1e6


def test_with_its_radio_on_it_stays_awake(wear_device: Wear):
    """The strap is switched on amid a session that would sleep from its second minute on."""
    for said, slept in (("strap on", False), ("strap off", True)):
        script = f"20 type {said}\n239 ledger\n"
        worn = wear_device(4, seed=31, heart=HEART, script=script, config={"sleep": 1})
        assert (asleep_s(worn) > 60) == slept


@pytest.mark.parametrize(
    ("rate_hz", "minutes"),
    [(50, 12), *(pytest.param(rate_hz, 60, marks=pytest.mark.slow) for rate_hz in (50, 100))],
)
def test_asleep_no_sample_and_no_beat_is_lost(wear_device: Wear, rate_hz: int, minutes: int):
    """A slow sensor clock, and a slow clock of the ESP32 that errs 1 %: the same light and the
    same beats as awake, and the clock that was measured awake."""
    both = []
    for sleep in (0, 1):
        config = {"rate_hz": rate_hz, "sleep": sleep, "reserve_days": 0}
        script = f"{minutes * 60 - 1} ledger\n"
        worn = wear_device(minutes, seed=31, heart=HEART, script=script, config=config)
        both.append((only_session(worn), asleep_s(worn)))
    (awake, never_s), (asleep, slept_s) = both
    assert never_s == 0
    assert slept_s > 0.92 * (60 * minutes - 80)
    assert not [event for event in asleep.events if event.code == GAP]
    assert asleep.samples == pytest.approx(awake.samples, abs=30)
    assert all(a == b for a, b in zip(light(asleep), light(awake), strict=False))
    beats = min(len(asleep.beats), len(awake.beats))
    assert beats > 64 * minutes
    assert asleep.beats[: beats - 2] == awake.beats[: beats - 2]
    scales = [event.value for event in asleep.events if event.code == SCALE]
    assert scales == [pytest.approx(65536 * (1 / 0.99 - 1), abs=15)]
    device, (again, note) = twin.as_logged(asleep), twin.of_journal(asleep)
    assert (device.raw, note) == (again.raw, "")
    mean_ms = sum(i.ibi_ms for i in device.intervals[200:]) / len(device.intervals[200:])
    assert mean_ms == pytest.approx(900, rel=0.002)


def test_a_press_wakes_the_board_and_is_marked_at_its_time(wear_device: Wear):
    """At any moment of the 0.3 s that a sleep takes, though the time after it is wrong."""
    presses_s = [200 + 11.037 * n for n in range(8)]
    script = "".join(f"{t_s:.3f} press 80\n" for t_s in presses_s)
    config = {"rate_hz": 50, "sleep": 1, "light": 0, "buzz": 0}
    worn = wear_device(5, seed=34, script=script, config=config)
    marks = twin.as_logged(only_session(worn)).marks
    assert [mark.kind for mark in marks] == ["event"] * 8
    for mark, t_s in zip(marks, presses_s, strict=True):
        assert mark.t_s + 0.5 == pytest.approx(t_s, abs=0.1)  # the first half second is dropped


@pytest.mark.slow
def test_the_sensors_clock_is_measured_again_after_four_hours(wear_device: Wear):
    """It was cold at first: the clock changes after an hour, and is known again after four."""
    config = {"rate_hz": 50, "sleep": 1, "raw": 0}
    worn = wear_device(4.1 * 60, seed=32, heart=HEART, script="3600 clock 1.005\n", config=config)
    logged = only_session(worn)
    scales = [
        (event.index / 50 / 3600, event.value / 65536)
        for event in logged.events
        if event.code == SCALE
    ]
    assert [scale for _, scale in scales] == pytest.approx([0.0101, -0.005], abs=3e-4)
    assert 4 < scales[1][0] < 4.1


@pytest.fixture
def sleeping(boards: Callable[..., Board], chip: Path, tmp_path: Path) -> Board:
    """A board that measures and sleeps: its minutes for a host are over. Time runs at will until
    a host opens its port, and then as it does."""
    with ChipFiles(chip) as files:
        put(files, "/vagal.json", json.dumps({"rate_hz": 50, "sleep": 1}).encode())
    script = tmp_path / "script.txt"
    script.write_text("100 ledger\n")
    board = boards(speed="max", flash_file=chip, script=script, seed=33)
    assert " asleep 0" not in board.event()
    return board


def test_a_command_reaches_a_board_that_sleeps(sleeping: Board):
    """Also one that must not be sent twice."""
    with Device(sleeping.url) as device:
        assert device.ask("mark glimmer")["marked"] == "glimmer"
        began_s = time.monotonic()
        assert device.ask("status")["sensor"] == "ok"
        assert time.monotonic() - began_s < 1  # it is awake now


def test_a_mark_is_of_the_moment_it_was_asked_for(sleeping: Board, tmp_path: Path):
    """Not of the second or two later when the board is awake. Its newest samples may be a sleep
    old when it says how many there are."""
    with Device(sleeping.url) as device:
        began_s = time.monotonic()
        mark_on(device, "glimmer", "light on the water", began_s)
        samples = device.ask("status")["samples"]
        since_s = time.monotonic() - began_s
        device.ask("stop")
    (pulled,) = pull(sleeping.url, tmp_path / "logs")
    ((index, kind, _),) = journal.decode(pulled.path.read_bytes()).marks
    assert kind == "glimmer"
    assert (samples - index) / 50 == pytest.approx(since_s, abs=0.5)


def test_ports_finds_a_board_that_sleeps(sleeping: Board):
    assert identify(sleeping.url).kind == "vagaband"


def test_the_prompt_comes_from_a_board_that_sleeps(sleeping: Board):
    with Prompt(sleeping.url) as prompt:
        assert prompt.run("print(6 * 7)").strip() == "42"


def test_pull_works_on_a_board_that_sleeps(sleeping: Board, tmp_path: Path):
    pulled = pull(sleeping.url, tmp_path / "logs")
    assert [one.damage for one in pulled] == [""]
