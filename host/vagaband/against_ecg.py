"""A session beside the beats of an ECG or a strap: detection, timing, and RSA per epoch."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from vagaband.reference.bland_altman import Agreement, agreement
from vagaband.score import Score, Stretches, align, summed
from vagaband.session import Floats, Session
from vagaband.strap_clock import Clock
from vagaband.truth import MOST_FLAGGED, Truth


@dataclass(frozen=True)
class EcgEpoch:
    """One valid epoch of the device and the same 30 s by the ECG, RSA in ln(ms²)."""

    t_s: float
    device_ln_ms2: float
    ecg_ln_ms2: float


@dataclass(frozen=True)
class AgainstEcg:
    """Agreement of a session with an ECG's beats; `rsa` is None below three epochs."""

    score: Score
    epochs: list[EcgEpoch]
    rsa: Agreement | None
    clock: Clock | None  # of a strap that does not share the recording's

    def as_json(self) -> dict[str, Any]:
        """One JSON-able object."""
        return {
            **self.score.as_json(),
            "epochs": [asdict(epoch) for epoch in self.epochs],
            "rsa_agreement": asdict(self.rsa) if self.rsa else None,
            "clock": asdict(self.clock) if self.clock else None,
        }


def against_ecg(
    device: Session, ecg_beats_s: Floats, unusable: Stretches = (), clock: Clock | None = None
) -> AgainstEcg:
    """Grade a session against beats (n,) in s on its own clock; `clock` says how they came there.

    Epochs that the device refuses, and those in which the ECG itself needed much correction, are
    left out.
    """
    both = align(ecg_beats_s, device.beats_s, unusable)
    truth = Truth(both.reference_runs)
    epochs = []
    for epoch in device.epochs:
        true = truth.rsa_at(epoch.t_s - both.lag_s, MOST_FLAGGED)
        if epoch.valid and epoch.ln_ms2 is not None and true is not None:
            epochs.append(EcgEpoch(epoch.t_s, epoch.ln_ms2, true))
    ours = np.array([epoch.device_ln_ms2 for epoch in epochs])
    theirs = np.array([epoch.ecg_ln_ms2 for epoch in epochs])
    return AgainstEcg(summed(both), epochs, agreement(ours, theirs), clock)
