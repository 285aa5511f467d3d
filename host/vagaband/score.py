"""Detected beats against reference beats: how many are found, how well they are timed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vagaband.reference.clarity import merged
from vagaband.reference.intervals import Corrected, correct_beats
from vagaband.reference.rsa import rsa_epochs
from vagaband.reference.time_domain import rmssd_ms
from vagaband.session import Floats

Stretches = Sequence[tuple[float, float]]
Pairs = NDArray[np.int64]  # (k, 2): index of the reference beat, index of the detected one

TOLERANCE_S = 0.150  # a pulse within so much of its reference is that beat
LAG_RANGE_S = (-0.5, 2.0)
LAG_STEP_S = 0.01
PULSE_LAG_S = 0.25  # from the R-peak to the mid-upstroke at a finger
NEARLY = 0.9  # lags with so large a share of the most matches are candidates
AS_GOOD = 1.15  # interval errors within this ratio do not decide between lags
CAPPED_S = 0.1  # an interval's error counts at most so much in choosing a lag
GRADES = (("good", 98.0, 8.0), ("fair", 95.0, 15.0))  # least F1 in %, most interval error in ms
PAIR_WEIGHT = 1000.0  # one more pair outweighs any residuals


@dataclass(frozen=True)
class Score:
    """Agreement of two series of beats; None where there is too little to say it."""

    n_ref: int
    n_det: int
    tp: int
    fp: int
    fn: int
    lag_s: float
    sensitivity_pct: float
    ppv_pct: float
    f1_pct: float
    n_intervals: int
    interval_error_ms: float | None  # mean absolute, of intervals that both have
    interval_error_median_ms: float | None
    rmssd_ref_ms: float | None  # of the same intervals
    rmssd_det_ms: float | None
    ln_rsa_ref: float | None  # each series corrected by itself, mean of its epochs
    ln_rsa_det: float | None

    @property
    def grade(self) -> str:
        """good, fair or poor, by F1 and by the interval error."""
        error_ms = self.interval_error_ms
        for name, least_f1_pct, most_ms in GRADES:
            if self.f1_pct >= least_f1_pct and error_ms is not None and error_ms <= most_ms:
                return name
        return "poor"

    def as_json(self) -> dict[str, Any]:
        """The agreement of a device (detected) with an ECG (reference) as a JSON-able object."""
        return {
            "grade": self.grade,
            "f1_pct": self.f1_pct,
            "sensitivity_pct": self.sensitivity_pct,
            "ppv_pct": self.ppv_pct,
            "interval_error_ms": self.interval_error_ms,
            "intervals": self.n_intervals,
            "rmssd_ms": {"ecg": self.rmssd_ref_ms, "device": self.rmssd_det_ms},
            "ln_rsa": {"ecg": self.ln_rsa_ref, "device": self.ln_rsa_det},
            "lag_s": self.lag_s,
            "beats": {"ecg": self.n_ref, "device": self.n_det},
        }


@dataclass(frozen=True)
class Alignment:
    """Detections laid on the reference's clock, beat by beat. Times in s, intervals in ms."""

    lag_s: float
    reference_s: Floats  # judged reference beats, (n,)
    found: NDArray[np.bool_]  # which of those were detected, (n,)
    false_s: Floats  # judged detections without a beat, (m,)
    first_s: float | None  # the first right detection, on the detector's own clock
    interval_s: Floats  # where the intervals that both have begin, (k,)
    reference_ms: list[Floats]  # those intervals by the reference, in unbroken runs
    detected_ms: list[Floats]  # and by the detector
    reference_runs: list[Corrected]  # each series corrected by itself, over the time both cover
    detected_runs: list[Corrected]

    @property
    def errors_ms(self) -> Floats:
        """Absolute differences of the intervals that both have, shape (k,)."""
        return _errors(self.reference_ms, self.detected_ms)


def align(
    reference_s: Floats,
    detected_s: Floats,
    unusable: Stretches = (),
    *,
    lag_range_s: tuple[float, float] = LAG_RANGE_S,
    expected_lag_s: float = PULSE_LAG_S,
) -> Alignment:
    """Lay detected beats, shape (m,), on reference beats, shape (n,), both in seconds.

    The one constant lag is removed first. `unusable` stretches of the reference's clock are left
    out, and so are detections before the first and after the last reference beat.
    """
    ref, det = np.sort(reference_s), np.sort(detected_s)
    unusable = merged(unusable)
    ref_judged = _outside(ref, unusable)
    lag_s = find_lag(ref[ref_judged], det, lag_range_s, expected_lag_s)
    aligned = det - lag_s
    det_judged = _outside(aligned, unusable) & _within_ends(aligned, ref)
    pairs = match(ref, aligned)
    pairs = pairs[ref_judged[pairs[:, 0]] & det_judged[pairs[:, 1]]]
    found = np.zeros(len(ref), dtype=bool)
    found[pairs[:, 0]] = True
    det_judged[pairs[:, 1]] = False
    runs = _common_runs(pairs, ref, unusable)
    return Alignment(
        lag_s=lag_s,
        reference_s=ref[ref_judged],
        found=found[ref_judged],
        false_s=aligned[det_judged],
        first_s=float(det[pairs[0, 1]]) if len(pairs) else None,
        interval_s=np.concatenate([np.empty(0), *(ref[run[:-1, 0]] for run in runs)]),
        reference_ms=[np.diff(ref[run[:, 0]]) * 1000 for run in runs],
        detected_ms=[np.diff(aligned[run[:, 1]]) * 1000 for run in runs],
        reference_runs=_corrected(ref, aligned, unusable),
        detected_runs=_corrected(aligned, ref, unusable),
    )


def score(
    reference_s: Floats,
    detected_s: Floats,
    unusable: Stretches = (),
    *,
    lag_range_s: tuple[float, float] = LAG_RANGE_S,
    expected_lag_s: float = PULSE_LAG_S,
) -> Score:
    """Score detected beats against reference beats; the arguments are those of `align`."""
    both = align(
        reference_s,
        detected_s,
        unusable,
        lag_range_s=lag_range_s,
        expected_lag_s=expected_lag_s,
    )
    return summed(both)


def summed(both: Alignment) -> Score:
    """What an alignment comes to."""
    tp, fp = int(both.found.sum()), len(both.false_s)
    fn = len(both.found) - tp
    errors_ms = both.errors_ms
    return Score(
        n_ref=tp + fn,
        n_det=tp + fp,
        tp=tp,
        fp=fp,
        fn=fn,
        lag_s=both.lag_s,
        sensitivity_pct=percent(tp, tp + fn),
        ppv_pct=percent(tp, tp + fp),
        f1_pct=f1_pct(tp, fp, fn),
        n_intervals=len(errors_ms),
        interval_error_ms=_mean_of(errors_ms),
        interval_error_median_ms=float(np.median(errors_ms)) if len(errors_ms) else None,
        rmssd_ref_ms=rmssd_ms(both.reference_ms),
        rmssd_det_ms=rmssd_ms(both.detected_ms),
        ln_rsa_ref=_ln_rsa(both.reference_runs),
        ln_rsa_det=_ln_rsa(both.detected_runs),
    )


def f1_pct(tp: int, fp: int, fn: int) -> float:
    """The harmonic mean of sensitivity and positive predictive value, in %."""
    return percent(2 * tp, 2 * tp + fn + fp)


def percent(part: int, whole: int) -> float:
    """A share in %; 0 of nothing."""
    return 100.0 * part / whole if whole else 0.0


def match(reference_s: Floats, detected_s: Floats, tolerance_s: float = TOLERANCE_S) -> Pairs:
    """One-to-one, order-preserving matching of two sorted series within the tolerance.

    Most pairs first, then the least sum of residuals: dynamic programming over the reference
    beats, where `best[j]` is the best matching that uses detections before `j` only.
    """
    first = np.searchsorted(detected_s, reference_s - tolerance_s, side="left")
    end = np.searchsorted(detected_s, reference_s + tolerance_s, side="right")
    best: list[float] = [0.0]
    chain: list[tuple[int, int, object] | None] = [None]
    for beat, time in enumerate(reference_s):
        while len(best) <= end[beat]:
            best.append(best[-1])
            chain.append(chain[-1])
        for other in range(int(end[beat]) - 1, int(first[beat]) - 1, -1):
            value = best[other] + PAIR_WEIGHT - abs(float(detected_s[other] - time))
            if value > best[other + 1]:
                best[other + 1], chain[other + 1] = value, (beat, other, chain[other])
        for other in range(int(first[beat]), int(end[beat])):
            if best[other] > best[other + 1]:
                best[other + 1], chain[other + 1] = best[other], chain[other]
    return _unlinked(chain[-1])


def _unlinked(link: object) -> Pairs:
    pairs: list[tuple[int, int]] = []
    while isinstance(link, tuple):
        beat, other, link = link
        pairs.append((beat, other))
    return np.array(pairs[::-1], dtype=np.int64).reshape(-1, 2)


def find_lag(
    reference_s: Floats,
    detected_s: Floats,
    lag_range_s: tuple[float, float] = LAG_RANGE_S,
    expected_lag_s: float = PULSE_LAG_S,
) -> float:
    """The constant by which detections come later, in seconds; 0 where nothing matches.

    A regular rhythm matches nearly as well one beat off: of the lags with nearly the most
    matches, the one whose intervals agree best; of equals the one nearest to `expected_lag_s`.
    """
    candidates = []
    for lag_s in _likely_lags(reference_s, detected_s, lag_range_s):
        settled_s, pairs = _settle(reference_s, detected_s, lag_s)
        runs = _common_runs(pairs, reference_s, ())
        ref_ms = [np.diff(reference_s[run[:, 0]]) * 1000 for run in runs]
        det_ms = [np.diff(detected_s[run[:, 1]]) * 1000 for run in runs]
        error_ms = _mean_of(np.minimum(_errors(ref_ms, det_ms), CAPPED_S * 1000))
        if error_ms is not None:
            candidates.append((len(pairs), error_ms, settled_s))
    if not candidates:
        return 0.0
    most = max(count for count, _, _ in candidates)
    good = [entry for entry in candidates if entry[0] >= NEARLY * most]
    least = min(error for _, error, _ in good)
    equal = [lag_s for _, error, lag_s in good if error <= AS_GOOD * least + 1e-6]
    return min(equal, key=lambda lag_s: abs(lag_s - expected_lag_s))


def _likely_lags(ref: Floats, det: Floats, lag_range_s: tuple[float, float]) -> list[float]:
    """Lags at which, locally, most reference beats have a detection within the tolerance."""
    if not len(ref) or not len(det):
        return []
    low, high = lag_range_s
    lags = np.arange(low, high + LAG_STEP_S / 2, LAG_STEP_S)
    counts = np.array([_with_neighbour(ref + lag, det) for lag in lags])
    reach = round(TOLERANCE_S / LAG_STEP_S)
    padded = np.pad(counts, reach, constant_values=-1)
    top = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=1)
    peaks = np.flatnonzero((counts == top) & (counts >= NEARLY * counts.max()))
    plateaus = np.split(peaks, np.flatnonzero(np.diff(peaks) > 1) + 1)
    return [float(lags[plateau].mean()) for plateau in plateaus if len(plateau)]


def _with_neighbour(expected: Floats, det: Floats) -> int:
    after = np.searchsorted(det, expected - TOLERANCE_S)
    before_end = np.searchsorted(det, expected + TOLERANCE_S, side="right")
    return int(np.count_nonzero(before_end > after))


def _settle(ref: Floats, det: Floats, lag_s: float) -> tuple[float, Pairs]:
    """The lag moved to the median residual of its matches, until it stays."""
    pairs = match(ref, det - lag_s)
    for _ in range(6):
        if not len(pairs):
            break
        moved_s = float(np.median(det[pairs[:, 1]] - ref[pairs[:, 0]]))
        settled = abs(moved_s - lag_s) < 1e-4
        lag_s = moved_s
        pairs = match(ref, det - lag_s)
        if settled:
            break
    return lag_s, pairs


def _common_runs(pairs: Pairs, ref: Floats, unusable: Stretches) -> list[Pairs]:
    """Unbroken runs of pairs: two consecutive beats match two consecutive ones all along."""
    consecutive = (np.diff(pairs, axis=0) == 1).all(axis=1)
    begins, ends = ref[pairs[:-1, 0]], ref[pairs[1:, 0]]
    bounds = np.array(unusable, dtype=np.float64).reshape(-1, 2)
    # A stretch lies across an interval when more have begun by its end than were over before it.
    begun = np.searchsorted(bounds[:, 0], ends, side="left")
    consecutive &= begun == np.searchsorted(bounds[:, 1], begins, side="right")
    first = np.flatnonzero(consecutive)
    runs = [run for run in np.split(first, np.flatnonzero(np.diff(first) > 1) + 1) if len(run)]
    return [pairs[run[0] : run[-1] + 2] for run in runs]


def _errors(ref_ms: list[Floats], det_ms: list[Floats]) -> Floats:
    """Absolute differences of the intervals that both have, shape (k,)."""
    none = np.empty(0)
    return np.abs(np.concatenate([none, *det_ms]) - np.concatenate([none, *ref_ms]))


def _mean_of(values: Floats) -> float | None:
    return float(np.mean(values)) if len(values) else None


def _corrected(beats: Floats, others: Floats, unusable: Stretches) -> list[Corrected]:
    """A series corrected by itself, over the time that both series cover."""
    if not len(beats) or not len(others):
        return []
    edges = [max(beats[0], others[0]) - TOLERANCE_S]
    for start, stop in unusable:
        edges += [start, stop]
    edges.append(min(beats[-1], others[-1]) + TOLERANCE_S)
    return correct_beats(beats, list(zip(edges[::2], edges[1::2], strict=True)))


def _ln_rsa(runs: list[Corrected]) -> float | None:
    """Mean RSA of the epochs of corrected runs."""
    epochs = [epoch for run in runs for epoch in rsa_epochs(run.ibi_ms)]
    values = [epoch.ln_ms2 for epoch in epochs if epoch.ln_ms2 is not None]
    return float(np.mean(values)) if values else None


def _outside(times: Floats, stretches: Stretches) -> NDArray[np.bool_]:
    """Which times lie in none of the stretches, which are in order and apart."""
    bounds = np.array(stretches, dtype=np.float64).reshape(-1, 2)
    begun = np.searchsorted(bounds[:, 0], times, side="left")
    return begun == np.searchsorted(bounds[:, 1], times, side="right")


def _within_ends(times: Floats, ref: Floats) -> NDArray[np.bool_]:
    if not len(ref):
        return np.ones(len(times), dtype=bool)
    return (times >= ref[0] - TOLERANCE_S) & (times <= ref[-1] + TOLERANCE_S)
