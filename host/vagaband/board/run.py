"""Runs a virtual board: its options, its set-up, its end."""

import contextlib
import hashlib
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from vagaband.board import line_faults
from vagaband.board.flash_file import open_flash_file, temporary_chip
from vagaband.board.heart import CHANGEABLE, DEFAULT_SPEC, Heart, parse_values
from vagaband.board.interpreter import require_micropython
from vagaband.board.light import RECORDING_RATE_HZ, Light, Recording, Source
from vagaband.board.port import FASTEST_BAUD, Port
from vagaband.board.script import (
    ACTIONS,
    HEART_ACTIONS,
    LIGHT_ACTIONS,
    SECONDS,
    WIRING_FAULTS,
    Event,
    read_script,
)
from vagaband.board.supervisor import FAST, Supervisor
from vagaband.errors import InputError
from vagaband.files import write_private
from vagaband.paths import firmware_dir

PART_ID = 0x15
SETTLE_SAMPLES = 50
ERASE_US = (45_000, 400_000)  # a fresh W25Q: typical and longest 4 KiB erase
TICKS_PERIOD_US = 1000 << 30  # ms wrap then, and us too


@dataclass
class BoardOptions:
    """What a virtual board is made of; a recording or a heart gives the light, not both."""

    recording: Path | None = None
    rate_hz: float | None = None  # of the recording; None: as its file means
    heart: str | None = None  # see `heart.KEYS`
    speed: float | Literal["max"] = 1.0
    seed: int = 1
    flash_file: Path | None = None  # None: a private, flashed chip with the firmware on it
    flashed: bool = False  # a new flash_file starts with MicroPython on it, else blank
    for_min: float | None = None  # minutes to be worn, from the first sample on
    script: Path | None = None
    baud: int = 115200
    clock: float | None = None  # the sensor's clock against nominal; None: the heart's
    crystal_ppm: int = 0  # by which the ESP32's crystal is fast
    later_s: float = 0.0  # its power comes so much after that of others on one virtual clock
    truth: Path | None = None  # where the heart's own beats are written
    firmware_dir: Path | None = None
    tcp_port: int = 0  # 0: any free one
    fastest_baud: int = FASTEST_BAUD  # the USB bridge loses what a host sends faster
    part_id: int = PART_ID  # 0x11 is a MAX30100
    swapped: bool = False  # red and infrared LED exchanged, as on some clones
    erase_us: tuple[int, int] = ERASE_US
    faults: tuple[str, ...] = ()  # of WIRING_FAULTS
    flash_trace: Path | None = None  # where all block operations of its file system go
    line_trace: Path | None = None  # where all goes that comes and goes on its line, as CSV
    pins: Path | None = None  # where all changes of light, motor and button go, as CSV
    line_faults: str = ""  # see `line_faults.KINDS`
    ble: Path | None = None  # where all goes that the radio sends and phones do
    wrap_s: float | None = None  # from boot on, till the tick counters wrap; None: as they do


def run_board(options: BoardOptions) -> None:
    """Runs a board until it is told to end; the first line on stdout is its URL."""
    require_micropython()
    _check(options)
    heart = None if options.recording else Heart(options.heart or DEFAULT_SPEC)
    source: Source = heart if heart else _recording(options)
    events = read_script(options.script) if options.script else []
    _live(heart, events)
    if options.ble:
        write_private(options.ble, b"")
    light = Light(source, [e for e in events if e.action in LIGHT_ACTIONS], options.seed)
    if options.pins:
        write_private(options.pins, b"t_us,pin,value\n")
    if options.line_trace:
        write_private(options.line_trace, b"t_us,way,bytes\n")
    with _flash_file(options) as flash_file, _ended_by_signal() as ending:
        port = Port(
            options.baud,
            options.tcp_port,
            options.fastest_baud,
            line_faults.parse(options.line_faults),
            options.seed,
        )
        board = board_config(options, heart, events, flash_file)

        def write_truth() -> None:
            if options.truth and heart:
                worn_s = 60 * options.for_min if options.for_min else light.served_s
                _write_truth(options.truth, heart, min(worn_s, light.served_s))

        supervisor = Supervisor(port, light, board, _say, _note, write_truth)
        ending.append(supervisor)
        _say(port.url)
        try:
            supervisor.run()
        finally:
            write_truth()


def _live(heart: Heart | None, events: list[Event]) -> None:
    """The heart does what the script says."""
    chosen = [e for e in events if e.action in HEART_ACTIONS]
    if heart:
        heart.breathe([(e.t_s, float(e.value or 0)) for e in chosen if e.action == "breathe"])
        for event in chosen:
            if event.action == "heart":
                heart.change(event.t_s, parse_values(str(event.value), CHANGEABLE))
    elif chosen:
        raise InputError(
            "A recording lives as it once did.",
            f"Take {chosen[0].action} out of the script, or a heart.",
        )


def board_config(
    options: BoardOptions, heart: Heart | None, events: list[Event], flash_file: Path
) -> dict[str, Any]:
    """What every interpreter of this board is told at its start."""
    clock = options.clock if options.clock is not None else heart.clock if heart else 1.0
    identity = hashlib.sha256(b"vagaband board %d" % options.seed).digest()
    return {
        "clock": clock,
        "part_id": options.part_id,
        "swapped": options.swapped,
        "faults": tuple(options.faults),
        "baud": options.baud,
        "seed": options.seed,
        "erase_us": options.erase_us,
        "unique_id": identity[:6],
        "flash_trace": str(options.flash_trace.absolute()) if options.flash_trace else "",
        "line_trace": str(options.line_trace.absolute()) if options.line_trace else "",
        "crystal_ppm": options.crystal_ppm,
        "pin_trace": str(options.pins.absolute()) if options.pins else "",
        "flash_file": str(flash_file),
        "ble_file": str(options.ble.absolute()) if options.ble else "",
        "events": [_world_event(e) for e in events if e.action not in LIGHT_ACTIONS],
        "budget_us": round(60e6 * (options.for_min or 0)),
        "first_ticks_us": TICKS_PERIOD_US - round(1e6 * options.wrap_s) if options.wrap_s else 0,
        "speed": FAST if options.speed == "max" else float(options.speed),
        "world": {
            "now_us": round(1e6 * options.later_s),
            "first_start_us": None,
            "first_period_us": 0.0,
            "events_done": 0,
            "budget_state": "waiting" if options.for_min else "none",
            "erases": 0,
            "boots": 0,
            "faults_until_us": {},
            "stuck_clocks": 0,
            "flash": None,
            "pins": None,
            "air": None,
            "battery": None,
        },
    }


def _world_event(event: Event) -> tuple[int, str, str | int | None]:
    value = event.value
    if ACTIONS[event.action][0] == SECONDS and isinstance(value, float):
        value = round(value * 1e6)
    return (round(event.t_s * 1e6), event.action, value)  # type: ignore[return-value]


def _check(options: BoardOptions) -> None:
    line_faults.parse(options.line_faults)
    if options.recording and options.heart:
        raise InputError("A board has a recording or a heart, not both.", "Leave one of them out.")
    if options.truth and options.recording:
        raise InputError(
            "Only a synthetic heart knows its true beats.", "Leave --truth or --recording out."
        )
    for fault in options.faults:
        if fault not in WIRING_FAULTS:
            raise InputError(
                f"A board has no fault '{fault}'.", f"The faults are {', '.join(WIRING_FAULTS)}."
            )
    limits = [
        ("speed", 1.0 if options.speed == "max" else float(options.speed), 0.01, 1000.0),
        ("baud rate", options.baud, 300, 10_000_000),
        ("number of minutes", options.for_min if options.for_min is not None else 1, 0.01, 1e5),
        ("wrap of the ticks", options.wrap_s if options.wrap_s is not None else 1, 0.001, 1e6),
        ("sensor clock", options.clock if options.clock is not None else 1, 0.9, 1.1),
        ("error of the crystal in ppm", options.crystal_ppm, -1000, 1000),
        ("number of seconds of --later", options.later_s, 0, 1e5),
    ]
    for name, value, low, high in limits:
        if not low <= value <= high:
            raise InputError(f"The {name} {value:g} can't be.", f"It must be {low:g} to {high:g}.")


def _recording(options: BoardOptions) -> Recording:
    from vagaband import recording

    assert options.recording is not None
    loaded = recording.load(options.recording, options.rate_hz)
    counts = loaded.to_counts(rate_hz=RECORDING_RATE_HZ)
    red = loaded.red_to_counts(rate_hz=RECORDING_RATE_HZ)
    return Recording(_settled(counts), red if red is None else _settled(red))


def _settled(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first light held for the half second that the firmware drops while it settles."""
    return np.concatenate([np.repeat(counts[:1], SETTLE_SAMPLES), counts])


@contextlib.contextmanager
def _flash_file(options: BoardOptions) -> Iterator[Path]:
    if options.flash_file is not None:
        open_flash_file(options.flash_file, options.flashed)
        yield options.flash_file.absolute()
    else:
        with temporary_chip(options.firmware_dir or firmware_dir()) as folder:
            yield Path(folder) / "flash.bin"


@contextlib.contextmanager
def _ended_by_signal() -> Iterator[list[Supervisor]]:
    """SIGTERM and Ctrl-C end the supervisors in the list in good order."""
    ending: list[Supervisor] = []

    def end(_number: int, _frame: object) -> None:
        if not ending:
            raise KeyboardInterrupt
        for supervisor in ending:
            supervisor.stop = True

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _write_truth(path: Path, heart: Heart, until_s: float) -> None:
    lines = ["t_s", *(f"{t_s:.6f}" for t_s in heart.truth_beats_s(until_s))]
    write_private(path, ("\n".join(lines) + "\n").encode())


def _say(line: str) -> None:
    print(line, flush=True)


def _note(line: str) -> None:
    print(f"board: {line}", file=sys.stderr, flush=True)
