"""A board in real time on a PC that now and then runs something else for a while."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from vagaband.device import Device
from vagaband.open_recording import open_recording
from vagaband.pull import pull
from virtual_board import Board


def processes(board: Board) -> list[int]:
    """Of its supervisor, and of the interpreter that it started."""
    found = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    parents = dict(map(str.split, found.stdout.splitlines()))
    mine = str(board.process.pid)
    return [int(pid) for pid in parents if mine in (pid, parents[pid])]


@pytest.mark.skipif(not shutil.which("ps"), reason="no ps here, which names the processes")
def test_a_pc_that_stops_it_for_half_a_second_costs_no_sample(
    boards: Callable[..., Board], tmp_path: Path
):
    board = boards(speed=4.0, baud=2_000_000)
    with Device(board.url) as device:
        device.ask("status")
    for _ in range(4):
        time.sleep(0.3)
        for pid in processes(board):
            os.kill(pid, signal.SIGSTOP)
        time.sleep(0.5)  # 2 s of the board: the sensor's queue holds 0.32 s
        for pid in processes(board):
            os.kill(pid, signal.SIGCONT)
    with Device(board.url) as device:
        device.ask("stop")
    (pulled,) = pull(board.url, tmp_path)
    session = open_recording(pulled.path).session
    assert len(session.t_s) > 300
    assert session.gaps == []
