"""Pull: every session, byte for byte, over a line that may break."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flashing import ChipFiles, put
from torture.small_sessions import written
from vagaband import pull
from vagaband.board.port import OUTWARD_BURST_S
from vagaband.device import Device
from vagaband.errors import DeviceError, VagabandError
from vagaband.journal import decode


def test_a_session_arrives_whole_and_private_and_once(wear_device, tmp_path: Path):
    worn = wear_device(2, seed=5)
    out = tmp_path / "sessions"
    (first,) = pull.pull(worn.board.url, out)
    (data,) = worn.files.values()
    assert first.path.read_bytes() == data
    assert (first.new_bytes, first.ended) == (len(data), True)
    assert first.path.stat().st_mode & 0o777 == 0o600
    assert out.stat().st_mode & 0o777 == 0o700
    (again,) = pull.pull(worn.board.url, out)
    assert (again.path, again.new_bytes) == (first.path, 0)


def test_a_broken_pull_goes_on_where_it_stopped(wear_device, tmp_path: Path):
    worn = wear_device(2, seed=5)
    (data,) = worn.files.values()
    asked = []

    class Watching(Device):
        def pieces(self, session: int, offset: int) -> Iterator[tuple[int, bytes]]:
            asked.append(offset)
            return super().pieces(session, offset)

    with Watching(worn.board.url) as device:
        name = device.ask("sessions")["device"]
        part = tmp_path / f"{name}-00001.vbj.part"
        part.write_bytes(data[:3000])
        pulled = pull._pull_session(device, tmp_path, name, 1, False, lambda what, done: None)
    assert asked == [3000]
    assert pulled
    assert pulled.path.read_bytes() == data
    assert not part.exists()


def test_an_open_session_is_pulled_as_far_as_it_goes(wear_device, tmp_path: Path):
    """Measuring goes on while the log is pulled; the second pull brings only the rest."""
    worn = wear_device(1, seed=6)
    with Device(worn.board.url) as device:
        assert device.ask("start") == {"started": 2}
        assert device.ask("mark glimmer")["marked"] == "glimmer"
        before = device.ask("status")["samples"]
    first = pull.pull(worn.board.url, tmp_path)[1]
    with Device(worn.board.url) as device:
        time.sleep(0.5)
        status = device.ask("status")
        assert status["samples"] > before
        assert device.ask("stop") == {"stopped": 2}
    assert not first.ended
    size = first.bytes
    second = pull.pull(worn.board.url, tmp_path)[1]
    assert second.ended
    assert second.new_bytes == second.bytes - size
    decoded = decode(second.path.read_bytes())
    assert [kind for _, kind, _ in decoded.marks] == ["glimmer"]
    assert set(decoded.integrity.values()) == {0}


def test_another_session_of_the_same_number_is_not_taken_for_the_one_here(wear_device, tmp_path):
    """A board that was erased counts from 1 again: nothing is spliced, nothing is overwritten."""
    first = wear_device(1, seed=5, heart="hp=900")
    (kept,) = pull.pull(first.board.url, tmp_path)
    before = kept.path.read_bytes()
    second = wear_device(2, seed=5, heart="hp=600")
    (new,) = pull.pull(second.board.url, tmp_path)
    assert new.path == kept.path
    assert new.path.read_bytes() == next(iter(second.files.values()))
    assert kept.path.with_name(f"{kept.path.name}.old1").read_bytes() == before


def test_a_copy_that_went_bad_is_fetched_anew(wear_device, tmp_path: Path):
    worn = wear_device(1, seed=5)
    (pulled,) = pull.pull(worn.board.url, tmp_path)
    sound = pulled.path.read_bytes()
    spoilt = bytearray(sound)
    spoilt[len(sound) // 2] ^= 0xFF
    pulled.path.write_bytes(spoilt)
    (again,) = pull.pull(worn.board.url, tmp_path)
    assert again.path.read_bytes() == sound


class FlakyDevice:
    """A line that loses pieces: every third request stops early, some pieces never come."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.requests = 0

    def pieces(self, session: int, offset: int) -> Iterator[tuple[int, bytes]]:
        self.requests += 1
        for number, at in enumerate(range(offset, len(self.data), 500)):
            if self.requests % 2 and number == 3:
                continue  # lost
            if self.requests % 3 == 0 and number == 2:
                return  # the line went silent
            yield at, self.data[at : at + 500]
        yield len(self.data), b""


def test_lost_pieces_are_asked_for_again(tmp_path: Path):
    data = bytes(range(256)) * 50
    part = tmp_path / "x.part"
    size = pull._fetch(FlakyDevice(data), part, 1, lambda what, done: None)  # type: ignore[arg-type]
    assert part.read_bytes() == data
    assert size == len(data)


def test_a_line_that_gives_nothing_ends_in_an_error(tmp_path: Path):
    class Silent:
        def pieces(self, session: int, offset: int) -> Iterator[tuple[int, bytes]]:
            return iter(())

    with pytest.raises(DeviceError, match="stopped coming after 0 bytes"):
        pull._fetch(Silent(), tmp_path / "x.part", 1, lambda what, done: None)  # type: ignore[arg-type]


def test_the_line_is_used_well(wear_device, tmp_path: Path):
    """Nine tenths of a 115200 baud line are journal bytes, unless the PC holds it up."""
    worn = wear_device(6, seed=5, baud=115200)
    (data,) = worn.files.values()
    used = []
    with Device(worn.board.url) as device:
        device.ask("status")
        while len(used) < 3 and max(used, default=0.0) <= 0.9:
            began_s = time.monotonic()
            assert b"".join(piece for _, piece in device.pieces(1, 0)) == data
            wall_s = time.monotonic() - began_s + OUTWARD_BURST_S  # which the line began with
            used.append(len(data) / (wall_s * 11520))
    assert max(used) > 0.9


def test_an_answer_that_comes_late_is_not_taken_for_another(wear_device):
    """A pull that was given up still streams: its end is no answer to the next question."""
    worn = wear_device(2, seed=5)
    with Device(worn.board.url) as device:
        assert device.ask("status")["session"] == 0
        for _ in device.pieces(1, 0):
            break
        assert "sessions" in device.ask("sessions")
        assert device.ask("status")["sensor"] == "ok"
        assert "sessions" in device.ask("sessions")
        with pytest.raises(DeviceError, match="no such command"):
            device.ask("levitate now")


def test_a_session_that_is_damaged_on_the_board_is_told_and_holds_nothing_up(
    wear_device, start, run_cli, tmp_path: Path
):
    """Flash has decayed: the copy is what the board has, and the sessions after it come too."""
    worn = wear_device(1, seed=5)
    chip = tmp_path / "worn1.bin"
    worn.board.stop()
    spoilt = bytearray(next(iter(worn.files.values())))
    spoilt[len(spoilt) // 2] ^= 1
    with ChipFiles(chip) as files:
        put(files, "/log/00001.vbj", bytes(spoilt))
    board = start(chip, seed=5)
    damaged = {}
    for _ in range(2):
        code, out, _ = run_cli("pull", "--port", board.url, "--json")
        damaged, after = json.loads(out)["sessions"]
        assert code == 1
        assert "no record" in damaged["damage"]
        assert (after["damage"], after["open"]) == ("", True)
    folder = tmp_path / "vagaband-sessions"
    assert Path(damaged["path"]).read_bytes() == bytes(spoilt)
    assert len(list(folder.glob("*.vbj*"))) == 2
    code, out, _ = run_cli("pull", "--port", board.url)
    assert code == 1
    assert "damaged on the board itself" in out


def test_more_sessions_than_one_answer_holds(start, chip: Path, tmp_path: Path):
    """The device tells 64 at a time, however many there are."""
    with ChipFiles(chip) as files:
        files.makedirs("/log", exist_ok=True)
        for number in range(1, 131):
            put(files, f"/log/{number:05d}.vbj", b"VBJ1")
    board = start(chip)
    with Device(board.url) as device:
        answer = device.ask("sessions")
        assert (len(answer["sessions"]), answer["more"]) == (64, True)
        assert pull._numbers(device, answer) == list(range(1, 132))


@pytest.mark.parametrize(
    "answer",
    [{}, {"sessions": "1"}, {"sessions": [1, "2"]}, {"sessions": [True]}, {"sessions": None}],
)
def test_a_board_that_does_not_tell_its_sessions(answer):
    with pytest.raises(DeviceError, match="does not tell its sessions"):
        pull._numbers(None, answer)  # type: ignore[arg-type]


def test_a_session_without_a_header_is_none(start, chip: Path, tmp_path: Path):
    """The power went as the file was made, or behind its first commit."""
    with ChipFiles(chip) as files:
        files.makedirs("/log", exist_ok=True)
        put(files, "/log/00001.vbj", b"")
        put(files, "/log/00002.vbj", b"VBJ1")
    url = start(chip).url
    (third,) = pull.pull(url, tmp_path / "out")
    assert (third.session, third.damage) == (3, "")
    assert list((tmp_path / "out").iterdir()) == [third.path]
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / f"{third.path.name}.part").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(VagabandError, match="can't be written"):
        pull.pull(url, linked)
    assert not (tmp_path / "elsewhere").exists()


def test_a_number_above_16_bits(start, chip: Path, tmp_path: Path):
    """A record and a piece on the line hold the low 16 bits of it."""
    data = written(70_000, "5ea51de5", 1)
    with ChipFiles(chip) as files:
        files.makedirs("/log", exist_ok=True)
        put(files, "/log/70000.vbj", data)
    first, second = pull.pull(start(chip).url, tmp_path)
    assert first.path.read_bytes() == data
    assert (second.session, second.damage) == (70_001, "")


def test_numbers_that_no_session_has_are_left_out():
    """They would become names of files."""
    told = {"sessions": [3, 3, -1, 0, 10**30, 7, 99_999]}
    assert pull._numbers(None, told) == [3, 7, 99_999]  # type: ignore[arg-type]
