"""What lies on a board: the firmware compiled, of which source, and what that spares the board."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from flashing import compiled, other_firmware
from vagaband import board_files, twin
from vagaband.board_files import firmware_hash
from vagaband.paths import firmware_dir

BLOCKS = 512  # of the board's file system
SMALL_INT_BITS = 31  # of an ESP32
# The road from light to flash and the line, without what needs a board's pins.
START = "from vagal import config, link, max30102, recorder, version"


def start(folder: Path, code: str, heap: int = 2_000_000) -> subprocess.CompletedProcess[str]:
    """Run code in MicroPython, in the folder of a firmware."""
    return subprocess.run(
        [sys.executable, *twin.ENGINES["micropython"], "-X", f"heapsize={heap}", "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def forms(tmp_path: Path) -> dict[str, Path]:
    """Folders with the firmware as source and compiled."""
    found = {"source": board_files.source(firmware_dir()), "compiled": compiled(firmware_dir())}
    for name, files in found.items():
        (tmp_path / name).mkdir()
        files.write(tmp_path / name)
    return {name: tmp_path / name for name in found}


def test_the_same_source_gives_the_same_files_and_another_one_another_hash(tmp_path: Path):
    files = compiled(firmware_dir())
    assert files == compiled(firmware_dir())
    assert files.vagal["source"].split()[0].decode() == firmware_hash(firmware_dir())
    other = other_firmware(tmp_path / "other", "9")
    changed = compiled(other)
    assert firmware_hash(other) != firmware_hash(firmware_dir())
    assert files.hash != changed.hash
    same = {name for name in files.vagal if files.vagal[name] == changed.vagal[name]}
    assert {*files.vagal} - same == {"version.mpy", "source"}


def test_a_comment_is_another_source_though_it_compiles_to_the_same(tmp_path: Path):
    """A validator can tell exactly which source made a recording."""
    commented = tmp_path / "commented"
    shutil.copytree(firmware_dir(), commented)
    with (commented / "vagal" / "rsa.py").open("a") as file:
        file.write("# the end\n")
    notes = [compiled(folder).vagal["source"].split() for folder in (firmware_dir(), commented)]
    assert notes[0][0] != notes[1][0]
    assert notes[0][1] == notes[1][1]


def test_compiled_numbers_are_those_of_an_esp32():
    files = compiled(firmware_dir())
    heads = {data[:4] for name, data in files.vagal.items() if name.endswith(".mpy")}
    assert heads == {bytes([ord("M"), files.mpy, 0, SMALL_INT_BITS])}


def test_both_forms_start_and_tell_where_they_fail_alike(forms: dict[str, Path]):
    code = f"{START}; link.Link(None, None).listen()"
    said = {name: start(folder, code).stdout.splitlines() for name, folder in forms.items()}
    assert said["source"] == said["compiled"]
    assert any('File "vagal/link.py", line ' in line for line in said["source"])


def least_heap(folder: Path) -> int:
    """Bytes of heap with which the firmware of a folder can just be imported, within 2000."""
    too_little, enough = 20_000, 500_000
    assert not start(folder, START, enough).returncode
    while enough - too_little > 2000:
        heap = (enough + too_little) // 2
        if start(folder, START, heap).returncode:
            too_little = heap
        else:
            enough = heap
    return enough


def test_compiled_it_starts_with_less_memory(forms: dict[str, Path]):
    """An ESP32 has 165 kB, of which Bluetooth takes a part; here an object takes twice as much."""
    heap = {name: least_heap(folder) for name, folder in forms.items()}
    print(heap)
    assert heap["compiled"] < 0.8 * heap["source"]


def test_compiled_it_takes_little_of_the_flash():
    """Twice, with the version before: the rest is for the logs."""
    source, files = board_files.source(firmware_dir()), compiled(firmware_dir())
    room = {"source": source.room, "compiled": files.room}
    print({name: f"{size // board_files.BLOCK} blocks" for name, size in room.items()})
    assert room["compiled"] < 0.6 * room["source"]
    assert 2 * room["compiled"] < BLOCKS * board_files.BLOCK * 0.2
