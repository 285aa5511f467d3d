"""Blocks of a protocol by their title in the reader's language, where it came with vagaband."""

from collections.abc import Iterable

from vagaband.analysis.blocks import RUN_KIND
from vagaband.protocol.kept import protocol_in
from vagaband.protocol.read import read
from vagaband.protocol.shipped import shipped
from vagaband.session import Mark


def block_titles(marks: Iterable[Mark], language: str) -> dict[str, str]:
    """Titles by the name that a block has in the journal, of the protocols that the marks say were
    run. What is marked by other files and by hand keeps its own words."""
    were_run = {protocol_in(mark.text) for mark in marks if mark.kind == RUN_KIND}
    return {
        name: block.title[language]
        for path in shipped()
        if path.stem in were_run
        for name, block in read(path).blocks.items()
    }
