"""Readings of the hard cases, as `report` makes them."""

from collections.abc import Sequence
from pathlib import Path

from vagaband.analysis.day import read_day
from vagaband.analysis.model import Note, Reading
from vagaband.sessions.pieces import material_of

LANGUAGES = ("en", "nl")


def reading_of(files: Sequence[Path], notes: Sequence[Note] = ()) -> Reading:
    """What a page says of these files."""
    material = material_of(files)
    return read_day(material.pieces, [*material.notes, *notes], material.rows, material.person)
