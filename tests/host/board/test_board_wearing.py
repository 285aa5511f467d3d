"""Wearing a board at full speed: exact light, determinism, script, resets, faults."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from virtual_board import Board

Wear = Callable[..., dict[str, bytes]]


def facts(log: dict[str, bytes]) -> dict[str, int]:
    words = log["facts.txt"].decode().split()
    return {name: int(value) for name, value in zip(words[::2], words[1::2], strict=True)}


def ir(log: dict[str, bytes]) -> np.ndarray:
    data = np.frombuffer(log["raw.bin"], dtype=np.uint8).astype(np.int64).reshape(-1, 3)
    return data[:, 0] << 16 | data[:, 1] << 8 | data[:, 2]


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "script.txt"
        path.write_text(text)
        return path

    return write


def test_a_recording_reaches_the_firmware_exactly(wear: Wear, tmp_path: Path) -> None:
    counts = 131072 + np.round(600 * np.sin(np.arange(3000) * 0.06)).astype(int)
    csv = tmp_path / "light.csv"
    csv.write_text("ir\n" + "\n".join(map(str, counts)) + "\n")
    log = wear(0.4, recording=csv)
    assert facts(log)["lost"] == 0
    assert set(ir(log)[:50]) == {counts[0]}  # the half second that a firmware drops
    assert np.array_equal(ir(log)[50:2400], counts[:2350])


def test_the_same_seed_gives_the_same_bytes(wear: Wear, script: Callable[[str], Path]) -> None:
    events = script("10 type note a\n20 motion 3\n30 stall 1\n40 nak 2\n50 reset\n")
    logs = [wear(1.5, seed=seed, script=events) for seed in (3, 3, 4)]
    assert logs[0] == logs[1]
    assert logs[0] != logs[2]


def test_truth_is_written(wear: Wear, tmp_path: Path) -> None:
    truth = tmp_path / "truth.csv"
    wear(1.0, truth=truth)
    lines = truth.read_text().splitlines()
    assert lines[0] == "t_s"
    assert 65 <= len(lines) <= 150
    assert 0 <= float(lines[1]) < 1.5


def test_typed_text_arrives_at_its_time(wear: Wear, script: Callable[[str], Path]) -> None:
    log = wear(0.5, script=script("10 type note here\n"))
    note = re.fullmatch(r"here at (\d+)\n", log["notes.txt"].decode())
    assert note
    assert 10_000 < int(note[1]) < 11_000


def test_reset_keeps_rtc_memory_and_power_does_not(
    wear: Wear, script: Callable[[str], Path]
) -> None:
    log = wear(0.6, script=script("5 type remember tea\n10 reset\n20 power\n"))
    assert log["boots.txt"].decode().splitlines() == [
        "cause 1 memory ",
        "cause 2 memory tea",
        "cause 1 memory ",
    ]


def test_a_stall_overflows_the_fifo(wear: Wear, script: Callable[[str], Path]) -> None:
    log = wear(0.3, script=script("5 stall 0.5\n"))
    assert 10 <= facts(log)["lost"] <= 31


@pytest.mark.parametrize("fault", ["nak", "stuck"])
def test_bus_faults_are_errors_for_a_while(
    wear: Wear, script: Callable[[str], Path], fault: str
) -> None:
    log = wear(0.3, script=script(f"5 {fault} 2\n"))
    assert 5 <= facts(log)["errors"] <= 25
    assert facts(log)["total"] > 1000


def test_a_brown_out_raises_power_ready(wear: Wear, script: Callable[[str], Path]) -> None:
    log = wear(0.3, script=script("5 brownout\n"))
    assert facts(log)["brownouts"] == 1
    assert facts(log)["total"] > 1700


def test_a_slow_sensor_clock_gives_fewer_samples(wear: Wear) -> None:
    fast, slow = (facts(wear(1.0, clock=clock))["total"] for clock in (1.0, 0.985))
    assert slow / fast == pytest.approx(0.985, abs=0.002)


def test_swapped_leds_exchange_the_channels(wear: Wear) -> None:
    log = wear(0.2, swapped=True)
    assert 110_000 < np.median(ir(log)) < 122_000


def test_an_hour_is_worn_in_seconds(wear: Wear) -> None:
    log = wear(60.0)
    assert facts(log)["total"] + facts(log)["lost"] == pytest.approx(360_000, abs=60)


def test_a_firmware_that_ends_is_said_to_end(
    start_board: Callable[..., Board], tmp_path: Path
) -> None:
    (tmp_path / "main.py").write_text("1 / 0\n")
    board = start_board(speed="max", for_min=1.0, firmware_dir=tmp_path)
    assert board.event() == "not worn: the firmware ended"
    assert "ZeroDivisionError" not in board.mpremote("exec", "print(1)")
