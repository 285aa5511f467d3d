"""The verdict on a device's recording: its journal, its twin, the reference, and an ECG beside.

Integrity, twin and reference are about the device and decide. Agreement with an ECG is graded
beside them, because it is also about the sensor's fit and the wearer; it decides only by limits.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from itertools import zip_longest
from typing import Any

import numpy as np

from vagaband.against_ecg import AgainstEcg, against_ecg
from vagaband.checks import ECG_RULES, INTEGRITY_RULE, RULES, Check, Rule
from vagaband.errors import InputError
from vagaband.explain import explain
from vagaband.numbers import EpochNumbers, numbers_of
from vagaband.reference.beats import Beats
from vagaband.reference.chain import Chain, from_light
from vagaband.reference.clarity import beats_in_the_dark, disputed_stretches
from vagaband.reference.epoch_pairs import EpochPair, pair_epochs
from vagaband.reference.rsa import EPOCH_SAMPLES, GRID_HZ
from vagaband.reference.time_domain import mean_hp_ms, rmssd_ms, sdnn_ms, sound_runs
from vagaband.score import Stretches, score
from vagaband.session import Floats, Session
from vagaband.strap_clock import Clock

Raw = list[tuple[Any, ...]]


TWIN_KINDS = {"beat": "twin_beats", "interval": "twin_intervals", "epoch": "twin_epochs"}
SUBSTANCE = {
    "reference_epochs",
    "reference_rsa",
    "reference_rsa_low",
    "reference_beats_f1",
}

LOW_LN, HIGH_LN = 2.0, 3.0
NEAR_NONE_LN = -3.0  # one side's "None" (variance under 0.01 ms², -4.6 ln) beside less than this
FEWEST_CLEAR_BEATS = 20
FEWEST_EPOCHS = 3  # of one or two, the median is no better than chance
DEVICE_LAG_RANGE_S = (-0.15, 0.15)


@dataclass(frozen=True)
class Verdict:
    """All that was checked, and whether the device stands."""

    checks: list[Check]
    epochs: list[EpochPair]
    numbers: list[EpochNumbers]  # of the device's epochs
    ecg: AgainstEcg | None
    notes: list[str]
    source: str
    engine: str
    duration_s: float
    beats: int
    valid_epochs: int
    rmssd_ms: float | None  # of the device's unflagged intervals, as are the next two
    mean_hp_ms: float | None
    sdnn_ms: float | None

    @property
    def passed(self) -> bool:
        """All checks hold, and at least one of them had something of substance to check."""
        substance = any(check.name in SUBSTANCE for check in self.checks)
        return substance and all(check.ok for check in self.checks)

    @property
    def explanation(self) -> list[str]:
        """What was checked and what came of it, in sentences."""
        return explain(self.checks, self.ecg, self.passed)

    def as_json(self) -> dict[str, Any]:
        """One JSON-able object; numbers that are not finite appear as null."""
        known = ("checks", "numbers", "ecg")
        rest = {key: value for key, value in asdict(self).items() if key not in known}
        return {
            "verdict": "pass" if self.passed else "fail",
            "explanation": self.explanation,
            "checks": [_finite(asdict(check)) for check in self.checks],
            "numbers": [_finite(item.as_json()) for item in self.numbers],
            "ecg": _finite(self.ecg.as_json()) if self.ecg else None,
            **_finite(rest),
        }


@dataclass
class _Findings:
    checks: list[Check] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def check(self, name: str, value: float | None, rule: Rule | None = None) -> None:
        rule = rule or RULES[name]
        if value is None or not np.isfinite(value):
            value, good = None, False
        else:
            value = float(value)
            good = value <= rule.limit if rule.sense == "most" else value >= rule.limit
        why = "" if good else rule.why
        self.checks.append(Check(name, value, rule.limit, rule.unit, good, why))


def validate(
    device: Session,
    twin: Session | None,
    *,
    integrity: dict[str, int],
    ecg_beats_s: Floats | None = None,
    ecg_clock: Clock | None = None,
    unusable: Stretches = (),
    limits: dict[str, float] | None = None,
    source: str = "",
) -> Verdict:
    """Judge a device's session.

    `integrity` counts what is wrong with the journal, by name; `unusable` stretches (s) are left
    out of all that is about beats; `limits` (f1, sensitivity, ppv in %, interval_ms, rmssd_ms,
    rsa in ln, rsa_within in % of epochs) bring the agreement with the ECG's beats into the
    verdict; `ecg_clock` says how these came onto the device's clock, where it was unknown.
    """
    _check_limits(limits, ecg_beats_s)
    found = _Findings()
    for name, count in integrity.items():
        found.check(name, count, INTEGRITY_RULE)
    _check_twin(device.raw, twin, found)
    chain = _chain_of(device, found)
    epochs = pair_epochs(device, chain)
    _check_epochs(epochs, found)
    if chain is not None:
        _check_beats(device, chain.beats, unusable, found)
        _check_chain(epochs, found)
    ecg = None
    if ecg_beats_s is not None:
        ecg = against_ecg(device, ecg_beats_s, unusable, ecg_clock)
        _check_ecg(ecg, limits or {}, found)
    if not any(check.name in SUBSTANCE for check in found.checks):
        found.notes.append("Nothing could be compared with the reference: too short, or no pulse.")
    sound = sound_runs(device.intervals)
    return Verdict(
        checks=found.checks,
        epochs=epochs,
        numbers=numbers_of(device, chain.beats if chain else None),
        ecg=ecg,
        notes=found.notes,
        source=source or str(device.header.get("source", "")),
        engine=device.engine,
        duration_s=_duration_s(device),
        beats=len(device.beats_s),
        valid_epochs=sum(epoch.valid for epoch in device.epochs),
        rmssd_ms=rmssd_ms(sound),
        mean_hp_ms=mean_hp_ms(sound),
        sdnn_ms=sdnn_ms(sound),
    )


# ------------------------------------------------------------------ twin


def _check_twin(device: Raw, twin: Session | None, found: _Findings) -> None:
    if twin is None:
        found.notes.append("twin_*: left out, there is no twin of this recording.")
        return
    for kind, name in TWIN_KINDS.items():
        ours, theirs = _of_kind(device, kind), _of_kind(twin.raw, kind)
        if ours or theirs:
            found.check(name, count_differing(ours, theirs))
        else:
            found.notes.append(f"{name}: left out, neither device nor twin has any.")


def count_differing(ours: Raw, theirs: Raw) -> int:
    """Places at which two lists differ, those that only one has included."""
    return sum(a != b for a, b in zip_longest(ours, theirs))


def _of_kind(raw: Raw, kind: str) -> Raw:
    return [entry for entry in raw if entry and entry[0] == kind]


# ------------------------------------------------------------------ RSA


def _check_epochs(epochs: list[EpochPair], found: _Findings) -> None:
    if not epochs:
        found.notes.append("reference_rsa: left out, no run of intervals holds a whole epoch.")
        return
    bands: dict[str, list[float]] = {"reference_rsa_low": [], "reference_rsa": []}
    lone = below = 0
    for pair in epochs:
        ours, theirs = pair.device_ln_ms2, pair.reference_ln_ms2
        if ours is None or theirs is None:
            lone += max(_or(ours, -np.inf), _or(theirs, -np.inf)) > NEAR_NONE_LN
        elif theirs < LOW_LN:
            below += 1
        else:
            name = "reference_rsa_low" if theirs <= HIGH_LN else "reference_rsa"
            bands[name].append(abs(ours - theirs))
    found.check("reference_epochs", lone)
    for name, differences in bands.items():
        if differences:
            found.check(name, max(differences))
        else:
            found.notes.append(f"{name}: left out, no epoch has RSA in its range.")
    if below:
        found.notes.append(f"{below} epochs below 2 ln are shown and not judged.")


def _check_chain(epochs: list[EpochPair], found: _Findings) -> None:
    differences = [
        abs(pair.device_ln_ms2 - pair.chain_ln_ms2)
        for pair in epochs
        if pair.valid and pair.device_ln_ms2 is not None and pair.chain_ln_ms2 is not None
    ]
    if len(differences) >= FEWEST_EPOCHS:
        found.check("reference_chain_rsa", float(np.median(differences)))
    else:
        found.notes.append(
            f"reference_chain_rsa: left out, valid epochs to compare: {len(differences)}, "
            f"of {FEWEST_EPOCHS} that are needed."
        )


# ------------------------------------------------------------------ beats


def _chain_of(device: Session, found: _Findings) -> Chain | None:
    if len(device.ir) < 2:
        found.notes.append("reference_beats_*: left out, the recording holds no raw light.")
        return None
    return from_light(device.t_s, device.ir)


def _check_beats(device: Session, beats: Beats, unusable: Stretches, found: _Findings) -> None:
    lit = device.beats_s[_within(device.beats_s, beats.spans)]  # raw light may stop before the end
    if len(lit):
        found.check("dark_beats", beats_in_the_dark(lit, device.t_s, device.ir))
    disputed = disputed_stretches(beats)
    result = score(
        beats.t_s,
        lit,
        [*disputed, *unusable],
        lag_range_s=DEVICE_LAG_RANGE_S,
        expected_lag_s=0.0,
    )
    if result.n_ref < FEWEST_CLEAR_BEATS:
        found.notes.append(
            f"reference_beats_*: left out, clear beats in the light: {result.n_ref}, "
            f"of {FEWEST_CLEAR_BEATS} that are needed."
        )
        return
    found.check("reference_beats_f1", result.f1_pct)
    if result.tp:
        found.check("reference_lag_ms", abs(result.lag_s) * 1000)
        found.check("reference_interval_ms", result.interval_error_median_ms)
    judged_s = sum(stop - start for start, stop in beats.spans) - sum(b - a for a, b in disputed)
    found.notes.append(f"Beats were compared in {max(0.0, judged_s):.0f} s of clear light.")


def _within(times: Floats, spans: Iterable[tuple[float, float]]) -> np.ndarray:
    inside = np.zeros(len(times), dtype=bool)
    for first, last in spans:
        inside |= (times >= first) & (times <= last)
    return inside


# ------------------------------------------------------------------ ECG


def _check_limits(limits: dict[str, float] | None, ecg_beats_s: Floats | None) -> None:
    unknown = sorted(set(limits or {}) - set(ECG_RULES))
    if unknown:
        raise InputError(
            f"There is no limit named {', '.join(unknown)[:80]}.",
            f"Limits are: {', '.join(ECG_RULES)}.",
        )
    if limits and ecg_beats_s is None:
        raise InputError(
            "Limits are about agreement with an ECG, and there are no beats of one.",
            "Give them with --beats.",
        )


def _check_ecg(ecg: AgainstEcg, limits: dict[str, float], found: _Findings) -> None:
    """Agreement with the ECG enters the checks only through `limits`."""
    result = ecg.score
    values = {
        "f1": result.f1_pct,
        "sensitivity": result.sensitivity_pct,
        "ppv": result.ppv_pct,
        "interval_ms": result.interval_error_ms,
        "rmssd_ms": _difference(result.rmssd_det_ms, result.rmssd_ref_ms),
        "rsa": _difference(result.ln_rsa_det, result.ln_rsa_ref),
        "rsa_within": 100 * ecg.rsa.within if ecg.rsa else None,
    }
    for key, limit in limits.items():
        name, rule = ECG_RULES[key]
        found.check(name, values[key], Rule(limit, rule.unit, rule.sense, rule.why))
    if ecg.clock and not ecg.clock.sure:
        found.notes.append(
            f"The intervals of --beats follow the recording's too little (correlation "
            f"{ecg.clock.correlation:.2f}) to be sure that they are of the same heart and time."
        )
    if not ecg.rsa:
        found.notes.append(
            f"ecg RSA per epoch: no limits of agreement from {len(ecg.epochs)} valid epochs."
        )


# ------------------------------------------------------------------ small things


def _or(value: float | None, other: float) -> float:
    return other if value is None else value


def _difference(ours: float | None, theirs: float | None) -> float | None:
    return None if ours is None or theirs is None else abs(ours - theirs)


def _duration_s(device: Session) -> float:
    ends = [0.0]
    ends += [float(device.t_s[-1])] if len(device.t_s) else []
    ends += [item.t_s + item.ibi_ms / 1000 for item in device.intervals[-1:]]
    ends += [epoch.t_s + EPOCH_SAMPLES / GRID_HZ for epoch in device.epochs[-1:]]
    return max(ends)


def _finite(value: Any) -> Any:
    """The same for JSON: NumPy numbers as Python's, what is not finite as None."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not np.isfinite(value) else value
