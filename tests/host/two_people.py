"""Two people who wore a board each at the same time, with a data folder of their own each."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from data_folder import opened
from recorder_worn import RecorderWorn
from simulated_pairs import Coupling, Pacer, pairs
from vagaband.analysis.heart_series import HeartRun
from written_sessions import Marks

TOGETHER = datetime(2026, 11, 20, 14, 0, 0, tzinfo=UTC)
DAY = "2026-11-20"
CODES = ("p07zz", "q08yy")
DEVICES = ("c0ffee", "beef02")
BLOCKS = (("rest", 20.0, 210.0), ("held", 230.0, 440.0), ("alone", 460.0, 590.0))
MINUTES = 10.0


def coupled(seed: int = 5, minutes: float = MINUTES) -> tuple[HeartRun, HeartRun]:
    """B's RSA goes up and down with A's, four seconds later."""
    rng = np.random.default_rng(seed)
    return pairs(rng, 1, minutes, coupling=Coupling(0.95, np.array([4.0])))[0]


def one_pacer(seed: int = 5, minutes: float = MINUTES) -> tuple[HeartRun, HeartRun]:
    """Strangers who breathe with one pacer."""
    rng = np.random.default_rng(seed)
    return pairs(rng, 1, minutes, pacer=Pacer(np.array([6.5])))[0]


def strangers(seed: int = 5, minutes: float = MINUTES) -> tuple[HeartRun, HeartRun]:
    """Two who have nothing to do with each other."""
    return pairs(np.random.default_rng(seed), 1, minutes)[0]


def marks_of(blocks: Sequence[tuple[str, float, float]], text: str = "") -> Marks:
    """As a protocol marks its blocks, and a word of the wearer's own."""
    own = [(200.0, "glimmer", text)] if text else []
    bounds = [m for name, a, b in blocks for m in ((a, name, "start"), (b, name, "end"))]
    return sorted([*bounds, *own])


def journal(path: Path, run: HeartRun, device: str, marks: Marks, seed: int = 1) -> None:
    """A board's session of a heart's beats."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beats_s = run.t_s + 1.0
    with RecorderWorn(
        path, 1, began=TOGETHER, boot=f"{seed:04x}-{device}", device=device, salt=f"{seed:08x}"
    ) as worn:
        for t_s, kind, text in marks:
            worn.beats(beats_s[(beats_s > worn.now_s) & (beats_s <= t_s)])
            worn.mark(kind, text, ago_s=worn.now_s - t_s)
        worn.beats(beats_s[beats_s > worn.now_s])
    path.chmod(0o600)


def folders(
    place: Path,
    runs: tuple[HeartRun, HeartRun],
    texts: tuple[str, str] = ("SUNLIGHT", "MOONSHINE"),
    blocks: Sequence[tuple[str, float, float]] = BLOCKS,
) -> tuple[Path, Path]:
    """Both folders, each of one person only, named as `protocol run` names them."""
    made = []
    for code, device, run, text in zip(CODES, DEVICES, runs, texts, strict=True):
        folder = place / f"vagaband-sessions-{code}"
        journal(folder / f"{device}-00001.vbj", run, device, marks_of(blocks, text))
        with opened(folder) as index:
            index.give_device(device, code)
        made.append(folder)
    return made[0], made[1]
