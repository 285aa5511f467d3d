"""Days with glimmers and treatments of known size, marked or not."""

from collections.abc import Callable

import numpy as np
from simulated_person import Event, Person, at, simulate
from vagaband.profile.model import History
from vagaband.profile.windows import Series

USUAL = Person()
Pick = Callable[[History, float, float], float]


def with_glimmers(
    seed: int,
    per_day: float = 1.0,
    rsa_ln: float = 0.0,
    hp_ms: float = 0.0,
    marked: bool = False,
    days: int = 30,
    person: Person = USUAL,
) -> tuple[History, np.ndarray]:
    """A person, and the begins of glimmers at random hours: three minutes, and slowly gone."""
    rng = np.random.default_rng(10_000 + seed)
    hours = [(day, rng.uniform(8, 22)) for day in range(days) for _ in range(rng.poisson(per_day))]
    begins = np.array([at(day, hour) for day, hour in hours])
    events = [
        Event(t, t + 180, "glimmer" if marked else "", (), rsa_ln, hp_ms, tail_s=150)
        for t in begins.tolist()
    ]
    return simulate(days, seed, events=events, person=person), begins


def with_treatments(
    seed: int,
    times: int,
    rsa_ln: float = 0.0,
    hp_ms: float = 0.0,
    tag: str = "emdr",
    minutes: float = 20,
    pick: Pick | None = None,
) -> History:
    """A person who was treated so often, each time in another recording, with half an hour before
    it and ten minutes after; `pick` says when, given the history and the first and last moment."""
    rng = np.random.default_rng(20_000 + seed)
    before = simulate(30, seed)
    spans = [(a, b) for a, b in before.spans if b - a >= 60 * (minutes + 50)]
    events = []
    for k in rng.permutation(len(spans))[:times]:
        first, last = spans[k][0] + 1800, spans[k][1] - 60 * (minutes + 11)
        begin = pick(before, first, last) if pick else rng.uniform(first, last)
        end = begin + 60 * minutes
        events.append(Event(begin, end, "note", (tag,), rsa_ln, hp_ms, moment=False))
    return simulate(30, seed, events=events)


def when_low(seconds: float) -> Pick:
    """The first moment at which RSA over so long was 0.3 ln below the twenty minutes up to it, or
    the last: when a tense person begins, who can't know what comes."""

    def pick(history: History, first: float, last: float) -> float:
        series = Series(history.epochs.at_s, history.epochs.rsa_ln)
        moments = np.arange(first, last, 30.0)
        now, _ = series.over(moments - seconds, moments)
        before, _ = series.over(moments - 1200, moments)
        low = moments[now < before - 0.3]
        return float(low[0]) if len(low) else last

    return pick
