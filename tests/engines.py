"""The engines that the firmware's stages run in: CPython and MicroPython, 64-bit and 32-bit.

A script gets three arguments: the firmware's folder, its input (a folder or a file in it), and
the folder of what scripts share.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from vagaband import twin
from vagaband.bench import wasm
from vagaband.bench.wasm import IN_ENGINE, EngineError, Ran
from vagaband.paths import firmware_dir

ENGINES = ("cpython", "micropython", "wasm")  # wasm: MicroPython, 32-bit


def run(
    engine: str,
    script: Path,
    data: dict[str, bytes],
    *,
    file: str = "",
    firmware: Path | None = None,
) -> Ran:
    """Run a script in an engine, with files of `data` in its folder of input.

    Its second argument is that folder, or the `file` in it. EngineError where it fails.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part, content in data.items():
            (folder / part).write_bytes(content)
        where = firmware or firmware_dir()
        if engine == "wasm":
            return wasm.run(script, where, folder, file)
        return _run_process(engine, script, where, folder / file)


def _run_process(engine: str, script: Path, firmware: Path, data: Path) -> Ran:
    arguments = (firmware, data, IN_ENGINE)
    done = subprocess.run(
        [sys.executable, *twin.ENGINES[engine], str(script), *map(str, arguments)],
        env={**os.environ, "MICROPYPATH": ".frozen", "PYTHONPATH": str(twin.SHIM)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise EngineError(f"{engine}: {done.stdout[-500:]}{done.stderr[-2000:]}")
    return Ran(done.stdout.splitlines(), [])


def changed_firmware(folder: Path, name: str, before: str, after: str) -> Path:
    """A copy of the firmware in `folder` with one place of a stage's source changed."""
    copy = folder / "firmware"
    shutil.copytree(firmware_dir(), copy)
    source = copy / "vagal" / name
    text = source.read_text()
    assert before in text
    source.write_text(text.replace(before, after))
    return copy
