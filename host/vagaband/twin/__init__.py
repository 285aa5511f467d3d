"""The twin: the firmware's own stages run again on the PC, bit for bit."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vagaband import assemble
from vagaband.board.interpreter import require_micropython
from vagaband.errors import InputError, VagabandError
from vagaband.journal import REASONS, Journal
from vagaband.paths import firmware_dir
from vagaband.plain import plain
from vagaband.recording import Recording
from vagaband.session import Floats, Gap, Session
from vagaband.twin import tape as tapes

RATE_HZ = 100  # the sensor's
IR_CODE = 0x1F  # LED current that a recording without one is taken to have
REASON = 7  # place of the reason in an epoch's integers
FLOOR_DECIDES = {REASONS.index(""), REASONS.index("noise")}
SCRIPT = Path(__file__).parent / "run_stages.py"
SHIM = Path(__file__).parent / "cpython"  # MicroPython's own modules, for CPython

ENGINES = {
    "micropython": [
        "-c",
        "import sys; from micropython_module import run_main; sys.exit(run_main(sys.argv[1:]))",
        "micropython",
    ],
    "cpython": [],
}


def of_recording(recording: Recording, engine: str = "micropython") -> Session:
    """Run the stages on a recording of light or intervals."""
    if recording.kind == "ibi_ms":
        return _of_series([(0.0, recording.values)], engine)
    counts = recording.to_counts(RATE_HZ).tolist()
    found, name = run(tapes.of_counts(counts, RATE_HZ, IR_CODE), engine)
    session = assemble.session(found, RATE_HZ, name, {})
    assemble.light(session, [(0, counts)], assemble.clock_of(found, RATE_HZ))
    return session


def of_intervals(
    beats_s: Floats, gaps_s: Sequence[tuple[float, float]], engine: str = "micropython"
) -> Session:
    """Run the stages on the intervals between beats (n,), none across a gap (begin, end in s)."""
    ends = np.searchsorted(beats_s, [end_s for _, end_s in gaps_s])
    parts_s = [part for part in np.split(beats_s, ends) if len(part) > 1]
    session = _of_series(
        [(part[0], np.round(1000 * np.diff(part), 6)) for part in parts_s], engine
    )
    session.gaps = [Gap(begin_s, end_s - begin_s, "lost", True) for begin_s, end_s in gaps_s]
    return session


def _of_series(series: Sequence[tuple[float, Floats]], engine: str) -> Session:
    """Unbroken series: begin in s, and intervals in ms."""
    found, name = run(tapes.of_intervals(ibi_ms for _, ibi_ms in series), engine)
    return assemble.from_intervals(found, name, [(t_s, len(ibi_ms)) for t_s, ibi_ms in series])


def of_journal(journal: Journal, engine: str = "micropython") -> tuple[Session, str]:
    """Run the stages on what a device logged; a note says where beats stand in for light."""
    tape, note = tapes.of_journal(journal)
    found, name = run(tape, engine)
    # Gaps and contact are the device's: where beats stood in, the stages did not see them.
    found.events = journal.events
    if found.lit_epochs is not None:
        _, _, logged = journal.intervals_and_epochs()
        found.epochs = _completed(found.epochs, logged, found.lit_epochs)
    return _with_light(journal, found, name), note


def _completed(
    epochs: list[tuple[int, ...]], logged: list[tuple[int, ...]], lit: int
) -> list[tuple[int, ...]]:
    """Epochs whose light was not logged, with what only the light says as the device has it:
    noise floor, breathing, and whether the floor alone decides on validity."""
    done = epochs[:lit]
    for k, epoch in enumerate(epochs[lit:], lit):
        if k >= len(logged):
            done.append(epoch)
            continue
        reasons = {epoch[REASON], logged[k][REASON]}
        reason = logged[k][REASON] if reasons <= FLOOR_DECIDES else epoch[REASON]
        done.append((*epoch[:REASON], reason, *logged[k][REASON + 1 :]))
    return done


def as_logged(journal: Journal) -> Session:
    """What the device itself found."""
    header = journal.header
    engine = f"device, MicroPython {header.get('micropython', '?')}"
    return _with_light(journal, assemble.from_journal(journal), engine)


def _with_light(journal: Journal, found: assemble.Found, engine: str) -> Session:
    rate_hz = journal.header["rate_hz"]
    session = assemble.session(found, rate_hz, engine, journal.header)
    clock = assemble.clock_of(found, rate_hz)
    assemble.light(session, journal.raw, clock)
    session.marks = assemble.marks(journal, clock)
    return session


def run(tape: tapes.Tape, engine: str) -> tuple[assemble.Found, str]:
    """Run the firmware's stages over a tape; returns what they found, and the engine's name."""
    if engine not in ENGINES:
        raise InputError(f"There is no engine {engine}.", f"Choose from {', '.join(ENGINES)}.")
    if engine == "micropython":
        require_micropython()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tape"
        file.write_bytes(tape.bytes())
        done = subprocess.run(
            [sys.executable, *ENGINES[engine], str(SCRIPT), str(firmware_dir()), str(file)],
            env={**os.environ, "MICROPYPATH": ".frozen", "PYTHONPATH": str(SHIM)},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        lines = (done.stdout + done.stderr).strip().splitlines() or ["no output"]
        raise VagabandError(f"The firmware's stages failed in {engine}: {plain(lines[-1], 200)}")
    return tapes.found_in(done.stdout.splitlines())
