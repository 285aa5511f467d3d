"""pull --free: nothing leaves the board that is not whole on this disk."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from flashing import killed_after, vagaband
from vagaband.device import Device
from vagaband.free import free
from vagaband.pull import pull


def sessions(url: str) -> list[int]:
    """The sessions on a board."""
    with Device(url) as device:
        return device.ask("sessions")["sessions"]


@pytest.fixture
def two(wear_device):
    """A board with two sessions that have ended; its URL."""
    url = wear_device(2, script="60 stop\n70 type start\n").board.url
    assert sessions(url) == [1, 2]
    return url


def test_what_is_on_disk_goes_and_its_number_does_not_come_back(two: str, tmp_path: Path):
    done = vagaband("pull", "--free", "--port", two, "--out", str(tmp_path), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("removed from the board") == 2
    assert sessions(two) == []
    kept = {path.name[-9:]: path.read_bytes() for path in tmp_path.glob("*.vbj")}
    assert set(kept) == {"00001.vbj", "00002.vbj"}
    with Device(two) as device:
        assert device.ask("start") == {"started": 3}
    pull(two, tmp_path)
    for path in tmp_path.glob("*-0000[12].vbj"):
        assert path.read_bytes() == kept[path.name[-9:]]


def test_an_open_session_and_one_whose_copy_differs_stay(two: str, tmp_path: Path):
    """One byte of a copy was changed since; another copy is cut short, a third one damaged."""
    with Device(two) as device:
        assert device.ask("start") == {"started": 3}
    first, second, third = pull(two, tmp_path)
    sound = first.path.read_bytes()
    other = tmp_path / "other.vbj"
    changed = sound[:-6] + bytes([sound[-6] ^ 1]) + sound[-5:]
    for spoilt in (sound[:-30], changed, second.path.read_bytes(), b""):
        other.write_bytes(spoilt)
        (freed,) = free(two, [replace(first, path=other)])
        assert not freed.freed
    assert not free(two, [third])[0].freed
    assert not free(two, [replace(third, open=False)])[0].freed  # the board itself knows
    assert sessions(two) == [1, 2, 3]
    assert [freed.freed for freed in free(two, [second])] == [True]
    assert sessions(two) == [1, 3]


def test_a_board_is_asked_with_a_crc_that_is_not_its_files(two: str):
    """The host may be wrong in what it believes: the board compares by itself."""
    with Device(two) as device:
        size = device.ask("check 1 0")["bytes"]
        while "compared" in (answer := device.try_ask(f"free 1 {size} 12345", 4) or {}):
            pass
        assert answer["error"] == "the copy is not what is here"
    assert sessions(two) == [1, 2]


def test_killed_while_it_frees(two: str, tmp_path: Path):
    """At any moment each session is whole on the board or whole here."""
    began_s = time.monotonic()
    reference = {one.session: one.path.read_bytes() for one in pull(two, tmp_path / "before")}
    pull_s = time.monotonic() - began_s
    out = tmp_path / "out"
    for k in range(2):
        killed_after(
            1.0 + pull_s * k, "pull", "--free", "--port", two, "--out", str(out), cwd=tmp_path
        )
        on_board = sessions(two)
        for number, data in reference.items():
            here = [path.read_bytes() for path in out.glob(f"*-{number:05d}.vbj")]
            assert number in on_board or here == [data]
    done = vagaband("pull", "--free", "--port", two, "--out", str(out), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert sessions(two) == []
