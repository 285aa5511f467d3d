"""The numbers of an epoch: what the device says, the reference's beside it, and what a PC adds.

RSA, BP-RSA, RMSSD, mean heart period, corrected share and lock-in RSA of the reference are of the
device's own intervals; breathing rate and noise floor are of the light, by the reference's own
beats. PB2 stands alone only at a breathing rate that is well known and not slow.
"""

from dataclasses import asdict, dataclass
from typing import Any

from vagaband.reference.beats import Beats, detect
from vagaband.reference.breathing import BreathRate
from vagaband.reference.gain import beside_pb2
from vagaband.reference.light_numbers import Stretch, stretch_at, stretches_of
from vagaband.reference.run_numbers import EPOCH_S, Run, runs_of
from vagaband.session import Epoch, Pace, Session

KNOWN = ("fair", "good")  # confidences at which a device's breathing rate counts
NOT_SURE = "Breathing rate not sure: a slow breath would not be seen by PB2."


@dataclass(frozen=True)
class ReferenceNumbers:
    """The reference's numbers of an epoch; None where there is none. `breath_confidence` is
    "good"; "poor" for a rate that it does not stand for; "none" without one."""

    ln_ms2: float | None = None
    bp_ln_ms2: float | None = None
    rmssd_ms: float | None = None
    mean_hp_ms: float | None = None
    corrected_share: float | None = None
    noise_floor_ln: float | None = None
    breath_per_min: float | None = None
    breath_confidence: str = "none"
    lock_in_ln_ms2: float | None = None


@dataclass(frozen=True)
class Breathing:
    """The breathing rate that an epoch is read by: the device's, else a good one of the
    reference; `sure` where its confidence is "good"."""

    per_min: float | None
    sure: bool
    whose: str  # "device", "reference", or "" where it is unknown


@dataclass(frozen=True)
class EpochNumbers:
    """One epoch. `pb2_gain_ln` is the chain's gain at the breathing rate; `pb2_note` says why
    PB2 may not stand alone."""

    device: Epoch
    reference: ReferenceNumbers
    breathing: Breathing
    pb2_gain_ln: float | None
    pb2_alone: bool
    pb2_note: str
    peak_to_trough_ms: float | None
    hf_ln_ms2: float | None

    def as_json(self) -> dict[str, Any]:
        """The device's numbers and what a PC adds, the reference's nested beside them."""
        device = asdict(self.device)
        for name in ("t_s", "corrected_share"):
            device[name] = round(device[name], 6)
        return {
            **device,
            "pb2_gain_ln": self.pb2_gain_ln,
            "pb2_alone": self.pb2_alone,
            "pb2_note": self.pb2_note,
            "pb2_breathing": self.breathing.whose,
            "peak_to_trough_ms": self.peak_to_trough_ms,
            "hf_ln_ms2": self.hf_ln_ms2,
            "reference": asdict(self.reference),
        }


def numbers_of(session: Session, beats: Beats | None = None) -> list[EpochNumbers]:
    """The numbers of each epoch of a session, in its order.

    `beats` are the reference's in the session's light, where they are known already.
    """
    runs = runs_of(session.intervals)
    stretches: list[Stretch] = []
    if len(session.ir) > 1 and session.epochs:
        stretches = stretches_of(session.t_s, session.ir, beats or detect(session.t_s, session.ir))
    return [
        _of_epoch(epoch, runs.get(epoch.run), stretches, _pace_hz(session.paces, epoch))
        for epoch in session.epochs
    ]


def _pace_hz(paces: list[Pace], epoch: Epoch) -> float:
    """Rate of the pacer at the end of an epoch; 0 without one."""
    before = [pace.hz for pace in paces if pace.t_s <= epoch.t_s + EPOCH_S]
    return before[-1] if before else 0.0


def pb2_gain_ln(epoch: Epoch) -> float | None:
    """Gain of PB2 at the breathing rate that the device itself found; None where it is unknown."""
    return _beside(_breathing(epoch, None), epoch.mean_hp_ms)[0]


def pb2_alone(epoch: Epoch) -> bool:
    """Whether PB2 may stand without BP-RSA, as far as the device itself knows how it breathed."""
    return _beside(_breathing(epoch, None), epoch.mean_hp_ms)[1]


def _of_epoch(
    epoch: Epoch, run: Run | None, stretches: list[Stretch], pace_hz: float
) -> EpochNumbers:
    light = stretch_at(stretches, epoch.t_s, epoch.t_s + EPOCH_S)
    found = light.breath(epoch.t_s + EPOCH_S) if light else None
    breathing = _breathing(epoch, found)
    reference = _reference(epoch, run, light, found, pace_hz)
    mean_hp_ms = epoch.mean_hp_ms or reference.mean_hp_ms
    gain_ln, alone, note = _beside(breathing, mean_hp_ms)
    swing_ms, hf_ln_ms2 = None, None
    if run is not None:
        start_s = run.after_first_beat_s(epoch.t_s)
        hf_ln_ms2 = run.hf_ln_ms2(start_s)
        if breathing.per_min:
            swing_ms = run.peak_to_trough_ms(start_s, breathing.per_min / 60)
    return EpochNumbers(epoch, reference, breathing, gain_ln, alone, note, swing_ms, hf_ln_ms2)


def _reference(
    epoch: Epoch,
    run: Run | None,
    light: Stretch | None,
    found: BreathRate | None,
    pace_hz: float,
) -> ReferenceNumbers:
    if run is None:
        return ReferenceNumbers()
    start_s = run.after_first_beat_s(epoch.t_s)
    rsa, mean_hp_ms, floor_ln = run.rsa(start_s), run.mean_hp_ms(start_s), None
    if light and mean_hp_ms:
        floor_ln = light.noise_floor_ln(epoch.t_s, epoch.t_s + EPOCH_S, mean_hp_ms)
    return ReferenceNumbers(
        ln_ms2=rsa.ln_ms2 if rsa else None,
        bp_ln_ms2=rsa.bp_ln_ms2 if rsa else None,
        rmssd_ms=run.rmssd_ms(start_s),
        mean_hp_ms=mean_hp_ms,
        corrected_share=run.corrected_share(start_s),
        noise_floor_ln=floor_ln,
        breath_per_min=found.rate_per_min if found else None,
        breath_confidence=found.confidence if found else "none",
        lock_in_ln_ms2=run.lock_in_ln_ms2(start_s, pace_hz) if pace_hz else None,
    )


def _breathing(epoch: Epoch, found: BreathRate | None) -> Breathing:
    if epoch.breath_per_min and epoch.breath_confidence in KNOWN:
        return Breathing(epoch.breath_per_min, epoch.breath_confidence == "good", "device")
    if found and found.confidence == "good":
        return Breathing(found.rate_per_min, True, "reference")
    return Breathing(None, False, "")


def _beside(breathing: Breathing, mean_hp_ms: float | None) -> tuple[float | None, bool, str]:
    """Gain of PB2, whether it may stand alone, and if not, why."""
    breath_hz = breathing.per_min / 60 if breathing.per_min and mean_hp_ms else None
    beside = beside_pb2(breath_hz, mean_hp_ms or 0.0)
    if beside.alone and not breathing.sure:
        return beside.gain_ln, False, NOT_SURE
    return beside.gain_ln, beside.alone, beside.note
