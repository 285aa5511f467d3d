"""The command synchrony: whether the RSA of two people goes up and down together."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import numpy as np

from vagaband.cli.shared import as_json, print_json, rate, salvage, say, stderr, stdout
from vagaband.cli.together import Wanted, may_join, the_two, wanted, write_joint, write_own
from vagaband.errors import InputError, VagabandError
from vagaband.journal import is_journal
from vagaband.open_recording import Opened, open_recording
from vagaband.report import LANGUAGES, preferred_language
from vagaband.sessions.pieces import written_on
from vagaband.synchrony.align import Axis, axis_of
from vagaband.synchrony.model import Course, Lagged, Synchrony
from vagaband.synchrony.synchrony import MOST_LAG_S, courses_of, synchrony_of
from vagaband.together.sides import Side, side_of

LARGEST_LAG_S = 30
RECORDINGS = (".vbj", ".csv", ".txt")


@click.command()
@click.argument("file_a", metavar="A", type=click.Path(path_type=Path))
@click.argument("file_b", metavar="B", type=click.Path(path_type=Path))
@click.option("--offset", "offset_s", type=float, help="B began so many seconds later than A.")
@click.option(
    "--stretch",
    type=(float, float),
    metavar="FROM UNTIL",
    help="Only these seconds of what both cover.",
)
@click.option(
    "--lag",
    type=click.IntRange(1, LARGEST_LAG_S),
    default=MOST_LAG_S,
    show_default=True,
    help="Largest lag in seconds, either way.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    help="Other pairs that did the same: a folder with a folder of two recordings for each.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of chance.")
@click.option("--lang", type=click.Choice(list(LANGUAGES)), help="Language of what is said.")
@wanted
@rate
@salvage
@as_json
def synchrony(
    file_a: Path,
    file_b: Path,
    offset_s: float | None,
    stretch: tuple[float, float] | None,
    lag: int,
    folder: Path | None,
    seed: int,
    lang: str | None,
    rate_hz: float | None,
    salvage: bool,
    to_json: bool,
    **pages: Any,
) -> None:
    """Whether two people's RSA goes up and down together, more than chance makes it.

    A and B are recordings of the same time: journals (on one clock by `vagaband pair`, else by
    their dates), a CSV each, as one with ibi_ms (both from the same moment on), or sessions as
    `vagaband sessions` names them. At least five minutes that are usable in both are needed. A
    positive lag says that B follows A. What is known to be two people's is joined only once each
    of them agreed, and no more once one withdraws (`vagaband sessions withdraw`).

    \b
    vagaband synchrony anna.vbj bert.vbj
    vagaband synchrony anna.csv bert.csv --offset 12.5
    vagaband synchrony anna.csv bert.csv --stretch 300 900 --json
    vagaband synchrony anna.csv bert.csv --folder other-pairs
    vagaband synchrony P07/2026-11-20 P08/2026-11-20 --page --lang nl
    vagaband synchrony P07/2026-11-20 P08/2026-11-20 --only P07
    """
    want, language = Wanted(**pages), lang or preferred_language()
    a, b = the_two(file_a, file_b, want, to_json)
    if want.only:
        write_own((a, b), want, language)
        return
    may_join(a, b, want, language)
    axis = _axis(a, b, offset_s, rate_hz, salvage)
    if stretch:
        axis = _cut(axis, *stretch)
    dyads = _dyads(folder, (a.path, b.path), rate_hz, salvage) if folder else []
    notes = [written_on(side.path, heard.session) for side, heard in ((a, axis.a), (b, axis.b))]
    found = synchrony_of(axis, most_s=lag, seed=seed, dyads=dyads, notes=notes)
    if to_json:
        print_json(synchrony_json(found, axis))
    if want.page:
        path = write_joint(found, axis, (a, b), want, language)
        (stderr if to_json else stdout).print(f"wrote {path}", soft_wrap=True)
    elif not to_json:
        from vagaband.report.synchrony_sentences import sentences_of  # Babel is loaded where used
        from vagaband.report.words import Words

        words = Words(language)
        for sentence in sentences_of(found, axis.basis, axis.error_s, words):
            stdout.print(sentence, soft_wrap=True)
    if found.verdict == "refused":
        raise SystemExit(1)


def synchrony_json(found: Synchrony, axis: Axis) -> dict[str, Any]:
    """What is said, for a program; a lag is positive where B follows A."""
    rsa, strangers = found.rsa, found.strangers
    return {
        "verdict": found.verdict,
        "why": found.why or None,
        "r0": _number(rsa.r0) if rsa else None,
        "best_lag_s": _number(rsa.best_lag_s) if rsa else None,
        "p": rsa.p if rsa else None,
        "paced": bool(found.pacing),
        "of": "running BP-RSA, trend removed",
        "kind": found.kind or None,
        "leads": found.leads or None,
        "best_r": _number(rsa.best_r) if rsa else None,
        "lag_interval_s": _numbers([rsa.low_s, rsa.high_s]) if rsa else None,
        "chance_r": _number(rsa.chance_r) if rsa else None,
        "p_circular": rsa.p_circular if rsa else None,
        "p_strangers": strangers.p if strangers else None,
        "dyads": strangers.dyads if strangers else None,
        "in_step_share": _number(found.in_step.share) if found.in_step else None,
        "in_step_chance": _numbers([found.in_step.low, found.in_step.high])
        if found.in_step
        else None,
        "usable_s": found.usable_s,
        "seconds": found.seconds,
        "refused_s": {"a": found.a.refused, "b": found.b.refused},
        "clock": {"basis": axis.basis, "error_s": _number(axis.error_s)},
        "pacing": [
            {"begin_s": p.begin_s, "end_s": p.end_s, "per_min": round(p.per_min, 2), "by": p.by}
            for p in found.pacing
        ],
        "rsa": _lagged_json(rsa),
        "heart_period": _lagged_json(found.hp),
        "blocks": [vars(block) for block in found.blocks],
    }


def _lagged_json(found: Lagged | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "r0": _number(found.r0),
        "best_lag_s": _number(found.best_lag_s),
        "best_r": _number(found.best_r),
        "p": found.p,
        "lags_s": found.lags_s.tolist(),
        "r": _numbers(found.r),
        "chance_low": _numbers(found.chance_low),
        "chance_high": _numbers(found.chance_high),
    }


def _number(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else round(float(value), 4)


def _numbers(values: Iterable[float]) -> list[float | None]:
    return [_number(value) for value in values]


def _axis(a: Side, b: Side, offset_s: float | None, rate_hz: float | None, salvage: bool) -> Axis:
    opened = [_opened(side, rate_hz, salvage) for side in (a, b)]
    for one in opened:
        for note in one.notes:
            say(f"note: {one.path.name}: {note}")
    is_mixed = is_journal(a.path) != is_journal(b.path)
    if offset_s is None and is_mixed and None in [o.began for o in opened]:
        raise InputError(
            "One of the two has no date, so nothing says when they were together.",
            "Say with --offset by how many seconds B began later than A.",
        )
    return axis_of(opened[0], opened[1], offset_s, salvage)


def _cut(axis: Axis, from_s: float, until_s: float) -> Axis:
    """The stretch that is asked for; InputError where they have nothing of it in common."""
    cut = axis.cut(from_s, until_s)
    if axis.seconds and not cut.seconds:
        raise InputError(
            f"Both cover 0 to {axis.seconds} s; {from_s:g} to {until_s:g} s is no part of it.",
            "Give --stretch FROM UNTIL within that, FROM first.",
        )
    return cut


def _opened(side: Side, rate_hz: float | None, salvage: bool) -> Opened:
    """What a person told of when a file from elsewhere began counts more than the file."""
    with stderr.status(f"reading {side.path.name}"):
        opened = open_recording(side.path, rate_hz or side.rate_hz, salvage)
    if side.began_s is None or is_journal(side.path):
        return opened
    return replace(opened, began=datetime.fromtimestamp(side.began_s, UTC).astimezone())


def _dyads(
    folder: Path, own: tuple[Path, Path], rate_hz: float | None, salvage: bool
) -> list[tuple[Course, Course]]:
    """The courses of other pairs: of each folder with two recordings, in the order of names."""
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder}.", "--folder names the other pairs.")
    named = {path.resolve() for path in own}
    found = []
    for inner in sorted(path for path in folder.iterdir() if path.is_dir()):
        files = sorted(p for p in inner.iterdir() if p.suffix in RECORDINGS)
        if named & {path.resolve() for path in files}:
            continue
        if len(files) != 2:
            say(f"note: {inner.name} is left out: it holds {len(files)} recordings, not two")
            continue
        try:
            found.append(
                courses_of(_axis(side_of(files[0]), side_of(files[1]), None, rate_hz, salvage))
            )
        except VagabandError as error:
            say(f"note: {inner.name} is left out: {error}")
    return found
