"""Flash: a blank chip becomes a device with one command, and nothing that breaks it sticks."""

import os
import pty
import random
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import esp_image
import pytest
import serial
from flashing import killed_after, one_sentence, runs, vagaband
from vagaband.board_files import firmware_hash
from vagaband.device import Device
from vagaband.esptool_run import failure
from vagaband.paths import firmware_dir
from vagaband.tools import Ran, run_tool
from virtual_board import FS_OFFSET, Board, log_files

Start = Callable[..., Board]
OURS = firmware_hash(firmware_dir())
S2_MAGIC = 0x000007C6
WRONG_CHIP = f"""
import sys
from vagaband.board import BoardOptions, rom_facts, run_board
from pathlib import Path
rom_facts.REGISTERS[0x40001000] = {S2_MAGIC}
run_board(BoardOptions(flash_file=Path(sys.argv[1])))
"""


@pytest.fixture
def image(tmp_path: Path) -> Path:
    file = tmp_path / "image.bin"
    file.write_bytes(esp_image.combined())
    return file


def esptool(*words: str) -> str:
    """Stock esptool, with its default resets."""
    done = subprocess.run(
        [sys.executable, "-m", "esptool", *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_from_a_blank_chip_to_a_device_and_again_with_its_logs_and_without(
    start: Start, image: Path, tmp_path: Path
):
    chip = tmp_path / "chip"
    board = start(chip)
    flash = ("flash", "--port", board.url, "--image", str(image))
    done = vagaband(*flash, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "It sees a pulse: " in done.stdout
    assert "logs and configuration stay" in done.stderr
    assert f"firmware {OURS}" in done.stderr
    assert chip.read_bytes()[0x1000:].startswith(image.read_bytes())
    assert runs(board) == OURS
    assert vagaband("pull", "--port", board.url, cwd=tmp_path).returncode == 0
    assert list((tmp_path / "vagaband-sessions").glob("*-00001.vbj"))
    verified = esptool("--port", board.url, "verify-flash", "0x1000", str(image))
    assert "verification successful" in verified.lower()
    runs(board)
    first = log_files(chip)["00001.vbj"]

    done = vagaband(*flash, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    logs = log_files(chip)
    assert logs["00001.vbj"].startswith(first)
    assert "00002.vbj" in logs

    done = vagaband(*flash, "--erase", cwd=tmp_path)
    assert done.returncode != 0
    assert "Erase the whole flash" in done.stderr
    assert log_files(chip)["00001.vbj"].startswith(first)
    done = vagaband(*flash, "--erase", "--yes", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert '"session": 1' in done.stdout
    assert not log_files(chip).get("00001.vbj", b"").startswith(first)


def test_a_slow_bridge_is_written_at_115200_baud(start: Start, image: Path, tmp_path: Path):
    board = start(tmp_path / "chip", fastest_baud=115200)
    done = vagaband("flash", "--port", board.url, "--image", str(image), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert runs(board) == OURS


def test_another_chip_is_refused_by_its_name(image: Path, tmp_path: Path):
    chip = tmp_path / "chip"
    process = subprocess.Popen(
        [sys.executable, "-c", WRONG_CHIP, str(chip)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        url = process.stdout.readline().strip()
        done = vagaband(
            *("flash", "--port", url, "--image", str(image), "--erase", "--yes"), cwd=tmp_path
        )
    finally:
        process.terminate()
        process.communicate(timeout=10)
    assert done.returncode == 1
    assert "is an ESP32-S2, not an ESP32; nothing was written" in done.stderr
    assert one_sentence(done.stderr)
    assert set(chip.read_bytes()) == {0xFF}


class Cable:
    """A line to a board that is pulled out after so many bytes of the host."""

    def __init__(self, url: str, after: int) -> None:
        self._far = int(url.rsplit(":", 1)[1])
        self._left = after
        self._near = socket.create_server(("127.0.0.1", 0))
        self.url = f"rfc2217://127.0.0.1:{self._near.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                host, _ = self._near.accept()
            except OSError:
                return
            board = socket.create_connection(("127.0.0.1", self._far))
            threading.Thread(target=self._carry, args=(board, host), daemon=True).start()
            while data := self._take(host):
                board.sendall(data)
                self._left -= len(data)
                if self._left <= 0:
                    self._near.close()
                    break
            for end in (host, board):
                end.shutdown(socket.SHUT_RDWR)  # close() waits for the other thread

    def _take(self, end: socket.socket) -> bytes:
        try:
            return end.recv(4096)
        except OSError:
            return b""

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        while data := self._take(source):
            try:
                target.sendall(data)
            except OSError:
                return


def test_a_cable_pulled_during_the_write(start: Start, tmp_path: Path):
    image = tmp_path / "image.bin"
    noise = random.Random(3).randbytes(400_000)  # does not compress: the write takes a while
    image.write_bytes(esp_image.combined(body=noise))
    board = start(tmp_path / "chip")
    cable = Cable(board.url, 150_000)
    done = vagaband("flash", "--port", cable.url, "--image", str(image), cwd=tmp_path)
    assert done.returncode == 1
    assert one_sentence(done.stderr), done.stderr
    assert "wrote" not in done.stderr
    done = vagaband("flash", "--port", board.url, "--image", str(image), cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_port_that_is_not_there_busy_or_something_else(
    start: Start, image: Path, tmp_path: Path
):
    board = start(tmp_path / "chip")
    ours, theirs = pty.openpty()
    with serial.serial_for_url(board.url), serial.Serial(os.ttyname(theirs), exclusive=True):
        for port, said in (
            ("/dev/ttyNothing", "no board to talk to at /dev/ttyNothing"),
            ("rfc2217://127.0.0.1:1", "no board to talk to"),
            (board.url, "Another program holds"),
            (os.ttyname(theirs), "Another program holds"),
        ):
            done = vagaband("flash", "--port", port, "--image", str(image), cwd=tmp_path)
            assert done.returncode == 1
            assert said in done.stderr, done.stderr
            assert one_sentence(done.stderr)
    done = vagaband("flash", "--port", os.ttyname(theirs), "--image", str(image), cwd=tmp_path)
    os.close(ours)
    os.close(theirs)
    assert done.returncode == 1
    assert "does not answer" in done.stderr, done.stderr
    assert one_sentence(done.stderr)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("A fatal error occurred: Failed to connect to ESP32: No serial data received.", "BOOT"),
        ("Could not open /dev/ttyUSB0, the port is gone", "the cable"),
        ("A fatal error occurred: Wrong boot mode detected (0x13)!", "BOOT"),
        ("A fatal error occurred: MD5 of file does not match data in flash!", "Run this again"),
        ("No module named esptool", "pip install"),
        ("A fatal error occurred: what nobody has seen yet.", "what nobody has seen yet"),
    ],
)
def test_what_esptool_says_becomes_one_sentence(words: str, said: str):
    error = failure("/dev/ttyUSB0", Ran(2, ["Connecting...", words, ""]))
    assert said in str(error)
    assert error.next_step


def test_a_tool_that_hangs_is_ended(tmp_path: Path):
    module = tmp_path / "sleeper.py"
    module.write_text("import time\nprint('up', flush=True)\ntime.sleep(60)\n")
    before = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = str(tmp_path)
    try:
        assert run_tool("sleeper", timeout_s=1.5) == Ran(None, ["up"])
    finally:
        os.environ["PYTHONPATH"] = before


def kill_and_repeat(start: Start, image: Path, tmp_path: Path, seed: int, moments: int) -> None:
    """Kill a flash at a random moment; then the same command succeeds, on the same board."""
    draw = random.Random(seed)
    board = start(tmp_path / "chip")
    words = ("flash", "--port", board.url, "--image", str(image))
    for _ in range(moments):
        killed_after(draw.uniform(0.3, 11.0), *words, cwd=tmp_path)
        done = vagaband(*words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        with Device(board.url) as device:
            assert device.ask("status")["firmware"] == OURS


def test_killed_at_a_random_moment(start: Start, image: Path, tmp_path: Path):
    kill_and_repeat(start, image, tmp_path, seed=1, moments=1)


@pytest.mark.slow
def test_killed_at_twenty_random_moments(start: Start, image: Path, tmp_path: Path):
    kill_and_repeat(start, image, tmp_path, seed=2, moments=20)


@pytest.mark.parametrize(
    "size",
    [
        pytest.param(8192, id="half made", marks=pytest.mark.slow),
        pytest.param(100_000, id="another program's"),
    ],
)
def test_a_file_system_that_is_none(start: Start, image: Path, tmp_path: Path, size: int):
    """A reset while it was being made leaves nothing to keep; what fills more is kept."""
    chip = tmp_path / "chip"
    data = bytearray(b"\xff" * (4 << 20))
    data[FS_OFFSET : FS_OFFSET + size] = random.Random(1).randbytes(size)
    chip.write_bytes(data)
    board = start(chip)
    done = vagaband("flash", "--port", board.url, "--image", str(image), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "MicroPython makes a new one" in done.stderr
    kept = [file.read_bytes() for file in (tmp_path / "vagaband-sessions").glob("*-flash.bin")]
    assert kept == ([] if size == 8192 else [data[FS_OFFSET:]])
