"""The table of epochs: bounded, refused numbers left out, PB2 never alone where it may not be."""

import io
from dataclasses import replace

import pytest
from rich.console import Console
from vagaband.cli.epochs import MOST_ROWS, pb2_cell, show_epochs
from vagaband.numbers import Breathing, EpochNumbers, ReferenceNumbers
from vagaband.session import Epoch

EPOCH = Epoch(12.5, 6.321, 6.111, 30.04, 851.0, 0.05, True, "", 0, -2.5, 15.0, "good")
REFERENCE = ReferenceNumbers(6.329, 6.118, 30.08, 851.2, 0.05, -2.4, 14.94, "good")
ALONE = EpochNumbers(EPOCH, REFERENCE, Breathing(15.0, True, "device"), 0.084, True, "", 60.0, 6.2)
NOT_ALONE = replace(ALONE, pb2_alone=False, pb2_gain_ln=-4.44, pb2_note="slow")


def printed(numbers) -> str:
    shown = io.StringIO()
    show_epochs(Console(file=shown, width=150, highlight=False, markup=False), numbers)
    return shown.getvalue()


def test_device_and_reference_stand_below_each_other():
    lines = [line for line in printed([ALONE]).splitlines() if line.startswith("│")]
    assert len(lines) == 2
    for shown in ("12.5", "6.32, gain +0.08", "6.11", "30.0", "851", "15.0 good", "-2.5", "5 %"):
        assert shown in lines[0]
    assert "valid" in lines[0]
    for shown in ("ref.", "6.33, gain +0.08", "6.12", "30.1", "14.9 good", "-2.4"):
        assert shown in lines[1]


def test_pb2_is_shown_alone_only_where_it_may():
    assert pb2_cell(ALONE, EPOCH) == "6.32, gain +0.08"
    assert pb2_cell(NOT_ALONE, EPOCH) == "6.32, gain -4.44; not alone: BP-RSA 6.11"
    paced = replace(EPOCH, lock_in_ln_ms2=7.49)
    assert pb2_cell(ALONE, paced) == "6.32, gain +0.08; lock-in 7.49"
    assert pb2_cell(NOT_ALONE, paced).endswith("not alone: BP-RSA 6.11, lock-in 7.49")
    assert pb2_cell(NOT_ALONE, replace(EPOCH, bp_ln_ms2=None)) == "–"
    assert pb2_cell(replace(NOT_ALONE, pb2_gain_ln=None), REFERENCE).startswith("6.33; not alone")


def test_a_refused_epoch_shows_its_reason_and_not_its_numbers():
    refused = replace(ALONE, device=replace(EPOCH, valid=False, reason="irregular rhythm"))
    said = printed([refused])
    assert "refused: irregular rhythm" in said
    for number in ("6.32", "6.11", "30.0", "6.33", "6.12", "30.1"):
        assert number not in said
    assert "851" in said


def test_breathing_that_is_not_known_is_called_so():
    item = replace(ALONE, device=replace(EPOCH, breath_per_min=None, breath_confidence="none"))
    assert "unknown" in printed([item])


@pytest.mark.parametrize("count", [0, MOST_ROWS, MOST_ROWS + 5])
def test_a_long_session_is_cut_and_says_so(count):
    said = printed([ALONE] * count)
    assert said.count("ref.") == min(count, MOST_ROWS)
    assert ("… and 5 more; --json has all" in said) == (count > MOST_ROWS)
