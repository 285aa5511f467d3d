"""Run by MicroPython alone: makes a flash file with the firmware on it.

Arguments: flash file (already of full size), firmware directory.
"""

import os
import sys

import vfs
from flash import Partition, is_blank, make_file_system


def copy_tree(source, target):
    """Copies a directory of the host to the chip, names in order."""
    for name, kind, *_ in sorted(os.ilistdir(source)):
        if name.startswith((".", "__pycache__")):
            continue
        here, there = source + "/" + name, target + "/" + name
        if kind == 0x4000:
            os.mkdir(there)
            copy_tree(here, there)
        else:
            with open(here, "rb") as data, open(there, "wb") as copy:
                copy.write(data.read())


flash_file = open(sys.argv[1], "r+b")
partition = Partition(flash_file)
if is_blank(flash_file):
    files = make_file_system(vfs, partition)
else:
    files = vfs.VfsLfs2(partition, mtime=False)
vfs.mount(files, "/chip")
copy_tree(sys.argv[2], "/chip")
vfs.umount("/chip")
