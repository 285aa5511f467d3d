"""Before, during and after an exercise or a treatment: each time, and all times together.

A change is held against what the person's heart does by itself over stretches as long (`quiet`),
for who begins tense comes back a little without any treatment; where there is too little quiet
time, against what so few half minutes show (as `analysis.change` does), and that is said. What
goes with a treatment need not be its doing: sitting down or a kind voice go with it too.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vagaband.analysis.uncertainty import (
    Scatter,
    estimator_sd,
    hp_sd,
    normal_quantile,
    scatter_of,
)
from vagaband.profile.mean_of_days import mean_of_days
from vagaband.profile.model import Estimate, History, Phase, Together, Treatment
from vagaband.profile.quiet import Quiet, Shape, moves_of
from vagaband.profile.refused import inside, refused_in, why_no_number
from vagaband.profile.treatment_kinds import asks, shakes
from vagaband.profile.treatment_times import Done, Times, all_done, phases_of
from vagaband.profile.why import BREATH_UNKNOWN, NOT_RECORDED
from vagaband.reference.run_numbers import EPOCH_S
from vagaband.session import Floats

LEAST_EPOCHS = 4  # two minutes (rsa.md §5)
SHAKEN = 0.2  # of its half minutes refused
BREATH_DIFFERS = 1.5  # a minute
SAME_PACE = 0.6  # a minute
MOMENTS_S = 60.0  # lengths of control stretches are whole minutes
CHANGES = ("during", "after")
LEAST_SD = {"rsa": estimator_sd, "hp": hp_sd, "breath": lambda n: 0.0}


@dataclass(frozen=True)
class _Change:
    """A change, and the SD of the mean of the controls that it is held against."""

    estimate: Estimate
    control_sd: float = 0.0
    warning: str = ""


def treatments_of(history: History) -> tuple[tuple[Treatment, ...], tuple[Together, ...]]:
    """Each time in order, and each treatment's times together, those done most first."""
    every = all_done(history)
    table = _Table(history, every)
    alike = sorted(every, key=lambda done: done.end_s - done.begin_s)  # share their quiet moments
    read = {id(done): table.treatment(done) for done in alike}
    found = [read[id(done)] for done in every]
    times = {name: [f for f in found if f[0].name == name] for name in {d.name for d in every}}
    together = [_together(history, name, these, len(times)) for name, these in times.items()]
    together.sort(key=lambda one: (-one.times, one.name))
    return tuple(treatment for treatment, _ in found), tuple(together)


_Found = tuple[Treatment, dict[tuple[str, str], _Change]]


class _Table:
    """What all treatments of a history are read with."""

    def __init__(self, history: History, every: Sequence[Done]) -> None:
        self.history, self.every = history, every
        self.quiet = Quiet(history)
        epochs = history.epochs
        self.columns = {
            "rsa": epochs.rsa_ln,
            "hp": epochs.hp_ms,
            "breath": epochs.breath_per_min,
        }
        self.comparisons = 2 * len(CHANGES) * max(len(every), 1)

    def treatment(self, done: Done) -> _Found:
        """One time: its phases, changes and warnings."""
        times = phases_of(done, [d for d in self.every if d is not done], self.history)
        scatter = {what: self._scatter(what, times) for what in self.columns}
        phases = {name: self._phase(at, scatter) for name, at in times.items()}
        changes = {
            (what, name): self._change(what, times["before"], times[name], scatter[what])
            for what in ("rsa", "hp")
            for name in CHANGES
        }
        rsa, hp = (
            {name: changes[what, name].estimate for name in CHANGES} for what in ("rsa", "hp")
        )
        warnings = [
            *_warnings(done, times, phases),
            *(change.warning for change in changes.values() if change.warning),
        ]
        swing_ms = _swing_ms(done)
        unique = tuple(dict.fromkeys(warnings))
        made = Treatment(done.begin_s, done.end_s, done.name, phases, rsa, hp, swing_ms, unique)
        return made, changes

    def _scatter(self, what: str, times: dict[str, Times]) -> Scatter:
        return scatter_of([self._known(what, *at) for at in times.values()])

    def _known(self, what: str, begin_s: float, end_s: float) -> Floats:
        chosen = self.columns[what][inside(self.history.epochs, begin_s, end_s)]
        return chosen[np.isfinite(chosen)]

    def _sd(self, what: str, values: Floats, scatter: Scatter) -> float:
        return max(scatter.mean_sd(values), LEAST_SD[what](len(values)))

    def _why(self, what: str, at: Times) -> str:
        history = self.history
        hp = what == "hp"
        return why_no_number(history.epochs, history.stretches, *at, hp=hp, least=LEAST_EPOCHS)

    def _phase(self, at: Times, scatter: dict[str, Scatter]) -> Phase:
        means = {what: self._mean(what, at, scatter[what]) for what in self.columns}
        refused = refused_in(self.history.epochs, *at)
        return Phase(*at, means["rsa"], means["hp"], means["breath"], refused)

    def _mean(self, what: str, at: Times, scatter: Scatter) -> Estimate:
        values = self._known(what, *at)
        if what == "breath":
            least = max(LEAST_EPOCHS, (at[1] - at[0]) / EPOCH_S / 2)
            why = "" if len(values) >= least else BREATH_UNKNOWN
        else:
            why = self._why(what, at)
        if why:
            return Estimate(None, None, None, len(values), why=why)
        half = normal_quantile() * self._sd(what, values, scatter)
        value = float(values.mean())
        return Estimate(value, value - half, value + half, len(values))

    def _change(self, what: str, before: Times, then: Times, scatter: Scatter) -> _Change:
        why = self._why(what, before) or self._why(what, then)
        first, second = self._known(what, *before), self._known(what, *then)
        if why:
            return _Change(Estimate(None, None, None, len(first) + len(second), why=why))
        shape = Shape(before[1] - before[0], then[1] - then[0], then[0] - before[1])
        moves = moves_of(self.quiet.series[what], np.array([before[1]]), shape)
        change, start = float(second.mean() - first.mean()), float(moves.start[0])
        sd = math.hypot(*(self._sd(what, part, scatter) for part in (first, second)))
        value, control_sd, warning = change, 0.0, "few_controls"
        once, corrected = normal_quantile(), normal_quantile(self.comparisons)
        like, hour = _in_minutes(shape), before[1]
        usual = self.quiet.usual(what, hour, like) or self.quiet.usual(what, hour, like, True)
        if usual:
            value, usual_sd = usual.beyond(change, start)
            sd, control_sd = max(sd, usual_sd), usual_sd / math.sqrt(usual.controls)
            once, corrected = usual.quantile(), usual.quantile(self.comparisons)
            warning = "" if math.isfinite(start) else "start_unknown"
        n = len(first) + len(second)
        estimate = Estimate(value, value - once * sd, value + once * sd, n, corrected * sd)
        return _Change(estimate, control_sd, warning)


def _in_minutes(shape: Shape) -> Shape:
    lengths = (shape.before_s, shape.after_s, shape.apart_s)
    before_s, after_s, apart_s = (MOMENTS_S * round(s / MOMENTS_S) for s in lengths)
    return Shape(before_s, after_s, apart_s)


def _together(history: History, name: str, found: Sequence[_Found], names: int) -> Together:
    changes = {
        what: {change: _over(history, found, (what, change), names) for change in CHANGES}
        for what in ("rsa", "hp")
    }
    return Together(name, len(found), changes["rsa"], changes["hp"])


def _over(
    history: History, found: Sequence[_Found], which: tuple[str, str], names: int
) -> Estimate:
    each = [changes[which] for _, changes in found]
    values = [math.nan if e.estimate.value is None else e.estimate.value for e in each]
    sds = [e.control_sd for e in each]
    when = [treatment.begin_s for treatment, _ in found]
    return mean_of_days(values, when, history.zone, 2 * len(CHANGES) * names, sds)


def _warnings(done: Done, times: dict[str, Times], phases: dict[str, Phase]) -> list[str]:
    """What a reader has to know of the stretches before reading their numbers."""
    least_s = LEAST_EPOCHS * EPOCH_S
    found = [f"short_{name}" for name, (a, b) in times.items() if b - a < least_s]
    refused = phases["during"].refused
    lost = sum(share for reason, share in refused.items() if reason != NOT_RECORDED)
    breaths = [phases[name].breath.value for name in ("before", *CHANGES)]
    known = [breath for breath in breaths if breath is not None]
    if done.paces:
        found.append("paced")
    if shakes(done.name) and lost >= SHAKEN:
        found.append("shaken")
    if not done.paces and known and max(known) - min(known) > BREATH_DIFFERS:
        found.append("breathing_differs")
    if question := asks(done.name):
        found.append(question)
    return found


def _swing_ms(done: Done) -> float | None:
    """The heart's swing at the pace, over the longest stretch of it; None where it had several."""
    paces = [pace for pace in done.paces if pace.pace_per_min]
    rates = [pace.pace_per_min or 0.0 for pace in paces]
    if not paces or max(rates) - min(rates) > SAME_PACE:
        return None
    return max(paces, key=lambda pace: pace.end_s - pace.begin_s).swing_ms
