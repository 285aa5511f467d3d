"""What of a stretch was refused, and why it has no number."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from vagaband.analysis.regions import HP_KNOWN
from vagaband.analysis.saying import LEAST_VALID, MOST_IRREGULAR
from vagaband.profile.model import EXERCISES, Epochs, Stretch
from vagaband.profile.why import (
    IRREGULAR,
    MOSTLY_REFUSED,
    NOT_RECORDED,
    PACED,
    SHORT,
    SLOW_BREATHING,
)
from vagaband.profile.windows import LEAST_KNOWN
from vagaband.reference.run_numbers import EPOCH_S

UNEVEN = dict.fromkeys(EXERCISES, PACED) | {"slow_rhythm": SLOW_BREATHING}


def inside(epochs: Epochs, begin_s: float, end_s: float) -> slice:
    """The epochs of which at least half lies in a stretch."""
    first, last = np.searchsorted(epochs.at_s + EPOCH_S / 2, [begin_s, end_s])
    return slice(int(first), int(last))


def refused_in(epochs: Epochs, begin_s: float, end_s: float) -> dict[str, float]:
    """Share of a stretch's half minutes that was refused, by reason, the most frequent first;
    "not_recorded" where there is none."""
    reasons = Counter(epochs.reason[inside(epochs, begin_s, end_s)])
    found = reasons.total()
    fit = max(round((end_s - begin_s) / EPOCH_S), found, 1)
    reasons[NOT_RECORDED] += fit - found
    return {reason: n / fit for reason, n in reasons.most_common() if reason and n > 0}


def why_no_number(
    epochs: Epochs,
    stretches: Sequence[Stretch],
    begin_s: float,
    end_s: float,
    hp: bool = False,
    least: int = LEAST_KNOWN,
) -> str:
    """Why a stretch has no mean RSA, or with `hp` no mean heart period; "" where it has one. Of
    its half minutes so many, and half of them, must be known."""
    chosen = inside(epochs, begin_s, end_s)
    refused = refused_in(epochs, begin_s, end_s)
    if refused.get(IRREGULAR, 0.0) > MOST_IRREGULAR:
        return IRREGULAR
    known = int(np.isfinite((epochs.hp_ms if hp else epochs.rsa_ln)[chosen]).sum())
    fit = max(round((end_s - begin_s) / EPOCH_S), 1)
    if known >= max(least, LEAST_VALID * fit):
        return ""
    reasons = Counter({reason: share * fit for reason, share in refused.items()})
    if hp:
        reasons = Counter({r: n for r, n in reasons.items() if r not in HP_KNOWN})
    else:
        valid = int(np.nansum(epochs.valid[chosen]))
        reasons[_uneven(stretches, begin_s, end_s)] += max(valid - known, 0)
    if not reasons or fit < least:
        return SHORT
    reason, n = reasons.most_common(1)[0]
    return reason if n > LEAST_VALID * reasons.total() else MOSTLY_REFUSED


def _uneven(stretches: Sequence[Stretch], begin_s: float, end_s: float) -> str:
    """Why RSA of a valid epoch may not be compared."""
    kinds = [s.kind for s in stretches if s.begin_s < end_s and s.end_s > begin_s]
    return next((UNEVEN[kind] for kind in sorted(kinds) if kind in UNEVEN), SLOW_BREATHING)
