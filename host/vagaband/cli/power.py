"""The command power."""

from typing import Any

import click
from rich.table import Table

from vagaband.cli.shared import Range, as_json, print_json, stdout
from vagaband.power import budget
from vagaband.power.modes import LONGEST, MODES

ASSUMPTIONS = (
    "No current was measured on a vagaband board: each is a datasheet's, another's or a guess.",
    "Bus, flash and sleep: measured as virtual time on the virtual board, minutes 2 to 22.",
    "Computing: instructions counted in 32-bit MicroPython, 1.5 cycles each, 70 beats a minute.",
    "No host attached, the wearer's light at its default, no vibration.",
)


@click.command("power")
@click.option(
    "--mah",
    type=Range(50, 5000),
    default=500.0,
    show_default=True,
    help="Capacity of the battery (the board's battery_mah).",
)
@as_json
def power(mah: float, to_json: bool) -> None:
    """Hours on a charge for each power mode, and the figures that they hang on.

    A mode is set with the keys rate_hz, ir_only, raw, sleep, cpu_mhz and strap of the board's
    configuration. A board with sleep = 1 sleeps once no host has said anything for 30 s, or for a
    minute after its start. Then every command of vagaband still reaches it: it sends line ends
    until one falls in the moment that the board is awake, twice a second or more. A terminal or
    mpremote reaches it after that (run vagaband ports first), or after a reset; bytes that come
    while it sleeps are lost. The button wakes it. A board whose battery is empty lies down: press
    reset for a minute of it, or charge it and wait ten minutes.

    \b
    vagaband power
    vagaband power --mah 1000 --json
    """
    if to_json:
        print_json(_as_json(mah))
        return
    stdout.print(_modes_table(mah))
    stdout.print(_currents_table())
    for sentence in (*ASSUMPTIONS, *_verdict(mah)):
        stdout.print(sentence, soft_wrap=True)


def _modes_table(mah: float) -> Table:
    table = Table("mode", "awake", "mA", "hours", "days", "on a USB board", "where it goes, mA")
    figures = budget.usual()
    for mode in MODES:
        drawn = budget.draw(mode, figures, mah)
        hours = budget.hours(mode, figures, mah)
        parts = ", ".join(f"{name} {ma:.2g}" for name, ma in drawn.parts_ma.items() if ma >= 0.005)
        table.add_row(
            mode.name,
            f"{100 * drawn.awake:.1f} %",
            f"{drawn.ma:.1f}",
            f"{hours:.0f}",
            f"{hours / 24:.1f}",
            f"{budget.on_a_usb_board(mode, mah):.0f} h",
            parts,
        )
    return table


def _currents_table() -> Table:
    table = Table("figure", "taken", "worse", "", "basis", "source")
    for row in budget.currents():
        table.add_row(
            row.what, f"{row.value:g}", f"{row.worse:g}", row.unit, row.basis, row.source
        )
    return table


def _verdict(mah: float) -> list[str]:
    """Whether five days are reached, and what that hangs on."""
    hours = budget.hours(LONGEST, budget.usual(), mah)
    reached = "is reached" if hours >= budget.AIM_H else "is not reached"
    said = [
        f"The aim of {budget.AIM_H / 24:.0f} days beats-only {reached}, on paper: "
        f"{hours / 24:.1f} days ({hours:.0f} h) on {mah:g} mAh in the mode '{LONGEST.name}'; "
        f"with every figure at its worse value {budget.all_worse(LONGEST, mah) / 24:.1f} days; "
        f"on a development board {budget.on_a_usb_board(LONGEST, mah) / 24:.1f}."
    ]
    said += [
        f"It hangs on: {row.what} ({row.basis}, unmeasured here); "
        f"{row.worse:g} {row.unit} in place of {row.value:g} would make it {h / 24:.1f} days."
        for row, h in budget.at_worse(LONGEST, mah)
    ]
    return said


def _as_json(mah: float) -> dict[str, Any]:
    figures = budget.usual()
    modes = []
    for mode in MODES:
        drawn = budget.draw(mode, figures, mah)
        modes.append(
            {
                "name": mode.name,
                "settings": mode.settings,
                "hours": round(budget.hours(mode, figures, mah), 1),
                "hours_all_worse": round(budget.all_worse(mode, mah), 1),
                "hours_usb_board": round(budget.on_a_usb_board(mode, mah), 1),
                "ma": round(drawn.ma, 3),
                "awake_share": round(drawn.awake, 4),
                "computing_share": round(drawn.computing, 4),
                "parts_ma": {name: round(ma, 4) for name, ma in drawn.parts_ma.items()},
            }
        )
    hours = budget.hours(LONGEST, figures, mah)
    return {
        "mah": mah,
        "modes": modes,
        "aim_hours": budget.AIM_H,
        "aim_mode": LONGEST.name,
        "aim_reached": hours >= budget.AIM_H,
        "measured_here": False,
        "hangs_on": [
            {"figure": row.name, "hours_at_worse": round(h, 1)}
            for row, h in budget.at_worse(LONGEST, mah)
        ],
        "currents": [row.__dict__ for row in budget.currents()],
        "assumptions": list(ASSUMPTIONS),
    }
