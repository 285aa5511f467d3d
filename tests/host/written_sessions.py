"""Short beats-only sessions as bytes, one heart each."""

import functools
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
from recorder_worn import RecorderWorn

DEVICE = "c0ffee"

Marks = Sequence[tuple[float, str, str]]  # a tuple for written()


def beats_of(seconds: float, seed: int, hp_ms: float = 850, swing_ms: float = 45) -> np.ndarray:
    """Beat times (n,) of a heart that breathes 15 times a minute."""
    rng = np.random.default_rng(seed)
    count = int((seconds - 1) / hp_ms * 1000)
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
    beats_s = beats_of(seconds, seed, hp_ms)
    own = {"device": device, "salt": f"{seed:08x}", "boot": f"{seed:04x}-{device}-{number}"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "session.vbj"
        with RecorderWorn(path, number, began=began, ends=ends, **own) as worn:
            for t_s, kind, text in sorted(marks):
                worn.beats(beats_s[(beats_s > worn.now_s) & (beats_s <= t_s)])
                worn.mark(kind, text, ago_s=worn.now_s - t_s)
            worn.beats(beats_s[beats_s > worn.now_s])
            worn.rest(max(0.0, seconds - worn.now_s))
        return path.read_bytes()
