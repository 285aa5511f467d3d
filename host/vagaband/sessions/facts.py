"""Which files of the data folder are recordings, and what tells one recording from another.

`*.vbj` is a board's session, `*.vbj.part` and `*.vbj.oldN` are copies of one, and
`*.vbj.clock.json` is what is known of its clock (pair.md); `rr-HASH.txt` holds intervals and
`light-HASH-RATE.csv` light, both from elsewhere.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from vagaband.journal import HEADER_WITHIN, Journal, decode

KINDS = {  # by name
    "journal": re.compile(r"(?P<stem>[^.][^/]*\.vbj)(?P<copy>\.part|\.old\d+)?"),
    "clock": re.compile(r"(?P<stem>[^.][^/]*\.vbj)(?P<copy>\.clock\.json(\.old\d+)?)"),
    "intervals": re.compile(r"(?P<stem>rr-[0-9a-f]{16}\.txt)(?P<copy>)"),
    "light": re.compile(r"(?P<stem>light-[0-9a-f]{16}-[0-9.]+\.csv)(?P<copy>)"),
}
UNFINISHED = re.compile(r"\.(?P<name>.+)\.[a-z0-9_]{8}")  # left by a write that was killed
DEVICE = re.compile(r"[0-9a-f]{4,32}(?=-)")
FLASH = re.compile(r"(?P<device>.+)-flash(-\d+)?\.bin")
CARVED = "-carved-"


@dataclass(frozen=True)
class FolderFile:
    """A file of the data folder. `source` is "journal", "intervals", "light", or "clock" of a
    journal; `stem` the name that it is a copy of or stands beside, its own where `copy` is "";
    `copy` else ".part", ".oldN", "unfinished", ".clock.json".
    """

    path: Path
    source: str
    stem: str
    copy: str

    @property
    def device(self) -> str:
        """The board that its name tells; "" for none."""
        found = DEVICE.match(self.stem) if self.source in ("journal", "clock") else None
        return found[0] if found else ""

    @property
    def is_recording(self) -> bool:
        """Whether it may stand for a recording; what is unfinished never does."""
        return self.source != "clock" and self.copy not in (".part", "unfinished")

    @property
    def rank(self) -> tuple[bool, bool, str]:
        """The lowest stands for a recording that several files hold."""
        return bool(self.copy), CARVED in self.stem, self.path.name


def files_in(folder: Path) -> list[FolderFile]:
    """The recordings of a folder and their copies; a link to elsewhere is none."""
    paths = [path for path in folder.iterdir() if path.is_file() and not path.is_symlink()]
    return sorted(filter(None, map(_file, paths)), key=lambda file: file.rank)


def is_recording_in(folder: Path, path: Path) -> bool:
    """Whether a file lies in the folder under the name of a recording."""
    file = _file(path)
    return path.resolve().parent == folder.resolve() and file is not None and file.is_recording


def _file(path: Path) -> FolderFile | None:
    left = UNFINISHED.fullmatch(path.name)
    for source, pattern in KINDS.items():
        if match := pattern.fullmatch(left["name"] if left else path.name):
            copy = "unfinished" if left else match["copy"] or ""
            return FolderFile(path, source, match["stem"], copy)
    return None


def flash_copies(folder: Path) -> dict[Path, str]:
    """Copies of a whole flash that `rescue` made, and of which board."""
    found = ((path, FLASH.fullmatch(path.name)) for path in sorted(folder.iterdir()))
    return {path: match["device"] for path, match in found if match and path.is_file()}


def recording_of(journal: Journal) -> str:
    """What tells a session from all others: its board, number and salt; "" without a header."""
    parts = [str(journal.header.get(name, ""))[:40] for name in ("device", "session", "salt")]
    return "-".join(parts) if journal.header else ""


def recording_in(file: FolderFile) -> str:
    """The recording that a file holds; of one without a header its name."""
    if file.source != "journal":
        return file.stem
    with file.path.open("rb") as opened:
        return recording_of(decode(opened.read(HEADER_WITHIN))) or file.stem


def name_for(content: bytes, rate_hz: float | None = None) -> str:
    """The name of a file from elsewhere: by its content, so that none comes in twice."""
    digest = hashlib.sha256(content).hexdigest()[:16]
    return f"rr-{digest}.txt" if rate_hz is None else f"light-{digest}-{rate_hz:g}.csv"


def rate_in(name: str) -> float | None:
    """The samples a second that the name of a recording of light tells; None for others."""
    if not KINDS["light"].fullmatch(name):
        return None
    return float(name.removesuffix(".csv").rsplit("-", 1)[1])
