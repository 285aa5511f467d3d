"""Commands on files: replay, validate, export."""

from pathlib import Path
from typing import Any

import click

from vagaband import journal, recording, twin
from vagaband.cli.epochs import show_epochs
from vagaband.cli.shared import (
    as_json,
    beats,
    file,
    limits_of,
    print_json,
    rate,
    salvage,
    say,
    stdout,
    unusable,
)
from vagaband.cli.verdict import show_verdict
from vagaband.export import save_csv, to_csv
from vagaband.judge import judge
from vagaband.numbers import numbers_of
from vagaband.reference.time_domain import mean_hp_ms, rmssd_ms, sound_runs
from vagaband.session import Session


@click.command()
@file
@rate
@salvage
@click.option(
    "--engine",
    type=click.Choice(list(twin.ENGINES)),
    default="micropython",
    show_default=True,
    help="What the firmware's stages run in.",
)
@as_json
def replay(file: Path, rate_hz: float | None, salvage: bool, engine: str, to_json: bool) -> None:
    """Run the firmware's own code on a recording.

    FILE is a journal from pull, or a CSV with a column ir (counts), ppg (a pulse wave) or ibi_ms.
    """
    if journal.is_journal(file):
        session, note = twin.of_journal(_journal(file, salvage), engine)
        notes = [note] if note else []
    else:
        session, notes = twin.of_recording(recording.load(file, rate_hz), engine), []
    if not len(session.beats_s):
        notes.append("no beat was found: too little light for a finger, or no pulse in it")
    for note in notes:
        say(f"note: {note}")
    if to_json:
        print_json(replay_json(session, notes))
    else:
        _print_replay(session)


def _journal(file: Path, salvage: bool) -> journal.Journal:
    loaded = journal.load(file, salvage)
    if loaded.placed:
        say("note: records are missing; the device's intervals and epochs are used up to there")
    return loaded


def replay_json(session: Session, notes: list[str]) -> dict[str, Any]:
    """What replay says, as JSON; times in seconds from the first sample."""
    sound = sound_runs(session.intervals)
    return {
        "engine": session.engine,
        "rate_hz": session.rate_hz or None,
        "beats_s": [round(float(t), 6) for t in session.beats_s],
        "beats_trust": session.trust or None,
        "intervals": [
            {"t_s": round(i.t_s, 6), "ibi_ms": i.ibi_ms, "flag": i.flag, "run": i.run}
            for i in session.intervals
        ],
        "rsa": [item.as_json() for item in numbers_of(session)],
        "rmssd_ms": rmssd_ms(sound),
        "mean_hp_ms": mean_hp_ms(sound),
        "gaps": [g.__dict__ for g in session.gaps],
        "marks": [m.__dict__ for m in session.marks],
        "notes": notes,
    }


def _print_replay(session: Session) -> None:
    sound = sound_runs(session.intervals)
    flagged = sum(i.flag != "ok" for i in session.intervals)
    stdout.print(
        f"{session.engine}: {len(session.beats_s)} beats, {len(session.intervals)} intervals "
        f"({flagged} corrected), mean heart period {_number(mean_hp_ms(sound), 1)} ms, "
        f"RMSSD {_number(rmssd_ms(sound), 1)} ms"
    )
    show_epochs(stdout, numbers_of(session))


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


@click.command()
@file
@rate
@salvage
@beats
@unusable
@click.option("--limits", help='Let the ECG decide too, as in "f1=99,interval_ms=5.5,rsa=0.13".')
@click.option(
    "--picture",
    type=click.Path(path_type=Path),
    help="Where the picture goes [FILE's name with -validate.png, in this folder].",
)
@as_json
def validate(
    file: Path,
    rate_hz: float | None,
    salvage: bool,
    beats_file: Path | None,
    unusable: tuple[tuple[float, float], ...],
    limits: str | None,
    picture: Path | None,
    to_json: bool,
) -> None:
    """Compare device, twin and reference (and an ECG); exit 1 when the verdict is fail.

    FILE is a journal from pull; or a CSV as for replay, which then takes the device's place in
    MicroPython, with CPython as its twin.
    """
    verdict = judge(
        file,
        rate_hz=rate_hz,
        salvage=salvage,
        beats_file=beats_file,
        unusable=unusable,
        limits=limits_of(limits),
        picture_file=picture or Path(f"{file.stem}-validate.png"),
    )
    show_verdict(verdict, to_json)


@click.command()
@file
@click.option("--format", "kind", type=click.Choice(["csv"]), default="csv", show_default=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="A file instead of stdout; only you can read it.",
)
@rate
@salvage
def export(file: Path, kind: str, out: Path | None, rate_hz: float | None, salvage: bool) -> None:
    """Beats, intervals and epochs as a table, one row an interval.

    A journal gives what the device found; a CSV what the firmware's code finds in it.
    """
    if journal.is_journal(file):
        session = twin.as_logged(_journal(file, salvage))
    else:
        session = twin.of_recording(recording.load(file, rate_hz))
    if out:
        save_csv(session, out)
        say(f"wrote {out}")
    else:
        click.echo(to_csv(session), nl=False)
