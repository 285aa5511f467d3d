"""Commands on files: replay, validate, export."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from vagaband import twin
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
from vagaband.errors import InputError
from vagaband.export import Csv, Kubios, is_folder, save
from vagaband.export_kubios import UNITS
from vagaband.export_tables import COLUMNS
from vagaband.journal import refuse_recording
from vagaband.judge import judge
from vagaband.numbers import numbers_of
from vagaband.open_recording import open_recording, open_recordings
from vagaband.reference.time_domain import mean_hp_ms, rmssd_ms, sound_runs
from vagaband.session import Session
from vagaband.sessions.pieces import written_on
from vagaband.sessions.written import note_written


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

    FILE is a journal from pull; a CSV with a column ir (counts), ppg (a pulse wave) or ibi_ms; or
    RR intervals of a strap or another program.
    """
    opened = open_recording(file, rate_hz, salvage, engine, again=True)
    session, notes = opened.session, opened.notes
    if not len(session.beats_s):
        notes.append("no beat was found: too little light for a finger, or no pulse in it")
    for note in notes:
        say(f"note: {note}")
    if to_json:
        print_json(replay_json(session, notes))
    else:
        _print_replay(session)


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
    picture = picture or Path(f"{file.stem}-validate.png")
    refuse_recording(picture, [file])
    verdict = judge(
        file,
        rate_hz=rate_hz,
        salvage=salvage,
        beats_file=beats_file,
        unusable=unusable,
        limits=limits_of(limits),
        picture_file=picture,
    )
    note_written([picture], [file])
    show_verdict(verdict, to_json)


@click.command(
    epilog="""\b
Examples:
  vagaband export session.vbj > intervals.csv
  vagaband export *.vbj --table epochs --out epochs.csv
  vagaband export session.vbj --out tables          all four tables, in a folder
  vagaband export session.vbj --format kubios --out session.txt
  vagaband export *.vbj --format kubios --gaps split --out rr"""
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format", "kind", type=click.Choice(["csv", "kubios"]), default="csv", show_default=True
)
@click.option(
    "--table",
    type=click.Choice(list(COLUMNS)),
    help="Of csv [intervals; all four where --out is a folder].",
)
@click.option("--unit", type=click.Choice(list(UNITS)), help="Of kubios [ms].")
@click.option(
    "--flagged",
    type=click.Choice(["corrected", "omit"]),
    help="Of kubios: flagged intervals as corrected, or left out [corrected].",
)
@click.option(
    "--gaps",
    type=click.Choice(["join", "split"]),
    help="Of kubios: go on after a gap, or a file for each stretch, in a folder [join].",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="A file, or a folder (one that is there, or a name without a suffix), instead of "
    "stdout; only you can read it.",
)
@rate
@salvage
def export(
    files: tuple[Path, ...],
    kind: str,
    table: str | None,
    out: Path | None,
    rate_hz: float | None,
    salvage: bool,
    **kubios: str | None,
) -> None:
    """Recordings as tables (beats, intervals, epochs, marks), or as RR text for Kubios.

    FILES are journals, CSVs (ir, ppg, ibi_ms) or RR intervals: of a journal what the device found,
    of others what the firmware's code finds in it. Several go into one table, or each into its
    own files where --out is a folder.
    """
    form = _form(kind, table, {name: value for name, value in kubios.items() if value}, out)
    opened = [
        replace(item, written=written_on(item.path, item.session))
        for item in open_recordings(files, rate_hz, salvage)
    ]
    for note in [note for item in opened for note in item.notes] + form.notes(opened):
        say(f"note: {note}")
    if out:
        written = save(opened, form, out)
        note_written(written, files)
        for path in written:
            say(f"wrote {path}")
    else:
        click.echo(form.one(opened), nl=False)


def _form(kind: str, table: str | None, kubios: dict[str, str], out: Path | None) -> Csv | Kubios:
    """What the options ask for; InputError where they contradict each other."""
    into_folder = out is not None and is_folder(out)
    if kind == "csv":
        if kubios:
            raise InputError(
                f"--{next(iter(kubios))} says how RR text is written, not a table.",
                "Add --format kubios.",
            )
        return Csv((table,)) if table else Csv() if into_folder else Csv(("intervals",))
    if table:
        raise InputError("--table is for tables; kubios has one series.", "Leave it out.")
    if kubios.get("gaps") == "split" and not into_folder:
        raise InputError("--gaps split writes several files.", "Name a folder with --out.")
    return Kubios(**kubios)
