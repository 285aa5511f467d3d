"""The command's verdict: good only when every part is."""

import json
from dataclasses import replace

import pytest

from . import __main__ as command
from .cuts import CutResult
from .faults import FaultRow
from .mutations import MutationResult

CUT = CutResult(cuts_tried=5)
ROW = FaultRow("no acknowledge", 3, recovery_s=1.0)
MUTATED = MutationResult(7, 0, 0)


def test_what_it_prints_when_all_is_well():
    result, sound = command.summed(CUT, [ROW], MUTATED)
    assert sound
    told = json.loads(json.dumps(result))
    assert told["cuts_tried"] == 5
    assert told["mutations_tried"] == 7
    assert told["lost_committed_bytes"] == told["false_records"] == 0
    assert told["faults"][0]["kind"] == "no acknowledge"
    assert {"count", "beats_lost_outside_gaps", "recovery_s"} <= set(told["faults"][0])


@pytest.mark.parametrize(
    ("cut", "row", "mutated"),
    [
        (replace(CUT, lost_committed_bytes=1), ROW, MUTATED),
        (replace(CUT, false_records=1), ROW, MUTATED),
        (replace(CUT, unmounted=1), ROW, MUTATED),
        (replace(CUT, cuts_tried=0), ROW, MUTATED),
        (CUT, replace(ROW, beats_lost_outside_gaps=1), MUTATED),
        (CUT, replace(ROW, recovery_s=2.1), MUTATED),
        (CUT, replace(ROW, unrecorded=1), MUTATED),
        (CUT, ROW, replace(MUTATED, crashes=1)),
        (CUT, ROW, replace(MUTATED, false_records=1)),
        (CUT, ROW, replace(MUTATED, mutations_tried=0)),
    ],
)
def test_anything_lost_false_or_not_tried_is_bad(cut, row, mutated):
    assert not command.summed(cut, [row], mutated)[1]
