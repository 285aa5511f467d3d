"""The board behind its URL: mpremote, Ctrl-C, resets, one client, clean end."""

import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import serial
from virtual_board import FIRMWARE, Board

Start = Callable[..., Board]


def open_line(board: Board) -> serial.SerialBase:
    return serial.serial_for_url(board.url, timeout=5)


def children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(word) for word in text.split()]


def gone(pid: int) -> bool:
    """Whether a process ends within a few seconds."""
    for _ in range(60):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def flashed(start_board: Start, tmp_path: Path) -> Board:
    return start_board(flash_file=tmp_path / "chip.bin", flashed=True)


def test_mpremote_on_a_flashed_chip(flashed: Board, tmp_path: Path) -> None:
    assert flashed.mpremote("exec", "print(1)") == "1\n"
    assert flashed.mpremote("resume", "exec", "print(2)") == "2\n"
    assert "boot.py" in flashed.mpremote("fs", "ls")
    assert "2097152" in flashed.mpremote("df")
    assert flashed.mpremote("rtc").startswith("(2000, 1, 1,")
    assert (tmp_path / "chip.bin").stat().st_mode & 0o777 == 0o600


def test_deploy_reset_and_run(flashed: Board, tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "one.py").write_text("x = 1\n" * 300)
    main = str(FIRMWARE / "main.py")
    flashed.mpremote(
        "fs", "cp", main, ":main.py", "+", "fs", "cp", "-r", str(tmp_path / "part"), ":"
    )
    back = tmp_path / "back.py"
    flashed.mpremote("resume", "fs", "cp", ":part/one.py", str(back))
    assert back.read_text() == "x = 1\n" * 300
    for _ in range(2):
        flashed.mpremote("reset")
        with open_line(flashed) as line:
            line.write(b"hello\n")
            assert line.read_until(b">\n").endswith(b"brownouts 0>\n")
    assert flashed.mpremote("exec", "import machine; print(machine.reset_cause())") == "5\n"


def test_ctrl_c_ends_the_app_in_the_prompt(start_board: Start) -> None:
    board = start_board()
    with open_line(board) as line:
        line.write(b"hello\n")
        line.read_until(b">\n")
        line.write(b"\x03")
        text = line.read_until(b">>> ")
        assert b"KeyboardInterrupt" in text
        line.write(b"print(app.errors == 0)\r")
        assert b"True" in line.read_until(b"\n>>> ")
        line.write(b"while True: pass\r\r\r\r")
        time.sleep(0.1)
        line.write(b"\x03")
        assert b"KeyboardInterrupt" in line.read_until(b">>> ")


def test_one_client_at_a_time(start_board: Start) -> None:
    board = start_board()
    first = open_line(board)
    port = int(board.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as second:
        assert b"another client is attached" in second.recv(200)
    first.close()
    for _ in range(3):
        with open_line(board) as again:
            again.write(b"hello\n")
            assert b"total" in again.read_until(b">\n")


def test_wdt_and_reset_cause(start_board: Start) -> None:
    board = start_board(speed=20.0)
    board.mpremote("exec", "import machine, time; machine.WDT(timeout=500)")
    with open_line(board) as line:
        line.write(b"\r\x03import time; time.sleep(2)\r")
        assert b"TG1WDT" in line.read_until(b"BOOT)")


def test_the_line_has_its_baud_rate(start_board: Start) -> None:
    board = start_board(baud=9600, flash_file=None)
    with open_line(board) as line:
        line.write(b"\x03")
        line.read_until(b">>> ")
        began = time.monotonic()
        line.write(b"print('x' * 1900 + '!')\r")
        line.read_until(b"!\n")
        assert 1.7 < time.monotonic() - began < 3


def test_budget_after_deploying_over_the_line(start_board: Start, tmp_path: Path) -> None:
    board = start_board(speed="max", for_min=2.0, flash_file=tmp_path / "chip.bin", flashed=True)
    board.mpremote("fs", "cp", str(FIRMWARE / "main.py"), ":main.py", "+", "reset")
    assert board.event().startswith("worn 2.0 min in ")
    facts = board.mpremote("exec", "print(open('/log/facts.txt').read())")
    assert 11_900 < int(facts.split()[1]) < 12_100


@pytest.mark.parametrize("how", ["terminate", "stdin", "interrupt", "kill"])
def test_nothing_is_left_behind(start_board: Start, how: str) -> None:
    board = start_board(speed="max")
    (interpreter,) = children(board.process.pid)
    process = board.process
    if how == "stdin":
        assert process.stdin
        process.stdin.close()
    else:
        numbers = {"terminate": signal.SIGTERM, "interrupt": signal.SIGINT, "kill": signal.SIGKILL}
        os.kill(process.pid, numbers[how])
    assert process.wait(5) == (-9 if how == "kill" else 0)
    assert gone(interpreter)
