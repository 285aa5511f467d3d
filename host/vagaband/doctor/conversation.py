"""The talk with the board: stop the app, run the probes through mpremote, start it again."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path

from vagaband.device import Device
from vagaband.doctor.findings import Findings
from vagaband.errors import DeviceError
from vagaband.paths import firmware_dir
from vagaband.prompt import Prompt
from vagaband.tools import run_tool

PROBES = Path(__file__).parent / "inside" / "probes.py"
# Asked before the soft reset by which mpremote begins.
RESET_CAUSE = """
import json, machine
print('doctor:' + json.dumps({'probe': 'reset', 'cause': machine.reset_cause()}))
"""
SPARE_S = 90.0  # beyond the waits that were asked for: start, transfers, short probes


def stop_app(url: str) -> str:
    """End a session in good order where the app runs, then the app; puts the watchdog off.

    Returns why the board had started, as a line for Findings. DeviceError where the port can't be
    had or no MicroPython answers.
    """
    with Device(url) as device:
        device.end_session()
    with Prompt(url) as prompt:
        return prompt.run(RESET_CAUSE)


def run_probes(url: str, options: dict[str, int], heard: Callable[[str], None]) -> Findings:
    """Everything the probes found; `heard` gets each probe's name as it comes.

    The firmware's own driver goes to the board's memory first. The LEDs are off when the probes
    end, and a Ctrl-C, such as restart() sends, ends them.
    """
    found = Findings(finger=bool(options["finger_ms"]))
    last = "the start"

    def take(line: str) -> None:
        nonlocal last
        name = found.take(line)
        if name:
            last = name
            heard(name)

    driver = firmware_dir() / "vagal" / "max30102.py"
    words = ["connect", url, "run", str(driver), "+", "exec", f"DOCTOR = {json.dumps(options)}"]
    timeout_s = SPARE_S + sum(options.values()) / 1000
    run_tool("mpremote", *words, "+", "run", str(PROBES), timeout_s=timeout_s, on_line=take)
    found.probes["end"] = {"last": last, "words": found.stray or "silence"}
    return found


def restart(url: str) -> None:
    """Break off what runs, see to it that the LEDs are off, reset the board."""
    with contextlib.suppress(DeviceError), Prompt(url) as prompt:
        with contextlib.suppress(DeviceError):  # unknown where the probes never came
            prompt.run("lights_out()", 1.0)
        prompt.reset()
