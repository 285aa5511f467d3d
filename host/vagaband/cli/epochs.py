"""The table of epochs that replay, validate and demo print: device and reference, row by row.

A refused epoch shows its reason in place of its numbers. PB2 that may not stand alone is never
shown without BP-RSA (and lock-in RSA where there is one) in the same cell.
"""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from vagaband.numbers import EpochNumbers, ReferenceNumbers
from vagaband.session import Epoch

MOST_ROWS = 20
HEADINGS = (
    "from s",
    "RSA PB2, ln ms²",
    "BP-RSA",
    "RMSSD",
    "period",
    "breaths/min",
    "floor",
    "corr.",
    "",
)
NOTHING = "–"


def show_epochs(console: Console, numbers: Sequence[EpochNumbers]) -> None:
    """Print the first epochs, and how many there are besides."""
    if not numbers:
        return
    table = Table(padding=(0, 0), pad_edge=False)
    for place, heading in enumerate(HEADINGS):
        table.add_column(heading, justify="right" if place in (0, 2, 3, 4, 6, 7) else "left")
    for item in numbers[:MOST_ROWS]:
        table.add_row(f"{item.device.t_s:.1f}", *_cells(item, item.device), _state(item.device))
        table.add_row("ref.", *_cells(item, item.reference), "")
    console.print(table)
    left = len(numbers) - MOST_ROWS
    if left > 0:
        console.print(f"… and {left} more; --json has all")
    console.print(
        "RMSSD and mean heart period in ms; gain: what PB2 makes of a swing at that breathing "
        "rate, in ln; floor: RSA that noise alone would show, in ln ms².",
        soft_wrap=True,
    )


def _cells(item: EpochNumbers, of: Epoch | ReferenceNumbers) -> list[str]:
    valid = item.device.valid
    return [
        pb2_cell(item, of) if valid else NOTHING,
        _number(of.bp_ln_ms2 if valid else None, 2),
        _number(of.rmssd_ms if valid else None, 1),
        _number(of.mean_hp_ms, 0),
        _breath(of),
        _number(of.noise_floor_ln, 1),
        NOTHING if of.corrected_share is None else f"{100 * of.corrected_share:.0f} %",
    ]


def pb2_cell(item: EpochNumbers, of: Epoch | ReferenceNumbers) -> str:
    """PB2 with its gain; with BP-RSA beside it where it may not stand alone, else not at all."""
    if of.ln_ms2 is None:
        return NOTHING
    gain = f", gain {item.pb2_gain_ln:+.2f}" if item.pb2_gain_ln is not None else ""
    lock_in = [] if of.lock_in_ln_ms2 is None else [f"lock-in {of.lock_in_ln_ms2:.2f}"]
    if item.pb2_alone:
        return "; ".join([f"{of.ln_ms2:.2f}{gain}", *lock_in])
    beside = [*([] if of.bp_ln_ms2 is None else [f"BP-RSA {of.bp_ln_ms2:.2f}"]), *lock_in]
    return f"{of.ln_ms2:.2f}{gain}; not alone: {', '.join(beside)}" if beside else NOTHING


def _breath(of: Epoch | ReferenceNumbers) -> str:
    if of.breath_per_min is None or of.breath_confidence == "none":
        return "unknown"
    return f"{of.breath_per_min:.1f} {of.breath_confidence}"


def _state(epoch: Epoch) -> str:
    return "valid" if epoch.valid else f"refused: {epoch.reason}"


def _number(value: float | None, digits: int) -> str:
    return NOTHING if value is None else f"{value:.{digits}f}"
