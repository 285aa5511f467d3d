"""Boards to test on, with a tiny firmware."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from vagaband.board.flash_file import temporary_chip
from virtual_board import FIRMWARE, Board, log_files


@pytest.fixture
def start_board() -> Iterator[Callable[..., Board]]:
    boards: list[Board] = []

    def start(**options: object) -> Board:
        boards.append(Board(**options))
        return boards[-1]

    yield start
    for board in boards:
        if board.process.poll() is None:
            board.stop()


@pytest.fixture
def wear(start_board: Callable[..., Board], tmp_path: Path) -> Callable[..., dict[str, bytes]]:
    """Wears a new board for some minutes at full speed; the files of its /log."""
    number = 0

    def run(minutes: float, **options: object) -> dict[str, bytes]:
        nonlocal number
        number += 1
        chip = tmp_path / f"chip{number}.bin"
        with temporary_chip(FIRMWARE) as folder:
            (Path(folder) / "flash.bin").rename(chip)
        board = start_board(speed="max", for_min=minutes, flash_file=chip, **options)
        assert board.event().startswith(f"worn {minutes:.1f} min in ")
        board.stop()
        return log_files(chip)

    return run
