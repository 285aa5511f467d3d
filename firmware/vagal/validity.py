"""Whether an epoch's RSA may be shown, and if not, why."""

from micropython import const

from .rsa import NONE

VALID = const(0)
CORRECTED = const(1)  # more than a tenth of its time lies in corrected intervals
FLAT = const(2)  # no variability that could be measured

_MOST_FLAGGED = const(6)  # of 60 grid samples


def reason(rsa: int, flagged: int) -> int:
    """Why an epoch is refused; VALID where it is not."""
    if flagged > _MOST_FLAGGED:
        return CORRECTED
    return FLAT if rsa == NONE else VALID
