"""The checks of a verdict: what each is held against, and what it means when it fails."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """One check: its limit, the side that is good, and what it means when it fails."""

    limit: float
    unit: str
    sense: str  # "most" or "least"
    why: str


TWIN_WHY = "The firmware's own code gives other {}: a fault in memory, flash or the processor."
RULES = {
    "twin_beats": Rule(0, "differ", "most", TWIN_WHY.format("beats")),
    "twin_intervals": Rule(0, "differ", "most", TWIN_WHY.format("intervals")),
    "twin_epochs": Rule(0, "differ", "most", TWIN_WHY.format("epochs")),
    "reference_epochs": Rule(
        0, "epochs", "most", "The device and the reference have a value for different epochs."
    ),
    # The integers' own rounding, measured on random series, stays below these two.
    "reference_rsa": Rule(
        0.01, "ln", "most", "The device's RSA (above 3 ln) is not that of its own intervals."
    ),
    "reference_rsa_low": Rule(
        0.02, "ln", "most", "The device's RSA (2 to 3 ln) is not that of its own intervals."
    ),
    # In clear light two sound detectors find the same beats but for one or two.
    "reference_beats_f1": Rule(
        95.0, "%", "least", "In clear light the device misses or invents beats."
    ),
    # Half of the intervals: two low-passes agree within 0.5 ms; whole samples would give 2.9.
    "reference_interval_ms": Rule(
        2.0, "ms", "most", "The device times beats worse than interpolation between samples does."
    ),
    # The two definitions of an upstroke's middle differ by 2 to 8 ms from 33 to 180 beats a
    # minute; a filter's delay that is not taken off is five samples.
    "reference_lag_ms": Rule(
        12.0, "ms", "most", "The device's beats are not at the time of their light."
    ),
    "dark_beats": Rule(0, "beats", "most", "The device reports beats without a finger on it."),
    # Half of the epochs: one beat found by one side only can move a single epoch by more.
    "reference_chain_rsa": Rule(
        0.25, "ln", "most", "RSA from the light by the reference is another than the device's."
    ),
}
INTEGRITY_RULE = Rule(
    0, "records", "most", "The journal is damaged or incomplete: pull it again, then see doctor."
)
ECG_RULES = {  # only with limits of the user: key of the limit -> name of the check and its rule
    "f1": ("ecg_f1", Rule(99.0, "%", "least", "Beats are missed or invented against the ECG.")),
    "sensitivity": ("ecg_sensitivity", Rule(99.0, "%", "least", "Beats of the ECG are missed.")),
    "ppv": ("ecg_ppv", Rule(99.0, "%", "least", "Beats that the ECG does not have.")),
    "interval_ms": (
        "ecg_interval_ms",
        Rule(6.0, "ms", "most", "Intervals differ from the ECG's."),
    ),
    "rmssd_ms": ("ecg_rmssd_ms", Rule(5.0, "ms", "most", "RMSSD differs from the ECG's.")),
    "rsa": ("ecg_rsa", Rule(0.2, "ln", "most", "RSA differs from the ECG's.")),
    "rsa_within": (
        "ecg_rsa_within",
        Rule(90.0, "%", "least", "Too few epochs have RSA within 0.2 ln of the ECG's."),
    ),
}


@dataclass(frozen=True)
class Check:
    """One line of the verdict. `value` is None where the quantity could not be had at all."""

    name: str
    value: float | None
    limit: float
    unit: str
    ok: bool
    why: str = ""  # what it means, where it is not ok
