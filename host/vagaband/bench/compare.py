"""The firmware against public detectors on the same samples, and the verdict on it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from vagaband.bench import no_contact, ours, rivals
from vagaband.bench.figures import Draws, Figures, difference, draw, f1, figures, interval_error
from vagaband.bench.folder import Item
from vagaband.bench.measure import FN, FP, TP, Measured, measure
from vagaband.recording import Counts
from vagaband.session import Floats

ALL = "all"
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Check:
    """One line of the verdict: the firmware beside the best rival on one set."""

    set_name: str
    quantity: str  # "f1_pct", "interval_error_ms" or "false_beats"
    ours: float | None
    best: float | None
    rival: str
    low: float | None  # 95 % interval of ours less the rival's
    high: float | None
    ok: bool
    ahead: bool  # at least as good without any allowance
    why: str


@dataclass(frozen=True)
class Comparison:
    """All that one run found. Detectors are keyed by name, the firmware's first."""

    rate_hz: int
    engine: str
    versions: dict[str, str]
    items: list[Item]
    measured: dict[str, list[Measured]]  # of the items, in order
    sets: dict[str, dict[str, Figures]]  # set, or "all" -> detector -> figures
    false_beats: dict[str, dict[str, int]]  # detector -> light without a finger -> beats
    checks: list[Check]
    crashes: list[dict[str, str]]
    seconds: float

    @property
    def passed(self) -> bool:
        """The firmware is at or within the allowance of the best on every set."""
        return all(check.ok for check in self.checks)


def compare(items: Sequence[Item], rate_hz: int, progress: Progress) -> Comparison:
    """Run every detector over every recording at `rate_hz`.

    Raises InputError where the firmware does not take that rate.
    """
    rivals.require()
    ours.require_rate(rate_hz)
    begin = time.monotonic()
    names = [ours.NAME, *rivals.RIVALS]
    measured: dict[str, list[Measured]] = {name: [] for name in names}
    engine = ""
    for number, item in enumerate(items, 1):
        progress(f"{item.name}: {number} of {len(items)}")
        counts = item.recording.to_counts(rate_hz)
        found = ours.detect(counts, rate_hz)
        engine = found.engine
        measured[ours.NAME].append(measure(item, found.beats_s, found.given_s))
        for name, (beats_s, crash) in _rivals(counts, rate_hz):
            measured[name].append(measure(item, beats_s, crash=crash))
    false_beats: dict[str, dict[str, int]] = {name: {} for name in names}
    for light in no_contact.LIGHTS:
        progress(f"without a finger: {light}")
        counts = no_contact.counts(light, rate_hz)
        false_beats[ours.NAME][light] = len(ours.detect(counts, rate_hz).beats_s)
        for name, (beats_s, _) in _rivals(counts, rate_hz):
            false_beats[name][light] = len(beats_s)
    progress("drawing bootstrap samples")
    sets, checks = _figures_of_sets(items, measured)
    checks.append(_no_beats_in_the_dark(false_beats[ours.NAME]))
    return Comparison(
        rate_hz=rate_hz,
        engine=engine,
        versions=rivals.versions(),
        items=list(items),
        measured=measured,
        sets=sets,
        false_beats=false_beats,
        checks=checks,
        crashes=_crashes(items, measured),
        seconds=time.monotonic() - begin,
    )


def _rivals(counts: Counts, rate_hz: int) -> list[tuple[str, tuple[Floats, str]]]:
    """Each rival's beats in the same counts, turned round: systole is up for them."""
    wave = -counts.astype(np.float64)
    return [(name, rivals.detect(rival, wave, rate_hz)) for name, rival in rivals.RIVALS.items()]


def _crashes(items: Sequence[Item], measured: dict[str, list[Measured]]) -> list[dict[str, str]]:
    return [
        {"detector": name, "recording": item.name, "error": each.crash}
        for name, results in measured.items()
        for item, each in zip(items, results, strict=True)
        if each.crash
    ]


def _figures_of_sets(
    items: Sequence[Item], measured: dict[str, list[Measured]]
) -> tuple[dict[str, dict[str, Figures]], list[Check]]:
    """Figures per set and over all; the verdict is on every set, not on the whole."""
    checks: list[Check] = []
    sets: dict[str, dict[str, Figures]] = {}
    for set_name in dict.fromkeys(item.set_name for item in items):
        chosen = {
            name: [
                each
                for item, each in zip(items, results, strict=True)
                if item.set_name == set_name
            ]
            for name, results in measured.items()
        }
        draws = {name: draw(results) for name, results in chosen.items()}
        sets[set_name] = {name: figures(chosen[name], draws[name]) for name in chosen}
        checks += judge(set_name, draws)
    sets[ALL] = {name: figures(results, draw(results)) for name, results in measured.items()}
    return sets, checks


# ------------------------------------------------------------------ the verdict


def judge(set_name: str, draws: dict[str, Draws]) -> list[Check]:
    """F1 against the best rival, and interval error against those as good as that one."""
    mine = draws[ours.NAME]
    others = {name: theirs for name, theirs in draws.items() if name != ours.NAME}
    best = max(others, key=lambda name: float(f1(others[name].total)))
    gap = difference(mine, others[best], f1)
    good = _as_good(mine, others[best])
    checks = [
        Check(
            set_name=set_name,
            quantity="f1_pct",
            ours=float(f1(mine.total)),
            best=float(f1(others[best].total)),
            rival=best,
            low=gap.low,
            high=gap.high,
            ok=good,
            ahead=float(gap.value or 0) >= 0,
            why=""
            if good
            else f"On {set_name} F1 is {-(gap.value or 0):.1f} points under {best}: more than "
            "one beat, and more than chance.",
        )
    ]
    peers = [name for name in others if _as_good(others[name], others[best])]
    timed = [name for name in peers if np.isfinite(interval_error(others[name].total))]
    if timed:
        checks.append(_timing(set_name, mine, {name: others[name] for name in timed}))
    return checks


def _as_good(one: Draws, best: Draws) -> bool:
    """Whether F1 falls below the best by no more than one beat or the bootstrap's interval."""
    high = difference(one, best, f1).high
    return bool(
        max(f1(one.total), f1(_one_beat_better(one.total))) >= f1(best.total)
        or (high is not None and high >= 0)
    )


def _one_beat_better(total: Floats) -> Floats:
    """The same with one missed beat found; without a missed one, with one false beat fewer."""
    better = total.copy()
    if better[FN] > 0:
        better[FN] -= 1
        better[TP] += 1
    elif better[FP] > 0:
        better[FP] -= 1
    return better


def _timing(set_name: str, mine: Draws, peers: dict[str, Draws]) -> Check:
    """Interval error beside the best timed of the detectors whose F1 is as good as the best."""
    rival = min(peers, key=lambda name: float(interval_error(peers[name].total)))
    value = float(interval_error(mine.total))
    gap = difference(mine, peers[rival], interval_error)
    ahead = gap.value is not None and gap.value <= 0
    good = ahead or (gap.value is not None and gap.low is not None and gap.low <= 0)
    why = ""
    if gap.value is None:
        why = f"On {set_name} no interval could be compared: too few beats in a row were found."
    elif not good:
        why = (
            f"On {set_name} intervals are off by {gap.value:.1f} ms more than with {rival}: "
            "more than chance."
        )
    return Check(
        set_name=set_name,
        quantity="interval_error_ms",
        ours=value if np.isfinite(value) else None,
        best=float(interval_error(peers[rival].total)),
        rival=rival,
        low=gap.low,
        high=gap.high,
        ok=good,
        ahead=ahead,
        why=why,
    )


def _no_beats_in_the_dark(found: dict[str, int]) -> Check:
    total = sum(found.values())
    lights = ", ".join(f"{light} {count}" for light, count in found.items() if count)
    return Check(
        set_name="no contact",
        quantity="false_beats",
        ours=float(total),
        best=0.0,
        rival="",
        low=None,
        high=None,
        ok=not total,
        ahead=not total,
        why=f"Beats without a finger on the sensor: {lights}." if total else "",
    )


# ------------------------------------------------------------------ JSON


def as_json(found: Comparison) -> dict[str, object]:
    """One JSON-able object."""
    return {
        "verdict": "pass" if found.passed else "fail",
        "checks": [asdict(check) for check in found.checks],
        "rate_hz": found.rate_hz,
        "engine": found.engine,
        "versions": found.versions,
        "sets": {
            set_name: {name: asdict(figures) for name, figures in detectors.items()}
            for set_name, detectors in found.sets.items()
        },
        "false_beats_without_contact": {
            "seconds_each": no_contact.SECONDS,
            "beats": found.false_beats,
        },
        "recordings": [
            {
                "name": item.name,
                "set": item.set_name,
                "duration_s": item.recording.duration_s,
                "detectors": {
                    name: _one(results[number]) for name, results in found.measured.items()
                },
            }
            for number, item in enumerate(found.items)
        ],
        "crashes": found.crashes,
        "seconds": round(found.seconds, 1),
    }


def _one(measured: Measured) -> dict[str, object]:
    total = measured.blocks.sum(axis=0)
    error = float(interval_error(total))
    return {
        "found": round(total[TP]),
        "missed": round(total[FN]),
        "false": round(total[FP]),
        "f1_pct": float(f1(total)),
        "interval_error_ms": error if np.isfinite(error) else None,
        "rmssd_ln": measured.rmssd_ln,
        "rsa_ln": [round(float(value), 4) for value in measured.rsa_ln],
        "first_beat_s": measured.first_s,
        "first_given_s": measured.first_given_s,
        "crash": measured.crash,
    }
