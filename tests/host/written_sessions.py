"""Beats-only sessions that the firmware's own stages and journal wrote, in CPython."""

import functools
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from vagaband.paths import firmware_dir
from vagaband.twin import SHIM

CONFIG = {"raw": 0, "reserve_days": 0, "ir_code": 31}
RATE_HZ = 100
FLUSH_S = 30
SINCE = datetime(2000, 1, 1, tzinfo=UTC)
STOPPED = 1
DEVICE = "c0ffee"

Marks = Sequence[tuple[float, str, str]]  # a tuple for written()


def beats_of(seconds: float, seed: int, hp_ms: float = 850, swing_ms: float = 45) -> np.ndarray:
    """Beat times (n,) of a heart that breathes 15 times a minute."""
    rng = np.random.default_rng(seed)
    count = int(seconds / hp_ms * 1000) + 1
    breath = np.sin(2 * np.pi * 0.25 * hp_ms / 1000 * np.arange(count))
    return 1 + np.cumsum(hp_ms + swing_ms * breath + rng.normal(0, 8, count)) / 1000


@functools.cache
def written(
    seconds: float,
    began: datetime | None = None,
    *,
    number: int = 1,
    device: str = DEVICE,
    seed: int = 1,
    marks: Marks = (),
    ends: bool = True,
    hp_ms: float = 850,
) -> bytes:
    """The file of a session that began when the board's clock said so; None: never set."""
    for folder in (str(SHIM), str(firmware_dir())):
        if folder not in sys.path:
            sys.path.insert(0, folder)
    from vagal import journal, logs

    rtc_s = int((began - SINCE).total_seconds()) if began else 90
    header = {
        "format": 3,
        "session": number,
        "salt": f"{seed:08x}",
        "device": device,
        "rate_hz": RATE_HZ,
        "config": CONFIG,
        "boot": f"{seed:04x}-{device}-{number}",
        "rtc_s": rtc_s,
        "set_by_s": 0,
    }
    kept = logs.FOLDER, logs.free_bytes
    with tempfile.TemporaryDirectory() as folder:
        logs.FOLDER, logs.free_bytes = f"{folder}/log", lambda: 2_080_000
        try:
            log = journal.Journal(number, header, CONFIG)
            _wear(log, beats_of(seconds, seed, hp_ms), sorted(marks))
            if ends:
                log.close(int(seconds * RATE_HZ), STOPPED)
            return Path(logs.path(number)).read_bytes()
        finally:
            logs.FOLDER, logs.free_bytes = kept


def _wear(log, beats_s: np.ndarray, marks: Marks) -> None:
    from vagal.pipeline import CONTACT, Pipeline

    class Sink:
        """The journal, told at which sample an event was."""

        beat, interval, epoch = log.beat, log.interval, log.epoch

        def event(self, code, arg, value):
            log.event(road.index, code, arg, value)

    road = Pipeline(RATE_HZ, CONFIG["ir_code"], Sink())
    waiting = list(marks)
    flushed_s = 0.0
    log.event(0, CONTACT, 2, 0)
    for t_s in beats_s.tolist():
        ticks = round(t_s * RATE_HZ * 256)
        road.index = ticks >> 8
        while waiting and waiting[0][0] <= t_s:
            at_s, kind, text = waiting.pop(0)
            log.mark(round(at_s * RATE_HZ), kind, text)
        road.beat(ticks >> 8, ticks & 255, 8)
        if t_s - flushed_s > FLUSH_S:
            log.flush(road.index)
            log.file.write_out()
            flushed_s = t_s
    road.break_off()
    log.flush(road.index)
    log.file.write_out()
