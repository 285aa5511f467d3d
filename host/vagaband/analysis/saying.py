"""Claims as such: one that holds, one that does not, and when a stretch can be summed up."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any, TypedDict, Unpack

from vagaband.analysis.model import Claim, Moment
from vagaband.analysis.regions import HP_KNOWN

LEAST_EPOCHS = 4  # two minutes (rsa.md §5)
LEAST_VALID = 0.5  # of the epochs of what is summed up
MOST_IRREGULAR = 0.2  # of the epochs: what is left between them is not trusted either


class Where(TypedDict, total=False):
    """What a claim is about: a stretch of the axis, a block or a note by its index."""

    begin_s: float
    end_s: float
    block: int
    note: int


ANYWHERE = {"begin_s": None, "end_s": None}


def said(
    kind: str,
    value: float,
    unit: str,
    interval: tuple[float, float] | None = None,
    *,
    n: int,
    about: str = "",
    baseline: str = "",
    **where: Unpack[Where],
) -> Claim:
    """A claim that holds; one whose numbers are not finite is none."""
    low, high = interval or (None, None)
    if not all(math.isfinite(v) for v in (value, low or 0.0, high or 0.0)):
        return unsaid(kind, unit, "short", n=n, about=about, baseline=baseline, **where)
    place: dict[str, Any] = {**ANYWHERE, **where}
    return Claim(kind, value, unit, low, high, baseline, True, "", n=n, about=about, **place)


def unsaid(
    kind: str,
    unit: str,
    why: str,
    *,
    n: int = 0,
    about: str = "",
    baseline: str = "",
    **where: Unpack[Where],
) -> Claim:
    """What cannot be said, and why."""
    place: dict[str, Any] = {**ANYWHERE, **where}
    return Claim(kind, None, unit, None, None, baseline, False, why, n=n, about=about, **place)


def why_no_sum(moments: Sequence[Moment], hp: bool = False) -> str:
    """Why a stretch cannot be summed up; "" where it can. For the heart period (`hp`) an epoch
    counts whose RSA alone was too small to measure."""
    if not moments:
        return "no_beats"
    if len(moments) < LEAST_EPOCHS:
        return "short"
    reasons = Counter(moment.reason if hp else reason_of(moment) for moment in moments)
    if reasons["irregular"] > MOST_IRREGULAR * len(moments):
        return "irregular"
    good = sum(reasons[reason] for reason in (HP_KNOWN if hp else ("",)))
    if good >= max(LEAST_EPOCHS, LEAST_VALID * len(moments)):
        return ""
    refused = Counter({reason: n for reason, n in reasons.items() if reason})
    if not refused:
        return "short"
    reason, count = refused.most_common(1)[0]
    return reason if count > LEAST_VALID * refused.total() else "mostly_refused"


def reason_of(moment: Moment) -> str:
    """Why an epoch is refused: where breathing is slow, PB2 is small whatever RSA is, and that is
    the reason, not noise."""
    if moment.slow and moment.reason in ("flat", "noise"):
        return "paced" if moment.rsa_why == "paced" else "slow_breathing"
    return moment.reason
