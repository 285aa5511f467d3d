"""The model, the screen and the keys of `vagaband live`: a person's state in words and lines."""

from typing import Any

import numpy as np
import pytest
from rich.console import Console
from vagaband.live.canvas import beat_line, lines_of, pulse
from vagaband.live.look import Look
from vagaband.live.model import Person
from vagaband.live.run import Typing
from vagaband.live.screen import screen
from vagaband.mark import checked
from vagaband.session import Epoch


def epoch(**values: Any) -> Epoch:
    usual = {
        "t_s": 0.0,
        "ln_ms2": 6.21,
        "bp_ln_ms2": 6.4,
        "rmssd_ms": 40.0,
        "mean_hp_ms": 850.0,
        "corrected_share": 0.0,
        "valid": True,
        "reason": "",
        "run": 0,
        "breath_per_min": 14.0,
        "breath_confidence": "good",
    }
    return Epoch(**{**usual, **values})


def look(at_s: float, seconds: float = 10.0, **values: Any) -> Look:
    """A stretch of a pulse of 75 a minute, begun at a second."""
    index = np.arange(round(100 * at_s), round(100 * (at_s + seconds)), 4)
    light = np.rint(131072 - 600 * np.sin(2 * np.pi * index / 80) ** 3).astype(int)
    usual = {
        "rate_hz": 100,
        "light": list(zip(index.tolist(), light.tolist(), strict=True)),
        "beats": [float(b) for b in index if b % 80 == 0],
        "intervals": [(800.0, "ok")] * 12,
        "contact": "on",
        "moving": False,
        "epoch": None,
    }
    return Look(**{**usual, **values})


STATE = {"device": "c0ffee", "session": 7, "sensor": "ok", "free": 1_500_000, "config": "ok"}


def drawn(person: Person, width: int = 100, height: int = 30, now_s: float = 0.0) -> str:
    """The screen without any colour."""
    console = Console(width=width, height=height, no_color=True, force_terminal=False)
    with console.capture() as kept:
        console.print(screen([person], width, height, now_s))
    return kept.get()


def person(state: dict | None = None, **values: Any) -> Person:
    known = Person("port")
    known.answer({**STATE, **(state or {})})
    known.look(look(0.0, **values), 0.0)
    return known


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"contact": "off"}, "no finger: put it on"),
        ({"contact": "weak"}, "weak: no pulse seen: loosen the cuff"),
        ({"contact": "saturated"}, "too much light"),
        ({"moving": True}, "moving: keep the hand still"),
        ({"intervals": [(800.0, "ok")] * 8 + [(700.0, "missed")] * 4}, "poor: many beats"),
        ({}, "the first after 45 s of steady pulse"),
        ({"epoch": epoch()}, "6.21 ln ms²  valid"),
        ({"epoch": epoch(breath_per_min=6.0)}, "6.21 ln ms², BP-RSA 6.40  valid"),
        ({"epoch": epoch(lock_in_ln_ms2=7.1)}, "6.21 ln ms², at the pace 7.10"),
        ({"epoch": epoch(valid=False, reason="motion")}, "refused: the finger moved"),
        (
            {"epoch": epoch(valid=False, reason="irregular")},
            "refused: a rhythm that breathing does not explain",
        ),
        ({"epoch": epoch(breath_confidence="fair")}, "14.0 a minute (fair)"),
    ],
)
def test_every_state_is_in_words_and_says_what_to_do(values: dict, said: str):
    """Not in colour alone: the screen is drawn without any."""
    assert said in drawn(person(**values))


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({}, "1.5 MB free"),
        ({"battery_percent": 64, "battery": "ok"}, "battery 64 %, 1.5 MB free"),
        ({"battery_percent": 7, "battery": "low"}, "battery 7 % (low, charge it soon)"),
        ({"battery_percent": None, "battery": "unknown"}, "board      1.5 MB free"),
        ({"exercise": "6 a minute"}, "exercise: 6 a minute"),
        ({"sensor": "bus fault"}, "bus fault; run vagaband doctor"),
        ({"config": "is no JSON"}, "is no JSON"),
        ({"session": 0, "flash": "full"}, "no session is open: run vagaband pull --free"),
        ({"session": 0, "flash": "ok"}, "no session is open: type start"),
        ({"session": 0, "battery": "empty"}, "the battery is empty, charge it"),
    ],
)
def test_the_board_s_own_state_is_told(state: dict, said: str):
    assert said in drawn(person(state))


def test_what_is_old_is_said_to_be():
    known = person()
    assert "nothing comes any more" in drawn(known, now_s=10.0)
    assert known.as_json(10.0)["trouble"] == "nothing comes"
    known.trouble = "The connection broke."
    assert "The connection broke." in drawn(known)


@pytest.mark.parametrize("width", [60, 80, 119, 200])
@pytest.mark.parametrize("height", [12, 24, 50])
def test_any_terminal_of_sixty_signs_is_filled_and_not_exceeded(width: int, height: int):
    lines = drawn(person(epoch=epoch()), width, height).splitlines()
    assert max(len(line) for line in lines) <= width
    assert len(lines) <= max(height, 14)
    assert "RSA" in "\n".join(lines)


@pytest.mark.parametrize("asked", ["", "x" * 100, "电话" * 50])
def test_a_text_that_is_typed_takes_one_line(asked: str):
    console = Console(width=80, height=24, force_terminal=False)
    with console.capture() as kept:
        console.print(screen([person()], 80, 24, 0.0, asked))
    lines = kept.get().splitlines()
    assert len(lines) <= 24
    assert lines[-1].startswith(" text: ")
    assert lines[-1].rstrip().endswith("Enter marks, Esc leaves it")


def test_two_people_stand_side_by_side_where_there_is_room():
    people = [person({"device": "aaaa"}), person({"device": "bbbb"})]
    for width, together in ((130, True), (100, False)):
        console = Console(width=width, height=32, no_color=True, force_terminal=False)
        with console.capture() as kept:
            console.print(screen(people, width, 32, 0.0))
        first = next(line for line in kept.get().splitlines() if "aaaa" in line)
        assert ("bbbb" in first) is together
        assert "bbbb" in kept.get()
        assert len(kept.get().splitlines()) <= 33


def test_another_session_begins_with_an_empty_picture():
    known = person(epoch=epoch())
    known.look(look(0.0, 2.0), 0.0)
    assert known.t_s < 3
    assert not known.epochs
    known.answer({**STATE, "session": 0})
    assert not known.light


def test_a_board_gone_mad_takes_no_memory():
    known = person()
    for _ in range(300):
        known.look(look(0.0, epoch=epoch(), light=[(5, 0)] * 255, beats=[0.0] * 255), 0.0)
        known.look(look(9e7, 1.0), 0.0)
    assert len(known.light) + len(known.beats) + len(known.intervals) + len(known.epochs) < 1000
    assert "RSA" in drawn(known)


def test_foreign_text_cannot_draw_on_the_screen():
    bad = {"device": "\x1b[2J" * 9, "battery_percent": "\x9b[2J", "exercise": "\u202e" * 99}
    shown = drawn(person({**bad, "battery": ["[bold]"]}))
    assert all(sign.isprintable() or sign == "\n" for sign in shown)


def test_typing_makes_marks_and_nothing_else():
    marks: list[tuple[str, str]] = []
    typing = Typing(lambda kind, text: marks.append((kind, text)))
    typing.press("mxg tab\rt  \rtqm\x1b")
    assert marks == [("event", ""), ("glimmer", ""), ("event", ""), ("note", "ab")]
    assert (typing.asked, typing.leaves) == (None, False)
    typing.press("t" + "x" * 500 + "\n")
    assert len(marks[-1][1]) == 100
    typing.press("t" + "电" * 500 + "\n")
    assert checked(*marks[-1]) == ("note", "电" * 71)  # what is shown is what is kept
    typing.press("q")
    assert typing.leaves


# Lines of dots


def test_a_pulse_is_upright_and_a_step_of_the_led_is_taken_out():
    t = np.arange(250) / 25
    light = 131072 - 800 * np.sin(2 * np.pi * t)
    wave = pulse(light.tolist(), 25)
    assert np.corrcoef(wave[25:-25], np.sin(2 * np.pi * t)[25:-25])[0, 1] > 0.99
    light[120:] *= 0.6
    stepped = pulse(light.tolist(), 25)
    assert np.ptp(stepped) < 1.7 * np.ptp(wave)


def test_lines_are_drawn_where_the_values_are():
    flat = lines_of(np.array([0.0, 1.0]), np.array([5.0, 5.0]), 10, 3, 1.0)
    assert [bool(line.strip()) for line in flat] == [False, True, False]
    rise = lines_of(np.linspace(0, 1, 20), np.linspace(0, 1, 20), 10, 2, 0.1)
    assert rise[0].strip() == rise[0].lstrip()
    assert rise[1][0] != " "
    assert rise[0][-1] != " "
    broken = lines_of(np.linspace(0, 1, 20), np.r_[np.ones(8), [np.nan] * 6, np.ones(6)], 10, 1, 1)
    assert " " in broken[0].strip()
    assert lines_of(np.zeros(0), np.zeros(0), 4, 2, 1.0) == ["    ", "    "]
    assert beat_line([0.0, 0.5, 1.0, 1.5, -1], 10) == "▴    ▴   ▴"
