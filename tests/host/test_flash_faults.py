"""Flash that is slow, cut off, worn, failing or full: what was committed stays."""

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import engines
import pytest
from flashing import ChipFiles, put, runs
from torture import cuts
from vagaband.device import Device
from vagaband.errors import VagabandError
from vagaband.journal import END, GAP, RAW_STOPPED, Journal, decode
from vagaband.pull import pull
from virtual_board import Board
from worn import Worn

Wear = Callable[..., Worn]
OVERFLOW, FULL = 1, 3
FIFO_MS = 320
DAYS_OF_BEATS = 7
CHIP_BYTES = 2 << 20
WITH_LIGHT = {"raw": 1, "reserve_days": 0}


def sound(data: bytes) -> Journal:
    """A journal in which nothing is wrong."""
    journal = decode(data)
    assert journal.header
    assert set(journal.integrity.values()) == {0}
    return journal


def ends(journal: Journal) -> list[int]:
    return [event.arg for event in journal.events if event.code == END]


def lost(journal: Journal) -> list[int]:
    """Samples lost in each gap; they are overflows all."""
    gaps = [event for event in journal.events if event.code == GAP]
    assert {gap.arg & 127 for gap in gaps} <= {OVERFLOW}
    return [gap.value for gap in gaps]


def flushes_s(trace: Path) -> list[tuple[float, float]]:
    """Beginning and end of each flush; between two there are seconds without an operation."""
    spans: list[list[float]] = []
    for operation in cuts.read_trace(trace.read_bytes()):
        t_s = operation.us / 1e6
        if not spans or t_s - spans[-1][1] > 5:
            spans.append([t_s, t_s])
        spans[-1][1] = t_s
    return [(begin, end) for begin, end in spans]


@pytest.mark.parametrize(
    ("config", "minutes", "most_an_hour"),
    [
        pytest.param({"raw": 0}, 60, 150, id="beats only"),
        pytest.param(WITH_LIGHT, 20, 250, id="with raw light"),
        pytest.param(WITH_LIGHT, 60, 250, id="with raw light, an hour", marks=pytest.mark.slow),
    ],
)
def test_erases_and_bytes_at_risk(
    wear_device: Wear, tmp_path: Path, config: dict[str, int], minutes: int, most_an_hour: int
):
    """Erases take 45 to 400 ms: only one that is longer than the FIFO loses samples."""
    trace = tmp_path / "trace"
    worn = wear_device(minutes, seed=7, config=config, flash_trace=trace)
    erases = sum(op.kind == "E" for op in cuts.read_trace(trace.read_bytes()))
    spans = flushes_s(trace)
    at_risk_s = max(after[1] - before[0] for before, after in pairwise(spans))
    journal = sound(worn.files["00001.vbj"])
    size = len(worn.files["00001.vbj"])
    print(f"{config}: {erases} erases, {at_risk_s:.1f} s at risk, {size} bytes, {lost(journal)}")
    assert erases <= most_an_hour * minutes / 60
    assert at_risk_s <= 30
    assert len(lost(journal)) <= 2
    assert all(n <= 15 for n in lost(journal))
    if not config["raw"]:
        week = 24 * DAYS_OF_BEATS * size
        assert week * 1.01 < CHIP_BYTES  # 1 %: what littlefs puts into the blocks itself


def test_slow_erases_lose_nothing_as_they_come_one_at_a_time(wear_device: Wear):
    """140 ms each: two in a row and a turn are longer than the FIFO, so it is drained between."""
    config = {"reserve_days": 0}
    worn = wear_device(10, seed=7, config=config, erase_us=(140_000, 150_000))
    assert lost(sound(worn.files["00001.vbj"])) == []


@pytest.mark.parametrize("way", ["before", "torn", "after"])
def test_power_fails_amid_a_flush(wear_device: Wear, tmp_path: Path, way: str):
    """The board starts again by itself; what was flushed is what it would have been without."""
    trace = tmp_path / "trace"
    script = f"100 cut 9 {way}\n"
    whole = wear_device(4, seed=5).files["00001.vbj"]
    worn = wear_device(4, seed=5, script=script, flash_trace=trace)
    first, second = pull(worn.board.url, tmp_path / "sessions")
    data = first.path.read_bytes()
    assert whole.startswith(data)
    flushed_s = sound(data).samples / 100
    assert 100 - 30 <= flushed_s <= 100 + 30
    assert not first.ended
    assert ends(sound(second.path.read_bytes())) == [1]
    assert flushed_s + sound(second.path.read_bytes()).samples / 100 > 240 - 32


@pytest.mark.parametrize("script", ["30 worn 150\n", "28 eio 1\n88 eio 25\n"], ids=["worn", "eio"])
def test_blocks_that_fail_do_not_end_the_session(wear_device: Wear, script: str):
    """150 of 510 blocks can't be erased, or all fail for 25 seconds: it all gets there."""
    worn = wear_device(4, seed=6, script=script)
    assert set(worn.files) == {"00001.vbj"}
    journal = sound(worn.files["00001.vbj"])
    assert ends(journal) == [1]
    assert journal.samples + sum(lost(journal)) > 239 * 100
    assert sum(lost(journal)) < 40


def test_flash_that_fails_for_minutes(wear_device: Wear):
    """Nothing can be written for long: what was flushed stays, and recording begins again."""
    worn = wear_device(9, seed=6, script="60 eio 240\n")
    first, *_, last = (sound(data) for _, data in sorted(worn.files.items()))
    assert first.samples > 28 * 100
    assert ends(last) == [1]
    with Device(worn.board.url) as device:
        assert "can't be written" in device.ask("status")["flash"]


def filled(chip: Path, free_blocks: int) -> None:
    """Put a file on the chip that leaves so many blocks."""
    with ChipFiles(chip) as files:
        used = files.used_block_count
        put(files, "/foreign", bytes((512 - used - free_blocks) * 4080))


def test_raw_stops_first_then_the_session_ends_and_both_are_in_the_log(start, chip: Path):
    """A chip with little space, and someone marks every second: light gives way to the rest."""
    with ChipFiles(chip) as files:
        put(files, "/vagal.json", json.dumps({"reserve_days": 0}).encode())
    filled(chip, 23)
    script = chip.with_name("script")
    script.write_text("".join(f"{t_s} type mark other {t_s:0120}\n" for t_s in range(60, 360)))
    board = start(chip, speed="max", for_min=10, script=script)
    assert board.event().startswith("worn")
    with Device(board.url) as device:
        status = device.ask("status")
        assert status["session"] == 0
        assert status["flash"] == "full"
        assert "full" in str(device.try_ask("start", 4))
    (pulled,) = pull(board.url, chip.parent / "sessions")
    journal = sound(pulled.path.read_bytes())
    assert ends(journal) == [FULL]
    codes = [event.code for event in journal.events]
    assert codes.index(RAW_STOPPED) < codes.index(END)
    assert journal.beats[-1][0] > journal.raw[-1][0]
    board.stop()
    with Device(start(chip).url) as device:  # nothing can be recorded: that is told here too
        assert device.ask("status")["flash"] == "full"


@pytest.mark.parametrize("eaten_at", [6000, 9110])
def test_another_file_eats_the_flash_between_two_flushes(eaten_at: int):
    """The reserve gives way: the last flush and the end of the session still get there."""
    journal = sound(cuts.record(3, 3, eaten_at=eaten_at).file)
    assert ends(journal) == [FULL]
    assert journal.samples > eaten_at


def test_without_the_reserve_the_end_would_be_missing(tmp_path: Path):
    bare = engines.changed_firmware(tmp_path, "logs.py", "_RESERVE = const(24576)", "_RESERVE = 0")
    with pytest.raises(VagabandError, match="OSError: 28"):
        cuts.record(3, 3, firmware=bare, eaten_at=6000)


def test_a_log_that_is_no_folder_is_kept_aside(start, chip: Path):
    """Someone has copied a file to /log: the board keeps it and records."""
    with ChipFiles(chip) as files:
        put(files, "/log", b"not a folder")
    board: Board = start(chip)
    assert runs(board)
    with Device(board.url) as device:
        status = device.ask("status")
    assert status["session"] == 1
    assert "log.bad0" in status["flash"]
    board.stop()
    with ChipFiles(chip) as files, files.open("/log.bad0", "rb") as kept:
        assert kept.read() == b"not a folder"
