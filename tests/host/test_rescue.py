"""Rescue: from every state that a board gets into, back to a device, its logs first."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import esp_image
import pytest
from flashing import ChipFiles, compiled, one_sentence, put, runs, vagaband
from torture.small_sessions import written
from vagaband.board_files import firmware_hash
from vagaband.paths import firmware_dir
from virtual_board import FS_OFFSET, Board

Start = Callable[..., Board]
OURS = firmware_hash(firmware_dir())
LOG = hashlib.sha256(b"a log").digest() * 900


@pytest.fixture
def chip(chip: Path) -> Path:
    """A chip with the firmware and a log on it."""
    with ChipFiles(chip) as files:
        files.makedirs("/log", exist_ok=True)
        put(files, "/log/00003.vbj", LOG)
    return chip


@pytest.fixture
def no_net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a cached image nor a way to fetch one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")


def rescue(board: Board, folder: Path, *words: str) -> tuple[str, Path]:
    """Rescue a board with one command; what it said, and the folder of what was saved."""
    done = vagaband("rescue", "--port", board.url, "--json", *words, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["firmware"] == OURS
    assert runs(board) == OURS
    return done.stderr, folder / "vagaband-sessions"


def saved_log(folder: Path) -> bytes:
    (path,) = folder.glob("*-00003.vbj")
    assert path.stat().st_mode & 0o777 == 0o600
    return path.read_bytes()


@pytest.mark.parametrize(
    "main",
    [
        "1 / 0\n",
        "import machine, time\nmachine.WDT(timeout=1500)\nwhile True:\n    time.sleep_ms(50)\n",
        "this is half a fi",
    ],
    ids=["crashes at boot", "watchdog loop", "half a main.py"],
)
def test_a_main_that_does_not_run(start: Start, chip: Path, tmp_path: Path, main: str):
    with ChipFiles(chip) as files:
        put(files, "/main.py", main.encode())
    said, folder = rescue(start(chip), tmp_path)
    assert saved_log(folder) == LOG
    assert "MicroPython does" in said
    with ChipFiles(chip) as files:
        assert "00003.vbj" in files.listdir("/log")


def test_half_copied_firmware(start: Start, chip: Path, tmp_path: Path):
    with ChipFiles(chip) as files:
        for name in ("rsa.mpy", "recorder.mpy", "pipeline.mpy"):
            files.remove(f"/vagal/{name}")
        put(files, "/vagal/link.mpy", compiled(firmware_dir()).vagal["link.mpy"][:700])
    _, folder = rescue(start(chip), tmp_path)
    assert saved_log(folder) == LOG


def test_a_corrupt_file_system_is_kept_as_a_file_and_its_sessions_are_carved_out(
    start: Start, chip: Path, tmp_path: Path
):
    """MicroPython only repeats that it is corrupt; after the rescue the board records again."""
    sessions = {written(number, "5ea51de5", 1) for number in (1, 2)}
    with ChipFiles(chip) as files:
        for number, session in enumerate(sessions, 1):
            put(files, f"/log/{number:05d}.vbj", session)
    data = bytearray(chip.read_bytes())
    data[FS_OFFSET : FS_OFFSET + 8192] = b"\xa5" * 8192  # both superblocks
    chip.write_bytes(data)
    said, folder = rescue(start(chip), tmp_path)
    (copy,) = folder.glob("*-flash.bin")
    assert copy.read_bytes() == data[FS_OFFSET:]
    assert copy.stat().st_mode & 0o777 == 0o600
    carved = list(folder.glob("*-carved-*.vbj"))
    assert {path.read_bytes() for path in carved} == sessions
    assert {path.stat().st_mode & 0o777 for path in carved} == {0o600}
    assert "erased the file system" in said


KEEPS_ALL_KEYS = """
import time
while True:
    try:
        time.sleep_ms(50)
    except BaseException:
        pass
"""


@pytest.mark.parametrize(
    "main",
    ["import machine\nmachine.reset()\n", pytest.param(KEEPS_ALL_KEYS, marks=pytest.mark.slow)],
    ids=["resets", "keeps all keys"],
)
@pytest.mark.usefixtures("no_net")
def test_a_program_that_lets_nobody_in_is_erased_and_its_logs_are_read_from_the_flash(
    start: Start, chip: Path, tmp_path: Path, main: str
):
    """MicroPython can't be written anew without an image: the file system alone has to do."""
    with ChipFiles(chip) as files:
        put(files, "/main.py", main.encode())
    said, folder = rescue(start(chip), tmp_path)
    assert saved_log(folder) == LOG
    assert "nothing that answers" in said
    assert "erased the file system" in said


def test_an_image_that_was_half_written_leaves_the_logs_on_the_board(
    start: Start, chip: Path, tmp_path: Path
):
    data = bytearray(chip.read_bytes())
    data[0x1000:0x1800] = b"\xff" * 2048
    chip.write_bytes(data)
    image = tmp_path / "image.bin"
    image.write_bytes(esp_image.combined())
    said, folder = rescue(start(chip), tmp_path, "--image", str(image))
    assert saved_log(folder) == LOG
    assert "erased" not in said
    with ChipFiles(chip) as files:
        assert "00003.vbj" in files.listdir("/log")


def test_another_version_of_micropython(start: Start, chip: Path, tmp_path: Path):
    """The virtual board has one MicroPython only: boot.py makes it say that it is an old one."""
    with ChipFiles(chip) as files:
        put(
            files,
            "/boot.py",
            b"import sys\nfrom collections import namedtuple\n"
            b"old = namedtuple('old', ('name', 'version', '_machine', '_mpy'))\n"
            b"sys.implementation = old('micropython', (1, 19, 1), 'ESP32', 10757)\n",
        )
        put(files, "/main.py", b"import what_came_later\n")
    image = tmp_path / "image.bin"
    image.write_bytes(esp_image.combined())
    said, folder = rescue(start(chip), tmp_path, "--image", str(image))
    assert saved_log(folder) == LOG
    assert "another version" in said
    assert "wrote image.bin" in said


def test_a_board_that_is_well_is_pulled_and_gets_the_firmware_anew(
    start: Start, chip: Path, tmp_path: Path
):
    with ChipFiles(chip) as files:
        files.remove("/log/00003.vbj")
    board = start(chip)
    runs(board)
    said, folder = rescue(board, tmp_path)
    assert "vagaband answers" in said
    assert list(folder.glob("*-00001.vbj"))


@pytest.mark.usefixtures("no_net")
def test_a_blank_chip_needs_an_image(start: Start, tmp_path: Path):
    board = start(tmp_path / "blank")
    done = vagaband("rescue", "--port", board.url, cwd=tmp_path)
    assert done.returncode == 1
    assert one_sentence(done.stderr)
    assert "--image" in done.stderr
