"""`vagaband pair` at two boards in real time: what is kept, and what is said where it fails."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from flashing import runs
from simulated_clocks import simulate
from vagaband.errors import DeviceError, InputError
from vagaband.pair.clock_file import exchanges_of, keep, read
from vagaband.pair.meeting import ask_all
from virtual_board import Board

Boards = Callable[..., Board]


@pytest.fixture
def two(boards: Boards) -> list[Board]:
    """Two boards that record, one sensor 1.5 % fast, the other as slow."""
    both = [boards(seed=21, clock=1.015), boards(seed=22, clock=0.985)]
    for board in both:
        assert runs(board)
    return both


def test_two_boards_in_one_call(two: list[Board], run_cli):
    """The exchange is kept for each, privately; a second one agrees with it and the true rate."""
    ports = [word for board in two for word in ("--port", board.url)]
    command = ("pair", *ports, "--for", "4")
    code, out, _ = run_cli(*command, "--json")
    assert code == 0
    told = json.loads(out)
    assert told["error_ms"] < 50
    code, out, _ = run_cli(*command)
    assert code == 0
    assert "the two are together to" in out
    for row, clock in zip(told["boards"], (1.015, 0.985), strict=True):
        file = Path(row["file"])
        assert file.name == f"{row['device']}-{row['session']:05d}.vbj.clock.json"
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700
        ((first, second),) = pairwise(each.met for each in read(file))
        passed_s = second.unix_s - first.unix_s
        late_s = (second.index - first.index) / (100 * clock) - passed_s
        # A PC that is busy costs such a board time: it may fall behind, and never runs ahead.
        assert -0.3 < late_s <= first.error_s + second.error_s


def test_a_board_that_goes_away_half_way_loses_nothing_of_the_other(two: list[Board]):
    stays, goes = two

    def pull_out(share: float) -> None:
        if share > 0.6 and goes.process.poll() is None:
            goes.stop()

    exchanges, failures = ask_all([stays.url, goes.url], 6.0, pull_out)
    (failure,) = failures
    assert isinstance(failure, DeviceError)
    assert goes.url in failure.what
    assert len(exchanges) == 2  # what it said before it went is as good as ever
    with pytest.raises(DeviceError):
        ask_all([stays.url, goes.url], 1.0, lambda _: None)


def test_ctrl_c_keeps_what_was_had(two: list[Board], tmp_path: Path):
    ports = [word for board in two for word in ("--port", board.url)]
    process = subprocess.Popen(
        [sys.executable, "-m", "vagaband", "pair", *ports, "--folder", "data", "--for", "60"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(15)  # it has begun to ask, on a busy PC too
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Stopped" in err
    # A board that a busy PC holds up contradicts itself, and is left out.
    assert out.count("known to") == len(list((tmp_path / "data").glob("*.clock.json"))) >= 1


def test_the_same_board_twice_is_refused(boards: Boards, run_cli):
    one, twin = boards(seed=23), boards(seed=23)  # two ports of which each says the same number
    assert runs(one)
    assert runs(twin)
    code, _, err = run_cli("pair", "--port", one.url, "--port", one.url)
    assert code == 2
    assert "named twice" in err
    code, _, err = run_cli("pair", "--port", one.url, "--port", twin.url)
    assert code == 2
    assert "are the same board" in err


def test_a_board_without_a_session_and_a_port_in_use(boards: Boards, run_cli, tmp_path: Path):
    from vagaband.device import Device

    board = boards(seed=24)
    assert runs(board)
    with Device(board.url) as device:
        code, _, err = run_cli("pair", "--port", board.url)
        assert code == 1
        assert "Another program holds the port" in err
        device.ask("stop")
    code, _, err = run_cli("pair", "--port", board.url)
    assert code == 1
    assert "has no session open" in err
    assert not list(tmp_path.rglob("*.json"))


def test_what_is_kept_is_read_again_and_rubbish_is_refused(tmp_path: Path):
    board = simulate(1, 100.0, meet_at_s=(20.0, 60.0))
    journal = board.recording.journal
    later, earlier = reversed(board.recording.exchanges)
    path = keep(tmp_path, later)
    assert keep(tmp_path, earlier) == path
    vbj = path.with_name(path.name.removesuffix(".clock.json"))
    assert exchanges_of(vbj, journal) == list(board.recording.exchanges)
    journal.header["boot"] = "other"  # another session of this number
    assert exchanges_of(vbj, journal) == []
    assert keep(tmp_path, replace(later, boot="erased since")) == path
    assert [each.boot for each in read(path)] == ["erased since"]
    content = json.loads(path.read_text())
    for spoilt in (
        "{}",
        "[" * 100_000,
        json.dumps({**content, "format": 2}),
        path.read_text().replace('"us": ', '"us": "x", "u": '),
        path.read_text().replace('"unix_s": ', '"unix_s": NaN, "u": '),
    ):
        path.write_text(spoilt)
        with pytest.raises(InputError, match="can't be read as exchanges"):
            read(path)


def test_files_that_are_no_journals_are_refused(run_cli, tmp_path: Path):
    (tmp_path / "a.csv").write_text("ibi_ms\n800\n")
    for words in (("a.csv", "a.csv"), ("a.csv",), ("a.csv", "--port", "x")):
        code, _, err = run_cli("pair", *words)
        assert code == 2
        assert err.startswith("vagaband: ")
