"""Vagal efficiency: how far the heart period goes with RSA over a challenge, in ms for one ln.

Steps of 15 s of mean heart period and Porges-Bohrer RSA across a change of posture or an exercise,
and a straight line through them (after Porges; rsa.md §1.7). Noise of RSA draws a least-squares
line down, the more, the less RSA moves; the reduced major axis hardly. At rest there is little but
noise, and where the two lines part it tells: there it is refused. `tests/host` print how near the
truth it comes where it is given.
"""

import math

import numpy as np

from vagaband.analysis.uncertainty import scatter_of
from vagaband.profile.model import Efficiency
from vagaband.profile.watched import Watched
from vagaband.profile.why import FEW_EPOCHS, NO_CHALLENGE, SMALL_RANGE, UNRELATED, WIDE
from vagaband.session import Floats

LEAST_STEPS = 20
LEAST_RSA_SD = 0.4
LEAST_R = 0.5
WIDEST = 0.09  # standard error over slope: nine in ten are then within 15 % of the truth
AROUND_S = 300.0  # before and after it, or as long as it lasts
BREATH_MOVED = 2.0  # a minute: PB2 then moves by itself (rsa.md §1.1)
WARNINGS = (
    "namesakes",  # other measures bear this name and are not it
    "breath_moved",  # breathing changed as well, which moves RSA by itself
    "breath_unknown",
)


def efficiency_of(seen: Watched, moved: bool) -> Efficiency:
    """Over a challenge and what lies around it; `moved`: RSA by more than chance makes it."""
    hp_ms, rsa_ln = _around(seen)
    n, warnings = len(hp_ms), _warnings(seen)
    if n < LEAST_STEPS:
        return Efficiency(None, None, None, None, n, None, FEW_EPOCHS, warnings)
    rsa, hp = rsa_ln - rsa_ln.mean(), hp_ms - hp_ms.mean()
    rsa_sd, hp_sd = float(np.std(rsa, ddof=1)), float(np.std(hp, ddof=1))
    r = float(rsa @ hp) / ((n - 1) * rsa_sd * hp_sd) if rsa_sd * hp_sd else 0.0
    slope = r * hp_sd / rsa_sd if rsa_sd else 0.0
    se = _standard_error(hp - slope * rsa, rsa)
    why = _why_not(rsa_sd, r, slope, se) if moved else NO_CHALLENGE
    if why:
        return Efficiency(None, None, None, r, n, rsa_sd, why, warnings)
    return Efficiency(slope, se, hp_sd / rsa_sd, r, n, rsa_sd, "", warnings)


def _around(seen: Watched) -> tuple[Floats, Floats]:
    """Heart period and RSA of the steps before, during and after it, (n,) each."""
    one = seen.challenge
    around_s = max(AROUND_S, one.end_s - one.begin_s)
    parts = (
        seen.before.between(one.begin_s - around_s, one.begin_s),
        seen.during,
        seen.after.between(one.end_s, one.end_s + around_s),
    )
    return np.concatenate([p.hp_ms for p in parts]), np.concatenate([p.pb2_ln for p in parts])


def _standard_error(rest: Floats, rsa: Floats) -> float:
    """Of the least-squares slope, neighbouring steps being alike in what it leaves."""
    alike = scatter_of([rest]).of_mean(len(rest)) * math.sqrt(len(rest))
    spread = math.sqrt(max(float(rsa @ rsa), 1e-12))
    return alike * math.sqrt(float(rest @ rest) / (len(rest) - 2)) / spread


def _why_not(rsa_sd: float, r: float, slope: float, se: float) -> str:
    if rsa_sd < LEAST_RSA_SD:
        return SMALL_RANGE
    if r < LEAST_R:
        return UNRELATED
    return WIDE if se > WIDEST * slope else ""


def _warnings(seen: Watched) -> tuple[str, ...]:
    before, during = seen.breaths
    moved = abs(during - before) >= BREATH_MOVED
    unknown = math.isnan(during - before)
    return tuple(w for w, on in zip(WARNINGS, (True, moved, unknown), strict=True) if on)
