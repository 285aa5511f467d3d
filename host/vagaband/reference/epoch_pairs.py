"""A device's epochs beside the reference's: on the device's own intervals, and from the light."""

from bisect import bisect_left
from dataclasses import dataclass

from vagaband.reference.chain import Chain
from vagaband.reference.rsa import RefEpoch, rsa_epochs
from vagaband.session import Session

SAME_EPOCH_S = 1.0  # clocks are rescaled at the borders of epochs: starts differ by milliseconds


@dataclass(frozen=True)
class EpochPair:
    """One epoch's RSA in ln(ms²): by the device, by the reference on the device's intervals, and
    by the reference from the light. None where one has no value."""

    t_s: float
    run: int
    device_ln_ms2: float | None
    reference_ln_ms2: float | None
    chain_ln_ms2: float | None
    device_bp_ln_ms2: float | None
    reference_bp_ln_ms2: float | None
    valid: bool
    reason: str  # why the device refuses it; "absent" where the device lacks it


def pair_epochs(device: Session, chain: Chain | None) -> list[EpochPair]:
    """All epochs of the device and of the reference in order, matched by run and start."""
    waiting = _epochs_of_intervals(device)
    pairs = []
    for epoch in device.epochs:
        mate = _take(waiting.get(epoch.run, []), epoch.t_s)
        from_light = chain.rsa_at(epoch.t_s) if chain else None
        pairs.append(
            EpochPair(
                t_s=epoch.t_s,
                run=epoch.run,
                device_ln_ms2=epoch.ln_ms2,
                reference_ln_ms2=mate.ln_ms2 if mate else None,
                chain_ln_ms2=from_light.ln_ms2 if from_light else None,
                device_bp_ln_ms2=epoch.bp_ln_ms2,
                reference_bp_ln_ms2=mate.bp_ln_ms2 if mate else None,
                valid=epoch.valid,
                reason=epoch.reason,
            )
        )
    for run, left in waiting.items():
        for t_s, only in left:
            pairs.append(
                EpochPair(t_s, run, None, only.ln_ms2, None, None, only.bp_ln_ms2, False, "absent")
            )
    return sorted(pairs, key=lambda pair: pair.t_s)


def _epochs_of_intervals(device: Session) -> dict[int, list[tuple[float, RefEpoch]]]:
    """Per run, the reference's epochs on the device's own intervals with their start in s."""
    starts: dict[int, float] = {}
    runs: dict[int, list[float]] = {}
    for interval in device.intervals:
        if interval.flag != "gap":  # it ends a run and is no heart period
            starts.setdefault(interval.run, interval.t_s)
            runs.setdefault(interval.run, []).append(interval.ibi_ms)
    return {
        run: [(starts[run] + epoch.t_s, epoch) for epoch in rsa_epochs(ibi_ms)]
        for run, ibi_ms in runs.items()
    }


def _take(waiting: list[tuple[float, RefEpoch]], t_s: float) -> RefEpoch | None:
    """Remove and give the epoch that starts within a second of `t_s`."""
    place = bisect_left(waiting, t_s - SAME_EPOCH_S, key=lambda entry: entry[0])
    if place < len(waiting) and waiting[place][0] <= t_s + SAME_EPOCH_S:
        return waiting.pop(place)[1]
    return None
