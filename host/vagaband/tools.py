"""Starts Python tools that talk to boards (esptool, mpremote) as processes of their own."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

LAUNCHER = Path(__file__).with_name("tool_launcher.py")


@dataclass(frozen=True)
class Ran:
    """What a tool left: its exit code, or None where it took too long, and its lines."""

    code: int | None
    lines: list[str]


def run_tool(
    module: str,
    *arguments: str,
    timeout_s: float,
    on_line: Callable[[str], None] = lambda line: None,
) -> Ran:
    """Run a tool to its end; `on_line` gets each line as it comes."""
    process = subprocess.Popen(
        [sys.executable, str(LAUNCHER), module, *arguments],
        stdin=subprocess.PIPE,  # its closing ends the tool, also when this process is killed
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200", "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout
    late = threading.Event()

    def stop() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(timeout_s, stop)
    timer.start()
    lines = []
    try:
        for line in process.stdout:
            lines.append(line.rstrip())
            on_line(lines[-1])
        code = process.wait()
    finally:
        timer.cancel()
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()
    return Ran(None if late.is_set() else code, lines)
