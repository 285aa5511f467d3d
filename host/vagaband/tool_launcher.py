"""Runs a Python tool (esptool, mpremote) in a process of its own: a script, not imported.

Arguments: the tool's module, then its own arguments. It ends when its stdin does, so that a tool
never outlives the command that started it. It opens ports named by a URL as vagaband does.
"""

import os
import runpy
import sys
import threading

import vagaband.url_ports  # noqa: F401  pyserial finds them

ORPHANED = 129


def end_with_parent() -> None:
    """Leave when stdin closes: the command that holds its other end is gone."""
    while os.read(0, 1024):
        pass
    os._exit(ORPHANED)


threading.Thread(target=end_with_parent, daemon=True).start()
sys.argv = sys.argv[1:]
sys.path.pop(0)  # this script's folder
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
