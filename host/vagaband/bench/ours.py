"""The firmware's own detector in MicroPython, by the twin."""

import ast
from dataclasses import dataclass

import numpy as np

from vagaband import assemble, twin
from vagaband.errors import InputError
from vagaband.paths import firmware_dir
from vagaband.recording import Counts
from vagaband.session import Floats
from vagaband.twin import tape as tapes

NAME = "vagaband"


@dataclass(frozen=True)
class Found:
    """Beats of the firmware in s, (b,): the times of their light, and when each was given out."""

    beats_s: Floats
    given_s: Floats
    engine: str


def detect(counts: Counts, rate_hz: int) -> Found:
    """Run the firmware over IR counts, shape (n,), at the rate it is told."""
    tape = tapes.of_counts(counts.tolist(), rate_hz, twin.IR_CODE)
    found, engine = twin.run(tape, "micropython")
    beats_s = assemble.session(found, rate_hz, engine, {}).beats_s
    return Found(beats_s, np.array(found.given, dtype=np.float64) / rate_hz, engine)


def require_rate(rate_hz: int) -> None:
    """Raise InputError where the firmware's detector is built for the sensor's rate alone."""
    if rate_hz != twin.RATE_HZ and not _takes_rate():
        raise InputError(
            f"This firmware's detector takes {twin.RATE_HZ} Hz and no other rate.",
            "Leave --rate-hz out.",
        )


def _takes_rate() -> bool:
    """Whether `Beats` of the firmware is told a rate; its source says so without running it."""
    source = (firmware_dir() / "vagal" / "beats.py").read_text(encoding="utf-8")
    (beats,) = (
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef) and node.name == "Beats"
    )
    start = next(
        node
        for node in beats.body
        if isinstance(node, ast.FunctionDef) and node.name == "__init__"
    )
    return "rate_hz" in [argument.arg for argument in start.args.args]
