"""A whole ESP32 from the outside: the reset lines, a blank chip, esptool as it is."""

import os
import random
import signal
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import serial
from esp_image import combined
from rom_client import RomClient
from vagaband.board.esp_image import IMAGE_AT, make_image
from vagaband.board.flash_file import flashed_chip
from virtual_board import Board

Start = Callable[..., Board]
IMAGE = make_image("micropython", "v1.26.1")
CHIP_BYTES = 4 << 20
QUICK = {"erase_us": (500, 500), "baud": 2_000_000}
IDENTITY = "import machine, binascii; print(binascii.hexlify(machine.unique_id(), ':').decode())"


@pytest.fixture
def chip(tmp_path: Path) -> Path:
    return tmp_path / "chip.bin"


@pytest.fixture
def host() -> Iterator[Callable[[Board], RomClient]]:
    clients: list[RomClient] = []

    def connect(board: Board) -> RomClient:
        clients.append(RomClient(board.url))
        return clients[-1]

    yield connect
    for client in clients:
        client.line.close()


def begin_writing(host: RomClient, at: int, data: bytes) -> None:
    host.sync()
    host.command(0x10, struct.pack("<4I", len(data), 1, 1 << 14, at))


def write(host: RomClient, at: int, data: bytes) -> None:
    begin_writing(host, at, data)
    packed = zlib.compress(data)
    for start in range(0, len(packed), 1 << 14):
        assert host.write(0x11, packed[start : start + (1 << 14)])[1] == bytes(4)


def read_line(board: Board, words: bytes, wait_s: float = 5.0) -> bytes:
    with serial.serial_for_url(board.url, timeout=wait_s) as line:
        return line.read_until(words)


def test_a_blank_chip_complains_and_boots_once_it_is_flashed(
    start_board: Start, host: Callable[[Board], RomClient], chip: Path
) -> None:
    board = start_board(flash_file=chip, **QUICK)
    client = host(board)
    client.heard(b"invalid header: 0xffffffff\r\ninvalid header: 0xffffffff\r\n")
    client.heard(b"rst:0x10 (RTCWDT_RTC_RESET),boot:0x13")
    assert b"boot:0x3 " in client.enter()
    write(client, IMAGE_AT, combined())
    assert chip.read_bytes()[IMAGE_AT : IMAGE_AT + len(combined())] == combined()
    client.run()
    client.heard(b"rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)")
    client.line.close()
    assert board.mpremote("exec", "print(6 * 7)") == "42\n"


def test_the_word_at_0x1000_is_named(start_board: Start, chip: Path) -> None:
    flashed_chip(chip)
    with chip.open("r+b") as file:
        file.seek(IMAGE_AT)
        file.write(b"\x00\x11\x22\x33")
    assert b"invalid header: 0x33221100" in read_line(start_board(flash_file=chip), b"1100\r\n")


def test_a_write_cut_short_leaves_a_board_that_can_be_flashed_again(
    start_board: Start, host: Callable[[Board], RomClient], chip: Path
) -> None:
    board = start_board(flash_file=chip, **QUICK)
    image = combined()
    client = host(board)
    client.enter()
    begin_writing(client, IMAGE_AT, image)
    packed = zlib.compress(image, 0)
    client.write(0x11, packed[: 1 << 15])  # bootloader and table, no application
    client.line.write(b"\xc0\x00\x11half a packet")
    client.line.close()
    again = host(board)
    again.run()
    again.heard(b"No bootable app partitions")
    again.enter()
    write(again, IMAGE_AT, image)
    again.run()
    again.line.close()
    assert board.mpremote("exec", "print(1)") == "1\n"


def test_a_second_client_is_refused_while_one_flashes(
    start_board: Start, host: Callable[[Board], RomClient]
) -> None:
    board = start_board(**QUICK)
    client = host(board)
    client.enter()
    client.sync()
    with pytest.raises((serial.SerialException, ConnectionError)):
        serial.serial_for_url(board.url)
    client.command(0x0A, struct.pack("<I", 0))


def test_a_killed_board_leaves_a_chip_that_works(
    start_board: Start, host: Callable[[Board], RomClient], chip: Path
) -> None:
    board = start_board(flash_file=chip, **QUICK)
    client = host(board)
    client.enter()
    begin_writing(client, IMAGE_AT, IMAGE)
    client.write(0x11, zlib.compress(IMAGE, 0)[:200])
    os.kill(board.process.pid, signal.SIGKILL)
    board.process.wait()
    assert chip.stat().st_size == CHIP_BYTES
    assert chip.read_bytes()[IMAGE_AT : IMAGE_AT + 150] == IMAGE[:150]
    again = host(start_board(flash_file=chip, **QUICK))
    again.enter()
    write(again, IMAGE_AT, IMAGE)
    again.run()
    again.heard(b"boot:0x13")


def test_opening_the_port_does_not_reset(start_board: Start, chip: Path) -> None:
    board = start_board(flash_file=chip, flashed=True)
    board.mpremote("exec", "x = 5")
    for _ in range(2):
        with serial.serial_for_url(board.url, timeout=1):
            pass
        assert board.mpremote("resume", "exec", "print(x)") == "5\n"


@pytest.mark.parametrize("busy", ["at the prompt", "in a loop", "in a sleep"])
def test_the_reset_line_restarts_at_once(
    start_board: Start, host: Callable[[Board], RomClient], chip: Path, busy: str
) -> None:
    """RTC memory is lost, the files stay, the world's clock goes on."""
    board = start_board(flash_file=chip, flashed=True)
    board.mpremote("exec", "import machine; machine.RTC().memory(b'tea'); open('f', 'w').close()")
    code = {"in a loop": b"while 1: pass", "in a sleep": b"import time; time.sleep(60)"}
    client = host(board)
    client.line.write(b"\r" + code.get(busy, b"print(1)") + b"\r")
    client.heard(b"\n")
    client.run()
    client.heard(b"rst:0x1 (POWERON_RESET)")
    client.heard(b">>> ")
    client.line.close()
    said = board.mpremote(
        *("resume", "exec", "import machine, os, time"),
        *("exec", "print(machine.reset_cause(), machine.RTC().memory(), os.listdir())"),
    )
    assert said.startswith("1 b''")
    assert "'f'" in said


def test_a_reset_by_the_line_does_not_wear_again(
    start_board: Start, host: Callable[[Board], RomClient]
) -> None:
    board = start_board(speed="max", for_min=0.2)
    assert board.event().startswith("worn")
    board.mpremote("resume", "exec", "print(1)")  # its Ctrl-C: the app ends in the prompt
    client = host(board)
    client.run()
    client.heard(b"boot:0x13")
    client.line.write(b"\r\x03")
    client.heard(b">>> ")


def test_a_bridge_that_is_too_slow_loses_what_comes_faster(
    start_board: Start, host: Callable[[Board], RomClient]
) -> None:
    client = host(start_board(fastest_baud=115200))
    client.enter()
    client.sync()
    client.command(0x0F, struct.pack("<II", 460800, 0))
    client.line.baudrate = 460800
    client.send(0x0A, struct.pack("<I", 0))
    with pytest.raises(AssertionError, match="no answer"):
        client.packet(wait_s=0.5)


def test_the_board_says_once_what_it_runs(chip: Path) -> None:
    command = [sys.executable, "-m", "vagaband", "board", "--flash-file", str(chip), "--flashed"]
    board = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert board.stdout
    url = board.stdout.readline().strip()
    for _ in range(2):
        subprocess.run([sys.executable, "-m", "mpremote", "connect", url, "reset"], check=True)
    board.terminate()
    _, said = board.communicate(timeout=10)
    assert said.count("own MicroPython in place of") == 1
    assert "micropython v1.29.0-virtual" in said
    assert board.returncode == 0


def esptool(board: Board, *words: str) -> str:
    """Output of an unmodified esptool with its default resets."""
    done = subprocess.run(
        [sys.executable, "-m", "esptool", "--port", board.url, *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_esptool_as_it_is(start_board: Start, tmp_path: Path) -> None:
    """Each command once. It waits most of the time, so all run side by side."""
    image, own, big = (tmp_path / name for name in ("image.bin", "own.bin", "big.bin"))
    image.write_bytes(IMAGE)
    own.write_bytes(make_image())
    big.write_bytes(random.Random(1).randbytes(20_000))
    back = tmp_path / "back.bin"
    chips = [tmp_path / f"chip{number}.bin" for number in range(9)]
    boards = [
        start_board(flash_file=file, flashed=number < 8, **QUICK)
        for number, file in enumerate(chips)
    ]
    mac = boards[0].mpremote("exec", IDENTITY).strip()
    at = hex(IMAGE_AT)

    jobs: dict[str, Callable[[], str]] = {
        "Detecting chip type... ESP32": lambda: esptool(boards[0], "chip-id"),
        "Detected flash size: 4MB": lambda: esptool(boards[1], "flash-id"),
        f"MAC:                {mac}": lambda: esptool(boards[2], "--no-stub", "read-mac"),
        "at 0x00200000 in": lambda: esptool(
            boards[3], "--no-stub", "write-flash", "0x200000", str(big)
        ),
        "at 0x00001000 in": lambda: esptool(boards[8], "write-flash", at, str(image)),
        "memory erased successfully": lambda: esptool(boards[4], "erase-flash"),
        "Read 400 bytes": lambda: esptool(boards[5], "read-flash", at, "400", str(back)),
        "Read 64 bytes": lambda: esptool(
            boards[6], "--no-stub", "read-flash", at, "64", str(tmp_path / "slow.bin")
        ),
        "Verification successful": lambda: esptool(boards[7], "verify-flash", at, str(own)),
    }
    began_s = time.monotonic()
    with ThreadPoolExecutor(len(jobs)) as pool:
        running = {said: pool.submit(job) for said, job in jobs.items()}
        for said, job in running.items():
            assert said in job.result(), said
    assert time.monotonic() - began_s < 60
    assert chips[3].read_bytes()[0x200000:][:20_000] == big.read_bytes()
    assert chips[4].read_bytes() == b"\xff" * CHIP_BYTES
    assert boards[8].mpremote("exec", "print(1)") == "1\n"  # blank before
    assert back.read_bytes() == make_image()
    assert (tmp_path / "slow.bin").read_bytes() == make_image()[:64]
