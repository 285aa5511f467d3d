"""Each state is reached on the virtual board and read at its pins; the page is the table."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flashing import ChipFiles, other_firmware, put, put_vagal
from pins import FULL, LEDS, Shown, changes, lit, shown
from vagaband import feedback, journal
from worn import Worn

Wear = Callable[..., Worn]
NOON = 1780315200  # 2026-06-01 12:00 UTC
MIDNIGHT = NOON + 43200
LIGHT, BUZZ = 0.20, 0.75  # of full, by default


@pytest.fixture
def seen(wear_device: Wear, tmp_path: Path) -> Callable[..., list[Shown]]:
    """Wears a device for some minutes, and what its light showed."""

    def wear(minutes: float, script: str, **options: object) -> list[Shown]:
        trace = tmp_path / "pins.csv"
        wear_device(minutes, script=script, pins=trace, seed=3, **options)
        return shown(trace)

    return wear


def names(showings: list[Shown]) -> list[str]:
    return [each.state.name for each in showings]


def between(showings: list[Shown], begin_s: float, end_s: float) -> list[str]:
    return names([each for each in showings if begin_s <= each.t_s < end_s])


def test_what_a_wearer_meets_by_day(seen):
    """A finger, presses, a finger lifted, a dead sensor, something on the button, the end.

    What lies on the button starts an exercise first, which ends when it is seen to be stuck.
    """
    showings = seen(
        4,
        f"1 type time {NOON}\n20 press 120\n30 press 90\n30.3 press 90\n"
        "40 off\n50 on\n70 nak 9\n100 press 30000\n200 type stop\n210 press 100\n",
    )
    assert between(showings, 0, 10) == ["found", "recording"]
    assert between(showings, 20, 21) == ["mark"]
    assert between(showings, 30, 31.5) == ["glimmer"]
    assert between(showings, 40, 50) == ["lost"]
    assert between(showings, 50, 60) == ["found", "recording"]
    assert between(showings, 70, 79) == ["sensor"]
    assert "stuck" in between(showings, 120, 124)
    assert between(showings, 200, 205) == ["stopped"]
    assert between(showings, 210, 213) == ["refused"]
    told = [each for each in showings if not 100 < each.t_s < 120.5]  # but for the pacing light
    for each in told:
        assert max(each.duties) == pytest.approx(FULL * LIGHT, rel=0.02)
        assert each.strength in (0, pytest.approx(FULL * BUZZ, rel=0.01))
    felt = {each.state.name for each in told if each.felt}
    assert {"mark", "glimmer", "lost", "refused"} <= felt
    assert not felt & {"found", "recording", "stuck", "stopped"}


def test_it_is_quiet_while_all_is_well(seen):
    """Ten minutes of good contact: one blink a minute, nothing felt."""
    showings = seen(10, f"1 type time {NOON}\n")
    told = between(showings, 0, 600)
    assert told == ["found"] + ["recording"] * (len(told) - 1)
    assert 9 <= len(told) <= 12
    assert not any(each.felt for each in showings)


def test_a_pulse_that_cannot_be_read_is_told_as_weak_and_seldom(seen):
    """Something lies on the sensor in which no blood flows."""
    showings = seen(2, "1 type mark start\n", heart="perfusion=0,noise=3")
    assert set(between(showings, 0, 120)) == {"weak"}
    assert 3 <= len(showings) <= 5
    assert 5 < showings[0].t_s < 8


def test_a_long_press_starts_an_exercise_and_any_press_stops_it(wear_device: Wear, tmp_path: Path):
    """At once; and that press marks nothing, long or short."""
    trace = tmp_path / "pins.csv"
    script = "20 press 1200\n60 press 80\n70 press 900\n90 press 1500\n100 press 80\n"
    worn = wear_device(2, script=script, pins=trace, seed=3)
    (data,) = worn.files.values()
    logged = journal.decode(data)
    assert [kind for _, kind, _ in logged.marks] == ["event"]
    assert logged.marks[0][0] == pytest.approx(9950, abs=10)
    exercises = [e for e in logged.events if e.code == journal.EXERCISE]
    assert [e.arg > 0 for e in exercises] == [True, False, True, False]
    assert [e.index / 100 for e in exercises] == pytest.approx([20.3, 59.5, 70.3, 89.5], abs=0.15)
    showings = shown(trace)
    for begin_s, end_s in ((20.8, 60), (70.8, 90)):
        assert between(showings, begin_s - 0.1, begin_s + 0.2) == ["exercise"]
        assert between(showings, end_s, end_s + 1) == ["ended"]
        assert not any(begin <= end_s + 0.1 < end for begin, end, _ in lit(trace, LEDS))
        paced = [each for each in lit(trace, LEDS) if begin_s + 1 < each[0] < end_s]
        assert sum(end - begin for begin, end, _ in paced) > 0.9 * (end_s - begin_s - 2)


def test_at_night_it_is_dark_and_silent_but_for_what_was_asked(seen):
    showings = seen(3, f"1 type time {MIDNIGHT}\n40 off\n80 nak 10\n100 on\n120 press 100\n")
    assert between(showings, 10, 180) == ["mark"]
    (mark,) = [each for each in showings if 10 < each.t_s < 180]
    assert max(mark.duties) == pytest.approx(FULL * LIGHT / 4, rel=0.1)
    assert mark.felt == ""


def test_night_is_the_wearers_own_and_ends(seen):
    """Midnight UTC is noon for who lives at +12 h; the fault of the night is told by day."""
    script = f"1 type time {MIDNIGHT}\n40 off\n"
    assert "lost" in names(seen(1, script, config={"utc_min": 720}))
    script = f"1 type time {MIDNIGHT}\n10 off\n100 type time {NOON}\n"
    showings = seen(3, script, config={"night_from": 0, "night_to": 60})
    assert between(showings, 5, 100) == []
    assert between(showings, 100, 135)[0] == "lost"


def test_without_a_clock_nothing_shakes_unasked(seen):
    showings = seen(1.5, "20 off\n40 on\n60 press 100\n")
    assert [each.state.name for each in showings if each.felt] == ["mark"]
    assert "lost" in names(showings)


def test_light_and_vibration_can_be_off(seen, tmp_path: Path):
    seen(0.5, "10 press 100\n20 off\n", config={"light": 0, "buzz": 0})
    assert lit(tmp_path / "pins.csv", (*LEDS, "motor")) == []


def test_flash_that_cannot_be_written_is_a_fault(seen):
    showings = seen(3, f"1 type time {NOON}\n20 eio 100\n")
    told = [each for each in showings if each.state.name == "flash"]
    assert told
    assert told[0].felt


def test_a_battery_that_runs_down_is_told_low_and_then_empty(seen):
    """At 3.5 V it repeats seldom; at 3.2 V the session ends and that is told once."""
    script = f"0 battery 4.0\n1 type time {NOON}\n100 battery 3.5\n300 battery 3.2\n"
    showings = seen(8, script)
    assert "low" not in between(showings, 0, 100)
    assert set(between(showings, 135, 300)) == {"low"}
    assert len(between(showings, 135, 300)) <= 4
    last = [each for each in showings if 330 < each.t_s < 480]
    told = names(last)
    assert told.count("empty") == 1
    assert set(told[told.index("empty") :]) == {"empty"}
    assert next(each for each in last if each.state.name == "empty").felt


def test_a_full_flash_is_told(boards, chip: Path, tmp_path: Path):
    with ChipFiles(chip) as files:
        files.makedirs("/log", exist_ok=True)
        free = (512 - files.used_block_count) * 4096
        put(files, "/log/00001.vbj", bytes(free - 40_000))
    board = boards(flash_file=chip, speed="max", for_min=1, baud=2_000_000, pins=tmp_path / "pins")
    assert board.event().startswith("not worn yet")
    board.stop()
    assert set(names(shown(tmp_path / "pins"))) == {"full"}


def test_a_button_held_at_the_start_shows_the_service_mode(boards, chip: Path, tmp_path: Path):
    """The light stays on by itself: no app runs."""
    script = tmp_path / "script"
    script.write_text("10 press 4000\n10.5 reset\n")
    board = boards(
        flash_file=chip,
        speed="max",
        for_min=1,
        baud=2_000_000,
        pins=tmp_path / "pins",
        script=script,
    )
    assert board.event() == "not worn: the firmware ended"
    last = shown(tmp_path / "pins")[-1]
    assert last.state.name == "service"
    assert last.t_s > 11


def test_a_version_without_a_light_still_comes_to_service_mode(boards, chip: Path, tmp_path: Path):
    """main.py is of the newest version, vagal may be the one before it."""
    older = other_firmware(tmp_path / "older", "0")
    (older / "vagal" / "wearer.py").write_text('"""Of another time."""\nraise ValueError\n')
    with ChipFiles(chip) as files:
        put_vagal(files, older)
    script = "import machine; m = machine.RTC(); m.memory(bytes((0x56, 3))); machine.reset()"
    board = boards(flash_file=chip, speed=4.0, baud=2_000_000)
    board.mpremote("resume", "exec", "--no-follow", script)
    said = board.mpremote("resume", "eval", "1 + 1")
    assert said.strip() == "2"


def test_a_reset_leaves_nothing_on(wear_device, tmp_path: Path):
    """Amid a long sign of light and vibration."""
    trace = tmp_path / "pins.csv"
    script = f"1 type time {NOON}\n20 off\n22.5 reset\n30 on\n"
    wear_device(1, script=script, pins=trace, seed=3)
    at_reset = [(t, name) for t, name, value in changes(trace) if 22.4 < t < 22.6 and not value]
    assert {name for _, name in at_reset} >= {"red", "green", "motor"}


def test_every_state_has_words_and_a_colour_with_a_name():
    rows = feedback.states()
    assert {row.name for row in rows} == set(feedback.MEANINGS)
    assert {row.colour for row in rows} <= set(feedback.COLOURS)
    assert all(len(words) == len(feedback.LANGUAGES) for words in feedback.MEANINGS.values())


def test_the_wear_guides_have_the_table():
    """To write it anew: python -m vagaband.feedback."""
    for language, page in feedback.PAGES.items():
        assert page.read_text(encoding="utf-8") == feedback.page(language)
        assert feedback.table(language).count("\n") == 2 + len(feedback.states())
