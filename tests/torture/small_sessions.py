"""Small sessions that the firmware's own journal wrote: one of each kind of record, and more."""

import sys
import tempfile
from array import array
from pathlib import Path
from random import Random
from types import SimpleNamespace

from vagaband.paths import firmware_dir
from vagaband.twin import SHIM

CONFIG = {"raw": 1, "reserve_days": 0, "ir_code": 31}
STOPPED = 1
# number, salt, what was worn; the second is what a board writes whose chip was erased
SESSIONS = ((1, "5ea51de5", 1), (1, "0ddba115", 2), (2, "facade00", 3))


def written(number: int, salt: str, worn: int) -> bytes:
    """A session's file."""
    for folder in (str(SHIM), str(firmware_dir())):
        if folder not in sys.path:
            sys.path.insert(0, folder)
    from vagal import journal, logs

    header = {
        "format": 3,
        "session": number,
        "salt": salt,
        "device": "c0ffee",
        "rate_hz": 100,
        "config": CONFIG,
    }
    kept = logs.FOLDER, logs.free_bytes
    with tempfile.TemporaryDirectory() as folder:
        logs.FOLDER, logs.free_bytes = f"{folder}/log", lambda: 2_080_000
        try:
            _wear(journal.Journal(number, header, CONFIG), Random(worn))
            return Path(logs.path(number)).read_bytes()
        finally:
            logs.FOLDER, logs.free_bytes = kept


def _wear(log, rng: Random) -> None:
    """Light, beats, an epoch, events and marks over two flushes."""
    log.event(0, 1, 2, 0)
    for at in (0, 40):
        light = array("i", [131072 + rng.randrange(-9, 9) for _ in range(20)])
        log.samples(at, light)
        log.red(at, 118000 + rng.randrange(99))
        log.beat(at + 5, rng.randrange(256), 1)
        log.beat(at + 25, rng.randrange(256), 1)
        log.interval(6800 + rng.randrange(99), 0, 1)
        log.interval(7000 + rng.randrange(99), 3, 1)
        log.mark(at + 20, "glimmer", f"the sun {rng.randrange(1000)}")
        log.flush(at + 40)
        log.file.write_out()
    log.epoch(_epoch(rng), 0)
    log.event(90, 3, 2, rng.randrange(1, 99))
    log.close(99, STOPPED)


def _epoch(rng: Random) -> SimpleNamespace:
    """A pipeline's stages as the journal takes an epoch from them."""
    rsa = SimpleNamespace(number=0, rsa=rng.randrange(1 << 19), bp_rsa=400000, flagged=0)
    return SimpleNamespace(
        run=0,
        rsa=rsa,
        hp=SimpleNamespace(mean=6800, rmssd=211),
        breathing=SimpleNamespace(rate=150, confidence=2),
        quality=SimpleNamespace(floor=-5000),
    )
