"""Power cuts: a session's block operations, and what is left when the power fails at each of them.

The firmware's own recorder and journal write a session in real MicroPython on real littlefs; each
program and erase is kept. For every one of them, and each of three ways (before it, amid it, after
it), the flash is put together as it was then, mounted and read.
"""

import random
import struct
import tempfile
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from littlefs import LittleFS, LittleFSError, UserContext
from vagaband.board.flash_file import temporary_chip
from vagaband.board.heart import Heart
from vagaband.board.interpreter import run_micropython
from vagaband.journal import GAP, decode
from vagaband.paths import firmware_dir

RECORD = Path(__file__).parent / "in_engine" / "record.py"
MOUNT = Path(__file__).parent / "in_engine" / "mount.py"
FS_OFFSET, BLOCK, BLOCKS = 0x200000, 4096, 512
HEAD = struct.Struct("<BQHHH")
NOTE = struct.Struct("<IIII")
WAYS = ("before", "torn", "after")
SESSION = "/log/00007.vbj"
PORTION = 400  # cuts between two looks at the clock
CONTENTS = ("raw", "red", "beats", "mends", "epochs", "events", "marks")


@dataclass(frozen=True)
class Operation:
    """A program ("P"), an erase ("E"), a sync ("S") or a note ("N") of the recorder."""

    kind: str
    us: int
    block: int
    offset: int
    data: bytes


@dataclass(frozen=True)
class Recorded:
    """A session: flash before it, operations, light (one count a sample), its whole file."""

    before: bytes
    operations: list[Operation]
    light: list[int]
    file: bytes

    @property
    def cuts(self) -> list[int]:
        """Operations that can be cut."""
        return [k for k, op in enumerate(self.operations) if op.kind in "PE"]


@dataclass
class CutResult:
    """What the cuts have shown; all but the first should be 0."""

    cuts_tried: int = 0
    lost_committed_bytes: int = 0
    false_records: int = 0
    unmounted: int = 0
    first: str = field(default="", repr=False)  # of what went wrong

    @property
    def sound(self) -> bool:
        """Whether nothing was lost and nothing false was read."""
        return not (self.lost_committed_bytes or self.false_records or self.unmounted)


def record(
    minutes: float, seed: int, firmware: Path | None = None, config: str = "{}", eaten_at: int = -1
) -> Recorded:
    """Record a session of a synthetic finger and keep every operation on flash.

    `eaten_at`: the sample at which another file takes all the space that is left.
    """
    rng = np.random.default_rng(seed)
    heart = Heart(f"hp=850,rsa=6,breath=0.25,noise=15,seed={seed}")
    t_s = np.arange(int(minutes * 6000)) / 100
    light = np.rint(heart.light(t_s)[1]).astype("<i4")
    begin = int(rng.integers(len(light) // 2))
    light[begin : begin + 500] = 900  # the finger is off
    with (
        temporary_chip(firmware or firmware_dir()) as chip_folder,
        tempfile.TemporaryDirectory() as folder,
    ):
        chip = Path(chip_folder) / "flash.bin"
        before = chip.read_bytes()[FS_OFFSET:]
        light_file, trace = Path(folder) / "light", Path(folder) / "trace"
        light_file.write_bytes(light.tobytes())
        where = str(firmware or firmware_dir())
        run_micropython(
            RECORD, where, str(chip), str(light_file), str(trace), config, str(eaten_at)
        )
        operations = list(read_trace(trace.read_bytes()))
        file = read_file(bytearray(chip.read_bytes()[FS_OFFSET:]))
    return Recorded(before, operations, light.tolist(), file)


def read_trace(trace: bytes) -> Iterator[Operation]:
    """Every operation that a flash has kept."""
    at = 0
    while at < len(trace):
        kind, us, block, offset, n = HEAD.unpack_from(trace, at)
        at += HEAD.size
        yield Operation(chr(kind), us, block, offset, trace[at : at + n])
        at += n


def read_file(image: bytearray, name: str = SESSION) -> bytes:
    """A file's content, b"" where there is none; LittleFSError where it can't be mounted.

    Sizes are those of MicroPython's VfsLfs2.
    """
    files = LittleFS(
        UserContext(buffer=image),
        block_size=BLOCK,
        block_count=BLOCKS,
        read_size=32,
        prog_size=32,
        cache_size=128,
        lookahead_size=32,
        mount=False,
    )
    files.mount()
    try:
        with files.open(name, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""


def broken_promises(recorded: Recorded, every: int = 1) -> list[str]:
    """Notes of the recorder that the file doesn't bear out: light, beats, marks, to the bit.

    `every`: of so many notes one is looked at, and the last one.
    """
    wrong = []
    index_of, lost = [], 0  # of each sample
    gaps = {e.index: e.value for e in decode(recorded.file).events if e.code == GAP}
    for n in range(len(recorded.light)):
        lost += gaps.get(n + lost, 0)
        index_of.append(n + lost)
    notes = [NOTE.unpack(op.data) for op in recorded.operations if op.kind == "N"]
    for index, beats, marks, size in [*notes[::every], notes[-1]]:
        found = decode(recorded.file[:size])
        light = [(first + i, ir) for first, counts in found.raw for i, ir in enumerate(counts)]
        told = [pair for pair in zip(index_of, recorded.light, strict=True) if pair[0] < index]
        if size and (light[: len(told)] != told or any(found.integrity.values())):
            wrong.append(f"light up to {index}")
        if len(found.beats) < beats or len(found.marks) < marks:
            wrong.append(f"beats or marks up to {index}")
    return wrong


class Replay:
    """Rebuilds the flash operation by operation, and reads it after each cut.

    `held_back`: so many operations are lost at a cut, as by a flash that lies about sync.
    `keep`: share of the cuts whose flash is kept for MicroPython to mount.
    """

    def __init__(self, recorded: Recorded, seed: int, held_back: int = 0, keep: float = 0) -> None:
        self._recorded = recorded
        self._image = bytearray(recorded.before)
        self._random = random.Random(seed)
        self._held_back = held_back
        self._applied = 0
        self._keep = keep
        self._kept: list[tuple[bytes, bytes]] = []  # flash, and what littlefs-python read there
        self._true = {name: _frozen(recorded.file, name) for name in CONTENTS}
        self.result = CutResult()

    def cut(self, k: int, way: str) -> None:
        """Cut at operation k; call it with k in rising order."""
        self._apply_until(k - self._held_back)
        op = self._recorded.operations[k]
        at, new = where(op), content(op)
        old = bytes(self._image[at : at + len(new)])
        left = {"before": old, "after": new, "torn": b""}[way] or self._torn(old, new)
        if self._held_back:
            left = old
        self._image[at : at + len(new)] = left
        self._check(k, way, self._promised(k))
        self._image[at : at + len(new)] = old

    def mount_kept(self) -> int:
        """Mount what was kept in real MicroPython, which also writes there; how many differ."""
        with tempfile.TemporaryDirectory() as folder:
            chips = []
            for n, (image, _) in enumerate(self._kept):
                chips.append(Path(folder) / str(n))
                with chips[-1].open("wb") as chip:
                    chip.seek(FS_OFFSET)
                    chip.write(image)
            said = run_micropython(MOUNT, *map(str, chips)).splitlines()
        wanted = [f"{len(found)} {zlib.crc32(found)}" for _, found in self._kept]
        return sum(a != b for a, b in zip(said, wanted, strict=True))

    def _apply_until(self, k: int) -> None:
        for op in self._recorded.operations[self._applied : max(k, 0)]:
            if op.kind in "PE":
                self._image[where(op) : where(op) + len(content(op))] = content(op)
        self._applied = max(self._applied, k)

    def _torn(self, old: bytes, new: bytes) -> bytes:
        n = self._random.randrange(len(new))
        rest = old[n:] if self._random.random() < 0.5 else self._random.randbytes(len(new) - n)
        return new[:n] + rest

    def _promised(self, k: int) -> int:
        """Bytes that were committed before operation k."""
        for op in reversed(self._recorded.operations[:k]):
            if op.kind == "N":
                return NOTE.unpack(op.data)[3]
        return 0

    def _check(self, k: int, way: str, promised: int) -> None:
        result, whole = self.result, self._recorded.file
        result.cuts_tried += 1
        try:
            found = read_file(self._image)
        except LittleFSError as error:
            result.unmounted += 1
            result.lost_committed_bytes += promised
            result.first = result.first or f"operation {k}, {way}: {error}"
            return
        if self._random.random() < self._keep:
            self._kept.append((bytes(self._image), found))
        good = _common(whole, found)
        lost = max(0, promised - good)
        false = 0 if good == len(found) else self._false_in(found)
        result.lost_committed_bytes += lost
        result.false_records += false
        if lost or false:
            result.first = result.first or f"operation {k}, {way}: {good} bytes of {promised}"

    def _false_in(self, found: bytes) -> int:
        """What the decoder takes for true and is not."""
        return sum(len(_frozen(found, name) - self._true[name]) for name in CONTENTS)


def _frozen(data: bytes, name: str) -> set[str]:
    return {repr(item) for item in getattr(decode(data), name)}


def _common(a: bytes, b: bytes) -> int:
    """Bytes that two begin with alike."""
    if a.startswith(b):
        return len(b)
    return next(i for i in range(len(b)) if a[i : i + 1] != b[i : i + 1])


def where(op: Operation) -> int:
    """Where on the chip it begins."""
    return op.block * BLOCK + op.offset


def content(op: Operation) -> bytes:
    """What it leaves there."""
    return op.data if op.kind == "P" else b"\xff" * BLOCK


def replay(
    recorded: Recorded, seed: int, share: float = 1.0, held_back: int = 0, mounted: int = 0
) -> CutResult:
    """Cut at every operation, or at a share of them at random, each of the three ways.

    About `mounted` of them are mounted in real MicroPython too.
    """
    cuts = _shuffled(recorded, seed)
    return _replay(recorded, seed, cuts[: round(share * len(cuts))], held_back, mounted)


def _shuffled(recorded: Recorded, seed: int) -> list[tuple[int, str]]:
    cuts = [(k, way) for k in recorded.cuts for way in WAYS]
    random.Random(seed).shuffle(cuts)
    return cuts


def _replay(
    recorded: Recorded, seed: int, cuts: list[tuple[int, str]], held_back: int, mounted: int
) -> CutResult:
    cutting = Replay(recorded, seed, held_back, mounted / max(1, len(cuts)))
    for k, way in sorted(cuts):
        cutting.cut(k, way)
    if mounted:
        cutting.result.unmounted += cutting.mount_kept()
    return cutting.result


def run(seed: int, seconds: float) -> CutResult:
    """Cut a session of 30 minutes wherever it can be cut, as far as the time allows."""
    end_s = time.monotonic() + seconds
    recorded = record(30, seed)
    result = CutResult(first="; ".join(broken_promises(recorded, every=16)))
    if result.first:
        result.lost_committed_bytes = len(recorded.file)
    cuts = _shuffled(recorded, seed)
    for at in range(0, len(cuts), PORTION):
        part = _replay(recorded, seed + at, cuts[at : at + PORTION], 0, mounted=5)
        result.cuts_tried += part.cuts_tried
        result.lost_committed_bytes += part.lost_committed_bytes
        result.false_records += part.false_records
        result.unmounted += part.unmounted
        result.first = result.first or part.first
        if time.monotonic() > end_s:
            break
    return result
