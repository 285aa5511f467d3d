"""Run by MicroPython alone: the firmware's configuration on littlefs, every operation kept.

Arguments: firmware folder, flash file, file for the trace, a JSON file: a list of [file to be
tried, in hex; keys to be set then]. Prints a line of JSON for each: what holds and what is wrong,
the error, the same again, and the files on flash, which then go.
"""

# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false
# pyright: reportAttributeAccessIssue=false

import binascii
import json
import os
import sys

import vfs
from flash import Partition
from flash_faults import Trace

firmware, chip, trace_file, task = sys.argv[1:5]
sys.path.insert(0, firmware)
from vagal import config  # noqa: E402

with open(task) as f:
    tasks = json.load(f)
trace = Trace(open(trace_file, "wb"))  # noqa: SIM115
partition = Partition(open(chip, "r+b"), trace=trace)  # noqa: SIM115
vfs.umount("/")
vfs.mount(vfs.VfsLfs2(partition, mtime=False), "/")
os.chdir("/")


def files():
    """Content of each of the configuration's files, in hex."""
    found = {}
    for name in os.listdir("/"):
        if name.startswith("vagal.json"):
            if os.stat(name)[0] & 0x4000:
                found[name] = "folder"
                continue
            with open(name, "rb") as f:
                found[name] = binascii.hexlify(f.read()).decode()
    return found


for hexed, pairs in tasks:
    if hexed == "folder":
        os.mkdir(config.FILE)
    elif hexed is not None:
        with open(config.FILE, "wb") as f:
            f.write(binascii.unhexlify(hexed))
    before, fault = config.check()
    error = ""
    trace.add(b"N", 0, data=b"")
    try:
        config.store(*pairs)
    except ValueError as e:
        error = str(e)
    trace.add(b"N", 0, data=b"")
    after, fault_after = config.check()
    left = files()
    print(json.dumps([before, fault, error, after, fault_after, left]))
    for name in left:
        (os.rmdir if left[name] == "folder" else os.remove)(name)
