"""RSA at one breathing rate: exactly what the chain of the reference adds is taken off."""

import numpy as np
import pytest
from vagaband.profile.even_breath import USUAL_HZ, at_even_gain
from vagaband.profile.model import Epochs
from vagaband.reference.gain import bp_gain_ln


def epochs(rsa_ln: list[float], breath_hz: list[float], hp_ms: list[float]) -> Epochs:
    n = len(rsa_ln)
    return Epochs(
        at_s=np.arange(n, dtype=np.float64),
        hp_ms=np.array(hp_ms),
        rsa_ln=np.array(rsa_ln),
        breath_per_min=60 * np.array(breath_hz),
        valid=np.ones(n),
        reason=("",) * n,
    )


@pytest.mark.parametrize("hp_ms", [640.0, 850.0, 1130.0])
def test_one_swing_at_any_rate_is_one_rsa(hp_ms: float):
    """A swing of ln 6 breathed quickly and slowly: the chain gives each another value."""
    rates = [0.155, 0.18, 0.213, 0.25, 0.31, 0.37]
    seen = epochs([6 + bp_gain_ln(f, hp_ms) for f in rates], rates, [hp_ms] * len(rates))
    assert np.ptp(seen.rsa_ln) > 0.3
    even = at_even_gain(seen)
    assert even == pytest.approx(6 + bp_gain_ln(USUAL_HZ, hp_ms), abs=0.02)


def test_a_rate_that_is_not_known_gives_none():
    nan = float("nan")
    found = at_even_gain(epochs([6.0, nan, 6.0], [nan, 0.25, 0.9], [850.0, 850.0, 850.0]))
    assert np.isnan(found).tolist() == [True, True, False]  # beyond the table: its last place
