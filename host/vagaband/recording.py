"""Recordings from outside: a CSV of counts, of a pulse wave or of intervals, as the chip's counts.

Columns (DESIGN: "Input files"): `ir` with an optional `red` (counts of the chip, systole down),
`ppg` (a pulse wave in any unit, systole up) or `ibi_ms` (inter-beat intervals).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vagaband.errors import InputError
from vagaband.plain import plain
from vagaband.session import Floats

Counts = NDArray[np.int64]

SENSOR_RATE_HZ = 100.0
RATE_HZ_RANGE = (25.0, 1000.0)
FULL_SCALE = (1 << 18) - 1  # the chip's 18-bit converter
WAVE_DC = 131072  # light level a wave is mapped to
WAVE_SHARE = 0.01  # its 5-95 % range as a share of that level
SHORTEST_S = 2.0
IBI_MS_RANGE = (100.0, 10000.0)
LARGEST_BYTES = 512 << 20  # a week of counts at 100 Hz
KINDS = ("ir", "ppg", "ibi_ms")  # the first one found says what a file holds

PASS_BAND = 0.9  # cut-off as a share of the lower Nyquist frequency
SINC_LOBES = 16  # zero crossings of the kernel on either side
KAISER_BETA = 8.0  # side lobes below -80 dB
CHUNK = 4096  # output samples resampled at a time: bounds the memory


@dataclass(frozen=True)
class Recording:
    """One recording: `values` and `red` of shape (n,), in the unit that `kind` says.

    `rate_hz` is 0 for intervals, which have no sample rate.
    """

    kind: str  # "ir", "ppg" or "ibi_ms"
    rate_hz: float
    values: Floats
    red: Floats | None = None
    name: str = ""

    @property
    def duration_s(self) -> float:
        """Length in seconds: of the samples, or the sum of the intervals."""
        return _duration_s(self.kind, self.values, self.rate_hz)

    def to_counts(self, rate_hz: float = SENSOR_RATE_HZ) -> Counts:
        """The IR counts of the chip at `rate_hz`, shape (m,), 0..262143, systole down.

        Counts that already have this rate stay the identical integers.
        """
        if self.kind == "ibi_ms":
            raise InputError(
                f"{self.name or 'The recording'} holds intervals, not light.",
                "Use a file with a column ir or ppg where light is needed.",
            )
        light = resample(self.values, self.rate_hz, rate_hz)
        if self.kind == "ppg":
            light = _wave_to_light(light, self.values)
        return _to_integers(light)

    def red_to_counts(self, rate_hz: float = SENSOR_RATE_HZ) -> Counts | None:
        """The red counts at `rate_hz`, shape (m,), or None where the file has none."""
        if self.red is None:
            return None
        return _to_integers(resample(self.red, self.rate_hz, rate_hz))


def load(path: Path, rate_hz: float | None = None) -> Recording:
    """Read a recording from a CSV; `rate_hz` is that of its samples (100 when None).

    Raises InputError for whatever can't be used, with the line where there is one.
    """
    rate_hz = SENSOR_RATE_HZ if rate_hz is None else rate_hz
    if not RATE_HZ_RANGE[0] <= rate_hz <= RATE_HZ_RANGE[1]:
        raise InputError(
            f"A rate of {rate_hz:g} Hz is outside 25 to 1000 Hz.",
            "Give the rate of the samples in the file with --rate.",
        )
    header, rows = _read_table(path)
    kind = next((kind for kind in KINDS if kind in header), None)
    if kind is None:
        raise _unknown_columns(path, header)
    names = [kind, "red"] if kind == "ir" and "red" in header else [kind]
    columns = _numbers(path, header, rows, names)
    values = columns[:, 0]
    _check_values(path, kind, values, rate_hz, rows)
    return Recording(
        kind=kind,
        rate_hz=0.0 if kind == "ibi_ms" else rate_hz,
        values=values,
        red=columns[:, 1] if len(names) > 1 else None,
        name=path.name,
    )


def load_beats(path: Path) -> Floats:
    """Read reference beats from a CSV with the column `t_s`: seconds, sorted, shape (n,)."""
    header, rows = _read_table(path)
    if "t_s" not in header:
        raise InputError(
            f"{path} has no column t_s (found: {_listed(header)}).",
            "A file of reference beats is a CSV with the one column t_s, in seconds.",
        )
    return np.sort(_numbers(path, header, rows, ["t_s"])[:, 0])


def resample(samples: Floats, rate_in_hz: float, rate_out_hz: float) -> Floats:
    """Band-limited resampling with a Kaiser-windowed sinc, edges mirrored about their end points.

    `samples` of shape (n,); the result covers the same time from the first sample. The kernel
    sums to 1 at every output sample, and the odd mirror carries a slope on: neither a level nor
    a drift rings at the ends. Rates that are equal give the samples back. Kernel: Smith &
    Gossett 1984, "A flexible sampling-rate conversion method".
    """
    if rate_in_hz == rate_out_hz:
        return samples
    cutoff = PASS_BAND * min(1.0, rate_out_hz / rate_in_hz)  # 1 = Nyquist of the input
    reach = int(np.ceil(SINC_LOBES / cutoff))
    padded = _odd_mirror(samples, reach + 1)
    count = int((len(samples) - 1) * rate_out_hz / rate_in_hz + 1e-9) + 1
    taps = np.arange(-reach, reach + 1)
    out = np.empty(count)
    for start in range(0, count, CHUNK):
        position = np.arange(start, min(start + CHUNK, count)) * (rate_in_hz / rate_out_hz)
        nearest = np.rint(position).astype(np.int64)
        # A rational ratio of rates has few phases, and each needs its kernel only once.
        phases, which = np.unique(np.round(nearest - position, 9), return_inverse=True)
        distance = phases[:, None] + taps
        kernel = np.sinc(cutoff * distance) * _kaiser(distance / (reach + 0.5))
        kernel /= kernel.sum(axis=1, keepdims=True)
        block = padded[(nearest + reach + 1)[:, None] + taps]
        out[start : start + len(position)] = np.einsum("ij,ij->i", kernel[which], block)
    return out


def _kaiser(position: Floats) -> Floats:
    """Kaiser window at positions -1..1, any shape."""
    return np.i0(KAISER_BETA * np.sqrt(np.maximum(0.0, 1.0 - position**2))) / np.i0(KAISER_BETA)


def _odd_mirror(samples: Floats, count: int) -> Floats:
    """The samples with `count` more at each end, mirrored about the end points."""
    count_in = min(count, len(samples) - 1)
    padded = np.pad(samples, count_in, mode="reflect", reflect_type="odd")
    return np.pad(padded, count - count_in, mode="edge")


def _wave_to_light(wave: Floats, original: Floats) -> Floats:
    """A wave as light: DC 131072, 5-95 % range 1 % of it, inverted. A flat wave is flat light."""
    low, high = np.percentile(original, [5, 95])
    scale = WAVE_DC * WAVE_SHARE / (high - low) if high > low else 0.0
    return WAVE_DC - (wave - np.median(original)) * scale


def _to_integers(light: Floats) -> Counts:
    return np.rint(np.clip(light, 0, FULL_SCALE)).astype(np.int64)


def _duration_s(kind: str, values: Floats, rate_hz: float) -> float:
    return float(values.sum() / 1000) if kind == "ibi_ms" else len(values) / rate_hz


# ------------------------------------------------------------------ the file


@dataclass(frozen=True)
class _Rows:
    """The data lines of a table with their line numbers, for messages."""

    texts: list[str]
    numbers: list[int]
    delimiter: str


def _read_table(path: Path) -> tuple[list[str], _Rows]:
    """Column names in lower case and the data lines; blank lines and '#' comments left out."""
    lines, numbers = [], []
    for number, line in enumerate(_read_text(path).splitlines(), 1):
        text = line.split("#", 1)[0].strip()
        if text or (len(lines) > 1 and not line.strip()):  # among the data: a lost sample
            lines.append(text)
            numbers.append(number)
    while lines and not lines[-1]:
        lines.pop()
    if not lines:
        raise InputError(
            f"{path} is empty.", "Give a CSV with a header line: ir, ppg, ibi_ms or t_s."
        )
    delimiter = next((sign for sign in ";\t" if sign in lines[0]), ",")
    header = [cell.strip().strip('"').lower() for cell in lines[0].split(delimiter)]
    if delimiter == ";":  # the form of spreadsheets where the comma is the decimal sign
        lines = [line.replace(",", ".") for line in lines]
    return header, _Rows(lines[1:], numbers[1:], delimiter)


def _read_text(path: Path) -> str:
    """The file's text. Raises InputError for all that isn't a readable text of bounded size."""
    if path.is_dir():
        raise InputError(f"{path} is a folder.", "Name the file in it.")
    try:
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            raise InputError(
                f"{path} is {size >> 20} MB; the most that is read is {LARGEST_BYTES >> 20} MB.",
                "Split the recording.",
            )
        with path.open("rb") as file:  # a device file has no honest size: bound the read itself
            content = file.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        raise InputError(f"There is no file {path}.", "Check the name and the folder.") from None
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.", "Check the file.") from None
    if len(content) > LARGEST_BYTES:
        raise InputError(f"{path} is larger than {LARGEST_BYTES >> 20} MB.", "Split it.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise InputError(
            f"{path} is not a text file.", "Give a journal as pulled, or a CSV with a header."
        )
    return text


def _numbers(path: Path, header: list[str], rows: _Rows, names: Sequence[str]) -> Floats:
    """The named columns as numbers, shape (n, len(names)). Raises InputError naming the line."""
    if not rows.texts:
        raise InputError(f"{path} has a header and no data.", "Give a file with samples.")
    wanted = [header.index(name) for name in names]
    try:
        table = np.loadtxt(
            rows.texts, delimiter=rows.delimiter, usecols=wanted, ndmin=2, comments=None
        )
        if np.isfinite(table).all() and _cells(rows, 0) == len(header):
            return table
    except ValueError:
        pass  # the careful way below finds the line
    return np.array(
        [_row_numbers(path, header, rows, row, wanted) for row in range(len(rows.texts))]
    )


def _cells(rows: _Rows, row: int) -> int:
    return rows.texts[row].count(rows.delimiter) + 1


def _row_numbers(
    path: Path, header: list[str], rows: _Rows, row: int, wanted: list[int]
) -> list[float]:
    """The wanted cells of one row; the careful way, which finds the line at fault."""
    where = f"{path}, line {rows.numbers[row]}:"
    cells = rows.texts[row].split(rows.delimiter)
    if len(cells) != len(header):
        raise InputError(
            f"{where} {len(cells)} values where the header names {len(header)}.",
            "Repair or remove that line; the decimal sign is a point.",
        )
    values = []
    for column in wanted:
        text = cells[column].strip().strip('"')
        try:
            value = float(text)
        except ValueError:
            raise InputError(
                f"{where} {_shown(text)} is not a number.", "Repair or remove that line."
            ) from None
        if not np.isfinite(value):
            raise InputError(
                f"{where} {_shown(text)} is not a finite number.",
                "Cut the recording there: missing samples can't be read as light.",
            )
        values.append(value)
    return values


def _check_values(path: Path, kind: str, values: Floats, rate_hz: float, rows: _Rows) -> None:
    """Raise InputError where the numbers can't be what the column's name says."""
    if kind == "ibi_ms":
        outside = np.flatnonzero((values < IBI_MS_RANGE[0]) | (values > IBI_MS_RANGE[1]))
        if len(outside):
            row = int(outside[0])
            raise InputError(
                f"{path}, line {rows.numbers[row]}: an interval of {values[row]:g} ms is outside "
                "100 to 10000 ms.",
                "The column ibi_ms is in milliseconds.",
            )
        return
    if len(values) < SHORTEST_S * rate_hz:
        raise InputError(
            f"{path} holds {len(values) / rate_hz:.2f} s at {rate_hz:g} Hz, less than 2 s.",
            "Give a longer recording, or its true rate with --rate.",
        )
    if kind == "ir" and np.mean((values < 0) | (values > FULL_SCALE)) > 0.5:
        raise InputError(
            f"{path}: most values of ir are outside 0 to {FULL_SCALE}, so they are not counts.",
            "Name the column ppg when it is a wave in another unit, systole up.",
        )


def _unknown_columns(path: Path, header: list[str]) -> InputError:
    try:
        float(header[0])
    except ValueError:
        return InputError(
            f"{path} has no known column (found: {_listed(header)}).",
            "Name one of its columns ir, ppg or ibi_ms.",
        )
    return InputError(
        f"{path} begins with a number, not with a header.",
        "Put a first line with the column's name: ir, ppg or ibi_ms.",
    )


def _listed(header: list[str]) -> str:
    shown = ", ".join(_shown(name) for name in header[:8])
    return shown + (f" and {len(header) - 8} more" if len(header) > 8 else "")


def _shown(text: str) -> str:
    return f'"{plain(text, 41)}"'
