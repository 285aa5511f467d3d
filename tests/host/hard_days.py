"""Recordings that a page must not misread: noise, a metronome, two minutes, refused epochs, an
irregular rhythm, slow breathing, and a whole day in pieces. The same bytes each time.

`write(name, folder)` gives a case's files, the pieces of a day in their order. Journals are by the
firmware's recorder (recorder_worn.py); CSVs by the synthetic heart.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
from recorder_worn import RATE_HZ, RecorderWorn
from vagaband.board.heart import Heart

AMSTERDAM_MIN = 60  # utc_min of the device in winter
MORNING = datetime(2026, 11, 20, 7, 2, 5, tzinfo=timezone(timedelta(minutes=AMSTERDAM_MIN)))
HEART = "hp=860,rsa=6.2,breath=0.25,lf=4,lfwidth=0.03,vlf=8,seed={seed}"
SPELLS = (  # texts that must show as text and do nothing
    "<script>alert(1)</script><b>vet</b> & 'q' \"q\"",
    '=HYPERLINK("http://x","klik")',
    "+31 6 12345678",
    "@SUM(A1:A9)",
    "regel een\nregel twee\t\x1b[31mrood\x07",
    "één glimmer 🌞 \u202etsrif",
    "x" * 120,
)


def noise(folder: Path) -> list[Path]:
    """Light with a finger's level and no pulse: white noise, as a CSV. Five minutes."""
    return [_csv(folder / "noise.csv", "ir", _noise_counts())]


def noise_journal(folder: Path) -> list[Path]:
    """The same light as a device logged it."""
    with RecorderWorn(folder / "noise.vbj", began=MORNING, raw=1) as worn:
        worn.light(_noise_counts())
    return [worn.path]


def metronome(folder: Path) -> list[Path]:
    """A heart that never varies: 1000 ms, ten minutes of intervals."""
    return [_csv(folder / "metronome.csv", "ibi_ms", [1000.0] * 600)]


def metronome_journal(folder: Path) -> list[Path]:
    """The same heart on the device."""
    with RecorderWorn(folder / "metronome.vbj", began=MORNING) as worn:
        worn.intervals([1000.0] * 600)
    return [worn.path]


def two_minutes(folder: Path) -> list[Path]:
    """Two minutes, with their light: two epochs at most."""
    with RecorderWorn(folder / "two-minutes.vbj", began=MORNING, raw=1) as worn:
        worn.light(_light(HEART.format(seed=3), 120))
        worn.mark("glimmer", "kort maar mooi", ago_s=40)
    return [worn.path]


def two_minutes_of_wave(folder: Path) -> list[Path]:
    """Two minutes as a pulse wave in a unit of its own."""
    light = _light(HEART.format(seed=3), 120)
    return [_csv(folder / "two-minutes.csv", "ppg", (131072 - light) / 1000)]


def mostly_refused(folder: Path, hours: float = 1.5) -> list[Path]:
    """A hand that hardly rests: nearly every epoch is refused, for motion."""
    rng = np.random.default_rng(5)
    heart = Heart(HEART.format(seed=5))
    with RecorderWorn(folder / "restless.vbj", began=MORNING, utc_min=AMSTERDAM_MIN) as worn:
        while worn.now_s < 3600 * hours:
            worn.moves(rng.uniform(4, 12))
            worn.heart(heart, rng.uniform(25, 40))
            if rng.random() < 0.02:
                worn.off(rng.uniform(20, 200))
            if rng.random() < 0.02:
                worn.gap("OVERFLOW", rng.uniform(0.4, 3))
            if rng.random() < 0.02:
                worn.heart(heart, 120)  # a moment of rest: some epochs are valid
        worn.mark("event", "onrustige dag")
    return [worn.path]


def mostly_refused_day(folder: Path) -> list[Path]:
    """Ten hours of that: 5 s to write."""
    return mostly_refused(folder, 10.0)


def irregular(folder: Path) -> list[Path]:
    """Half an hour of a rhythm without order, as in atrial fibrillation: RSA looks splendid."""
    with RecorderWorn(folder / "irregular.vbj", began=MORNING) as worn:
        worn.intervals(_disordered(1800))
    return [worn.path]


def irregular_intervals(folder: Path) -> list[Path]:
    """The same rhythm, as intervals from elsewhere."""
    return [_csv(folder / "irregular.csv", "ibi_ms", _disordered(1800))]


def slow_breathing(folder: Path) -> list[Path]:
    """Ten minutes paced at 6 a minute by the device, between two of free breathing."""
    heart = Heart("hp=900,rsa=6.8,breath=0.25,lf=3,lfwidth=0.03,vlf=5,seed=6")
    with RecorderWorn(folder / "slow.vbj", began=MORNING, utc_min=AMSTERDAM_MIN) as worn:
        worn.heart(heart, 300)
        worn.paced(heart, 6.0, 10)
        worn.heart(heart, 300)
    return [worn.path]


def slow_breathing_intervals(folder: Path) -> list[Path]:
    """Six breaths a minute for ten minutes that nobody announced: intervals from elsewhere."""
    heart = Heart("hp=900,rsa=6.8,breath=0.1,lf=2,vlf=5,seed=6")
    ibi_ms = 1000 * np.diff(heart.truth_beats_s(600))
    path = folder / "slow-rr.txt"
    path.write_text("".join(f"{value:.0f}\n" for value in ibi_ms))
    return [path]


def day(folder: Path, hours: float = 24.0) -> list[Path]:
    """A day and a night in three pieces of beats: marks, exercises, gaps, motion, no contact.

    The second began with its clock not set, and was set within; the third is of another boot and
    dated by its header. 24 hours take 9 s to write; `short_day` is an hour, in 0.4 s.
    """
    first_s, second_s = 3600 * hours * 0.35, 3600 * hours * 0.25
    third_s = 3600 * hours - first_s - second_s
    pause_s = 300.0
    second_began = MORNING + timedelta(seconds=first_s + pause_s)
    third_began = second_began + timedelta(seconds=second_s + pause_s)
    paths = [folder / f"c0ffee-{number:05d}.vbj" for number in (1, 2, 3)]
    with _piece(paths[0], 1, MORNING, "aaaa0001") as worn:
        _hours(worn, first_s, 11, SPELLS, {"hp": 820, "rsa": 5.8})
    with _piece(paths[1], 2, None, "bbbb0002") as worn:
        heart = Heart(HEART.format(seed=12))
        worn.heart(heart, 90)
        now = (second_began + timedelta(seconds=worn.now_s)).astimezone(UTC)
        worn.clock_set(datetime(2000, 1, 1, 1, 1, 30, tzinfo=UTC), now)
        _hours(worn, second_s, 12, ("wandeling", "thuis", ""), {"hp": 700, "rsa": 4.6}, heart)
    with _piece(paths[2], 3, third_began, "cccc0003") as worn:
        _hours(worn, third_s, 13, ("naar bed",), {"hp": 1040, "rsa": 7.0})
    return paths


def short_day(folder: Path) -> list[Path]:
    """The same day in an hour."""
    return day(folder, 1.0)


CASES: dict[str, Callable[[Path], list[Path]]] = {
    case.__name__: case
    for case in (
        noise,
        noise_journal,
        metronome,
        metronome_journal,
        two_minutes,
        two_minutes_of_wave,
        mostly_refused,
        mostly_refused_day,
        irregular,
        irregular_intervals,
        slow_breathing,
        slow_breathing_intervals,
        day,
        short_day,
    )
}


def write(name: str, folder: Path) -> list[Path]:
    """Write a case's files to a folder; their paths, in order of time."""
    folder.mkdir(parents=True, exist_ok=True)
    return CASES[name](folder)


def _piece(path: Path, number: int, began: datetime | None, boot: str) -> RecorderWorn:
    return RecorderWorn(
        path, number, began=began, boot=boot, clock=1.004, utc_min=AMSTERDAM_MIN, pace_min=5
    )


def _hours(
    worn: RecorderWorn,
    seconds: float,
    seed: int,
    texts: tuple[str, ...],
    mood: dict[str, float],
    heart: Heart | None = None,
) -> None:
    """A piece of a day, to its end: a change of heart, an exercise, marks, and what disturbs."""
    heart = heart or Heart(HEART.format(seed=seed))
    part_s = (seconds - worn.now_s) / (len(texts) + 3)
    worn.battery(4100)
    worn.heart(heart, part_s)
    worn.paced(heart, 6.0, 5)
    heart.change(worn.now_s, mood)
    for number, text in enumerate(texts):
        worn.mark(("event", "glimmer", "note")[number % 3], text, ago_s=5.0)
        if number == 0:
            worn.gap("BUS", 2.7)
        if number == 1:
            worn.off(95)
        worn.heart(heart, part_s / 2)
        worn.moves(15)
        worn.heart(heart, part_s / 2)
    worn.gap("OVERFLOW", 0.4)
    worn.heart(heart, max(0.0, seconds - worn.now_s))
    worn.mark("event", "")


def _noise_counts() -> np.ndarray:
    rng = np.random.default_rng(1)
    return np.rint(131072 + rng.normal(0, 60, 300 * RATE_HZ)).astype(np.int64)


def _light(spec: str, seconds: float) -> np.ndarray:
    """IR counts of a heart, with its noise."""
    heart = Heart(spec)
    _, ir = heart.light(np.arange(round(seconds * RATE_HZ)) / RATE_HZ)
    return np.rint(ir + np.random.default_rng(2).normal(0, heart.noise_rms, len(ir))).astype(int)


def _disordered(seconds: float) -> np.ndarray:
    """Every interval by chance, spread 0.2: no interval knows the one before it (ms)."""
    rng = np.random.default_rng(7)
    n = int(seconds / 0.72)
    return np.clip(720 * (1 + rng.normal(0, 0.2, n)), 310, 1990)


def _csv(path: Path, name: str, values) -> Path:
    path.write_text("\n".join([name, *(f"{value:.10g}" for value in values)]) + "\n")
    return path
