"""Deploy: whatever happens, the board keeps a version that runs."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import serial
from flashing import ChipFiles, killed_after, other_firmware, put, runs, vagaband
from littlefs import LittleFSError
from vagaband import deploy
from vagaband.board.flash_file import temporary_chip
from vagaband.board.interpreter import run_micropython
from vagaband.deploy import firmware_hash
from vagaband.errors import DeviceError
from vagaband.paths import firmware_dir
from virtual_board import Board

Start = Callable[..., Board]
OURS = firmware_hash(firmware_dir())
CUT_SWITCH = Path(__file__).with_name("cut_switch.py")


def test_a_new_version_runs_and_the_old_one_logs_and_configuration_stay(
    start: Start, chip: Path, tmp_path: Path
):
    with ChipFiles(chip) as files:
        put(files, "/vagal.json", b'{"raw": 0}')
        files.makedirs("/log", exist_ok=True)
        put(files, "/log/00007.vbj", b"a log")
    new = other_firmware(tmp_path / "new", "9")
    board = start(chip)
    assert runs(board) == OURS
    assert deploy.deploy(board.url, new) == firmware_hash(new)
    assert runs(board) == firmware_hash(new) != OURS
    clock_s = deploy.await_status(board.url, 10)["clock_s"]
    assert clock_s > 800_000_000  # since 2000: it is set
    board.stop()
    with ChipFiles(chip) as files:
        assert {"main.py", "vagal", "vagal.old", "log", "vagal.json"} <= set(files.listdir("/"))
        assert "vagal.new" not in files.listdir("/")
        old = {name: read(files, f"/vagal.old/{name}") for name in files.listdir("/vagal.old")}
        assert read(files, "/vagal.json") == b'{"raw": 0}'
        assert read(files, "/log/00007.vbj") == b"a log"
    assert old == {f.name: f.read_bytes() for f in (firmware_dir() / "vagal").glob("*.py")}


def read(files, name: str) -> bytes:
    with files.open(name, "rb") as file:
        return file.read()


@pytest.mark.parametrize(
    ("file", "line"),
    [("app.py", "this is no Python\n"), ("app.py", "while True:\n    pass\n")],
    ids=["does not compile", "hangs"],
)
def test_a_version_that_does_not_start_is_taken_back(
    start: Start,
    chip: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    file: str,
    line: str,
):
    monkeypatch.setattr("vagaband.deploy.START_S", 3.0)
    monkeypatch.setattr("vagaband.device.START_S", 2.0)
    bad = other_firmware(tmp_path / "bad", "bad")
    (bad / "vagal" / file).write_text(line)
    board = start(chip)
    with pytest.raises(DeviceError, match=f"did not start; the board runs version {OURS}"):
        deploy.deploy(board.url, bad)
    assert runs(board) == OURS
    assert deploy.deploy(board.url) == OURS


def test_a_version_that_crashes_three_times_gives_way_without_a_host(
    start: Start, chip: Path, tmp_path: Path
):
    """On trial only: one that has stayed up a minute is not given up for three crashes."""
    app = (firmware_dir() / "vagal" / "app.py").read_text()
    bad = app.replace("        babble = self._link.listen()\n", "        1 // 0\n", 1)
    assert bad != app
    for trial in (True, False):
        again = tmp_path / f"chip{trial}"
        shutil.copyfile(chip, again)
        with ChipFiles(again) as files:
            files.rename("/vagal", "/vagal.old")
            files.mkdir("/vagal")
            for source in (firmware_dir() / "vagal").glob("*.py"):
                put(files, f"/vagal/{source.name}", source.read_bytes())
            put(files, "/vagal/app.py", bad.encode())
            if trial:
                put(files, "/vagal/trial", b"")
        board = start(again)
        if trial:
            assert runs(board) == OURS
        else:
            assert "service mode" in heard(board, "service mode")
        board.stop()
        with ChipFiles(again) as files:
            assert ("vagal.bad" in files.listdir("/")) == trial
            assert "vagal.old" in files.listdir("/") or trial


def test_a_version_that_stays_up_ends_its_trial(start: Start, chip: Path):
    with ChipFiles(chip) as files:
        put(files, "/vagal/trial", b"")
    board = start(chip, speed="max", for_min=1.1)
    assert board.event().startswith("worn")
    board.stop()
    with ChipFiles(chip) as files, pytest.raises(LittleFSError):
        files.stat("/vagal/trial")


def heard(board: Board, mark: str, wait_s: float = 15) -> str:
    """What a board says up to a mark, from a soft reset on."""
    with serial.serial_for_url(board.url, timeout=wait_s) as port:
        port.write(b"\x03\x02\x04")
        return port.read_until(mark.encode()).decode(errors="replace")


TINY_BOARD = """
button_held = lambda: False
crashes = lambda: 0
reset_cause = lambda: "power on"
set_crashes = accept_version = sleep_ms = lambda *_: None
"""


def tiny(folder: Path, says: str) -> Path:
    """A firmware that says which it is."""
    (folder / "vagal").mkdir(parents=True)
    shutil.copyfile(firmware_dir() / "main.py", folder / "main.py")
    (folder / "vagal" / "__init__.py").write_text("")
    (folder / "vagal" / "board.py").write_text(TINY_BOARD)
    (folder / "vagal" / "app.py").write_text(f"def run():\n    print('{says} runs')\n")
    return folder


@pytest.mark.parametrize("on_trial", [False, True])
def test_power_may_fail_between_any_two_steps_of_the_switch(tmp_path: Path, on_trial: bool):
    """Where the present version is on trial it is broken: only the kept one runs then."""
    fresh = tmp_path / "fresh"
    with temporary_chip(tiny(tmp_path / "first", "first")) as folder:
        (Path(folder) / "flash.bin").rename(fresh)
    new = tiny(tmp_path / "second", "second")
    names = sorted(file.name for file in (new / "vagal").glob("*.py"))
    with ChipFiles(fresh) as files:
        files.mkdir("/vagal.old")
        files.mkdir("/vagal.new")
        for name in names:
            put(files, f"/vagal.old/{name}", read(files, f"/vagal/{name}"))
            put(files, f"/vagal.new/{name}", (new / "vagal" / name).read_bytes())
        if on_trial:
            put(files, "/vagal/app.py", b"broken(")
            put(files, "/vagal/trial", b"")
        put(files, "/main.py.new", (new / "main.py").read_bytes())
    switch = deploy.SWITCH.format(names=names, hash=firmware_hash(new), then="pass")
    (tmp_path / "switch.py").write_text(switch)
    seen, said = [], ""
    for after in range(30):
        chip = tmp_path / "chip"
        shutil.copyfile(fresh, chip)
        said = on_chip(chip, tmp_path / "switch.py", str(after))
        seen.append(on_chip(chip, tmp_path / "switch.py", "boot").split()[-2])
        if "SWITCHED" in said:
            break
    assert "SWITCHED" in said
    assert seen[-1] == "second"
    assert set(seen) == {"first", "second"}
    assert len(seen) == (6 if on_trial else 8) + len(names) - 3


def on_chip(chip: Path, switch: Path, after: str) -> str:
    """What cut_switch.py prints in a MicroPython of its own."""
    return run_micropython(CUT_SWITCH, str(chip), str(switch), after, codes=(0, 3))


def test_a_copy_that_is_damaged_is_not_put_in_place(start: Start, chip: Path):
    board = start(chip)
    board.mpremote("exec", deploy.PREPARE.format(need=0))
    switch = deploy.SWITCH.format(names=["app.py"], hash="0" * 16, then="pass")
    copied = str(firmware_dir() / "main.py")
    board.mpremote(
        "fs", "cp", copied, ":/main.py.new", "+", "fs", "cp", copied, ":/vagal.new/app.py"
    )
    assert "DAMAGED" in board.mpremote("exec", switch, "+", "reset")
    assert runs(board) == OURS


def test_a_full_flash_is_said_before_anything_is_copied(start: Start, chip: Path, tmp_path: Path):
    with ChipFiles(chip) as files:
        files.makedirs("/log", exist_ok=True)
        put(files, "/log/00001.vbj", bytes(1_780_000))
    board = start(chip)
    done = vagaband("deploy", "--port", board.url, cwd=tmp_path)
    assert done.returncode == 1
    assert "too full" in done.stderr
    assert "vagaband pull" in done.stderr


def kill_and_repeat(start: Start, chip: Path, tmp_path: Path, seed: int, moments: int) -> None:
    """Kill a deploy, cut the power, see a version run; then the same command succeeds."""
    draw = random.Random(seed)
    for k in range(moments):
        # each time there is something else on the board than what is deployed
        with ChipFiles(chip) as files:
            put(files, "/vagal/__init__.py", b"# %d" % k)
        board = start(chip)
        killed_after(draw.uniform(0.3, 5.0), "deploy", "--port", board.url, cwd=tmp_path)
        board.stop()
        board = start(chip)
        assert runs(board)
        done = vagaband("deploy", "--port", board.url, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert runs(board) == OURS
        board.stop()


def test_killed_at_random_moments(start: Start, chip: Path, tmp_path: Path):
    kill_and_repeat(start, chip, tmp_path, seed=1, moments=2)


@pytest.mark.slow
def test_killed_at_twenty_random_moments(start: Start, chip: Path, tmp_path: Path):
    kill_and_repeat(start, chip, tmp_path, seed=2, moments=20)
