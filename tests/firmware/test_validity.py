"""Why an epoch is refused: one code a reason, the first in precedence."""

import pytest
from vagal import validity
from vagal.rsa import NONE

LN = 65536
GOOD = {"rsa": 6 * LN, "flagged": 0, "motion": 0, "irregular": False, "floor": 2 * LN}


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ({}, validity.VALID),
        ({"flagged": 6}, validity.VALID),
        ({"flagged": 7}, validity.CORRECTED),
        ({"rsa": NONE}, validity.FLAT),
        ({"motion": 1}, validity.MOTION),
        ({"irregular": True}, validity.IRREGULAR),
        ({"rsa": 3 * LN}, validity.VALID),
        ({"rsa": 3 * LN - 1}, validity.NOISE),
        ({"rsa": -3 * LN, "floor": NONE}, validity.VALID),
        ({"motion": 1, "irregular": True, "flagged": 60}, validity.MOTION),
        ({"irregular": True, "flagged": 60, "rsa": NONE}, validity.IRREGULAR),
        ({"flagged": 60, "rsa": NONE}, validity.CORRECTED),
        ({"rsa": NONE, "floor": 0}, validity.FLAT),
    ],
)
def test_reason(what, code):
    assert validity.reason(**{**GOOD, **what}) == code


def test_codes_are_what_logs_already_hold():
    codes = (validity.VALID, validity.CORRECTED, validity.FLAT)
    assert codes == (0, 1, 2)
    assert (validity.MOTION, validity.IRREGULAR, validity.NOISE) == (3, 4, 5)
