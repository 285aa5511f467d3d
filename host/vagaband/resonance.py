"""The resonance assessment: at which pace does the heart swing most, if at any?

One of the paces is named only where it beats the next one by two standard errors. The error is
that of the amplitude: what is left in phase with the breath, near its own frequency, pooled over
the paces of the assessment (a single one has too few turns to tell it).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vagaband.errors import InputError
from vagaband.paced import Paced, Stretch, exercises, measure
from vagaband.session import Session

LEAST_ERRORS = 2.0  # by which the best must beat the next
LEAST_RATES = 3


@dataclass(frozen=True)
class Rate:
    """The heart at one pace."""

    per_min: float
    ln_ms2: float
    se_ln: float
    swing_ms: float
    coherence: float


@dataclass(frozen=True)
class Assessment:
    """The paces, fastest first; `left_out` could not be measured."""

    rates: tuple[Rate, ...]
    left_out: tuple[float, ...]

    @property
    def best(self) -> Rate:
        """With the largest swing, by whatever it leads."""
        return max(self.rates, key=lambda rate: rate.ln_ms2)

    @property
    def lead(self) -> tuple[float, float]:
        """By how much it leads the next (ln), and the standard error of that."""
        first, second = sorted(self.rates, key=lambda rate: -rate.ln_ms2)[:2]
        return first.ln_ms2 - second.ln_ms2, math.hypot(first.se_ln, second.se_ln)

    @property
    def optimum(self) -> Rate | None:
        """The pace to name, or None: no clear optimum."""
        lead_ln, se_ln = self.lead
        return self.best if not self.left_out and lead_ln > LEAST_ERRORS * se_ln else None

    @property
    def at_edge(self) -> bool:
        """Whether the best is the fastest or slowest that was tried."""
        return self.best in (self.rates[0], self.rates[-1])

    def as_json(self) -> dict[str, Any]:
        """For --json."""
        lead_ln, se_ln = self.lead
        return {
            "optimum_per_min": self.optimum.per_min if self.optimum else None,
            "best_per_min": self.best.per_min,
            "at_edge": self.at_edge,
            "lead_ln": lead_ln,
            "lead_se_ln": se_ln,
            "least_errors": LEAST_ERRORS,
            "rates": [rate.__dict__ for rate in self.rates],
            "left_out_per_min": list(self.left_out),
        }


def assess(session: Session) -> Assessment:
    """Of the session's last resonance assessment; InputError where there is none to judge."""
    done = [one for one in exercises(session) if one.kind == "resonance"]
    if not done:
        raise InputError(
            "This session holds no resonance assessment.", "Run: vagaband breathe --resonance"
        )
    measured = [(stretch, measure(session, stretch)) for stretch in done[-1].stretches]
    found = [paced for _, paced in measured if paced]
    if len(found) < LEAST_RATES:
        raise InputError(
            f"Of the resonance assessment only {len(found)} paces could be measured.",
            "Sit still, with the sensor as the light wants it, and do it again.",
        )
    return judge(found, [stretch for stretch, paced in measured if not paced])


def judge(found: Sequence[Paced], left_out: Sequence[Stretch] = ()) -> Assessment:
    """The assessment from the swings at its paces."""
    disturbance = float(np.mean([paced.disturbance for paced in found]))
    rates = [_rate(paced, disturbance) for paced in found]
    return Assessment(
        rates=tuple(sorted(rates, key=lambda rate: -rate.per_min)),
        left_out=tuple(stretch.per_min for stretch in left_out),
    )


def _rate(paced: Paced, disturbance: float) -> Rate:
    found = paced.found
    se_ms = math.sqrt(disturbance * paced.stretch.hz / found.breaths)
    return Rate(
        per_min=paced.stretch.per_min,
        ln_ms2=found.ln_ms2,
        se_ln=2 * se_ms / (found.swing_ms / 2),
        swing_ms=found.swing_ms,
        coherence=found.coherence,
    )
