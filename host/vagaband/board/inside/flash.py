"""The 4 MiB flash chip as a file, and the block device of its file system partition.

Times: a W25Q's page program and 4 KiB erase (typical 45 ms, at most 400 ms), drawn from the seed
and the number of the erase.
"""

from flash_faults import BEFORE, TORN

CHIP_BYTES = 4 << 20
FS_OFFSET = 0x200000
BLOCK_BYTES = 4096
BLOCKS = 512
PROGRAM_US, PROGRAM_BYTE_US = 30, 2.6
READ_US, READ_BYTE_US = 8, 0.1
EIO = 5
RARITY = 500  # a fresh chip: one erase in 250 takes over twice the usual time


class Partition:
    """MicroPython's extended block device over the flash file.

    `world` counts the time (None: time does not pass); `erase_us`: typical and longest erase;
    `faults`, `trace`: see flash_faults.
    """

    def __init__(
        self, file, world=None, seed=0, erase_us=(45_000, 400_000), faults=None, trace=None
    ):
        self._file = file
        self._world = world
        self._seed = seed
        self._faults = faults
        self._trace = trace
        self._typical_us, self._longest_us = erase_us
        self._blank = b"\xff" * BLOCK_BYTES

    def readblocks(self, block, buf, offset=0):
        """Reads from a block."""
        self._spend(int(READ_US + READ_BYTE_US * len(buf)))
        self._at(block, offset, self._file.readinto, buf)

    def writeblocks(self, block, buf, offset=None):
        """Programs a block; without an offset it is erased first."""
        if offset is None:
            for i in range(len(buf) // BLOCK_BYTES):
                self.ioctl(6, block + i)
            offset = 0
        self._spend(int(PROGRAM_US + PROGRAM_BYTE_US * len(buf)))
        self._change(b"P", block, offset, buf)

    def ioctl(self, op, arg):
        """Sync (3), block count (4), block size (5), erase (6)."""
        if op == 3 and self._trace:
            self._trace.add(b"S", self._world.now_us if self._world else 0)
        if op == 4:
            return BLOCKS
        if op == 5:
            return BLOCK_BYTES
        if op == 6:
            if self._world:
                self._spend(self._erase_us())
                self._world.settle()
            self._change(b"E", arg, 0, self._blank)
        return 0

    def _spend(self, us):
        if self._world:
            self._world.spent["flash"] += us
            self._world.advance(us)

    def _change(self, kind, block, offset, data):
        """A program or an erase, as it ends: well, or as the faults want it."""
        if self._trace:
            us = self._world.now_us if self._world else 0
            self._trace.add(kind, us, block, offset, b"" if kind == b"E" else data)
        if self._world and self._world.faulty("eio"):
            raise OSError(EIO)
        way = ""
        if self._faults:
            data = self._faults.stick(block, offset, data)
            way = self._faults.next()
        if way == TORN:
            old = bytearray(len(data))
            self._at(block, offset, self._file.readinto, old)
            data = self._faults.tear(bytes(old), bytes(data))
        if way != BEFORE:
            self._at(block, offset, self._file.write, data)
        if way:
            self._world.lose_power()

    def _at(self, block, offset, transfer, buf):
        """One transfer; a Ctrl-C must not fall into the middle of littlefs, so it is kept."""
        where = FS_OFFSET + block * BLOCK_BYTES + offset
        while True:
            try:
                self._file.seek(where)
                transfer(buf)
                return
            except KeyboardInterrupt:
                if self._world:
                    self._world.umbilical.interrupted = True

    def _erase_us(self):
        world = self._world
        world.erases += 1
        draw = self._seed * 2654435761 + world.erases * 40503
        draw = (draw ^ (draw >> 13)) * 1274126177 & 0xFFFFFFFF
        draw = (draw ^ (draw >> 15)) & 0xFFFF
        share = draw / 0xFFFF
        usual_us = self._typical_us * (0.9 + 0.2 * share)
        return int(usual_us + (self._longest_us - usual_us) * share**RARITY)


def is_blank(file):
    """Whether the partition's first block was never written."""
    file.seek(FS_OFFSET)
    return file.read(BLOCK_BYTES) == b"\xff" * BLOCK_BYTES


def make_file_system(vfs, partition):
    """Formats as MicroPython's first start on an ESP32 does; the mounted file system."""
    vfs.VfsLfs2.mkfs(partition)
    files = vfs.VfsLfs2(partition, mtime=False)
    with files.open("boot.py", "w") as boot:
        boot.write(
            "# This file is executed on every boot (including wake-boot from deepsleep)\n"
            "#import esp\n#esp.osdebug(None)\n#import webrepl\n#webrepl.start()\n"
        )
    return files
