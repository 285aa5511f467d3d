"""The instant of a beat: where its upstroke is halfway.

Halfway between the wave a while (`reach`, 120 ms) before and after: unlike half the height above
the foot, that doesn't depend on where noise or breathing put the foot.
"""


def middle(s: list, low: int, at: int, high: int, reach: int) -> int:
    """Where the ring `s` is halfway, from `low` to `high` around its steepest step at `at`.

    In 1/256 samples. The ring's length is a power of two.
    """
    low = max(low, reach)
    at = max(at, low)
    while at > low and _above(s, at, reach) > 0:
        at -= 1
    while at < high and _above(s, at + 1, reach) <= 0:
        at += 1
    mask = len(s) - 1
    level = s[(at - reach) & mask] + s[(at + reach) & mask]
    under = 2 * s[at & mask]
    step = max(1, _above(s, at + 1, reach) + level - under)
    while step > 0x1FFFFF:
        step >>= 1
        level >>= 1
        under >>= 1
    return (at << 8) + min(255, max(0, ((level - under) << 8) // step))


def _above(s: list, at: int, reach: int) -> int:
    """By how much twice the wave at `at` is above the sum of the wave to each side."""
    mask = len(s) - 1
    return 2 * s[at & mask] - s[(at - reach) & mask] - s[(at + reach) & mask]
