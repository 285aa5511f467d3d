"""A verdict in sentences: what was held against what, what came of it, what it means."""

from collections.abc import Iterator, Sequence

from vagaband.against_ecg import AgainstEcg
from vagaband.checks import RULES, Check

ECG_PREFIX = "ecg_"
# Checks that make one sentence when all that are there hold; {0}, {1} are their values in order.
GOOD = (
    (
        ("twin_beats", "twin_intervals", "twin_epochs"),
        "The firmware's own code, run again on the same input, gives the same beats, intervals "
        "and epochs to the last bit.",
    ),
    (
        ("reference_epochs", "reference_rsa"),
        "RSA of each epoch is that of the device's own intervals: float64 differs by at most "
        "{1:.4f} ln.",
    ),
    (
        ("reference_beats_f1", "reference_interval_ms", "reference_lag_ms"),
        "In clear light the reference finds the same beats: F1 {0:.1f} %, half of the intervals "
        "within {1:.2f} ms, at the same time within {2:.1f} ms.",
    ),
    (("dark_beats",), "No beat was reported without a finger on the sensor."),
    (
        ("reference_chain_rsa",),
        "RSA by the reference from the light alone differs by {0:.2f} ln or less in half of the "
        "epochs.",
    ),
)


def explain(checks: Sequence[Check], ecg: AgainstEcg | None, passed: bool) -> list[str]:
    """The sentences, the last of which says what the verdict means."""
    return [*_of_device(checks), *(_of_ecg(ecg, checks) if ecg else []), _close(checks, passed)]


def _of_device(checks: Sequence[Check]) -> Iterator[str]:
    by_name = {check.name: check for check in checks}
    journal = [c for c in checks if c.name not in RULES and not c.name.startswith(ECG_PREFIX)]
    if journal and all(check.ok for check in journal):
        yield "The journal is whole: no record is damaged or missing."
    for names, sentence in GOOD:
        there = [by_name[name] for name in names if name in by_name]
        if len(there) == len(names) and all(check.ok for check in there):
            yield sentence.format(*(check.value for check in there))
    for check in checks:
        if not check.ok:
            yield f"{check.name} is {_value(check)}, the limit {check.limit:g}: {check.why}"


def _value(check: Check) -> str:
    return "not to be had" if check.value is None else f"{check.value:.4g} {check.unit}"


def _of_ecg(ecg: AgainstEcg, checks: Sequence[Check]) -> Iterator[str]:
    score = ecg.score
    if ecg.clock:
        yield (
            f"The other device's beats were laid on the recording's clock: its zero is at "
            f"{ecg.clock.offset_s:.2f} s, it drifts by {1e6 * ecg.clock.drift:.0f} in a million "
            f"(correlation of the intervals {ecg.clock.correlation:.2f})."
        )
    timing = "none could be compared"
    if score.interval_error_ms is not None:
        timing = f"off by {score.interval_error_ms:.1f} ms on average"
    yield (
        f"Against {score.n_ref} beats of the ECG: {score.fn} missed, {score.fp} invented (F1 "
        f"{score.f1_pct:.1f} %), intervals {timing}: {score.grade}."
    )
    if ecg.rsa:
        low, high = ecg.rsa.limits
        yield (
            f"RSA of {ecg.rsa.n} valid epochs against the ECG: bias {ecg.rsa.bias:+.2f} ln, "
            f"limits of agreement {low:+.2f} to {high:+.2f} ln, {100 * ecg.rsa.within:.0f} % "
            f"within {ecg.rsa.margin:g} ln. A pulse is about 0.1 ln from its ECG at best."
        )
    if not any(check.name.startswith(ECG_PREFIX) for check in checks):
        yield "Agreement with the ECG is about fit and wearer too; --limits lets it decide."


def _close(checks: Sequence[Check], passed: bool) -> str:
    if passed:
        return "So all that was checked holds: the numbers are those of this light."
    if all(check.ok for check in checks):
        return "Too little could be checked, and that is no pass."
    return "So do not rely on the numbers before this is explained."
