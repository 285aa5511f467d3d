"""Files of reference beats: a CSV with t_s on the recording's clock, or intervals of a strap."""

from dataclasses import dataclass
from pathlib import Path

from vagaband.recording import load_beats
from vagaband.rr_files import load_rr
from vagaband.score import Stretches
from vagaband.session import Floats

HEAD_BYTES = 4096


@dataclass(frozen=True)
class ReferenceBeats:
    """Beats (n,) in s, stretches in which some were lost, and whether the clock is known."""

    beats_s: Floats
    gaps_s: Stretches
    on_recording_clock: bool


def load_reference(path: Path) -> ReferenceBeats:
    """Read reference beats. InputError where the file can't be used."""
    if _has_times(path):
        return ReferenceBeats(load_beats(path), [], True)
    rr = load_rr(path)
    return ReferenceBeats(rr.beats_s, rr.gaps_s, False)


def _has_times(path: Path) -> bool:
    """Whether the first line with words names a column t_s."""
    if not path.is_file():
        return path.suffix == ".csv"  # whoever reads it says what is wrong
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES).decode("utf-8-sig", errors="replace")
    lines = [line.split("#", 1)[0].strip() for line in head.splitlines()]
    first = next((line for line in lines if line), "")
    for sign in ";\t ":
        first = first.replace(sign, ",")
    return "t_s" in [cell.strip('"').lower() for cell in first.split(",")]
