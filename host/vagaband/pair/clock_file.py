"""What is kept of a session's exchanges: a JSON file beside its journal (see pair.md)."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vagaband.errors import InputError
from vagaband.files import write_private
from vagaband.journal import Journal
from vagaband.pair.exchange import Met
from vagaband.pull import set_aside

FORMAT = 1
ENDING = ".clock.json"  # behind the journal's name
LARGEST = 1 << 22


@dataclass(frozen=True)
class Exchange:
    """One meeting of a session with a PC's clock. `up_s` is how long that PC has been up: told by
    a clock that nobody sets. `pc` tells one PC from another."""

    device: str
    session: int
    boot: str
    pc: str
    up_s: float
    met: Met


def file_of(journal: Path) -> Path:
    """Where the exchanges of a journal's session are kept."""
    return journal.with_name(journal.name + ENDING)


def keep(folder: Path, exchange: Exchange) -> Path:
    """Add an exchange to its session's file; that of another session of this number is set aside
    (a board that was erased counts from 1 again)."""
    path = file_of(folder / f"{exchange.device}-{exchange.session:05d}.vbj")
    known = read(path) if path.exists() else []
    if known and known[0].boot != exchange.boot:
        set_aside(path)
        known = []
    own = (exchange.device, exchange.session, exchange.boot)
    content = {
        "format": FORMAT,
        **dict(zip(("device", "session", "boot"), own, strict=True)),
        "exchanges": [
            {"pc": each.pc, "up_s": each.up_s, **asdict(each.met)} for each in [*known, exchange]
        ],
    }
    write_private(path, (json.dumps(content, indent=1) + "\n").encode())
    return path


def read(path: Path) -> list[Exchange]:
    """The exchanges of a file, in order of time; InputError where it is none of ours."""
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError("too large")
        content = json.loads(path.read_bytes(), parse_constant=_refuse)
        if content["format"] != FORMAT:
            raise ValueError("format")
        found = [_exchange(content, row) for row in content["exchanges"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise InputError(
            f"{path} can't be read as exchanges with the PC's clock.",
            "Move it away: without it the boards' own dates are taken, which are coarser.",
        ) from None
    return sorted(found, key=lambda each: each.met.index)


def exchanges_of(path: Path, journal: Journal) -> list[Exchange]:
    """The exchanges of a journal's own session, from the file beside it; none where none is."""
    file = file_of(path)
    if not file.exists():
        return []
    header = journal.header
    own = (header.get("device"), header.get("session"), header.get("boot"))
    return [each for each in read(file) if (each.device, each.session, each.boot) == own]


def _exchange(content: dict[str, Any], row: dict[str, Any]) -> Exchange:
    met = Met(
        index=_number(row["index"]),
        us=int(_number(row["us"])),
        unix_s=_number(row["unix_s"]),
        error_s=_number(row["error_s"]),
        round_trip_s=_number(row["round_trip_s"]),
        readings=int(_number(row["readings"])),
    )
    whose = (str(content["device"]), int(content["session"]), str(content["boot"]))
    return Exchange(*whose, str(row["pc"]), _number(row["up_s"]), met)


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError("no number")
    return float(value)


def _refuse(word: str) -> None:
    raise ValueError(word)  # NaN and Infinity are no JSON
