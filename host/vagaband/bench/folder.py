"""A folder of recordings with reference beats: NAME.csv and NAME.beats.csv, side by side.

`recordings.json` in it, where there is one, says per NAME `rate_hz`, `unusable_s` (stretches in
which the reference can't be relied on) and `set`; without `set` it is NAME up to its last "_".
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vagaband import recording
from vagaband.errors import InputError
from vagaband.recording import Recording
from vagaband.score import Stretches
from vagaband.session import Floats

BEATS = ".beats.csv"
INDEX = "recordings.json"


@dataclass(frozen=True)
class Item:
    """One recording and its truth; `beats_s` of shape (n,) and `unusable` in s on its clock."""

    name: str
    set_name: str
    recording: Recording
    beats_s: Floats
    unusable: Stretches


def load(folder: Path, rate_hz: float | None = None) -> list[Item]:
    """All recordings of the folder that have reference beats, by name.

    `rate_hz` is that of recordings of which the index says none. InputError where one can't be
    used.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder.", "Name a folder with NAME.csv, NAME.beats.csv.")
    index = _index(folder / INDEX)
    names = sorted(path.name.removesuffix(BEATS) for path in folder.glob(f"*{BEATS}"))
    items = [_item(folder, name, index, rate_hz) for name in names if _has_light(folder, name)]
    if not items:
        raise InputError(
            f"{folder} holds no recording with reference beats.",
            "Each needs NAME.csv with a column ir or ppg, and NAME.beats.csv with a column t_s.",
        )
    return items


def _has_light(folder: Path, name: str) -> bool:
    return (folder / f"{name}.csv").is_file()


def _item(folder: Path, name: str, index: dict[str, Any], rate_hz: float | None) -> Item:
    about = index.get(name, {})
    try:
        rate = about.get("rate_hz", rate_hz)
        unusable = [(float(begin), float(end)) for begin, end in about.get("unusable_s", [])]
        default = name.rpartition("_")[0] if index else folder.resolve().name
        set_name = str(about.get("set", default or name))
        loaded = recording.load(folder / f"{name}.csv", None if rate is None else float(rate))
    except (AttributeError, TypeError, ValueError):
        raise InputError(
            f"{folder / INDEX} can't be used for {name}.",
            "It gives a number rate_hz and pairs of numbers unusable_s.",
        ) from None
    if loaded.kind == "ibi_ms":
        raise InputError(f"{folder / name}.csv holds intervals, not light.", "Remove its beats.")
    return Item(name, set_name, loaded, recording.load_beats(folder / f"{name}{BEATS}"), unusable)


def _index(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} can't be read: {error}.", "Repair or remove it.") from None
    if not isinstance(index, dict):
        raise InputError(f"{path} is no table of recordings.", "Repair or remove it.")
    return index
