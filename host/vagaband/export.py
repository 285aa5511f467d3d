"""Recordings into the tools that people already use: which text goes where.

With `out` a file (or none) all recordings go into one text; with `out` a folder each recording has
its own files there. Only their owner can read them, and a recording is never written over.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from vagaband import journal
from vagaband.errors import InputError
from vagaband.export_kubios import Series, series_of
from vagaband.export_tables import COLUMNS, rows_of
from vagaband.files import private_folder, write_private
from vagaband.open_recording import Opened


@dataclass(frozen=True)
class Csv:
    """Tables (export_tables.COLUMNS)."""

    tables: tuple[str, ...] = tuple(COLUMNS)

    def one(self, opened: Sequence[Opened]) -> str:
        """All recordings in the first of the tables."""
        return to_csv(opened, self.tables[0])

    def each(self, item: Opened) -> Iterator[tuple[str, str]]:
        """What the files of one recording are called after its name, and their texts."""
        for table in self.tables:
            yield f"-{table}.csv", to_csv([item], table)

    def notes(self, opened: Sequence[Opened]) -> list[str]:
        """What one should know about them: nothing, a table says all."""
        return []


@dataclass(frozen=True)
class Kubios:
    """RR text (export_kubios.py). `unit` "ms" or "s", `flagged` "corrected" or "omit", `gaps`
    "join" or "split"."""

    unit: str = "ms"
    flagged: str = "corrected"
    gaps: str = "join"

    def one(self, opened: Sequence[Opened]) -> str:
        """All recordings in one series."""
        return "".join(self._series(item).text(self.unit) for item in opened)

    def each(self, item: Opened) -> Iterator[tuple[str, str]]:
        """One file, or one for each stretch; none for a recording without intervals."""
        stretches = self._series(item).stretches
        if self.gaps == "join" and stretches:
            yield "-rr.txt", Series(stretches).text(self.unit)
            return
        for number, stretch in enumerate(stretches, 1):
            yield f"-rr-{number}.txt", Series([stretch]).text(self.unit)

    def notes(self, opened: Sequence[Opened]) -> list[str]:
        """What an RR text can't say. InputError where there is nothing to write."""
        found = [self._series(item) for item in opened]
        empty = [
            item.path for item, series in zip(opened, found, strict=True) if not series.stretches
        ]
        if len(empty) == len(opened):
            raise InputError(
                f"{empty[0]} holds no series of intervals: no pulse was found in it.",
                "Give a recording with beats; --format csv says what there is.",
            )
        said = [f"{path} holds no series of intervals" for path in empty]
        joins = sum(len(series.stretches) for series in found) - 1
        lost_s = sum(series.lost_s for series in found)
        if self.gaps == "join" and joins:
            said.append(
                f"gaps that are not in it: {joins} ({lost_s:.0f} s within the recordings); RMSSD "
                "takes a false step at each; --gaps split writes a file for each stretch"
            )
        return said

    def _series(self, item: Opened) -> Series:
        return series_of(item.session, self.flagged)


def to_csv(opened: Sequence[Opened], table: str = "intervals") -> str:
    """A table of recordings as a CSV (RFC 4180, lines end in \\n), a header line first."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS[table])
    for item in opened:
        writer.writerows(rows_of(item, table))
    return text.getvalue()


def is_folder(out: Path) -> bool:
    """Whether `--out` names a folder: one that is there, or a name without a suffix."""
    return out.is_dir() or not (out.suffix or out.exists())


def save(opened: Sequence[Opened], form: Csv | Kubios, out: Path) -> list[Path]:
    """Write to a file, or to a folder; the files that were written."""
    if is_folder(out):
        names = _names(opened)
        texts = {
            out / f"{name}{end}": text
            for item, name in zip(opened, names, strict=True)
            for end, text in form.each(item)
        }
    else:
        texts = {out: form.one(opened)}
    for path in texts:
        journal.refuse_recording(path, [item.path for item in opened])
    if is_folder(out):
        private_folder(out)
    for path, text in texts.items():
        write_private(path, text.encode())
    return list(texts)


def _names(opened: Sequence[Opened]) -> list[str]:
    """A name for each recording's files: its own, numbered where two have the same."""
    names: list[str] = []
    for item in opened:
        numbered = (f"{item.path.stem}-{n}" for n in count(2))
        names.append(next(n for n in chain([item.path.stem], numbered) if n not in names))
    return names
