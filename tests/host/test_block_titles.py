"""Blocks of a run stand in a page by their title in its language; others by their own words."""

import pytest
from vagaband.protocol.kept import about_words, begun_words, protocol_in
from vagaband.report.block_titles import block_titles
from vagaband.session import Mark

RUN = f"{begun_words('0badcafe', False)}: {about_words('hand-held', 7, 'agreed here')}"
ON = f"{begun_words('0badcafe', True)}: {about_words('hand-held', 7, 'agreed before')}"
OWN = f"{begun_words('0badcafe', False)}: {about_words('mine', 7, 'agreed here')}"


def marks(*told: tuple[str, str]) -> list[Mark]:
    return [Mark(float(k), *mark) for k, mark in enumerate(told)]


@pytest.mark.parametrize("text", [RUN, ON])
def test_a_shipped_one_that_was_run(text: str):
    run = marks(("protocol", text), ("held", "start"))
    assert block_titles(run, "nl")["held"] == "Hand in hand"
    assert block_titles(run, "en").keys() == {"settle", "alone", "held"}


def test_what_is_of_no_shipped_run_keeps_its_words():
    """A mark by hand, a file of one's own, and a text that only looks like a run."""
    by_hand = marks(("held", "start"), ("event", RUN))
    others = marks(("protocol", OWN), ("protocol", "done 0badcafe"), ("protocol", "begun x"))
    assert block_titles([*by_hand, *others], "nl") == {}
    assert [protocol_in(text) for text in (RUN, ON, OWN)] == ["hand-held", "hand-held", "mine"]
