"""`vagaband live`: what a wearer sees, on virtual boards, in a real terminal."""

import contextlib
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import live_picture
import pytest
from cable import Cable
from flashing import runs
from vagaband.device import Device
from vagaband.errors import DeviceError
from vagaband.journal import END, GAP, decode
from vagaband.live.line import Watched
from vagaband.pull import pull
from virtual_board import Board

ANSI = re.compile(r"\x1b(\[[0-9;?]*[ -/]*[@-~]|\][^\x07]*\x07|[()].|[=>])")
SLOW_BAUD = 9600
STOPPED = 1  # why a session ended


class Terminal:
    """`vagaband live` in a terminal of its own: `press()`, `shows()`, `end()`."""

    def __init__(self, *words: str, width: int = 100, height: int = 30) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "vagaband", "live", *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={**os.environ, "TERM": "xterm-256color"},
        )
        os.close(slave)
        self.said = ""

    def resize(self, width: int, height: int) -> None:
        size = struct.pack("HHHH", height, width, 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)

    def press(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def shows(self, text: str, wait_s: float = 20.0) -> bool:
        """Whether a text is on the screen in time, from now on."""
        self.said = ""
        end_s = time.monotonic() + wait_s
        while text not in self.said and time.monotonic() < end_s:
            self.read(0.1)
        return text in self.said

    def read(self, wait_s: float) -> None:
        if select.select([self._master], [], [], wait_s)[0]:
            with contextlib.suppress(OSError):
                data = os.read(self._master, 65536).decode(errors="replace")
                self.said += ANSI.sub("", data)

    def end(self, wait_s: float = 15.0) -> int | None:
        end_s = time.monotonic() + wait_s
        while self.process.poll() is None and time.monotonic() < end_s:
            self.read(0.05)
        self.process.kill()
        code = self.process.wait()
        os.close(self._master)
        return code


def journals(board: Board, folder: Path):
    return [decode(one.path.read_bytes()) for one in pull(board.url, folder)]


def test_marks_by_key_arrive_and_leaving_leaves_the_board_measuring(
    start, chip: Path, tmp_path: Path
):
    board = start(chip)
    assert runs(board)
    picture = tmp_path / "screen.svg"
    seen = Terminal("--port", board.url, "--snapshot", str(picture))
    assert seen.shows("contact    good")
    for key, shown in (("m", "marked: event"), ("g", "marked: glimmer"), (" ", "marked: event")):
        seen.press(key)
        assert seen.shows(shown)
    seen.press("t")
    assert seen.shows("Enter marks")
    seen.press("q\x1b[Arain, m é\x7fè\r")  # an arrow, q and m are no keys here
    assert seen.shows("marked: note qrain, m è")
    seen.resize(64, 20)
    assert seen.shows("q leave")
    seen.press("q")
    assert seen.end() == 0
    assert "goes on measuring" in seen.said
    assert "vagaband live" in picture.read_text()
    assert picture.stat().st_mode & 0o777 == 0o600
    assert goes_on(board)
    with Device(board.url) as device:
        device.ask("stop")
    (journal,) = journals(board, tmp_path / "out")
    assert [kind for _, kind, _ in journal.marks] == ["event", "glimmer", "event", "note"]
    assert journal.marks[-1][2] == "qrain, m è"
    assert [event.arg for event in journal.events if event.code == END] == [STOPPED]


def test_ctrl_c_leaves_the_board_measuring(start, chip: Path):
    """Also amid the typing of a text; the device never gets it, as that would end its session."""
    board = start(chip)
    assert runs(board)
    seen = Terminal("--port", board.url)
    assert seen.shows("contact    good")
    seen.press("t")
    assert seen.shows("Enter marks")
    seen.press("\x03")
    assert seen.end() == 0
    assert goes_on(board)


def goes_on(board: Board) -> bool:
    """Whether the first session is still open and grows."""
    with Device(board.url) as device:
        before = device.ask("status")
        time.sleep(0.3)
        after = device.ask("status")
    return before["session"] == after["session"] == 1 and after["samples"] > before["samples"]


def seconds_of(process: subprocess.Popen, n: int) -> list[dict]:
    assert process.stdout
    return [json.loads(process.stdout.readline()) for _ in range(n)]


@contextlib.contextmanager
def told(*words: str):
    """`live` into a pipe."""
    command = [sys.executable, "-m", "vagaband", "live", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(10)


def test_two_people_in_a_pipe_over_a_slow_line(boards, tmp_path: Path):
    """9600 baud, a second a line for each; the device never waits for who looks on."""
    slow = boards(baud=SLOW_BAUD, seed=3)
    other = boards(seed=4, heart="hp=700,rsa=6")
    with told("--port", slow.url, "--port", other.url) as process:
        lines = seconds_of(process, 16)
    ours, others = lines[::2], lines[1::2]
    assert {line["port"] for line in ours} == {slow.url}
    assert {line["device"] for line in ours} != {line["device"] for line in others}
    for one in (ours, others):
        passed_s = one[-1]["t_s"] - one[0]["t_s"]
        assert passed_s == pytest.approx(7, abs=1.5)
        assert (one[-1]["contact"], one[-1]["trouble"]) == ("on", "")
    assert ours[-1]["heart_period_ms"] == pytest.approx(850, abs=80)
    assert others[-1]["heart_rate_per_min"] == pytest.approx(86, abs=8)
    assert process.returncode == 0
    with Device(slow.url) as device:
        device.ask("stop")
    (journal,) = journals(slow, tmp_path)
    # A machine that has much to do may itself hold up a board in real time.
    assert sum(event.value for event in journal.events if event.code == GAP) < 60
    assert journal.samples > 500


def test_a_cable_that_comes_out_is_told_and_comes_back_by_itself(start, chip: Path):
    board = start(chip)
    assert runs(board)
    with Cable(board.url, out_after=3000) as cable:
        line = Watched(cable.url)

        def until(wanted: Callable[[], bool]) -> bool:
            end_s = time.monotonic() + 15
            while not wanted() and time.monotonic() < end_s:
                line.pump()
            return wanted()

        assert until(lambda: bool(line.person.trouble))
        assert "connection" in line.person.trouble or "no board" in line.person.trouble
        line.mark("event")
        assert line.person.marks == ["not marked: no line to the device"]
        at_s = line.person.t_s
        cable.put_in()
        assert until(lambda: line.person.t_s > at_s and not line.person.trouble)
        line.leave()


def test_a_board_with_firmware_of_old_is_told_to_be_deployed(boards):
    """The tests' own firmware knows no `watch`, as the first release did not."""
    from hostile_board import HostileBoard

    with (
        HostileBoard([{"error": "no such command", "next": "type help"}]) as board,
        pytest.raises(DeviceError, match="too old") as caught,
    ):
        Watched(board.url)
    assert "vagaband deploy" in caught.value.next_step


def test_the_picture_in_readme_is_what_live_shows():
    """The same run of the virtual board; made anew by tests/host/live_picture.py."""
    shown = live_picture.PICTURE.read_text(encoding="utf-8")
    assert live_picture.words(live_picture.picture()) == live_picture.words(shown)
    assert "http" not in shown.replace("http://www.w3.org/2000/svg", "")
