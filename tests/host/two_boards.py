"""Two virtual boards on one virtual clock, and a host whose clock that is.

At full speed no host in real time could talk to them: the script types the host's questions at
moments of the virtual clock, and the trace of the line says when they had come whole and when
the last byte of each answer had gone. What a PC at the other end would have read is told by that.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from vagaband import journal
from vagaband.assemble import Found, clock_of
from vagaband.frames import Frames
from vagaband.journal import Journal
from vagaband.pair.clock_file import Exchange
from vagaband.pair.common import Recording
from vagaband.pair.exchange import Reading, meet
from worn import Worn, only_session

UNIX = 1_790_000_000.0  # of virtual time zero, by the host
BAUD = 115_200
QUESTIONS = 30  # of an exchange
SETTLE = 50  # samples that the firmware drops as it starts
NOMINAL_US = 10_000.0


@dataclass(frozen=True)
class WornBoard:
    """One board's journal, what its host heard, and what is true of its samples."""

    logged: Journal
    file: bytes
    exchanges: list[Exchange]
    first_us: int  # virtual time at which the chip began to sample
    period_us: float

    @property
    def recording(self) -> Recording:
        return Recording(self.logged, self.exchanges)

    def true_s(self, index: np.ndarray | float) -> np.ndarray:
        """The middle of samples, on the virtual clock."""
        passed_us = (np.asarray(index, float) + SETTLE + 0.5) * self.period_us
        return (self.first_us + passed_us) / 1e6

    def own_s(self, index: np.ndarray | float) -> np.ndarray:
        """The same in its session's time."""
        clock = clock_of(Found(events=self.logged.events), self.logged.header["rate_hz"])
        return clock.seconds(index)

    @property
    def indexes(self) -> np.ndarray:
        """Samples from the first to the last."""
        return np.linspace(0, self.logged.events[-1].index, 400)


def questions(at_s: float, seed: int) -> str:
    """Lines of a script: an exchange from then on, as a host asks."""
    rng = np.random.default_rng(seed)
    times = at_s + np.cumsum(rng.uniform(0.15, 0.25, QUESTIONS))
    return "".join(f"{t_s:.4f} type clock\n" for t_s in times)


def wear(
    wear_device: Callable[..., Worn],
    folder: Path,
    minutes: float,
    meet_at_s: Sequence[float],
    *,
    seed: int,
    clock: float,
    crystal_ppm: int,
    script: str = "",
    **options: object,
) -> WornBoard:
    """Wear one board, whose host exchanges with it at these times since it first sampled."""
    lines, pins = folder / f"{seed}.lines", folder / f"{seed}.pins"
    asked = "".join(questions(at_s, 100 * seed + n) for n, at_s in enumerate(meet_at_s))
    worn = wear_device(
        minutes,
        seed=seed,
        clock=clock,
        crystal_ppm=crystal_ppm,
        script=script + asked,
        baud=BAUD,
        line_trace=lines,
        pins=pins,
        **options,
    )
    logged = only_session(worn)
    readings = _readings(lines)
    exchanges = [
        _exchange(logged, readings[n : n + QUESTIONS]) for n in range(0, len(readings), QUESTIONS)
    ]
    assert len(exchanges) == len(meet_at_s)
    (first_us,) = (
        int(row.split(",")[0]) for row in pins.read_text().splitlines() if ",sensor," in row
    )
    (file,) = worn.files.values()
    return WornBoard(logged, file, exchanges, first_us, NOMINAL_US / clock)


def _exchange(logged: Journal, readings: list[Reading]) -> Exchange:
    met = meet(readings)
    header = logged.header
    whose = (header["device"], header["session"], header["boot"])
    return Exchange(*whose, "virtual", met.unix_s - UNIX, met)


def _readings(trace: Path) -> list[Reading]:
    """Each question with its answer, by the trace of the line."""
    sent, readings = [], []
    frames = Frames()
    for row in trace.read_text().splitlines()[1:]:
        t_us, way, data = row.split(",")
        if way == "<" and bytes.fromhex(data) == b"clock\n":
            sent.append(int(t_us) / 1e6 - 10 * len(data) / 2 / BAUD)
        for _, payload in frames.feed(bytes.fromhex(data)) if way == ">" else ():
            told = json.loads(payload)
            if told["to"] == "clock":
                times = (UNIX + sent.pop(0), UNIX + int(t_us) / 1e6)
                readings.append(Reading(*times, told["index"], told["us"], told["age_us"]))
    assert not sent
    return readings


def load(board: WornBoard, folder: Path) -> Path:
    """Its journal as pull writes it."""
    header = board.logged.header
    path = folder / f"{header['device']}-{header['session']:05d}.vbj"
    path.write_bytes(board.file)
    assert journal.is_journal(path)
    return path
