"""Quantiles against the tables that every textbook prints."""

import numpy as np
import pytest
from vagaband.analysis.uncertainty import normal_quantile, student_quantile, student_share


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (7, 2.365), (10, 2.228), (30, 2.042)],
)
def test_student(freedom: int, quantile: float):
    assert student_quantile(freedom) == pytest.approx(quantile, abs=6e-4)
    assert student_share(np.array([-quantile, 0.0]), freedom) == pytest.approx([0.95, 0], abs=1e-4)


def test_of_many_comparisons():
    assert student_quantile(4, 5) == pytest.approx(4.604, abs=6e-4)  # 99 %
    assert student_quantile(9, 50) == pytest.approx(4.781, abs=6e-4)  # 99.9 %


def test_of_much_freedom_it_is_the_normal_one():
    for comparisons in (1, 20):
        normal = normal_quantile(comparisons)
        assert student_quantile(2000, comparisons) == pytest.approx(normal, rel=0.005)
