"""A virtual board worn under a script: what it logged, and the beats that the heart really had."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from vagaband import journal
from vagaband.board.flash_file import temporary_chip
from vagaband.journal import Journal
from vagaband.paths import firmware_dir
from virtual_board import Board, log_files

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Wearing:
    """Sessions in order, the heart's beats in s from the first sample, the board's own lines."""

    sessions: list[Journal]
    truth_s: Floats
    said: list[str]
    files: dict[str, bytes]

    @property
    def wall_s(self) -> float:
        """How long it took."""
        return float(self.said[-1].split()[-2])

    @property
    def memory_bytes(self) -> list[int]:
        """Heap in use, each time that the script asked."""
        return [int(line.split()[1]) for line in self.said if line.startswith("memory ")]

    @property
    def erases(self) -> list[int]:
        """Blocks erased so far, each time that the script asked."""
        return [int(line.split()[3]) for line in self.said if line.startswith("memory ")]


def wear(
    script: str, minutes: float, heart: str, firmware: Path | None = None, **options: object
) -> Wearing:
    """Wear the real firmware (or another) for some virtual minutes, as fast as it goes."""
    files_of = temporary_chip(firmware or firmware_dir())
    with tempfile.TemporaryDirectory() as name, files_of as chip:
        folder = Path(name)
        (folder / "script").write_text(script)
        board = Board(
            firmware_dir=None,
            speed="max",
            for_min=minutes,
            flash_file=Path(chip) / "flash.bin",
            script=folder / "script",
            truth=folder / "truth",
            heart=heart,
            **options,
        )
        said = []
        while not said or said[-1].startswith("memory "):
            said.append(board.event())
        board.stop()
        if not said[-1].startswith("worn "):
            raise AssertionError(f"the board was not worn: {said[-1]}")
        files = log_files(Path(chip) / "flash.bin")
        truth_s = np.loadtxt(folder / "truth", skiprows=1)
    sessions = [journal.decode(files[file]) for file in sorted(files)]
    return Wearing(sessions, truth_s, said, files)
