"""Readings of the hard cases, as `report` makes them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from vagaband.analysis.baseline import BaselineRow
from vagaband.analysis.day import kept_of, read_day
from vagaband.analysis.model import Note, Reading
from vagaband.sessions.pieces import material_of

LANGUAGES = ("en", "nl")
DAYS = 4  # on which the same was recorded before


def reading_of(files: Sequence[Path], notes: Sequence[Note] = ()) -> Reading:
    """What a page says of these files."""
    material = material_of(files)
    return read_day(material.pieces, [*material.notes, *notes], material.rows, material.person)


def reading_against(
    files: Sequence[Path], hp_ms: float, rsa_ln: float, notes: Sequence[Note] = ()
) -> Reading:
    """The same, of a person whose heart period and RSA were by so much higher on days before."""
    material = material_of(files)
    rows = [
        _moved(row, timedelta(days=day), hp_ms, rsa_ln)
        for day in range(1, DAYS + 1)
        for piece in material.pieces
        for _, row in kept_of(piece).rows
    ]
    return read_day(material.pieces, notes, rows, "p07")


def _moved(row: BaselineRow, back: timedelta, hp_ms: float, rsa_ln: float) -> BaselineRow:
    return replace(
        row,
        at=row.at - back,
        hp_ms=None if row.hp_ms is None else row.hp_ms + hp_ms,
        pb2_ln=None if row.pb2_ln is None else row.pb2_ln + rsa_ln,
        bp_ln=None if row.bp_ln is None else row.bp_ln + rsa_ln,
    )
