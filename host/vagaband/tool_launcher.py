"""Runs a Python tool (esptool, mpremote) in a process of its own: a script, not imported.

Arguments: the tool's module, then its own arguments. It ends when its stdin does, so that a tool
never outlives the command that started it. Over RFC 2217 pyserial's client sends all settings
again whenever a timeout changes and sleeps 50 ms at each control line; esptool does both all the
time. Here a timeout stays local and the client looks for its answers every 2 ms.
"""

import os
import runpy
import sys
import threading
import time
from types import SimpleNamespace
from typing import Any

from serial import rfc2217

LOOK_EVERY_S = 0.002
ORPHANED = 129


def end_with_parent() -> None:
    """Leave when stdin closes: the command that holds its other end is gone."""
    while os.read(0, 1024):
        pass
    os._exit(ORPHANED)


def set_timeout(port: Any, timeout: float | None) -> None:
    """Set a read timeout without telling the other end."""
    port._timeout = timeout


client: Any = rfc2217
client.Serial.timeout = property(lambda port: port._timeout, set_timeout)
client.time = SimpleNamespace(sleep=lambda s: time.sleep(min(s, LOOK_EVERY_S)))
threading.Thread(target=end_with_parent, daemon=True).start()
sys.argv = sys.argv[1:]
sys.path.pop(0)  # this script's folder
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
