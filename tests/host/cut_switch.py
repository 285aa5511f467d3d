"""Run by MicroPython alone: deploy's switch on a flash file, cut off, then the boot guard.

Arguments: flash file, code of the switch, how many steps it may take ("-" for all).
Prints what the guard then ran; exits 3 where the switch was cut.
"""

# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false
# pyright: reportArgumentType=false

import os as real
import sys

import vfs
from flash import Partition

STEPS = ("rename", "remove", "rmdir")


class Cutting:
    """The module os, which ends the power before one step too many."""

    def __init__(self, left):
        self.left = left

    def __getattr__(self, name):
        work = getattr(real, name)
        if name not in STEPS:
            return work

        def step(*words):
            if not self.left:
                sys.exit(3)
            self.left -= 1
            return work(*words)

        return step


chip, switch, after = sys.argv[1:4]
with open(switch) as file:
    code = file.read()
partition = Partition(open(chip, "r+b"))  # noqa: SIM115
vfs.umount("/")
vfs.mount(vfs.VfsLfs2(partition, mtime=False), "/")
real.chdir("/")
sys.path[:] = ["", ".frozen", "/lib"]
if after == "boot":
    with open("/main.py") as file:
        exec(file.read(), {"__name__": "__main__"})
else:
    sys.modules["os"] = Cutting(int(after))
    exec(code, {})
