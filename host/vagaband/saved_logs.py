"""Saves logs from a board that does not run: over the prompt, or out of a copy of its flash."""

import binascii
import re
import zlib
from collections.abc import Callable
from pathlib import Path

import littlefs

from vagaband.carve import carve
from vagaband.errors import DeviceError
from vagaband.files import private_folder, write_private
from vagaband.image_file import FILE_SYSTEM_BYTES
from vagaband.prompt import Prompt
from vagaband.pull import set_aside

BLOCK = 4096
LOG = re.compile(r"\d{1,9}\.vbj")
LIST = """
import binascii, machine, os
print(binascii.hexlify(machine.unique_id()).decode())
if 'log' in os.listdir('/'):
    for entry in os.ilistdir('/log'):
        print(entry[0])
"""
SEND = """
import binascii
crc = 0
with open('/log/{name}', 'rb') as file:
    while True:
        piece = file.read(768)
        if not piece:
            break
        crc = binascii.crc32(piece, crc)
        print(binascii.b2a_base64(piece).decode(), end='')
print('=', crc)
"""
TRIES = 3

Say = Callable[[str], None]


def save_over_prompt(prompt: Prompt, out: Path, say: Say) -> list[Path]:
    """Copy every file of /log that can be read; the files that are new or have grown."""
    device, *names = prompt.run(LIST).split()
    device = re.sub(r"[^0-9a-f]", "", device)[:32] or "unknown"
    saved = []
    for name in sorted(name for name in names if LOG.fullmatch(name)):
        data = _fetch(prompt, name)
        if data is None:
            say(f"{name} can't be read from the board")
        else:
            saved += _keep(out, device, name, data)
    return saved


def _fetch(prompt: Prompt, name: str) -> bytes | None:
    for _ in range(TRIES):
        try:
            *lines, last = prompt.run(SEND.format(name=name)).splitlines()
            data = binascii.a2b_base64("".join(lines))
            if int(last.split()[1]) == binascii.crc32(data):
                return data
        except (DeviceError, ValueError, IndexError):
            continue
    return None


def _keep(out: Path, device: str, name: str, data: bytes) -> list[Path]:
    """Write a log as pull would name it, unless all of it is there; another one is kept aside."""
    path = out / f"{device}-{int(name.split('.')[0]):05d}.vbj"
    before = path.read_bytes() if path.exists() else b""
    if before.startswith(data):
        return []
    if not data.startswith(before):
        set_aside(path)
    private_folder(out)
    write_private(path, data)
    return [path]


def save_partition(partition: bytes, device: str, out: Path, say: Say) -> list[Path]:
    """Keep a copy of a board's file system that can't be mounted there, and the logs in it."""
    private_folder(out)
    path = out / f"{device}-flash.bin"
    n = 1
    while path.exists() and path.read_bytes() != partition:
        n += 1
        path = out / f"{device}-flash-{n}.bin"
    write_private(path, partition)
    saved = [path]
    logs = _logs_in(partition, say)
    for name, data in logs.items():
        if data is not None:
            saved += _keep(out, device, name, data)
    if not logs or None in logs.values():
        saved += _save_carved(partition, list(logs.values()), device, out, say)
    return saved


def _logs_in(partition: bytes, say: Say) -> dict[str, bytes | None]:
    """Logs of a littlefs, None for one that can't be read; empty where it can't be mounted."""
    context = littlefs.UserContext(buffer=bytearray(partition))
    files = littlefs.LittleFS(
        context, block_size=BLOCK, block_count=FILE_SYSTEM_BYTES // BLOCK, mount=False
    )
    try:
        files.mount()
        names = [name for name in files.listdir("/log") if LOG.fullmatch(name)]
    except littlefs.LittleFSError:
        return {}
    logs: dict[str, bytes | None] = {}
    for name in sorted(names):
        try:
            with files.open(f"/log/{name}", "rb") as file:
                logs[name] = file.read()
        except littlefs.LittleFSError:
            logs[name] = None
            say(f"{name} in it can't be read")
    return logs


def _save_carved(
    partition: bytes, read: list[bytes | None], device: str, out: Path, say: Say
) -> list[Path]:
    """Keep the sessions whose records can be found in the flash, but for those read as files."""
    saved = []
    for carved in carve(partition):
        if any(data and carved.header in data for data in read):
            continue
        missing = carved.number_missing
        lack = f", {missing} are missing: --salvage uses what is left" if missing else ""
        say(f"session {carved.number}: {1 + len(carved.records)} records found{lack}")
        kind = "-part" if missing else ""
        salt = f"{zlib.crc32(carved.header):08x}"  # tells sessions of one number apart
        path = out / f"{device}-{carved.number:05d}-carved-{salt}{kind}.vbj"
        write_private(path, carved.file)
        saved.append(path)
    return saved
