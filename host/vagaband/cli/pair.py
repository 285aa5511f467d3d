"""The command pair."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from vagaband.cli.data_folder import folder
from vagaband.cli.shared import Range, as_json, print_json, say, stderr, stdout
from vagaband.errors import InputError
from vagaband.files import check_folder, private_folder
from vagaband.pair.clock_file import Exchange, keep, read
from vagaband.pair.common import DATED, CommonTime, Placed, common_time, load
from vagaband.pair.exchange import crystal_ppm
from vagaband.pair.meeting import SECONDS, ask_all
from vagaband.pair.tap import Checked, check_taps
from vagaband.ports import the_port

WHY = {
    "no light": "no tap was looked for: the light of one of them was not logged",
    "none": "no double tap was found in both",
    "no match": "taps were found, but none that both have at one time",
}


@click.command("pair")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--port", "ports", multiple=True, help="Port or URL of a board; twice for two.")
@folder
@click.option(
    "--for",
    "for_s",
    type=Range(1, 600),
    default=SECONDS,
    show_default=True,
    help="Ask for so many seconds: the longer, the more exact.",
)
@as_json
def pair(
    files: tuple[Path, ...], ports: tuple[str, ...], folder: Path, for_s: float, to_json: bool
) -> None:
    """Put two boards on one clock: this PC's. Do it as a session begins and again as it ends.

    Boards go on measuring. What each says of its clock is kept beside its session's journal, with
    its error; both boards in one call are the most exact. With two journals it says how well
    their clocks agree, and checks that by a double tap: knock both sensors on the table or on
    each other at once, twice within a second, while the light is still logged.

    \b
    vagaband pair --port /dev/ttyUSB0 --port /dev/ttyUSB1
    vagaband pair --port /dev/ttyUSB0                        one now, the other one then
    vagaband pair vagaband-sessions/A-00003.vbj vagaband-sessions/B-00007.vbj --json
    """
    if files and ports:
        raise InputError("Boards or journals, not both.", "Leave --port or the files out.")
    if files:
        _compare(files, to_json)
    else:
        _exchange(list(ports) or [the_port(None)], folder, for_s, to_json)


def _exchange(urls: list[str], folder: Path, for_s: float, to_json: bool) -> None:
    """Ask the boards; keep what was had, and only then tell of what went wrong."""
    check_folder(folder)
    with stderr.status("asking the boards") as status:
        exchanges, failures = ask_all(
            urls, for_s, lambda share: status.update(f"asking the boards: {share:.0%}")
        )
        private_folder(folder)
        kept = [keep(folder, exchange) for exchange in exchanges]
    rows = [_row(*pair) for pair in zip(exchanges, kept, strict=True)]
    if to_json:
        errors_ms = [row["error_ms"] for row in rows]
        print_json({"boards": rows, "error_ms": sum(errors_ms) if len(rows) > 1 else None})
    else:
        _show(rows)
    if failures:
        raise failures[0]


def _row(exchange: Exchange, file: Path) -> dict[str, Any]:
    met = exchange.met
    others = [e.met for e in read(file) if e.pc == exchange.pc and e.met.unix_s < met.unix_s]
    ppm = crystal_ppm(min(others, key=lambda m: m.unix_s), met) if others else None
    return {
        "device": exchange.device,
        "session": exchange.session,
        "index": met.index,
        "at": datetime.fromtimestamp(met.unix_s, UTC).isoformat(timespec="milliseconds"),
        "error_ms": 1000 * met.error_s,
        "round_trip_ms": 1000 * met.round_trip_s,
        "readings": met.readings,
        "crystal_ppm": ppm,
        "file": str(file),
    }


def _show(rows: Sequence[dict[str, Any]]) -> None:
    for row in rows:
        stdout.print(
            f"board {row['device']}, session {row['session']}: known to {row['error_ms']:.0f} ms "
            f"by this PC's clock ({row['readings']} answers, the best in "
            f"{row['round_trip_ms']:.0f} ms)",
            soft_wrap=True,
        )
        if row["crystal_ppm"] is not None:
            ppm = row["crystal_ppm"]
            stdout.print(f"  since its first exchange its crystal ran {ppm:+.1f} ppm")
    if len(rows) > 1:
        both_ms = sum(row["error_ms"] for row in rows)
        stdout.print(f"the two are together to {both_ms:.0f} ms")
    if rows:
        say("Run it again as the session ends: without that a crystal drifts by 50 ppm unseen.")


def _compare(files: tuple[Path, ...], to_json: bool) -> None:
    if len(files) != 2:
        raise InputError("It takes two journals.", "Name one of each board.")
    a, b = (load(path) for path in files)
    common = common_time(a, b)
    checked = check_taps(a.journal, b.journal, common)
    if to_json:
        print_json(_as_json(common, checked))
    else:
        _tell(common, checked)
    if any(not check.agrees for check in checked.checks):
        sys.exit(1)


def _as_json(common: CommonTime, checked: Checked) -> dict[str, Any]:
    return {
        "basis": common.basis,
        "began": common.began.isoformat(timespec="milliseconds"),
        "overlap_s": list(common.overlap_s),
        "error_ms": 1000 * common.error_s,
        "pc_step_ms": 1000 * common.pc_step_s,
        "a": _line(common.a),
        "b": _line(common.b),
        "taps": [
            {
                "a_s": check.a_s,
                "b_s": check.b_s,
                "common_s": check.common_s,
                "off_ms": 1000 * check.off_s,
                "limit_ms": 1000 * check.limit_s,
                "agrees": check.agrees,
            }
            for check in checked.checks
        ],
        "taps_why_not": checked.why or None,
    }


def _line(placed: Placed) -> dict[str, float | list[float]]:
    """One recording's own time on the common clock, as a program may interpolate it."""
    return {
        "t_s": placed.knots_s.tolist(),
        "common_s": placed.common_s.tolist(),
        "begin_s": float(placed.at(0.0)),
        "end_s": float(placed.at(placed.seconds)),
    }


def _tell(common: CommonTime, checked: Checked) -> None:
    begin_s, end_s = common.overlap_s
    by = "exchanges with the PC's clock"
    if common.basis == DATED:
        by = "the boards' own dates, as exchanges of both with one PC are missing"
    stdout.print(
        f"both recorded for {(end_s - begin_s) / 60:.1f} min; by {by} their times agree to "
        f"{1000 * common.error_s:.0f} ms",
        soft_wrap=True,
    )
    if common.pc_step_s:
        stdout.print(
            f"of that, {1000 * common.pc_step_s:.0f} ms because the PC's clock was set between "
            "the exchanges of the one and the other",
            soft_wrap=True,
        )
    for check in checked.checks:
        word = "agrees" if check.agrees else "DISAGREES: the common time can't be right"
        stdout.print(
            f"a double tap at {check.common_s:.1f} s: {1000 * check.off_s:+.0f} ms apart, "
            f"{1000 * check.limit_s:.0f} allowed: {word}",
            soft_wrap=True,
        )
    if checked.why:
        stdout.print(WHY[checked.why], soft_wrap=True)
