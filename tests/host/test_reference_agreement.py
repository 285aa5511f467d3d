"""Agreement: textbook numbers, and intervals that hold what they say they hold."""

import numpy as np
import pytest
from vagaband.reference.bland_altman import agreement, student_t

# Bland and Altman 1986 (Lancet 1:307), table 1: peak flow by Wright and by mini meter, l/min
WRIGHT = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]


def test_the_published_example():
    """Bias -2.1, SD 38.8, its interval -22.0 to 17.8; limits with 1.96 SD and, as in 1999, the
    interval of a limit with half of 1.96² / (n - 1)."""
    found = agreement(np.array(WRIGHT), np.array(MINI))
    assert found is not None
    assert found.bias == pytest.approx(-2.1, abs=0.05)
    assert found.sd == pytest.approx(38.8, abs=0.05)
    assert found.limits == pytest.approx((-78.1, 73.9), abs=0.1)
    assert found.bias_ci == pytest.approx((-22.0, 17.8), abs=0.1)
    assert found.lower_ci == pytest.approx((-78.1 - 34.8, -78.1 + 34.8), abs=0.1)
    assert "independent" in found.note


@pytest.mark.parametrize(
    ("freedom", "t"),
    [(1, 12.7062), (2, 4.3027), (3, 3.1824), (4, 2.7764), (16, 2.1199), (99, 1.9842)],
)
def test_student_t(freedom, t):
    assert student_t(freedom) == pytest.approx(t, abs=1e-4)


def test_intervals_hold_the_truth_nineteen_times_of_twenty():
    rng, held = np.random.default_rng(1), np.zeros(4)
    for _ in range(400):
        theirs = rng.normal(6, 1, 30)
        found = agreement(theirs + rng.normal(0.1, 0.2, 30), theirs)
        assert found is not None
        truth = (0.1, 0.1 - 1.96 * 0.2, 0.1 + 1.96 * 0.2, 0.6247)  # |N(0.1, 0.2)| <= 0.2
        ranges = (found.bias_ci, found.lower_ci, found.upper_ci, found.within_ci)
        held += [r is not None and r[0] <= v <= r[1] for v, r in zip(truth, ranges, strict=True)]
    assert (held / 400 >= 0.92).all()
    assert (held / 400 <= 0.98).all()


def test_many_pairs_of_few_persons_are_no_large_sample():
    """Ten persons, each with a bias of their own: the naive interval is several times too narrow,
    the one over persons is not, and the spread between persons counts."""
    rng, held, naive = np.random.default_rng(2), 0, 0
    persons = np.repeat(np.arange(10), 20).tolist()
    for _ in range(60):
        own = np.repeat(rng.normal(0, 0.2, 10), 20)
        theirs = rng.normal(6, 1, 200)
        ours = theirs + own + rng.normal(0, 0.1, 200)
        found, plain = agreement(ours, theirs, persons), agreement(ours, theirs)
        assert found is not None
        assert found.bias_ci is not None
        assert plain is not None
        assert plain.bias_ci is not None
        held += found.bias_ci[0] <= 0 <= found.bias_ci[1]
        naive += plain.bias_ci[0] <= 0 <= plain.bias_ci[1]
        assert found.persons == 10
    assert held >= 50
    assert naive <= 35


def test_spread_is_put_together_of_both_parts():
    rng = np.random.default_rng(3)
    own = np.repeat(rng.normal(0, 0.3, 200), 5)
    difference = own + rng.normal(0, 0.4, 1000)
    found = agreement(difference, np.zeros(1000), np.repeat(np.arange(200), 5).tolist())
    assert found is not None
    assert found.sd == pytest.approx(0.5, rel=0.06)


def test_share_within_and_slope():
    theirs = np.linspace(4, 8, 50)
    found = agreement(theirs * 1.1 - 0.55, theirs)
    assert found is not None
    assert found.slope == pytest.approx(0.1 / 1.05)
    assert found.within == pytest.approx(np.mean(np.abs(0.1 * theirs - 0.55) <= 0.2))
    same = agreement(theirs, theirs)
    assert same is not None
    assert same.within == 1
    assert same.limits == (0, 0)
    assert same.within_ci == pytest.approx((0.929, 1), abs=0.001)


def test_too_few():
    assert agreement(np.array([1.0, 2, np.nan]), np.array([1.0, 2, 3])) is None
    few = agreement(np.arange(8.0), np.zeros(8), [0, 0, 0, 0, 1, 1, 1, 1])
    assert few is not None
    assert few.bias_ci is None
    assert "2 persons" in few.note
