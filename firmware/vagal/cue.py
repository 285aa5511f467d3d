"""When the motor may buzz: in the heart's pause, so that it shakes the light of no upstroke."""

from micropython import const

_AFTER_MS = const(140)  # from the middle of an upstroke to its top
_BEFORE_MS = const(150)  # from the foot, as the detector sees it, to the middle of the upstroke
_SLOWEST_MS = const(2000)  # an interval beyond it says nothing about the next


def shift(due_ms: int, length_ms: int, last_ms: int, apart_ms: int) -> int:
    """By how much a buzz of this length, due then, is to be moved; later or earlier.

    The last beat was at `last_ms`, the next ones come `apart_ms` apart. 0 where that leaves no
    room, or is no heart's.
    """
    room = apart_ms - _AFTER_MS - _BEFORE_MS - length_ms
    if room < 0 or apart_ms > _SLOWEST_MS:
        return 0
    into = (due_ms - last_ms - _AFTER_MS) % apart_ms  # after the last upstroke
    if into <= room:
        return 0
    later = apart_ms - into
    earlier = into - room
    return later if later < earlier else -earlier
