"""What goes with a tag: marked moments against control stretches of the same person and hour.

Both are taken relative to what is usual for their own day and hour (`usual`), and the days are
drawn again whole (`day_bootstrap`). A claim holds for all tags together (Bonferroni over tags, RSA
and heart period), and one on RSA is of RSA at the same breathing rate: the chain's own gain is
taken off, and the person's slope on breathing in unmarked time. What breathing does because of the
tag is taken off too; both numbers are given.

It says what goes with a mark, not what makes it: people mark when something is extreme, and what
is extreme falls back of itself. Tags that always go together can't be told apart.
"""

from dataclasses import dataclass

import numpy as np

from vagaband.profile.claims import claim_of
from vagaband.profile.day_bootstrap import Sums, difference_of
from vagaband.profile.even_breath import USUAL_HZ, at_even_gain
from vagaband.profile.marked import Ground, Left
from vagaband.profile.model import Effect, Estimate, History
from vagaband.profile.usual import slope_within_days
from vagaband.profile.why import BREATH_UNKNOWN, FEW_CONTROLS, FEW_DAYS, FEW_MARKS, FEW_READ
from vagaband.session import Floats

LEAST_MARKS, LEAST_DAYS = 6, 5
LEAST_BREATH = 0.1  # a minute: by less than this a breathing rate has not changed
CLAIMED = ("hp", "rsa_even")
OF_BREATH = {"rsa_even": -1.0, "rsa_of_breath": 1.0, "breath": 0.0}  # how its slope enters


def effects_of(history: History) -> tuple[Effect, ...]:
    """Of every tag, those marked most first; one that can't be told says why in its estimates."""
    sources = _sources(Ground(history))
    tags = sorted(set().union(*sources.ground.moments.tags))
    chosen = {tag: sources.ground.moments.of_tag(tag) for tag in tags}
    count = sum(not sources.why(name, these) for these in chosen.values() for name in CLAIMED)
    found = [_effect(tag, these, sources, count) for tag, these in chosen.items()]
    return tuple(sorted(found, key=lambda effect: (-effect.marks, effect.tag)))


@dataclass(frozen=True)
class _Sources:
    """What is left of each quantity at every moment; `leaning` is what each day adds to the error
    of the slope on breathing."""

    ground: Ground
    left: dict[str, Left]
    leaning: Floats

    def why(self, name: str, these: list[int]) -> str:
        """Why a quantity can't be told of some moments; "" where it can."""
        left = self.left[name]
        known = self.known(name, these)
        if len(these) < LEAST_MARKS:
            return FEW_MARKS
        if np.count_nonzero(left.read[these]) < LEAST_MARKS:
            read = np.count_nonzero(self.left["rsa"].read[these])
            return BREATH_UNKNOWN if name in OF_BREATH and read >= LEAST_MARKS else FEW_READ
        if len(known) < LEAST_MARKS:
            return FEW_CONTROLS
        return FEW_DAYS if len(np.unique(self.ground.moments.day[known])) < LEAST_DAYS else ""

    def known(self, name: str, these: list[int]) -> list[int]:
        """Those of the moments at which it can be held against controls."""
        return [k for k in these if np.isfinite(self.left[name].marked[k])]

    def sums(self, name: str, known: list[int]) -> Sums:
        """Of the days, for `day_bootstrap`."""
        left, days = self.left[name], self.ground.days
        where = np.searchsorted(days, self.ground.moments.day[known])
        enters = OF_BREATH.get(name, 0.0)
        marked, marks = np.zeros(len(days)), np.zeros(len(days))
        np.add.at(marked, where, left.marked[known])
        np.add.at(marks, where, 1.0)
        return Sums(
            marked=marked,
            marks=marks,
            control=left.control[known].sum(axis=0),
            controls=left.weight[known].sum(axis=0),
            extra=self.leaning * (enters and enters * self._breath_apart(known)),
        )

    def _breath_apart(self, known: list[int]) -> float:
        left = self.left["breath"]
        return float(np.nanmean(left.marked[known]) - left.control[known].sum() / len(known))


def _sources(ground: Ground) -> _Sources:
    epochs = ground.epochs
    breath = epochs.breath_per_min
    even = at_even_gain(epochs)
    breaths = ground.of_tiles(breath)
    slope = slope_within_days(ground.of_tiles(even), breaths, ground.tiles, LEAST_BREATH)
    even = even - slope.value * (breath - 60 * USUAL_HZ)
    values = {
        "hp": epochs.hp_ms,
        "rsa": epochs.rsa_ln,
        "rsa_even": even,
        "rsa_of_breath": epochs.rsa_ln - even,
        "breath": breath,
    }
    leaning = np.zeros(len(ground.days))
    leaning[np.searchsorted(ground.days, slope.days)] = slope.leaning
    return _Sources(ground, {name: ground.left(v) for name, v in values.items()}, leaning)


def _effect(tag: str, these: list[int], sources: _Sources, count: int) -> Effect:
    found = {name: _estimate(name, these, sources, count) for name in sources.left}
    ground = sources.ground
    near = [ground.tiles.near(hour) for hour in ground.moments.hour[these].tolist()]
    return Effect(
        tag=tag,
        marks=len(these),
        days=len(np.unique(ground.moments.day[these])),
        controls=int(np.any(near, axis=0).sum()),
        hp=found["hp"],
        rsa=found["rsa"],
        rsa_even=found["rsa_even"],
        rsa_of_breath=found["rsa_of_breath"],
        breath=found["breath"],
        rsa_claim=claim_of("rsa", found["rsa_even"]),
        hp_claim=claim_of("hp", found["hp"]),
        breathing_differs=_differs(found["breath"]),
    )


def _differs(breath: Estimate) -> bool:
    if breath.value is None or breath.low is None or breath.high is None:
        return False
    return abs(breath.value) >= LEAST_BREATH and not breath.low <= 0 <= breath.high


def _estimate(name: str, these: list[int], sources: _Sources, count: int) -> Estimate:
    why = sources.why(name, these)
    known = sources.known(name, these)
    if why:
        return Estimate(None, None, None, len(known), why=why)
    found = difference_of(sources.sums(name, known), count)
    low, high = found.value - found.half, found.value + found.half
    return Estimate(found.value, low, high, len(known), found.smallest)
