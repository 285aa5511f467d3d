"""The line as it is: noise, cables, hosts that do not read, that babble, or that come second."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cable import Cable
from flashing import one_sentence, vagaband
from vagaband import pull
from vagaband.device import Device, open_port
from vagaband.errors import DeviceError, InputError
from vagaband.journal import GAP, decode
from virtual_board import Board
from worn import Worn

BIT_ERRORS = "bits=1e-4"  # one in 10 kB
EVERYTHING = "bits=3e-4,drop=1e-4,double=1e-4,stray=1e-4"
BAUD = 115200


def pulled(worn: Worn, url: str, out: Path) -> bytes:
    """The one session, through the line; it must be what is on the chip."""
    (one,) = pull.pull(url, out)
    (data,) = worn.files.values()
    assert one.damage == ""
    assert one.path.read_bytes() == data
    return data


def gaps(path: Path) -> list[tuple[int, int]]:
    journal = decode(path.read_bytes())
    assert set(journal.integrity.values()) == {0}
    return [(e.arg, e.value) for e in journal.events if e.code == GAP]


@pytest.mark.parametrize(("faults", "minutes"), [(BIT_ERRORS, 8), (EVERYTHING, 2)])
def test_a_noisy_line_costs_time_and_not_a_byte(wear_device, tmp_path, faults, minutes):
    worn = wear_device(minutes, seed=5, line_faults=faults)
    data = pulled(worn, worn.board.url, tmp_path)
    assert len(data) > 5000 * minutes


@pytest.mark.parametrize(
    ("text", "said"),
    [("bits", "can't be read"), ("fog=1e-3", "can't be read"), ("drop=0.9", "leave no line")],
)
def test_line_faults_that_cannot_be(text: str, said: str):
    from vagaband.board import line_faults

    with pytest.raises(InputError, match=said):
        line_faults.parse(text)


def test_a_cable_that_comes_out_costs_only_what_was_under_way(wear_device, tmp_path: Path):
    worn = wear_device(3, seed=5)
    asked = []

    class Watching(Device):
        def _send(self, command: str) -> None:
            asked.append(command)
            super()._send(command)

    with Cable(worn.board.url, out_after=15_000) as cable:
        with pytest.raises(DeviceError, match="connection") as caught:
            pull.pull(cable.url, tmp_path / "out")
        assert "run this again" in str(caught.value)
        (part,) = (tmp_path / "out").iterdir()
        have = part.stat().st_size
        assert part.stat().st_mode & 0o777 == 0o600
        assert have
        cable.put_in()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pull, "Device", Watching)
            pulled(worn, cable.url, tmp_path / "out")
    assert [command for command in asked if command.startswith("pull")] == [f"pull 1 {have}"]


def silent_host(board: Board) -> socket.socket:
    """A host that has the port open and reads next to nothing."""
    host = socket.socket()
    host.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    host.connect(("127.0.0.1", int(board.url.rpartition(":")[2])))
    return host


def test_a_host_that_stops_reading_does_not_stop_the_measuring(wear_device, tmp_path: Path):
    """A UART sends whether someone reads or not: the firmware never waits for a host."""
    worn = wear_device(6, seed=5)
    with Device(worn.board.url) as device:
        device.ask("start")
    with silent_host(worn.board) as host:
        for _ in range(20):
            host.sendall(b"\rpull 1 0\n")
            time.sleep(0.25)
    with Device(worn.board.url) as device:
        samples = device.ask("status")["samples"]
        device.ask("stop")
    assert samples > 400  # five seconds of it, less what a start takes
    # Of five seconds; a machine that has much to do may itself hold up a board in real time.
    assert sum(lost for _, lost in gaps(pull.pull(worn.board.url, tmp_path)[1].path)) < 60


def test_a_host_that_babbles_does_not_stop_the_measuring(wear_device, tmp_path: Path):
    """Bytes without a line end, as fast as the line carries them."""
    worn = wear_device(0.2, seed=5)
    with Device(worn.board.url) as device:
        device.ask("start")
    with silent_host(worn.board) as host:
        for _ in range(40):
            host.sendall(b"babble " * 1000)
            time.sleep(0.05)
    with Device(worn.board.url) as device:
        assert device.ask("status", 20.0)["samples"] > 150
        device.ask("stop")
    # Two seconds of it; a machine that has much to do may itself hold up a board in real time.
    assert sum(lost for _, lost in gaps(pull.pull(worn.board.url, tmp_path)[1].path)) < 60


def test_a_command_that_was_spoilt_is_not_obeyed_and_sent_again(wear_device):
    worn = wear_device(0.2, seed=5)
    with Device(worn.board.url) as device:
        device._write(b"\r~00000000 start\n")
        kind, payload = next(device.frames(4.0))
        assert (kind, json.loads(payload)["to"]) == ("J", "~")
        assert device.ask("status")["session"] == 0
        assert device.ask("start") == {"started": 2}


def test_a_second_host_is_told_and_the_first_goes_on(wear_device, tmp_path: Path):
    worn = wear_device(3, seed=5, baud=BAUD)
    with Device(worn.board.url) as first:
        pieces = first.pieces(1, 0)
        got = [next(pieces)[1]]
        second = vagaband("pull", "--port", worn.board.url, cwd=tmp_path)
        got += [data for _, data in pieces]
    assert second.returncode == 1
    assert "Another program holds the port" in second.stderr
    assert one_sentence(second.stderr)
    assert b"".join(got) == next(iter(worn.files.values()))


def test_a_second_host_on_a_real_port_is_told():
    master, slave = os.openpty()
    name = os.ttyname(slave)
    with open_port(name), pytest.raises(DeviceError, match="Another program holds the port"):
        open_port(name)
    os.close(master)
    os.close(slave)


def speeds(worn: Worn, out: Path) -> tuple[float, float]:
    """The line's use by pull, and how many times faster it is than mpremote, in one run.

    A session is open meanwhile, and loses nothing.
    """
    (data,) = worn.files.values()
    with Device(worn.board.url) as device:
        device.ask("start")
    with Cable(worn.board.url) as cable:
        began_s = time.monotonic()
        both = pull.pull(cable.url, out)
        ours_s = time.monotonic() - began_s
        use = sum(one.bytes for one in both) / cable.from_board
        ours = sum(one.bytes for one in both) / ours_s
        assert both[0].path.read_bytes() == data
    with Device(worn.board.url) as device:
        device.ask("stop")
    assert gaps(pull.pull(worn.board.url, out)[1].path) == []
    began_s = time.monotonic()
    copy = out / "by-mpremote.vbj"
    command = ["connect", worn.board.url, "fs", "cp", ":log/00001.vbj", str(copy)]
    subprocess.run([sys.executable, "-m", "mpremote", *command], check=True, timeout=120)
    theirs = len(data) / (time.monotonic() - began_s)
    assert copy.read_bytes() == data
    print(
        f"{len(data)} bytes at {BAUD} baud: pull {ours:.0f} bytes/s, {100 * use:.1f} % of the "
        f"line's bytes are the journal's; mpremote fs cp {theirs:.0f} bytes/s"
    )
    return use, ours / theirs


def test_pull_uses_the_line_well_while_measuring(wear_device, tmp_path: Path):
    use, times = speeds(wear_device(4, seed=5, baud=BAUD), tmp_path)
    assert use > 0.9
    assert times > 2


@pytest.mark.slow
def test_pull_of_a_long_session_uses_the_line_well(wear_device, tmp_path: Path):
    use, times = speeds(wear_device(20, seed=5, baud=BAUD), tmp_path)
    assert use > 0.9
    assert times > 2
