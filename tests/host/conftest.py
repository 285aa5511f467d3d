"""Sessions that the real firmware recorded on a virtual board."""

import fcntl
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import hard_days
import pytest
from data_folder import opened
from flashing import ChipFiles, copied, put, quick_board
from month_worn import EVERY_OTHER, put_month
from vagaband.board.flash_file import temporary_chip
from vagaband.cli import main
from vagaband.paths import firmware_dir
from virtual_board import Board, log_files
from worn import Worn


@pytest.fixture
def run_cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """Runs a command line in a folder of its own: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["vagaband", *words])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture(scope="session")
def pristine_chip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A flashed chip with the package's firmware on it, to be copied."""
    path = tmp_path_factory.mktemp("pristine") / "chip"
    with temporary_chip(firmware_dir()) as folder:
        (Path(folder) / "flash.bin").rename(path)
    return path


@pytest.fixture(scope="session")
def hard_day(shared_temp: Path) -> Callable[[str], list[Path]]:
    """The files of one of hard_days.CASES, written once for all tests: they are only read."""

    def files(name: str) -> list[Path]:
        with (shared_temp / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            folder = shared_temp / name
            return sorted(folder.iterdir()) if folder.is_dir() else hard_days.write(name, folder)

    return files


@pytest.fixture(scope="session")
def month(shared_temp: Path) -> Path:
    """A data folder of a month, worn for a while every other day, with its index; made once for
    all tests: it is only read."""
    with (shared_temp / "month.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = shared_temp / "month" / "vagaband-sessions"
        if not folder.is_dir():
            folder.parent.mkdir()
            put_month(folder, 0.62, EVERY_OTHER)
            with opened(folder):
                pass
        return folder


@pytest.fixture
def boards(pristine_chip: Path, tmp_path: Path) -> Iterator[Callable[..., Board]]:
    """Starts virtual boards with the real firmware; they end with the test."""
    running: list[Board] = []

    def start(**options: object) -> Board:
        if not options.keys() & {"firmware_dir", "flash_file"}:
            options["flash_file"] = copied(pristine_chip, tmp_path / f"chip{len(running)}")
        running.append(Board(**{"firmware_dir": None, **options}))
        return running[-1]

    yield start
    for board in running:
        if board.process.poll() is None:
            board.stop()


@pytest.fixture
def start() -> Iterator[Callable[..., Board]]:
    """Starts quick boards on a chip; stopping one is cutting its power."""
    running: list[Board] = []

    def begin(chip: Path, **options: object) -> Board:
        running.append(quick_board(chip, **options))
        return running[-1]

    yield begin
    for board in running:
        if board.process.poll() is None:
            board.stop()


@pytest.fixture
def chip(pristine_chip: Path, tmp_path: Path) -> Path:
    """A flashed chip with the package's firmware on it."""
    return copied(pristine_chip, tmp_path / "chip")


@pytest.fixture
def wear_device(
    boards: Callable[..., Board], pristine_chip: Path, tmp_path: Path
) -> Callable[..., Worn]:
    """Wears the real device for some virtual minutes at full speed; the board goes on running."""
    number = 0

    def wear(minutes: float, **options: object) -> Worn:
        nonlocal number
        number += 1
        chip = copied(pristine_chip, tmp_path / f"worn{number}.bin")
        if "config" in options:
            with ChipFiles(chip) as files:
                put(files, "/vagal.json", json.dumps(options.pop("config")).encode())
        script = options.pop("script", None)
        if isinstance(script, str):
            file = tmp_path / f"script{number}.txt"
            file.write_text(script)
            script = file
        board = boards(
            speed="max",
            for_min=minutes,
            flash_file=chip,
            script=script,
            **{"baud": 2_000_000, **options},
        )
        told = [board.event()]
        while told[-1].startswith("ledger"):
            told.append(board.event())
        said = told.pop()
        assert said.startswith(f"worn {minutes:.1f} min in "), said
        return Worn(board, said, log_files(chip), told)

    return wear
