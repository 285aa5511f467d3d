"""The commands breathe and resonance."""

import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from vagaband import breathe, journal, twin
from vagaband.breathe import Checked, Ended, Follower, Moment
from vagaband.breathing_words import BAR, WORDS, breath_bar
from vagaband.cli.shared import (
    DEFAULT_OUT,
    as_json,
    file,
    port,
    print_json,
    salvage,
    say,
    stderr,
    stdout,
)
from vagaband.device import Device
from vagaband.errors import InputError
from vagaband.live.keys import Keys
from vagaband.paced import PRESETS
from vagaband.ports import the_port
from vagaband.resonance import Assessment, assess
from vagaband.session import Session

MINUTES = 5
language = click.option(
    "--lang", type=click.Choice(list(WORDS)), default="en", show_default=True, help="Of words."
)


@click.command("breathe")
@port
@click.option("--preset", type=click.Choice(list(PRESETS)), help="Seconds in-out [4-6].")
@click.option("--in", "in_s", type=float, metavar="S", help="Seconds to breathe in.")
@click.option("--out", "out_s", type=float, metavar="S", help="Seconds to breathe out.")
@click.option("--minutes", type=click.IntRange(1, 30), show_default=str(MINUTES))
@click.option("--resonance", is_flag=True, help="6.5 to 4.5 breaths a minute in turn, 19 min.")
@click.option("--seed", type=click.IntRange(0, 65535), help="Decides the order of these.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=DEFAULT_OUT,
    show_default=True,
    help="Where the session is pulled to.",
)
@click.option("--no-pull", is_flag=True, help="Leave out the check by the reference.")
@language
@as_json
def breathe_(
    port: str | None,
    preset: str | None,
    in_s: float | None,
    out_s: float | None,
    minutes: int | None,
    resonance: bool,
    seed: int | None,
    folder: Path,
    no_pull: bool,
    lang: str,
    to_json: bool,
) -> None:
    """Breathe with the board: its light and vibration pace, and so does the screen.

    In: the light grows blue, one long buzz. Out: it fades amber, two short ones. At the end: RSA
    at the pace, of the device and of the reference. A breath takes 8 s at least; no breath is
    held. Exit code 1 where it was stopped before its time.

    \b
    vagaband breathe                           4 s in, 6 s out, 5 minutes
    vagaband breathe --preset 5-5 --minutes 10
    vagaband breathe --in 4.5 --out 6.5 --lang nl
    vagaband breathe --resonance               at which pace does the heart swing most?
    """
    if preset and (in_s or out_s):
        raise InputError("A preset has its own seconds.", "Leave --preset out, or --in and --out.")
    if resonance and any(own is not None for own in (preset, in_s, out_s, minutes)):
        raise InputError(
            "The resonance assessment has its own paces and times.",
            "Leave --preset, --in, --out and --minutes out.",
        )
    if seed is not None and not resonance:
        raise InputError("--seed decides the order of an assessment.", "Add --resonance.")
    if in_s is None and out_s is None:
        in_s, out_s = PRESETS[preset or "4-6"]
    start = breathe.command(in_s, out_s, minutes or MINUTES, resonance, seed)
    words = WORDS[lang]
    url = the_port(port)
    for name in ("before", "stop_when", "how_to_stop"):
        _tell(stderr, words[name])
    with Device(url) as device:
        if not breathe.sees_finger(device):
            _tell(stderr, words["no_finger"])
    if sys.stdin.isatty():
        click.prompt(words["start"], default="", show_default=False, prompt_suffix=" ", err=True)
    ended = _follow(url, start, words)
    session = None
    if not no_pull:
        with stderr.status("pulling") as status:
            session, path = breathe.logged(
                url, folder, lambda what, done: status.update(f"{what}: {done:,} bytes")
            )
        say(str(path))
    _conclude(ended, session, resonance, words, to_json)


def _tell(console: Console, text: str) -> None:
    """Say a sentence, broken between words where a person reads it."""
    console.print(text, soft_wrap=not console.is_terminal)


def _follow(url: str, start: str, words: dict[str, str]) -> Ended:
    screen = Live(console=stderr, auto_refresh=False, transient=True)
    with Device(url) as device, Keys() as keys, screen as live:

        def show(moment: Moment) -> bool:
            live.update(_screen(moment, words), refresh=True)
            return bool(keys.read())

        try:
            ended = Follower(device, show).follow(start)
        except KeyboardInterrupt:
            ended = Ended(False, None, None, None)
    _tell(stderr, words["ended" if ended.whole else "stopped"])
    return ended


def _screen(moment: Moment, words: dict[str, str]) -> Text:
    """The bar fills for in and empties for out."""
    left_s = max(0, round(moment.of_s - moment.at_s))
    tail = [words["left"].format(minutes=left_s // 60, seconds=left_s % 60)]
    if moment.parts > 1:
        tail.append(words["part"].format(part=moment.part, parts=moment.parts))
    if not moment.in_s:
        return Text(f"{words['free']:<20} {'':{BAR}}  {', '.join(tail)}")
    per_min = 60 / (moment.in_s + moment.out_s)
    tail.append(words["pace"].format(per_min=per_min))
    return breath_bar(moment, words).append(f"  {', '.join(tail)}")


def _conclude(
    ended: Ended,
    session: Session | None,
    resonance: bool,
    words: dict[str, str],
    to_json: bool,
) -> None:
    assessment = assess(session) if resonance and session and ended.whole else None
    checked = breathe.check(session) if session and not resonance else None
    if to_json:
        print_json(
            {
                "whole": ended.whole,
                "device": {"ln_ms2": ended.ln_ms2, "swing_ms": ended.swing_ms},
                "reference": _as_json(checked),
                "resonance": assessment.as_json() if assessment else None,
            }
        )
    elif assessment:
        _show_assessment(assessment, words)
    elif not resonance:
        _show_pacing(ended, checked, session is not None, words)
    if not ended.whole:
        sys.exit(1)


def _as_json(checked: Checked | None) -> dict[str, Any] | None:
    if not checked:
        return None
    found = checked.whole.found
    return {
        "ln_ms2": found.ln_ms2,
        "se_ln": found.se_ln,
        "swing_ms": found.swing_ms,
        "breaths": found.breaths,
        "same_time_ln_ms2": checked.same_ln_ms2,
    }


def _show_pacing(
    ended: Ended, checked: Checked | None, pulled: bool, words: dict[str, str]
) -> None:
    if ended.ln_ms2 is not None:
        text = words["lock_in"].format(ln=ended.ln_ms2, swing=ended.swing_ms)
    else:
        text = words["no_lock_in"].format(share=ended.share or 0)
    _tell(stdout, text)
    if checked:
        found = checked.whole.found
        text = words["reference"].format(
            device=checked.same_ln_ms2, ln=found.ln_ms2, se=found.se_ln, swing=found.swing_ms
        )
        _tell(stdout, text)
    elif pulled:
        _tell(stdout, words["no_reference"])


def _show_assessment(assessment: Assessment, words: dict[str, str]) -> None:
    table = Table(*words["columns"].split(","))
    for rate in assessment.rates:
        row = (rate.per_min, rate.ln_ms2, rate.se_ln, rate.swing_ms)
        formats = ("{:.1f}", "{:.2f}", "{:.2f}", "{:.0f}")
        table.add_row(*(form.format(cell) for form, cell in zip(formats, row, strict=True)))
    stdout.print(table)
    lead_ln, se_ln = assessment.lead
    clear = "optimum" if assessment.optimum else "no_optimum"
    best = assessment.best.per_min
    if assessment.left_out:
        rates = ", ".join(f"{rate:.1f}" for rate in assessment.left_out)
        _tell(stdout, words["left_out"].format(rates=rates))
        return
    _tell(stdout, words[clear].format(best=best, lead=lead_ln, se=se_ln))
    if assessment.optimum and assessment.at_edge:
        edge = words["fastest" if assessment.best == assessment.rates[0] else "slowest"]
        _tell(stdout, words["edge"].format(edge=edge))


@click.command("resonance")
@file
@salvage
@language
@as_json
def resonance_(file: Path, salvage: bool, lang: str, to_json: bool) -> None:
    """Judge the last resonance assessment in FILE, a session from pull.

    Names an optimum only where it beats the next pace by two standard errors.

    \b
    vagaband breathe --resonance               makes one
    vagaband resonance vagaband-sessions/0123456789ab-00001.vbj
    """
    if not journal.is_journal(file):
        raise InputError(f"{file} is no session.", "Name a file from pull.")
    assessment = assess(twin.as_logged(journal.load(file, salvage)))
    if to_json:
        print_json(assessment.as_json())
    else:
        _show_assessment(assessment, WORDS[lang])
