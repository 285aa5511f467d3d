"""What a test asks of an estimate."""

from vagaband.profile.model import Estimate


def holds(estimate: Estimate, truth: float) -> bool:
    """Whether its interval holds the truth."""
    low, high = estimate.low, estimate.high
    return low is not None and high is not None and low <= truth <= high
