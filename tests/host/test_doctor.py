"""doctor: each fault of the wiring has its own line, a healthy board none."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flashing import ChipFiles, copied, put
from vagaband.device import Device
from vagaband.doctor import Examination, Report, conversation, examine
from vagaband.doctor.checks import CHECKS
from vagaband.doctor.findings import Findings
from vagaband.doctor.judge import FAIL, OK, SKIPPED, Line, judge
from vagaband.errors import DeviceError
from virtual_board import Board

Start = Callable[..., Board]
SHORT = Examination(finger_s=2.0, watch_s=8.0, glow_s=0.0)
FAST: dict[str, Any] = {"speed": 4.0, "baud": 2_000_000}
UNHURRIED = {"speed": 2.0}  # where samples must not be lost to other tests that run beside it
READ_LEDS = (
    "from machine import I2C, Pin; b = I2C(0, scl=Pin(22), sda=Pin(21)); "
    "print(list(b.readfrom_mem(0x57, 9, 1) + b.readfrom_mem(0x57, 12, 2)))"
)


def failed(report: Report) -> list[str]:
    return [line.name for line in report.lines if line.state == FAIL]


def line_of(report: Report, name: str) -> Line:
    return next(line for line in report.lines if line.name == name)


def doctor(board: Board, how: Examination = SHORT) -> Report:
    return examine(board.url, how, lambda words: None)


@pytest.fixture(scope="session")
def idle_chip(pristine_chip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chip with the firmware, which does not run."""
    chip = copied(pristine_chip, tmp_path_factory.mktemp("idle") / "chip")
    with ChipFiles(chip) as files:
        put(files, "/main.py", b"")
    return chip


@pytest.fixture
def probe(boards: Start, idle_chip: Path, tmp_path: Path) -> Callable[..., Report]:
    """What the probes find on a board whose app does not run: nothing is to stop and restart."""

    def report(config: dict[str, int] | None = None, **options: Any) -> Report:
        chip = copied(idle_chip, tmp_path / "idle")
        if config:
            with ChipFiles(chip) as files:
                put(files, "/vagal.json", json.dumps(config).encode())
        board = boards(flash_file=chip, **{**FAST, **options})
        waits = {"finger_ms": 2000, "watch_ms": 8000, "glow_ms": 0}
        found = conversation.run_probes(board.url, waits, lambda name: None)
        for name in ("reset", "app"):
            found.take("doctor:" + json.dumps({**HEALTHY[name], "probe": name}))
        found.packaged = found.probes["system"]["firmware"]
        return Report(board.url, "", judge(found))

    return report


def no_app(folder: Path) -> Path:
    (folder / "nothing").mkdir()
    (folder / "nothing" / "main.py").write_text("")
    return folder / "nothing"


def test_a_healthy_board_has_no_failed_line_and_measures_again_afterwards(boards: Start):
    board = boards(clock=1.012, **FAST)
    said: list[str] = []
    report = examine(board.url, Examination(glow_s=0.0), said.append)
    assert [line.name for line in report.lines if line.state != OK] == []
    rate_hz, _, _, span_s, *_ = line_of(report, "sample rate").value.split()
    assert float(rate_hz) == pytest.approx(101.2, abs=0.1)  # the wall clock goes 4 times faster
    assert float(span_s) > 5
    assert "beats/min" in line_of(report, "perfusion").value
    assert any("fingertip" in words for words in said)
    with Device(board.url) as device:
        status = device.ask("status")
        assert (status["session"], status["sensor"]) == (2, "ok")
        assert device.ask("sessions")["sessions"] == [1, 2]


@pytest.mark.parametrize(
    ("fault", "line", "cause"),
    [
        ("no_sensor", "address", "does not answer"),
        ("crossed_wires", "address", "exchanged"),
        ("sda_low", "bus levels", "shorted"),
        ("scl_low", "bus levels", "shorted"),
        ("pull_ups_1v8", "bus levels", "1.8 V"),
        ("no_pull_ups", "bus levels", "Nothing outside the ESP32"),
        ("noisy_bus", "registers", "too slow for 400 kHz"),
        ("dead_red", "red LED", "VLED"),
        ("dead_ir", "IR LED", "VLED"),
        ("weak_led_supply", "LED supply", "VLED is too low"),
        ("brown_out", "LED supply", "breaks down"),
        ("no_reset", "reset values", "clone"),
        ("thermometer", "temperature", "clone"),
        ("no_sampling", "sampling", "does not sample"),
        ("no_multi_led", "IR only", "multi-LED"),
        ("no_overflow_count", "FIFO overflow", "does not count"),
        ("int_low", "INT pin", "stays low"),
        ("int_no_pull_up", "INT pin", "nothing outside the ESP32 pulls it up"),
    ],
)
def test_each_fault_of_the_wiring_has_its_own_line(probe, fault, line, cause):
    report = probe(faults=(fault,))
    assert failed(report) == [line]
    assert cause in line_of(report, line).cause
    assert line_of(report, line).next_step


@pytest.mark.parametrize(
    ("options", "line", "cause"),
    [
        ({"part_id": 0x11}, "part", "MAX30100"),
        ({"part_id": 0x77}, "part", "no MAX30102"),
        ({"swapped": True}, "LED order", "exchanged"),
        ({"clock": 1.04}, "sample rate", "oscillator"),
        ({"clock": 0.97}, "sample rate", "oscillator"),
        ({"heart": "perfusion=0.03"}, "perfusion", "too small"),
        ({"heart": "perfusion=0,noise=300"}, "perfusion", "not like a pulse"),
        ({"heart": "dc=255000"}, "contact", "end of the range"),
        ({"script": "0 off"}, "contact", "No finger"),
        ({"script": "0 ambient 3000"}, "dark counts", "Light reaches"),
    ],
)
def test_each_fault_of_chip_and_light_has_its_own_line(
    probe, tmp_path: Path, options, line, cause
):
    if "script" in options:
        (tmp_path / "script").write_text(options["script"] + "\n")
        options = {"script": tmp_path / "script"}
    report = probe(**UNHURRIED, **options)
    assert failed(report) == [line]
    assert cause in line_of(report, line).cause


def test_leds_that_are_known_to_be_exchanged_are_no_fault(probe):
    def told(**options: Any) -> Report:
        return probe(config={"leds_swapped": 1}, **UNHURRIED, **options)

    report = told(swapped=True)
    assert failed(report) == []
    assert "as leds_swapped says" in line_of(report, "LED order").value
    report = told()
    assert failed(report) == ["LED order"]
    assert "leds_swapped 0" in line_of(report, "LED order").next_step


def test_an_unwired_interrupt_is_no_fault(probe):
    report = probe(faults=("int_unwired",))
    assert failed(report) == []
    assert line_of(report, "INT pin").state == SKIPPED


def test_without_a_finger_all_else_is_checked(boards: Start, tmp_path: Path):
    (tmp_path / "script").write_text("0 off\n")
    board = boards(script=tmp_path / "script", **FAST)
    report = doctor(board, Examination(finger_s=0.0, watch_s=8.0, glow_s=0.0))
    assert failed(report) == []
    skipped = {line.name: line.value for line in report.lines if line.state == SKIPPED}
    assert skipped == dict.fromkeys(("contact", "perfusion", "LED order"), "needs a finger")


def test_a_board_without_the_firmware_is_checked_and_left_dark(tmp_path: Path):
    board = Board(firmware_dir=no_app(tmp_path), **FAST)
    try:
        report = doctor(board)
        assert failed(report) == ["firmware"]
        assert board.url in line_of(report, "firmware").next_step
        assert line_of(report, "restart").state == SKIPPED
        assert line_of(report, "sample rate").state == OK
        assert board.mpremote("exec", READ_LEDS) == "[128, 0, 0]\n"
    finally:
        board.stop()


def test_the_watchdog_as_cause_of_the_last_reset(boards: Start):
    board = boards(**FAST)
    hang = "import machine, time; machine.WDT(timeout=500); time.sleep(2)"
    board.mpremote("exec", "--no-follow", hang)
    assert failed(doctor(board)) == ["reset cause"]


def test_ctrl_c_puts_the_leds_out_and_restarts(tmp_path: Path):
    board = Board(firmware_dir=no_app(tmp_path), baud=2_000_000)
    command = [sys.executable, "-m", "vagaband", "doctor", "--port", board.url]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    try:
        assert process.stderr
        while "LED1 is on" not in process.stderr.readline():
            assert process.poll() is None
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out) == (130, "")
        assert "Traceback" not in err
        assert board.mpremote("exec", READ_LEDS) == "[128, 0, 0]\n"
    finally:
        process.kill()
        board.stop()


def test_the_command_prints_a_report_or_json_and_decides(boards: Start):
    board = boards(faults=("int_no_pull_up",), **FAST)
    command = [sys.executable, "-m", "vagaband", "doctor", "--port", board.url, "--no-finger"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 1
    assert "FAIL    INT pin" in done.stdout
    assert "cause: INT is wired" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 120
    done = subprocess.run(
        [*command, "--json"], capture_output=True, text=True, env=environment, check=False
    )
    said = json.loads(done.stdout)
    assert (done.returncode, said["ok"]) == (1, False)
    assert [line["name"] for line in said["lines"]] == [check.name for check in CHECKS]


def test_a_port_where_no_micropython_answers():
    ours, theirs = os.openpty()
    try:
        with pytest.raises(DeviceError, match="prompt"):
            examine(os.ttyname(theirs), SHORT, lambda words: None)
    finally:
        os.close(ours)
        os.close(theirs)


# Without a board: what the board says is not to be trusted.

HEALTHY: dict[str, dict[str, Any]] = {
    "system": {
        "micropython": [1, 26, 1],
        "machine": "ESP32",
        "device": "00",
        "firmware": "aa",
        "version": "1",
        "free": 1_000_000,
    },
    "reset": {"cause": 1},
    "levels": {"up": [1, 1], "down": [1, 1], "freed": False},
    "address": {"found": [0x57], "crossed": False},
    "part": {"part": 0x15, "revision": 3},
    "registers": {"wrong": 0, "wrong_slow": 0},
    "reset_values": {"kept": []},
    "temperature": {"celsius": 30.5},
    "dark": {"n": 25, "red": 30, "ir": 30},
    "leds": {"none": [8, 8], "red": [300, 8], "ir": [8, 300]},
    "supply": {"low": [150, 150], "high": [1270, 1270], "codes": [15, 127], "lost": False},
    "ir_only": {"n": 25, "ir": 1200},
    "overflow": {"waiting": 0, "lost": 18},
    "interrupt": {"high": 3, "low": 3, "external": 1},
    "contact": {"counts": 130_000, "least": 39_680, "on": True},
    "watch_pulse": {},
    "done": {},
    "end": {"last": "done", "words": ""},
    "app": {"runs": True, "config": "ok"},
}


def heard(**changes: dict[str, Any]) -> Findings:
    found = Findings(packaged="aa")
    for name, facts in HEALTHY.items():
        found.take("doctor:" + json.dumps({**facts, **changes.get(name, {}), "probe": name}))
    return found


def pulse(found: Findings, rate_hz: float = 100.0, seconds: float = 12.0) -> Findings:
    """Adds the drains of a finger, ten a second."""
    for k in range(1, round(10 * seconds) + 1):
        first, last = (round(rate_hz * t / 10) for t in (k - 1, k))
        t_s = np.arange(first, last) / rate_hz
        beat = np.exp(-(((t_s % 0.85) - 0.3) ** 2) / 0.01)
        counts = np.stack([130_000 - 1300 * beat, 110_000 - 500 * beat], axis=1).astype(int)
        data = b"".join(int(c).to_bytes(3, "big") for c in counts.ravel())
        facts = {"us": 100_000 * k, "lost": 0, "data": base64.b64encode(data).decode()}
        found.take("doctor:" + json.dumps({**facts, "probe": "light"}))
    return found


def bad_lines(found: Findings) -> dict[str, Line]:
    return {line.name: line for line in judge(found) if line.state == FAIL}


def test_good_findings_give_a_good_report():
    assert [line.name for line in judge(pulse(heard())) if line.state != OK] == []


@pytest.mark.parametrize(
    ("changes", "line", "cause"),
    [
        ({"system": {"micropython": [1, 19, 1]}}, "MicroPython", "older"),
        ({"system": {"firmware": "bb"}}, "firmware", "Another version"),
        ({"system": {"free": 8192}}, "free flash", "fill"),
        ({"address": {"found": [0x3C]}}, "address", "another device"),
        ({"registers": {"wrong_slow": 2}}, "registers", "any speed"),
        ({"temperature": {"celsius": None}}, "temperature", "thermometer"),
        ({"temperature": {"error": 19}}, "temperature", "stopped answering"),
        ({"ir_only": {"ir": 35}}, "IR only", "not IR"),
        ({"interrupt": {"high": 2}}, "INT pin", "loose wire"),
        ({"app": {"runs": False}}, "restart", "did not come back"),
        ({"app": {"config": "is no JSON"}}, "restart", "what is set is bad"),
        ({"dark": {"ir": "lots"}}, "dark counts", "can't be read"),
        ({"supply": {"codes": [0, 0]}}, "LED supply", "can't be read"),
    ],
)
def test_each_finding_has_its_line(changes, line, cause):
    bad = bad_lines(pulse(heard(**changes)))
    assert line in bad
    assert cause in bad[line].cause


def test_a_sensor_that_loses_power_or_samples_while_it_measures():
    found = pulse(heard())
    found.drains[50].browned_out = True
    assert list(bad_lines(found)) == ["sample rate"]
    found = pulse(heard())
    for drain in found.drains[60:]:
        drain.us += 10_000_000
    found.drains[60].lost = -1  # an unknown number: the rate is taken from the rest
    assert bad_lines(found) == {}
    assert list(bad_lines(pulse(heard(), rate_hz=50.0))) == ["sample rate"]
    found = pulse(heard())
    found.probes.pop("done")
    found.probes["end"]["words"] = "Traceback"
    assert list(bad_lines(found)) == ["completeness"]


def test_text_of_a_board_is_printable_and_bounded():
    found = pulse(heard(system={"machine": "\x1b[31mred\u202e" + "x" * 5000}))
    found.take("doctor:" + "[" * 100_000)
    found.take('doctor:{"probe": "temperature", "celsius": NaN}')
    found.take("\x1b]0;title\x07 stray " + "y" * 5000)
    for n in range(1000):
        found.take(f'doctor:{{"probe": "p{n}"}}')
    text = Report("PORT", "d", judge(found)).text()
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert max(map(len, text.splitlines())) < 200
    assert len(found.probes) <= 50
    assert bad_lines(found) == {}


def test_every_fault_says_cause_and_next_step():
    for check in CHECKS:
        for fault in check.faults.values():
            assert fault.cause.endswith(".")
            assert len(fault.next_step) > 10
