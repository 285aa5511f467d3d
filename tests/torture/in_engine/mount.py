"""Run by MicroPython alone: mounts flash files, reads the session in each and writes another one.

Arguments: flash files. Prints for each the length and CRC-32 of the session's file.
"""

# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false
# pyright: reportAttributeAccessIssue=false

import binascii
import sys

import vfs
from flash import Partition

for chip in sys.argv[1:]:
    files = vfs.VfsLfs2(Partition(open(chip, "r+b")), mtime=False)  # noqa: SIM115
    try:
        with files.open("/log/00007.vbj", "rb") as session:
            data = session.read()
    except OSError:
        data = b""
    if "log" in [entry[0] for entry in files.ilistdir("/")]:
        with files.open("/log/00008.vbj", "wb") as after:
            after.write(bytes(9000))
        with files.open("/log/00008.vbj", "rb") as after:
            assert after.read() == bytes(9000)
    print(len(data), binascii.crc32(data))
