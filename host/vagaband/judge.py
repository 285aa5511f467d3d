"""From a file to a verdict and its picture: what `validate` and `demo` share."""

from collections.abc import Sequence
from pathlib import Path

from vagaband import journal, picture, recording, twin
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
    ecg_beats_s = recording.load_beats(beats_file) if beats_file else None
    notes = []
    if journal.is_journal(file):
        logged = journal.load(file, salvage)
        device = twin.as_logged(logged)
        ran_again, note = twin.of_journal(logged)
        integrity = logged.integrity
        if not logged.ended:
            note = f"{note}; " if note else ""
            notes.append(f"{note}the session has no end: it was still open, or was cut off")
        elif note:
            notes.append(note)
    else:
        loaded = recording.load(file, rate_hz)
        device = twin.of_recording(loaded)
        ran_again = twin.of_recording(loaded, "cpython")
        integrity = {}
        notes.append("no device: the firmware ran in MicroPython, its twin in CPython")
    verdict = validate(
        device,
        ran_again,
        integrity=integrity,
        ecg_beats_s=ecg_beats_s,
        unusable=unusable,
        limits=limits,
        source=file.name,
    )
    verdict.notes.extend(notes)
    picture.draw(device, verdict, picture_file)
    return verdict
