"""Protocols run on virtual boards whose own, faster time leads; broken off, resumed, one lost."""

import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flashing import one_sentence
from vagaband import journal, twin
from vagaband.device import Device
from vagaband.protocol import state
from vagaband.protocol.kept import TOLERANCE_S
from vagaband.protocol.plan import plan
from vagaband.protocol.read import read
from vagaband.protocol.shipped import protocol_of, shipped
from vagaband.session import Session
from virtual_board import Board, log_files
from written_protocols import FOR_TWO, TWO_BLOCKS, written

Boards = Callable[..., Board]
FAST = {"speed": 50.0, "baud": 2_000_000, "erase_us": (500, 1000)}
LONG = TWO_BLOCKS.replace("seconds = 20\nlead_s = 0", "seconds = 60\nlead_s = 0")
LONG_FOR_TWO = FOR_TWO.replace("seconds = 20\nlead_s = 0", "seconds = 60\nlead_s = 0")
PACED = "pace = { in_s = 4, out_s = 6 }\n"
QUICK = ("--clock", "board", "--yes")


def words_for(path: Path, *boards: Board) -> list[str]:
    """The command line for a file on these boards, worn by p01 and p02."""
    ports = [word for board in boards for word in ("--port", board.url)]
    people = [word for n, _ in enumerate(boards, 1) for word in ("--person", f"p{n:02d}")]
    return ["protocol", "run", str(path), *ports, *people, *QUICK]


def session_in(folder: Path) -> Session:
    """The newest session that was fetched."""
    return twin.as_logged(journal.load(sorted(folder.glob("*.vbj"))[-1]))


def marks_in(folder: Path) -> list[tuple[str, str]]:
    marks = session_in(folder).marks
    return [(one.kind, re.sub(r"[0-9a-f]{8}", "RUN", one.text)) for one in marks]


def assert_whole(out: str, path: Path, seed: int | None = None) -> None:
    """Each recording has the file's blocks: names, order, seconds."""
    told = json.loads(out)
    assert told["whole"]
    assert seed in (None, told["seed"])
    planned = [(one.name, one.seconds) for one in plan(read(path), told["seed"])]
    for found in told["recordings"].values():
        assert [(one["name"], one["planned_s"]) for one in found] == planned
        assert all(abs(one["seconds"] - one["planned_s"]) <= TOLERANCE_S for one in found)


def test_two_people_are_led_through_and_each_keeps_their_own(boards: Boards, run_cli, tmp_path):
    """Paced in the second block, one sensor's clock 1.5 % off; no folder names the other."""
    two = [boards(**FAST, seed=1), boards(**FAST, seed=2, heart="hp=900,clock=0.985")]
    path = written(tmp_path, FOR_TWO + PACED)
    code, out, err = run_cli(*words_for(path, *two), "--json", "--seed", "7")
    assert code == 0, err
    assert_whole(out, path, 7)
    both = ["first start", "first end", "second start", "second end"]
    for person, other in (("p01", "p02"), ("p02", "p01")):
        folder = tmp_path / f"vagaband-sessions-{person}"
        session = session_in(folder)
        assert marks_in(folder) == [
            ("protocol", "begun RUN: two, seed 7, agreed before"),
            *(tuple(words.split()) for words in both),
            ("protocol", "done RUN"),
        ]
        paces = [(one.t_s, one.hz) for one in session.paces]
        begin_s = [one.t_s for one in session.marks if one.text == "start"][1]
        assert [hz for _, hz in paces] == [pytest.approx(0.1, abs=0.001), 0]
        assert paces[0][0] == pytest.approx(begin_s, abs=20)  # a busy PC's 0.4 s at this speed
        assert not (folder / f"protocol-{person}.json").exists()
        for file in folder.iterdir():
            assert other.encode() not in file.read_bytes()
        assert f"What is recorded of {person}" in err
    assert "p01 and p02 each keep their own recording" in err


def test_a_shipped_one_at_full_speed(boards: Boards, run_cli):
    board = boards(**{**FAST, "speed": 200.0})
    code, out, err = run_cli("protocol", "run", "rest", "--port", board.url, *QUICK, "--json")
    assert code == 0, err
    assert_whole(out, next(path for path in shipped() if path.stem == "rest"))


def started(tmp_path: Path, words: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "vagaband", *words],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def await_block(folder: Path, person: str, done: int) -> None:
    """Until so many blocks are over and the next one runs."""
    until_s = time.monotonic() + 30
    while time.monotonic() < until_s:
        its = state.load(folder, person) if folder.is_dir() else None
        if its and (its.done, its.begun) == (done, True):
            return
        time.sleep(0.02)
    raise AssertionError("the block never began")


def test_what_is_broken_off_goes_on_at_the_block_that_was_broken(boards: Boards, tmp_path):
    """By Ctrl-C, then by a kill that leaves no word; the journal tells broken from whole."""
    board, path = boards(**FAST), written(tmp_path, LONG + PACED)
    folder, words = tmp_path / "vagaband-sessions", words_for(path, board)
    for number, code in ((signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)):
        process = started(tmp_path, words)
        await_block(folder, "p01", 1)
        time.sleep(0.3)
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
        assert process.returncode == code, err
        words = [*words_for(path, board), "--resume"]
    again = started(tmp_path, words_for(path, board))
    assert "A run of two was broken off at block 2" in again.communicate()[1]
    assert again.returncode == 2
    done = started(tmp_path, [*words, "--json"])
    out, err = done.communicate(timeout=60)
    assert done.returncode == 0, err
    assert_whole(out, path)
    marks = [" ".join(one) for one in marks_in(folder) if one[0] != "protocol"]
    runs = [one.text for one in session_in(folder).marks if one.kind == "protocol"]
    assert len({seed for text in runs for seed in re.findall("seed [0-9]+", text)}) == 1
    assert sum("seed" in text for text in runs) == 3
    assert marks == ["first start", "first end", *["second start", "second broken"] * 2,
                     "second start", "second end"]  # fmt: skip
    paces = [one.hz > 0 for one in session_in(folder).paces]
    assert paces == [True, False] * 3  # none paced on into what came after


def test_a_board_that_is_lost_keeps_what_it_has_and_the_other_goes_on(boards: Boards, tmp_path):
    """Its power fails amid the second block; the other's recording is whole. The last half minute
    may be lost, and the first block began longer ago."""
    two = [boards(**FAST, seed=n) for n in (1, 2)]
    path = written(tmp_path, LONG_FOR_TWO.replace("seconds = 20", "seconds = 40"))
    process = started(tmp_path, [*words_for(path, *two), "--lost", "go-on", "--json"])
    await_block(tmp_path / "vagaband-sessions-p01", "p01", 1)
    time.sleep(0.3)
    two[0].stop()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "The board of p01 is away" in err
    assert "It goes on without p01" in err
    assert "could not be fetched" in err
    assert "vagaband pull --port" in err
    told = json.loads(out)["recordings"]
    lengths = [one["seconds"] for one in told["p02"]]
    assert lengths == pytest.approx([40, 60], abs=TOLERANCE_S)
    assert [one["seconds"] for one in told["p01"]] == [None, None]
    _, data = max(log_files(tmp_path / "chip0").items())  # the newest, the run's own session
    kept = [(kind, text) for _, kind, text in journal.decode(data).marks]
    assert len(kept) > 1
    assert kept[1:] == [("first", "start"), ("first", "end"), ("second", "start")][: len(kept) - 1]


def test_one_waits_for_a_board_and_the_block_begins_again(boards: Boards, tmp_path):
    """Its power fails and comes back: another session; both have the whole block then."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    lost = boards(**FAST, seed=1, tcp_port=port)
    two, path = [lost, boards(**FAST, seed=2)], written(tmp_path, LONG_FOR_TWO)
    process = started(tmp_path, [*words_for(path, *two), "--lost", "wait", "--json"])
    await_block(tmp_path / "vagaband-sessions-p01", "p01", 1)
    time.sleep(0.5)
    lost.stop()
    time.sleep(0.5)
    boards(**FAST, seed=1, tcp_port=port, flash_file=tmp_path / "chip0")
    out, err = process.communicate(timeout=60)
    assert "began a new session" in err
    assert "begins again" in err
    told = json.loads(out)["recordings"]
    assert all(one["seconds"] for one in told["p02"])
    assert told["p01"][1]["seconds"] == pytest.approx(60, abs=TOLERANCE_S)
    marks = [" ".join(one) for one in marks_in(tmp_path / "vagaband-sessions-p02")]
    assert marks[3:-1] == ["second start", "second broken", "second start", "second end"]


def test_what_another_recorded_before_is_theirs_alone(boards: Boards, run_cli, tmp_path):
    """Two people one after the other on one board that measures on; then a board that is not the
    one from before."""
    board, path = boards(**FAST), written(tmp_path, TWO_BLOCKS)
    words = ["protocol", "run", str(path), "--port", board.url, *QUICK]
    for person in ("p01", "p02"):
        code, _, err = run_cli(*words, "--person", person, "--folder", person)
        assert code == 0, err
        files = list((tmp_path / person).glob("*.vbj"))
        assert len(files) == 1
        runs = [one for one in session_in(tmp_path / person).marks if one.text.startswith("begun")]
        assert len(runs) == 1
    digest = read(path).digest
    other = state.State("0" * 8, "two", digest, 1, "participant", "p02", board="0" * 12, done=1)
    state.write(tmp_path / "p02", other)
    code, _, err = run_cli(*words, "--person", "p02", "--folder", "p02", "--resume")
    assert code == 1
    assert one_sentence(err)
    assert "than p02 has worn in this run" in err


def test_nobody_is_led_unasked_or_unseen(boards: Boards, run_cli, tmp_path):
    """No terminal and no --yes; the same person twice; a board whose light is off."""
    path = written(tmp_path, FOR_TWO)
    board = boards(**{**FAST, "speed": 4.0})
    other = f"{board.url}1"
    call = ["protocol", "run", str(path), "--clock", "board", "--port", board.url]
    for words, said in (
        (["--person", "p1", "--yes"], "is for two boards"),
        (["--port", board.url, "--person", "p1", "--person", "p2"], "named twice"),
        (["--port", other, "--person", "p1", "--person", "P1"], "its own wearer"),
        (["--port", other, "--person", "p1", "--person", "An Jansen"], "looks like a name"),
        (["--port", other, "--person", "p1", "--person", "p2", "--folder", "a"], "folder"),
        (["--port", other, "--person", "p1", "--person", "p2", "--resume"], "No run was broken"),
        (["--port", other, "--person", "p1", "--person", "p2"], "Nobody is here to agree"),
    ):
        code, out, err = run_cli(*call, *words)
        assert (code, out) == (2, ""), err
        assert said in err
        assert one_sentence(err)
    with Device(board.url) as device:
        device.ask("config light 0")
    one = written(tmp_path, TWO_BLOCKS)
    code, _, err = run_cli(*words_for(one, board))
    assert code == 2
    assert "nobody is to be measured unseen" in err
    assert not list(tmp_path.glob("vagaband-sessions*/protocol*"))


def test_what_was_broken_off_is_forgotten_with_the_person(run_cli, tmp_path):
    """Also where nothing else is known of them yet."""
    folder = tmp_path / "vagaband-sessions"
    its = state.State(
        state.new_run(), "rest", "0" * 64, 1, "participant", "p07", done=1, begun=True
    )
    state.write(folder, its)
    code, _, err = run_cli("sessions", "forget", "p07", "--yes")
    assert code == 0, err
    assert state.load(folder, "p07") is None


def test_a_moment_of_the_board_s_own_clock_is_marked(boards: Boards, tmp_path):
    """As a host tells it that knows the board's milliseconds; nonsense marks nothing."""
    board = boards(**{**FAST, "speed": 4.0})
    with Device(board.url) as device:
        told = device.ask("status")
        at_ms, n = int(told["ms"]), int(told["samples"])
        time.sleep(0.2)
        device.ask(f"mark @{at_ms} moment then")
        for bad in ("@x moment", "@-5 moment", f"@{1 << 30} moment"):
            assert "error" in (device.try_ask(f"mark {bad}", 2) or {"error": "none"})
        assert device.ask("sign") == {"sign": "block"}
        device.ask("commit")
        device.ask("stop")
    board.stop()
    (data,) = log_files(tmp_path / "chip0").values()
    (found,) = [index for index, kind, _ in journal.decode(data).marks if kind == "moment"]
    assert found == pytest.approx(n, abs=15)


@pytest.mark.slow
@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.stem)
def test_each_shipped_one_to_its_end_and_broken_off(boards: Boards, tmp_path: Path, path: Path):
    """On as many boards as it needs, or two where a second may be worn."""
    one = protocol_of(path.stem)
    worn = [
        boards(**{**FAST, "speed": 100.0}, seed=n) for n in range(1, min(2, len(one.wearers)) + 1)
    ]
    words = words_for(path, *worn)
    folder = tmp_path / ("vagaband-sessions" if len(worn) == 1 else "vagaband-sessions-p01")
    process = started(tmp_path, [*words, "--json"])
    out, err = process.communicate(timeout=600)
    assert process.returncode == 0, err
    assert_whole(out, path)
    process = started(tmp_path, words)
    await_block(folder, "p01", 1)
    os.kill(process.pid, signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    process = started(tmp_path, [*words, "--resume", "--json"])
    out, err = process.communicate(timeout=600)
    assert process.returncode == 0, err
    assert_whole(out, path)


def test_by_the_pc_s_clock(boards: Boards, run_cli, tmp_path):
    """As with people: real time, one block."""
    head, _, _ = TWO_BLOCKS.rpartition("[[block]]")
    path = written(tmp_path, head.replace("seconds = 20", "seconds = 10").replace("= 5", "= 0"))
    board = boards(speed=1.0, baud=2_000_000)
    call = ("protocol", "run", str(path), "--port", board.url, "--yes", "--json")
    code, out, err = run_cli(*call, "--lang", "nl")
    assert code == 0, err
    assert_whole(out, path)
    assert "Klaar." in err


@pytest.mark.slow
def test_two_boards_are_put_on_one_clock_as_it_begins_and_ends(boards: Boards, tmp_path):
    """In real time, by the PC's clock: what is known stands beside each one's own recording."""
    two = [boards(speed=1.0, baud=2_000_000, seed=n) for n in (1, 2)]
    short = FOR_TWO.replace("seconds = 20", "seconds = 10").replace("lead_s = 5", "lead_s = 0")
    words = [word for word in words_for(written(tmp_path, short), *two) if word != "board"]
    words.remove("--clock")
    process = started(tmp_path, [*words, "--json"])
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert err.count("Both boards are on one clock") == 2
    assert_whole(out, tmp_path / "mine.toml")
    for person in ("p01", "p02"):
        (kept,) = (tmp_path / f"vagaband-sessions-{person}").glob("*.clock.json")
        assert len(json.loads(kept.read_text())["exchanges"]) == 2


def at_a_terminal(tmp_path: Path, words: list[str], answers: list[tuple[str, str]]) -> str:
    """What a run says there; each answer is typed once its words have been read."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "vagaband", *words],
        cwd=tmp_path,
        env={**os.environ, "COLUMNS": "90", "LINES": "40", "TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    said, left, until_s = "", list(answers), time.monotonic() + 60
    while time.monotonic() < until_s:
        try:
            said += os.read(ours, 4096).decode(errors="ignore")
        except OSError:
            break  # it has ended
        if left and left[0][0] in said:
            os.write(ours, left.pop(0)[1].encode())
    os.close(ours)
    assert process.wait(20) == 0, said
    assert not left, said
    return said


def test_at_a_terminal_each_is_asked_and_enter_begins(boards: Boards, tmp_path):
    """No --yes: a code, a question, another answer than yes or no, and Enter for the block."""
    path = written(tmp_path, TWO_BLOCKS.replace("lead_s = 5", "lead_s = 5\nwait = true"))
    board = boards(**FAST)
    words = ["protocol", "run", str(path), "--port", board.url, "--clock", "board", "--lang", "nl"]
    answers = [("een code, geen naam", "P07\n"), ("ga je akkoord?", "misschien\n"),
               ("misschien", "j\n"), ("Enter: begin", "\r")]  # fmt: skip
    said = at_a_terminal(tmp_path, words, answers)
    assert "Wat er van p07 (Deelnemer) wordt opgenomen" in " ".join(said.split())
    assert "Tweede" in said
    marks = marks_in(tmp_path / "vagaband-sessions")
    assert marks[0][1].endswith("agreed here")
    assert marks[-1] == ("protocol", "done RUN")
