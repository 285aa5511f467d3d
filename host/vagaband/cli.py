"""The command `vagaband`: verbs, options, what is printed, and exit codes.

0 when all is well, 1 when a verdict is bad or a device fails, 2 for a wrong call or wrong input,
130 for Ctrl-C. With --json one JSON object goes to stdout; all else goes to stderr.
"""

import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from vagaband import __version__, journal, recording, twin
from vagaband.board.heart import help_text as heart_help
from vagaband.board.script import help_text as script_help
from vagaband.errors import InputError, VagabandError
from vagaband.reference.time_domain import mean_hp_ms, rmssd_ms, sound_runs
from vagaband.session import Session

INTERRUPTED = 130
DEFAULT_OUT = Path("vagaband-sessions")

stdout = Console(highlight=False)
stderr = Console(stderr=True, highlight=False)

as_json = click.option("--json", "to_json", is_flag=True, help="One JSON object on stdout.")
rate = click.option("--rate", "rate_hz", type=float, help="Samples a second of a CSV of light.")
salvage = click.option("--salvage", is_flag=True, help="Use what is left of a damaged journal.")
port = click.option("--port", required=True, help="Serial port or URL of the board.")
file = click.argument("file", type=click.Path(path_type=Path))
beats = click.option(
    "--beats", "beats_file", type=click.Path(path_type=Path), help="CSV of ECG beats, column t_s."
)
unusable = click.option(
    "--unusable",
    type=(float, float),
    multiple=True,
    metavar="A B",
    help="Leave seconds A to B of the reference beats out; may be repeated.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """An open, wearable vagal-tone monitor: run it, flash it, read it, prove it.

    \b
    vagaband demo                          the whole device, without hardware
    vagaband board --heart "hp=850,rsa=6"  a virtual board behind a serial URL
    vagaband pull --port URL               its sessions
    vagaband validate FILE                 device, twin and reference side by side

    For personal insight and research; not a medical device, not for treatment decisions.
    """


def main() -> None:
    """Run the command line; every failure ends in one sentence and its exit code."""
    try:
        cli.main(standalone_mode=False)
    except VagabandError as error:
        _fail(str(error), error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        _fail("Stopped. Nothing half-written was left; run the command again.", INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        _fail(f"{error.strerror or error}{where}. Free the place or choose another.", 1)


def _fail(text: str, code: int) -> None:
    click.echo(f"vagaband: {text}", err=True)
    sys.exit(code)


def _say(text: str) -> None:
    stderr.print(text, markup=False, soft_wrap=True)


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, allow_nan=False))


# replay


@cli.command()
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
        session, note = twin.of_journal(journal.load(file, salvage), engine)
        notes = [note] if note else []
    else:
        session, notes = twin.of_recording(recording.load(file, rate_hz), engine), []
    if not len(session.beats_s):
        notes.append("no beat was found: too little light for a finger, or no pulse in it")
    for note in notes:
        _say(f"note: {note}")
    if to_json:
        _print_json(replay_json(session, notes))
    else:
        _print_replay(session)


def replay_json(session: Session, notes: list[str]) -> dict[str, Any]:
    """What replay says, as JSON; times in seconds from the first sample."""
    sound = sound_runs(session.intervals)
    return {
        "engine": session.engine,
        "rate_hz": session.rate_hz or None,
        "beats_s": [round(float(t), 6) for t in session.beats_s],
        "intervals": [
            {"t_s": round(i.t_s, 6), "ibi_ms": i.ibi_ms, "flag": i.flag, "run": i.run}
            for i in session.intervals
        ],
        "rsa": [
            {
                "t_s": round(e.t_s, 6),
                "ln_ms2": e.ln_ms2,
                "valid": e.valid,
                "corrected_share": round(e.corrected_share, 6),
                "reason": e.reason,
                "bp_ln_ms2": e.bp_ln_ms2,
                "rmssd_ms": e.rmssd_ms,
                "mean_hp_ms": e.mean_hp_ms,
            }
            for e in session.epochs
        ],
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
    table = Table("epoch from", "RSA ln ms²", "BP-RSA", "heart period ms", "RMSSD ms", "corrected")
    for epoch in session.epochs:
        shown = _number(epoch.ln_ms2, 2) if epoch.valid else f"refused: {epoch.reason}"
        table.add_row(
            f"{epoch.t_s:.1f} s",
            shown,
            _number(epoch.bp_ln_ms2, 2),
            _number(epoch.mean_hp_ms, 1),
            _number(epoch.rmssd_ms, 1),
            f"{100 * epoch.corrected_share:.0f} %",
        )
    stdout.print(table)


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


# validate


@cli.command()
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
    from vagaband.judge import judge

    verdict = judge(
        file,
        rate_hz=rate_hz,
        salvage=salvage,
        beats_file=beats_file,
        unusable=unusable,
        limits=_limits(limits),
        picture_file=picture or Path(f"{file.stem}-validate.png"),
    )
    _show_verdict(verdict, to_json)


def _limits(text: str | None) -> dict[str, float] | None:
    if text is None:
        return None
    try:
        pairs = [part.split("=") for part in text.split(",")]
        return {name.strip(): float(value) for name, value in pairs}
    except ValueError:
        raise InputError(
            f"--limits {text!r} can't be read.", "Write it as f1=99,rsa=0.13"
        ) from None


def _show_verdict(verdict: Any, to_json: bool) -> None:
    if to_json:
        _print_json(verdict.as_json())
    else:
        table = Table("check", "value", "limit", "unit", "")
        for check in verdict.checks:
            value = "–" if check.value is None else f"{check.value:.4g}"
            table.add_row(
                check.name, value, f"{check.limit:g}", check.unit, "ok" if check.ok else "FAIL"
            )
        stdout.print(table)
        for check in verdict.checks:
            if not check.ok:
                stdout.print(f"{check.name}: {check.why}")
        if verdict.ecg:
            figures = ", ".join(
                f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}"
                for name, value in verdict.ecg.items()
            )
            stdout.print(f"against the ECG: {figures}")
        for note in verdict.notes:
            stdout.print(f"note: {note}")
        stdout.print(f"verdict: {'pass' if verdict.passed else 'fail'}")
    if not verdict.passed:
        sys.exit(1)


# export


@cli.command()
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
    from vagaband.export import save_csv, to_csv

    if journal.is_journal(file):
        session = twin.as_logged(journal.load(file, salvage))
    else:
        session = twin.of_recording(recording.load(file, rate_hz))
    if out:
        save_csv(session, out)
        _say(f"wrote {out}")
    else:
        click.echo(to_csv(session), nl=False)


# boards


@cli.command("pull")
@port
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=DEFAULT_OUT,
    show_default=True,
    help="Folder.",
)
@as_json
def pull_(port: str, out: Path, to_json: bool) -> None:
    """Fetch a board's sessions; resumes where it stopped, verifies, leaves them on the board."""
    from vagaband.pull import pull

    with stderr.status("asking the board") as status:
        pulled = pull(port, out, lambda what, done: status.update(f"{what}: {done:,} bytes"))
    if to_json:
        _print_json({"sessions": [p.as_json() for p in pulled]})
        return
    for p in pulled:
        state = "" if p.ended else ", still open"
        stdout.print(f"{p.path}: {p.bytes:,} bytes, {p.new_bytes:,} of them new{state}")
    if not pulled:
        stdout.print("the board holds no session")


@cli.command("deploy")
@port
def deploy_(port: str) -> None:
    """Put the firmware on a board that runs MicroPython; logs and configuration stay."""
    from vagaband.deploy import deploy

    with stderr.status("copying the firmware"):
        firmware = deploy(port)
    stdout.print(f"firmware {firmware} is on the board; it restarts")


@cli.command("demo")
@click.option(
    "--recording", "recording_file", type=click.Path(path_type=Path), help="CSV of ir or ppg."
)
@rate
@click.option("--heart", help="A synthetic heart, as for board.")
@click.option("--minutes", type=click.FloatRange(0.5, 1440), help="Virtual minutes worn.")
@click.option("--seed", type=int, default=1, show_default=True)
@beats
@unusable
@click.option("--limits", help="As for validate.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("vagaband-demo"),
    show_default=True,
    help="Folder for the session, the picture and the summary.",
)
@as_json
def demo_(
    recording_file: Path | None,
    rate_hz: float | None,
    heart: str | None,
    minutes: float | None,
    seed: int,
    beats_file: Path | None,
    unusable: tuple[tuple[float, float], ...],
    limits: str | None,
    out: Path,
    to_json: bool,
) -> None:
    """The whole device without hardware: deploy, wear, pull, validate.

    Wears a synthetic heart for 6 virtual minutes, or a recording for its length.
    """
    from vagaband.demo import Demo, wear
    from vagaband.files import write_private
    from vagaband.judge import judge

    if recording_file and heart:
        raise InputError("A demo wears a recording or a heart, not both.", "Leave one out.")
    bounds = _limits(limits)
    session = wear(Demo(recording_file, rate_hz, heart, minutes, seed), out, _say)
    verdict = judge(
        session,
        beats_file=beats_file,
        unusable=unusable,
        limits=bounds,
        picture_file=out / "validate.png",
    )
    write_private(out / "summary.json", json.dumps(verdict.as_json(), indent=1).encode())
    _say(f"wrote {session}, {out / 'validate.png'}, {out / 'summary.json'}")
    _show_verdict(verdict, to_json)


BOARD_HELP = f"""Run a virtual board; its serial URL is the first line on stdout.

It carries the firmware, unless --flash-file names a chip. With --speed max time jumps while no
host is attached; with --for it is worn that long, however fast, then the session is stopped and
the board waits to be pulled in real time.

\b
vagaband board --speed max --for 60    an hour of wearing in seconds
vagaband pull --port URL               then its session

\b
{heart_help()}

\b
{script_help()}
"""


@cli.command("board", help=BOARD_HELP)
@click.option("--recording", "recording_file", type=click.Path(path_type=Path))
@rate
@click.option("--heart", help="KEY=VALUE,... as listed below.")
@click.option("--speed", default="1", show_default=True, help="Virtual against real time, or max.")
@click.option(
    "--for", "for_min", type=float, metavar="MINUTES", help="Worn so long, then stopped."
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option(
    "--flash-file", type=click.Path(path_type=Path), help="Its chip; a new one is blank."
)
@click.option("--script", type=click.Path(path_type=Path), help="What happens when; see below.")
@click.option("--baud", type=int, default=115200, show_default=True)
@click.option("--clock", type=float, help="The sensor's clock against nominal, as 0.985.")
@click.option("--truth", type=click.Path(path_type=Path), help="Where the heart's beats go.")
def board_(recording_file: Path | None, rate_hz: float | None, speed: str, **options: Any) -> None:
    from vagaband.board import BoardOptions, run_board

    try:
        pace = "max" if speed == "max" else float(speed)
    except ValueError:
        raise InputError(f"--speed {speed} is no number.", "Give a number, or max.") from None
    run_board(
        BoardOptions(recording=recording_file, rate_hz=rate_hz or 100.0, speed=pace, **options)
    )
