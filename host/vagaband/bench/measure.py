"""One detector on one recording: all that is counted, in pieces that can be pooled.

Beats and intervals are counted per block of 10 s of the reference's clock; the blocks are the
same for every detector, so that differences can be bootstrapped in pairs.
"""

from dataclasses import dataclass

import numpy as np

from vagaband.bench.folder import Item
from vagaband.reference.intervals import Corrected
from vagaband.reference.time_domain import rmssd_ms
from vagaband.score import Alignment, align
from vagaband.session import Floats
from vagaband.truth import MOST_FLAGGED, Truth

BLOCK_S = 10.0
TP, FP, FN, ERROR_MS, INTERVALS = range(5)  # columns of a block


@dataclass(frozen=True)
class Measured:
    """What one detector did on one recording. None or empty where there is nothing to compare."""

    blocks: Floats  # (k, 5): columns as named above
    rmssd_ln: float | None  # ln of detected over reference
    rsa_ln: Floats  # detected minus reference, per epoch that both have, (e,)
    epochs: int  # that the reference has
    first_s: float | None  # from the first sample to the light of the first right beat
    first_given_s: float | None  # and to when it was given out, where the detector is causal
    crash: str


def measure(
    item: Item, beats_s: Floats, given_s: Floats | None = None, crash: str = ""
) -> Measured:
    """Score the beats of a detector, shape (b,) in s, on a recording."""
    both = align(item.beats_s, beats_s, item.unusable)
    differences, epochs = _rsa_differences(both)
    given = None
    if given_s is not None and both.first_s is not None:
        given = float(given_s[np.searchsorted(beats_s, both.first_s)])
    return Measured(
        blocks=_blocks(both, item.beats_s),
        rmssd_ln=_rmssd_ln(both),
        rsa_ln=differences,
        epochs=epochs,
        first_s=both.first_s,
        first_given_s=given,
        crash=crash,
    )


def _blocks(both: Alignment, reference_s: Floats) -> Floats:
    """Counts and errors of each block of the reference's time, shape (k, 5)."""
    start_s = float(reference_s.min()) if len(reference_s) else 0.0
    span_s = float(reference_s.max()) - start_s if len(reference_s) else 0.0
    blocks = np.zeros((int(span_s // BLOCK_S) + 1, 5))

    def add(column: int, times_s: Floats, amount: Floats | float = 1.0) -> None:
        place = np.clip((times_s - start_s) // BLOCK_S, 0, len(blocks) - 1).astype(np.int64)
        np.add.at(blocks[:, column], place, amount)

    add(TP, both.reference_s[both.found])
    add(FN, both.reference_s[~both.found])
    add(FP, both.false_s)
    add(ERROR_MS, both.interval_s, both.errors_ms)
    add(INTERVALS, both.interval_s)
    return blocks


def _rmssd_ln(both: Alignment) -> float | None:
    ours, theirs = _rmssd(both.detected_runs), _rmssd(both.reference_runs)
    return float(np.log(ours / theirs)) if ours and theirs else None


def _rmssd(runs: list[Corrected]) -> float | None:
    """RMSSD of a series corrected by itself: of its unflagged intervals."""
    return rmssd_ms(part for run in runs for part in _sound(run))


def _sound(run: Corrected) -> list[Floats]:
    sound = np.array([flag == "ok" for flag in run.flags], dtype=np.int8)
    edges = np.flatnonzero(np.diff(np.r_[0, sound, 0])).reshape(-1, 2)
    return [run.ibi_ms[start:stop] for start, stop in edges.tolist()]


def _rsa_differences(both: Alignment) -> tuple[Floats, int]:
    """RSA of the detector less the reference's, per epoch (e,), and how many the reference has."""
    truth, theirs = Truth(both.reference_runs), Truth(both.detected_runs)
    known = [(start_s, truth.rsa_at(start_s, MOST_FLAGGED)) for start_s in truth.epochs_s()]
    pairs = [(theirs.rsa_at(start_s), true) for start_s, true in known if true is not None]
    differences = [other - true for other, true in pairs if other is not None]
    return np.array(differences), len(pairs)
