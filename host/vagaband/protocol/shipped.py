"""The protocols that come with vagaband, and files of one's own."""

from pathlib import Path

from vagaband.errors import InputError
from vagaband.plain import plain
from vagaband.protocol.model import Protocol
from vagaband.protocol.read import read

FOLDER = Path(__file__).with_name("shipped")


def shipped() -> list[Path]:
    """Their files, by name."""
    return sorted(FOLDER.glob("*.toml"))


def file_of(named: str) -> Path:
    """The file that is meant: a path, or the name of one that came with vagaband."""
    path = Path(named)
    known = {file.stem: file for file in shipped()}
    if path.suffix == ".toml" or path.exists():
        return path
    if named in known:
        return known[named]
    raise InputError(
        f"There is no protocol {plain(named, 60)!r}.",
        f"Name a file, or one of these: {', '.join(known)}.",
    )


def protocol_of(named: str) -> Protocol:
    """What `named` means, read."""
    return read(file_of(named))
