"""Whether an epoch's RSA may be shown, and if not, why."""

from micropython import const

from .rsa import NONE

VALID = const(0)
CORRECTED = const(1)  # more than a tenth of its time lies in corrected intervals
FLAT = const(2)  # no variability that could be measured
MOTION = const(3)  # the light says that the sensor moved
IRREGULAR = const(4)  # a rhythm whose variability is not that of breathing
NOISE = const(5)  # less than 1 ln above what the jitter of the beats alone would give

_PRECEDENCE = (MOTION, IRREGULAR, CORRECTED, FLAT, NOISE)  # the first that holds is the reason

_MOST_FLAGGED = const(6)  # of 60 grid samples
_ABOVE_FLOOR = const(65536)  # 1 ln

_holds = bytearray(6)  # by code; in place of what would be allocated each epoch


def reason(
    rsa: int, flagged: int, motion: int = 0, irregular: bool = False, floor: int = NONE
) -> int:
    """Why an epoch is refused; VALID where it is not.

    `rsa` and `floor` in 1/65536 ln or NONE, `flagged` in grid samples, `motion` any time in it.
    """
    _holds[CORRECTED] = flagged > _MOST_FLAGGED
    _holds[FLAT] = rsa == NONE
    _holds[MOTION] = motion > 0
    _holds[IRREGULAR] = irregular
    _holds[NOISE] = floor != NONE and rsa < floor + _ABOVE_FLOOR
    for code in _PRECEDENCE:
        if _holds[code]:
            return code
    return VALID
