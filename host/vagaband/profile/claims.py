"""What a number comes to: said only where it lies beyond the smallest that is told from none."""

from vagaband.profile.model import Estimate

SIDES = {"rsa": ("more", "less"), "hp": ("longer", "shorter")}  # above none, below


def is_beyond(estimate: Estimate) -> bool:
    """Whether it is told from none."""
    value, smallest = estimate.value, estimate.smallest
    return value is not None and smallest is not None and abs(value) > smallest


def claim_of(what: str, estimate: Estimate) -> str:
    """Its side, of "rsa" or "hp"; "" where nothing is told."""
    above, below = SIDES[what]
    if not is_beyond(estimate):
        return ""
    return below if (estimate.value or 0.0) < 0 else above
