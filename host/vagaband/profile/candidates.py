"""Moments like a glimmer that the wearer did not mark, to be asked about; and how many of them
chance alone makes.

A moment counts where RSA rose and the heart period lengthened from the two minutes before to the
two minutes after, both beyond what usually follows on such a beginning, and together by three SD.
How often chance does that is told by the person's own series run backwards in time: it has the
same values, the same likeness of neighbours, the same days and gaps, and what begins a glimmer is
a fall in it. (False matches of spectra are counted so: Elias and Gygi 2007, Nature Methods 4:207;
the added one is of Barber and Candès 2015, Annals of Statistics 43:2055.) A glimmer that ends at
once runs backwards as a rise: the chance given is then too high, not too low. To sit or lie down
looks the same as a glimmer: there is no motion sensor. Hence a question.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from vagaband.profile.busy import CLEAR_S, Busy, busy_times, meets
from vagaband.profile.clock import DAY_S, local
from vagaband.profile.model import Candidate, History
from vagaband.profile.quiet import AROUND, moves_of, slope_on
from vagaband.profile.why import FEW_DAYS, NO_MORE_THAN_CHANCE
from vagaband.profile.windows import Series
from vagaband.reference.run_numbers import EPOCH_S
from vagaband.session import Floats

LEAST_SCORE = 3.0  # SD of both together
LEAST_EACH = 1.0  # SD of RSA and of heart period by themselves
MOST_BREATH = 1.5  # a minute: a larger change of breathing explains a change of RSA
ONE_EACH_S = 900.0
MOST_ASKED = 5
ASKED_DAYS = 14  # what is longer ago is hardly remembered
MOST_CHANCE = 0.5
LEAST_DAYS = 3
LEAST_SCANNED = 120  # moments apart from each other: eight hours
# Of people simulated for 30 days of 6 hours (tests/host/test_profile_candidates.py): the share who
# are asked though nothing ever happened, and the share of questions that are about a glimmer where
# one of such a size (ln, with 50 ms a ln) came a day. Before the asking it can't be known which.
ASKED_OF_NOTHING = 0.06
PRECISION = {0.8: 0.40, 1.2: 0.84, 1.6: 0.96}


class Asked(NamedTuple):
    """The moments to ask about; how many a day chance makes; why there are none; how many were
    found in all, on how many days with recordings."""

    candidates: tuple[Candidate, ...]
    false_per_day: float | None
    why: str
    found: int
    days: int


@dataclass(frozen=True)
class Track:
    """A person's series, and the times that are not looked at; forwards or backwards."""

    at_s: Floats
    rsa: Floats
    hp: Floats
    breath: Floats
    busy: Busy

    def backwards(self) -> "Track":
        """The same in a time that runs the other way."""
        return Track(
            -(self.at_s[::-1] + EPOCH_S),
            self.rsa[::-1],
            self.hp[::-1],
            self.breath[::-1],
            (-self.busy[1][::-1], -self.busy[0][::-1]),
        )


@dataclass(frozen=True)
class Peaks:
    """Moments at which RSA and heart period rose most, (n,) each, the clearest first; `looked_at`
    are all moments that could have been one."""

    at_s: Floats
    score: Floats
    rsa: Floats
    hp: Floats
    breath: Floats
    looked_at: Floats


def candidates_of(history: History) -> Asked:
    """Those of a history."""
    epochs = history.epochs
    track = Track(
        epochs.at_s, epochs.rsa_ln, epochs.hp_ms, epochs.breath_per_min, busy_times(history)
    )
    forwards, backwards = peaks_of(track), peaks_of(track.backwards())
    days = len(np.unique(local(forwards.looked_at, history.zone)[0]))
    scanned = len(forwards.looked_at) * EPOCH_S / AROUND.seconds
    if days < LEAST_DAYS or scanned < LEAST_SCANNED:
        return Asked((), None, FEW_DAYS, 0, days)
    chance = chances(forwards.score, backwards.score)
    false_per_day = (1 + len(backwards.score)) / days
    recent = forwards.at_s >= epochs.at_s[-1] - ASKED_DAYS * DAY_S
    asked = [
        _candidate(forwards, k, float(chance[k]))
        for k in np.flatnonzero(recent & (chance <= MOST_CHANCE))[:MOST_ASKED]
    ]
    why = "" if asked else NO_MORE_THAN_CHANCE
    asked.sort(key=lambda one: one.at_s)
    return Asked(tuple(asked), false_per_day, why, len(forwards.at_s), days)


def peaks_of(track: Track) -> Peaks:
    """The moments at which both rose, each the clearest within a quarter of an hour.

    Looked at is every begin of an epoch around which all is known, nothing was marked or done, and
    the breathing rate, where it is known, stayed what it was.
    """
    begin_s = track.at_s - AROUND.before_s
    end_s = begin_s + AROUND.seconds
    at_s = track.at_s[~meets(track.busy, begin_s - CLEAR_S, end_s + CLEAR_S)]
    rsa = moves_of(Series(track.at_s, track.rsa), at_s, AROUND, share=1.0)
    hp = moves_of(Series(track.at_s, track.hp), at_s, AROUND, share=1.0)
    breath = moves_of(Series(track.at_s, track.breath), at_s, AROUND).change
    kept = np.isfinite(rsa.change + rsa.start + hp.change + hp.start)
    kept &= ~(np.abs(breath) > MOST_BREATH)
    of_rsa, of_hp = (
        _in_sd(rsa.change[kept], rsa.start[kept]),
        _in_sd(hp.change[kept], hp.start[kept]),
    )
    both = of_rsa + of_hp
    score = both / both.std() if len(both) > 1 and both.std() > 0 else np.zeros(len(both))
    clear = (score >= LEAST_SCORE) & (of_rsa >= LEAST_EACH) & (of_hp >= LEAST_EACH)
    chosen = np.flatnonzero(kept)[_clearest(at_s[kept], np.where(clear, score, 0.0))]
    place = np.cumsum(kept)[chosen] - 1
    return Peaks(
        at_s[chosen],
        score[place],
        rsa.change[chosen],
        hp.change[chosen],
        breath[chosen],
        at_s[kept],
    )


def chances(score: Floats, by_chance: Floats) -> Floats:
    """Of moments (n,), the clearest first: which share of all that are at least as clear chance
    makes, by the moments (m,) that the series gives backwards, one more, and the SD of such a
    count, so that few are not taken for none; at most 1, never falling."""
    more = 1 + len(by_chance) - np.searchsorted(np.sort(by_chance), score)
    share = np.minimum((more + np.sqrt(more)) / np.arange(1, len(score) + 1), 1.0)
    return np.minimum.accumulate(share[::-1])[::-1]


def _in_sd(change: Floats, start: Floats) -> Floats:
    """Change beyond what is usual on such a beginning, in its SD."""
    rest = change - slope_on(start, change) * (start - start.mean() if len(start) else start)
    rest = rest - rest.mean() if len(rest) else rest
    sd = rest.std() if len(rest) else 0.0
    return rest / sd if sd > 0 else np.zeros(len(rest))


def _clearest(at_s: Floats, score: Floats) -> np.ndarray:
    """Indexes of the moments with a score, the clearest first, none near a clearer one."""
    chosen: list[int] = []
    for k in np.argsort(-score, kind="stable")[: np.count_nonzero(score)]:
        if all(abs(at_s[k] - at_s[other]) >= ONE_EACH_S for other in chosen):
            chosen.append(int(k))
    return np.array(chosen, int)


def _candidate(peaks: Peaks, k: int, chance: float) -> Candidate:
    breath = float(peaks.breath[k])
    return Candidate(
        at_s=float(peaks.at_s[k]),
        rsa_ln=float(peaks.rsa[k]),
        hp_ms=float(peaks.hp[k]),
        chance=chance,
        breath_per_min=breath if np.isfinite(breath) else None,
    )
