"""Checks a board's wiring and sensor step by step, on the board itself."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vagaband.board_files import firmware_hash
from vagaband.deploy import await_status
from vagaband.doctor import conversation
from vagaband.doctor.findings import Findings
from vagaband.doctor.judge import judge
from vagaband.doctor.report import Report
from vagaband.errors import DeviceError
from vagaband.paths import firmware_dir
from vagaband.plain import plain

START_S = 15.0  # from the reset to the app
SAYINGS = {
    "glow": "LED1 is on alone now: the sensor should shine visibly red",
    "finger_wanted": "put a fingertip on the sensor and rest the hand on a table; "
    "waiting {finger_s:.0f} s at most",
    "contact": "measuring for {watch_s:.0f} s; keep the finger still",
}


@dataclass(frozen=True)
class Examination:
    """How long to wait for a finger (0: none is asked for), to measure, to show the red LED."""

    finger_s: float = 30.0
    watch_s: float = 31.0
    glow_s: float = 2.0


def examine(url: str, how: Examination, say: Callable[[str], None]) -> Report:
    """Stop the app, run the probes, start the app again; DeviceError where nothing answers.

    The board restarts and its LEDs are left to the app whatever happens, also at a Ctrl-C.
    """
    options = {
        "finger_ms": round(1000 * how.finger_s),
        "watch_ms": round(1000 * how.watch_s),
        "glow_ms": round(1000 * how.glow_s),
    }

    def heard(probe: str) -> None:
        if probe in SAYINGS:
            say(SAYINGS[probe].format(finger_s=how.finger_s, watch_s=how.watch_s))

    started = conversation.stop_app(url)
    try:
        found = conversation.run_probes(url, options, heard)
    finally:
        conversation.restart(url)
    found.take(started)
    return Report(url, _device(found), judge(_completed(found, url)))


def _completed(found: Findings, url: str) -> Findings:
    """The findings with what only the host knows."""
    found.packaged = firmware_hash(firmware_dir())
    found.port = url
    app: dict[str, Any] = {"runs": False}
    if found.probes.get("system", {}).get("firmware"):
        with contextlib.suppress(DeviceError):
            status = await_status(url, START_S)
            app = {"runs": True, "config": plain(status.get("config", "ok"), 60)}
    found.probes["app"] = app
    return found


def _device(found: Findings) -> str:
    return plain(found.probes.get("system", {}).get("device", ""), 32)
