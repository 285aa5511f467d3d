"""Marks of button and PC: none lost, none doubled, each at its moment, in any language."""

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from flashing import one_sentence, vagaband
from vagaband import journal, pull, twin
from vagaband.device import Device
from vagaband.errors import InputError
from vagaband.export import to_csv
from vagaband.mark import checked, mark
from vagaband.open_recording import open_recording
from vagaband.session import Mark
from virtual_board import Board
from worn import Worn, only_session

Wear = Callable[..., Worn]
Start = Callable[..., Board]
SETTLED_S = 0.5  # the script counts from the sensor's first sample, a session from the 51st
LATEST_S = 0.1
SINGLE = ("event",)  # in an erase a release and a press after it look like one
LONGEST_MS = 180  # of a press: between two of them is more than an erase then
WORDS = {
    "Dutch": "een vriendin belde: één kop thee, ’s avonds op de veranda",
    "Chinese": "下雨了，在窗边喝茶，听见孩子们在楼下笑。" * 3,
    "Persian": "چای می‌نوشم و باران می‌بارد",
    "emoji": "☀️ 👩‍👩‍👧 🏳️‍🌈 🫖",
    "quotes": """it's "so" \\ good, {1: [2]} | ; $HOME""",
}


def marks_of(worn: Worn) -> list[Mark]:
    (data,) = worn.files.values()
    logged = journal.decode(data)
    assert set(logged.integrity.values()) == {0}
    return twin.as_logged(logged).marks


def presses(
    n: int, every_s: float, seed: int, kinds: Sequence[str] = ("event", "event", "glimmer")
) -> tuple[str, list[tuple[float, str]]]:
    """A script of presses and typed marks at any moment, and what they should be in the log."""
    draw = random.Random(seed)
    lines, truth = [], []
    for k in range(n):
        at = round(5 + every_s * k + draw.uniform(0, every_s - 1.2), 3)
        kind = draw.choice(kinds)
        truth.append((at - SETTLED_S, kind))
        if kind == "typed":
            lines.append(f"{at} type mark typed")
            continue
        lines.append(f"{at} press {draw.randint(50, LONGEST_MS)}")
        if kind == "glimmer":
            lines.append(f"{at + 0.3:.3f} press {draw.randint(50, 120)}")
    return "\n".join(lines) + "\n", truth


def errors_s(worn: Worn, truth: list[tuple[float, str]]) -> list[float]:
    found = sorted(marks_of(worn), key=lambda mark: mark.t_s)
    assert [mark.kind for mark in found] == [kind for _, kind in truth]
    return [mark.t_s - t_s for mark, (t_s, _) in zip(found, truth, strict=True)]


def test_marks_are_at_their_moment_whatever_the_device_does(wear_device: Wear):
    """240 marks in ten minutes of flushes and epochs; a fresh chip's erases."""
    script, truth = presses(240, 2.4, 5, ("event", "event", "glimmer", "typed"))
    errors = errors_s(wear_device(10, seed=5, script=script), truth)
    assert max(map(abs, errors)) < LATEST_S


def test_presses_amid_erases_of_a_fifth_of_a_second_are_at_their_moment(wear_device: Wear):
    """Four times what a chip takes: the interrupt comes when the erase is over."""
    script, pressed = presses(120, 4.8, 6, SINGLE)
    worn = wear_device(10, seed=5, script=script, erase_us=(180_000, 200_000))
    assert max(map(abs, errors_s(worn, pressed))) < LATEST_S + 0.01


@pytest.mark.slow
def test_the_slowest_erase_loses_no_press(wear_device: Wear):
    """0.4 s each: nothing on an ESP32 sees the moment, and half of it may be missed."""
    script, pressed = presses(120, 4.8, 7, SINGLE)
    worn = wear_device(10, seed=5, script=script, erase_us=(400_000, 400_001))
    assert max(map(abs, errors_s(worn, pressed))) < 0.22


def test_a_slow_sensor_and_a_sensor_that_is_away_move_no_mark(wear_device: Wear):
    """1.5 % off; four minutes on, when that is known, the bus fails for 20 s."""
    script = "150 press 100\n240 nak 20\n250 press 100\n250.3 press 90\n290 press 100\n"
    found = marks_of(wear_device(5.5, seed=5, script=script, heart="hp=900,clock=0.985"))
    assert [mark.kind for mark in found] == ["event", "glimmer", "event"]
    assert [mark.t_s for mark in found] == pytest.approx([149.5, 249.5, 289.5], abs=0.3)


def test_a_mark_of_a_moment_ago(wear_device: Wear):
    """As a host says it that had to wake the board; a nonsense of one marks nothing."""
    script = "60 type mark -1500 event tea\n70 type mark -x event\n80 type mark -9 \n"
    script += "90 type mark --99999 event later\n"
    found, later = marks_of(wear_device(2, seed=5, script=script))
    assert (found.kind, found.text) == ("event", "tea")
    assert found.t_s == pytest.approx(60 - SETTLED_S - 1.5, abs=LATEST_S)
    assert later.t_s == pytest.approx(90 - SETTLED_S, abs=LATEST_S)  # no mark is of the future


def test_a_press_wakes_a_board_that_sleeps(wear_device: Wear):
    """Light sleep between drains; its interrupt is off then, the level wakes it. After a press it
    shows a sign, and what is left of that turn is no time to sleep: samples would be lost."""
    script, truth = presses(75, 3.2, 8)
    pressed = [(t_s + 90, kind) for t_s, kind in truth]
    lines = [line.split(" ", 1) for line in script.splitlines()]
    script = "".join(f"{float(at) + 90:.3f} {rest}\n" for at, rest in lines)
    worn = wear_device(6, seed=5, script=script, config={"sleep": 1})
    assert max(map(abs, errors_s(worn, pressed))) < LATEST_S
    assert not [event for event in only_session(worn).events if event.code == journal.GAP]


def test_no_button_fitted_no_marks(wear_device: Wear):
    """Its pin is pulled up: five minutes of everything else set none."""
    script = "20 off\n30 on\n60 stall 0.5\n90 reset\n150 nak 4\n"
    worn = wear_device(5, seed=5, script=script)
    for data in worn.files.values():
        assert journal.decode(data).marks == []


def test_a_mark_of_the_button_is_a_mark_like_others(wear_device: Wear, run_cli, tmp_path: Path):
    """In what pull fetches, in replay and in the export."""
    worn = wear_device(1, seed=5, script="20 press 100\n30 type mark tea green\n")
    (one,) = pull.pull(worn.board.url, tmp_path)
    code, out, _ = run_cli("replay", str(one.path), "--json")
    assert code == 0
    marks = json.loads(out)["marks"]
    assert [(mark["kind"], mark["text"]) for mark in marks] == [("event", ""), ("tea", "green")]
    assert [mark["t_s"] for mark in marks] == pytest.approx([19.5, 29.5], abs=LATEST_S)
    cells = to_csv([open_recording(one.path)])
    assert "event" in cells
    assert "green" in cells


def test_words_of_any_language_arrive_whole(start: Start, chip: Path, tmp_path: Path):
    board = start(chip)
    for language, text in WORDS.items():
        assert mark(board.url, language, text) == {"marked": language, "text": text}
    with Device(board.url) as device:
        device.ask("stop")
    (one,) = pull.pull(board.url, tmp_path)
    kept = journal.decode(one.path.read_bytes()).marks
    assert {kind: text for _, kind, text in kept} == WORDS


def test_a_mark_without_a_session_is_refused_in_words(start: Start, chip: Path, tmp_path: Path):
    board = start(chip)
    with Device(board.url) as device:
        device.ask("stop")
    done = vagaband("mark", "glimmer", "--port", board.url, cwd=tmp_path)
    assert done.returncode == 1
    assert "no session is open" in done.stderr


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("", "x", "one word"),
        ("two words", "x", "one word"),
        ("k" * 25, "", "one word"),
        ("event", "x" * 121, "keeps 120"),
        ("event", "茶" * 100, "bytes too long"),
        ("event", "a\x1b[31mb", "can't be shown"),
        ("event", "a\u202eb", "can't be shown"),
    ],
)
def test_what_the_device_could_not_keep_whole_is_refused_before_it_is_sent(kind, text, said):
    with pytest.raises(InputError, match=said):
        checked(kind, text)


def test_a_sentence_alone_is_an_event():
    assert checked("  a friend  called", "") == ("event", "a friend called")
    assert checked("glimmer", "") == ("glimmer", "")


def test_the_longest_that_fits_is_sent(start: Start, chip: Path, tmp_path: Path):
    """225 bytes: each limit, of signs and of bytes, is the device's own."""
    board = start(chip)
    for kind, text in (("k" * 24, "x" * 120), ("茶", "茶" * 71), ("é" * 24, "🫖" * 42)):
        assert checked(kind, text) == (kind, text)
        assert mark(board.url, kind, text)["marked"] == kind
    done = vagaband("mark", "glimmer", "een zin", "--port", board.url, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"marked": "glimmer", "text": "een zin"}


def test_a_wrong_call_is_one_sentence(tmp_path: Path):
    done = vagaband("mark", "two words", "more", "--port", "/dev/none", cwd=tmp_path)
    assert done.returncode == 2
    assert one_sentence(done.stderr)
