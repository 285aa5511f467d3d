"""Ports: which ones may have a board, and what answers there."""

import os
import pty
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import serial
from flashing import quick_board
from vagaband.board.flash_file import temporary_chip
from vagaband.cli import main
from vagaband.device import Device
from vagaband.errors import DeviceError
from vagaband.paths import firmware_dir
from vagaband.ports import BRIDGES, identify, identify_all, the_port
from virtual_board import Board

Start = Callable[..., Board]


@dataclass
class Port:
    """A serial port as the system lists it."""

    device: str
    vid: int | None
    pid: int | None


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch) -> list[Port]:
    """What the system lists."""
    ports = [Port("/dev/ttyS0", None, None), Port("/dev/ttyACM9", 0x1234, 0x5678)]
    monkeypatch.setattr("vagaband.ports.list_ports.comports", lambda: ports)
    return ports


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    boards: list[Board] = []

    def begin(content: str) -> Board:
        """A board that is blank, "bare" (MicroPython only), "stopped" or runs vagaband."""
        chip = tmp_path / f"chip{len(boards)}"
        if content in ("stopped", "runs"):
            with temporary_chip(firmware_dir()) as folder:
                (Path(folder) / "flash.bin").rename(chip)
        boards.append(quick_board(chip, flashed=content == "bare", seed=len(boards) + 1))
        if content == "stopped":
            boards[-1].mpremote("resume", "fs", "rm", ":/main.py", "+", "reset")
        return boards[-1]

    yield begin
    for board in boards:
        board.stop()


def test_boards_are_told_apart_within_seconds(start: Start, plugged: list[Port]):
    contents = {
        "runs": ("vagaband", "vagaband 0.1.0, firmware "),
        "stopped": ("micropython", "with vagaband, which does not run"),
        "bare": ("micropython", "without vagaband"),
        "blank": ("blank", "an ESP32 without a program"),
    }
    for content in contents:
        plugged.append(Port(start(content).url, 0x1A86, 0x55D4))
    began_s = time.monotonic()
    found = {f.port: f for f in identify_all()}
    assert time.monotonic() - began_s < 10
    assert len(found) == 4
    for port, (kind, says) in zip(plugged[2:], contents.values(), strict=True):
        seen = found[port.device]
        assert seen.kind == kind
        assert says in seen.says
        assert seen.bridge == "CH9102"
        assert bool(seen.next) == (kind != "vagaband")
        assert bool(seen.device) == (kind != "blank")


def test_a_device_that_is_asked_goes_on_measuring(start: Start):
    board = start("runs")
    with Device(board.url) as device:
        before = device.ask("status")
    assert identify(board.url).kind == "vagaband"
    time.sleep(1)  # it reads its sensor each 0.1 s
    with Device(board.url) as device:
        after = device.ask("status")
    assert after["session"] == before["session"]
    assert after["samples"] > before["samples"]


def test_a_port_of_something_else_is_silent_and_does_not_take_long():
    ours, theirs = pty.openpty()
    began_s = time.monotonic()
    found = identify(os.ttyname(theirs), "FT232R")
    os.close(ours)
    os.close(theirs)
    assert found.kind == "silent"
    assert time.monotonic() - began_s < 8


def test_a_busy_port_says_so():
    ours, theirs = pty.openpty()
    with serial.Serial(os.ttyname(theirs), exclusive=True):
        found = identify(os.ttyname(theirs))
    os.close(ours)
    assert found.kind == "unusable"
    assert "Another program" in found.next


def test_a_port_without_permission_names_the_group(monkeypatch: pytest.MonkeyPatch):
    def refuse(self: serial.Serial) -> None:
        raise serial.SerialException(13, "could not open port: [Errno 13] Permission denied")

    monkeypatch.setattr("serial.Serial.open", refuse)
    found = identify("/dev/ttyUSB0")
    assert found.kind == "unusable"
    assert "dialout" in found.next


def test_no_port_one_port_two_ports(start: Start, plugged: list[Port]):
    with pytest.raises(DeviceError, match="No board is plugged in"):
        the_port(None)
    plugged.append(Port(start("runs").url, 0x10C4, 0xEA60))
    assert the_port(None) == plugged[-1].device
    assert the_port("/dev/other") == "/dev/other"
    plugged.append(Port(start("blank").url, 0x0403, 0x6001))
    with pytest.raises(DeviceError) as error:
        the_port(None)
    said = str(error.value)
    assert "There are 2 boards" in said
    assert all(port.device in said for port in plugged[2:])
    assert "vagaband 0.1.0" in said
    assert "--port" in error.value.next_step


def test_the_command(
    start: Start,
    plugged: list[Port],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setattr(sys, "argv", ["vagaband", "ports"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 1
    assert "No board is plugged in" in capsys.readouterr().err
    plugged.append(Port(start("blank").url, 0x303A, 0x1001))
    main()
    out = capsys.readouterr().out
    assert out.startswith(f"{plugged[-1].device} (Espressif USB-Serial/JTAG): an ESP32 without")
    assert "vagaband flash --port" in out


def test_the_bridges_of_esp32_boards_are_known():
    assert {(0x10C4, 0xEA60), (0x1A86, 0x7523), (0x1A86, 0x55D4), (0x0403, 0x6001)} <= set(BRIDGES)
