"""From a file to a verdict and its picture: what `validate` and `demo` share."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vagaband import journal, recording, twin
from vagaband.board_files import firmware_hash
from vagaband.paths import firmware_dir
from vagaband.reference_file import ReferenceBeats, load_reference
from vagaband.score import Stretches
from vagaband.session import Floats
from vagaband.strap_clock import Clock, fit_clock
from vagaband.validate import Verdict, validate


def judge(
    file: Path,
    *,
    rate_hz: float | None = None,
    salvage: bool = False,
    beats_file: Path | None = None,
    unusable: Sequence[tuple[float, float]] = (),
    limits: dict[str, float] | None = None,
    picture_file: Path,
) -> Verdict:
    """Validate a journal, or a CSV that the firmware's code is run on; draw the picture."""
    ecg = load_reference(beats_file) if beats_file else None
    notes = []
    if journal.is_journal(file):
        logged = journal.load(file, salvage)
        device = twin.as_logged(logged)
        ran_again, note = twin.of_journal(logged)
        integrity = logged.integrity
        notes += [note] if note else []
        notes += _about(logged)
    else:
        loaded = recording.load(file, rate_hz)
        device = twin.of_recording(loaded)
        ran_again = twin.of_recording(loaded, "cpython")
        integrity = {}
        notes.append("no device: the firmware ran in MicroPython, its twin in CPython")
    ecg_beats_s, clock = None, None
    if ecg:
        ecg_beats_s, unusable, clock = _placed(ecg, device.beats_s, unusable)
    verdict = validate(
        device,
        ran_again,
        integrity=integrity,
        ecg_beats_s=ecg_beats_s,
        ecg_clock=clock,
        unusable=unusable,
        limits=limits,
        source=file.name,
    )
    verdict.notes.extend(notes)
    from vagaband import picture  # its library takes 0.6 s that no other command has to wait

    picture.draw(device, verdict, picture_file)
    return verdict


def _placed(
    ecg: ReferenceBeats, beats_s: Floats, unusable: Stretches
) -> tuple[Floats, Stretches, Clock | None]:
    """Beats and unusable stretches on the device's clock, and how they came there."""
    if ecg.on_recording_clock:
        return ecg.beats_s, unusable, None
    clock = fit_clock(ecg.beats_s, beats_s)
    ends = clock.here(np.array([*unusable, *ecg.gaps_s], dtype=np.float64).reshape(-1, 2))
    stretches = [(float(begin), float(end)) for begin, end in ends]
    return clock.here(ecg.beats_s), stretches, clock


def _about(logged: journal.Journal) -> list[str]:
    """What one should know about a journal before trusting its comparison."""
    notes = []
    if not logged.ended:
        notes.append("the session has no end: it was still open, or was cut off")
    ours, theirs = firmware_hash(firmware_dir()), logged.header.get("firmware")
    if ours != theirs:
        notes.append(
            f"the device ran firmware {str(theirs)[:40]!r}, the twin is {ours!r}: where they "
            "differ, the device may be sound; validate with the release it came from"
        )
    return notes
