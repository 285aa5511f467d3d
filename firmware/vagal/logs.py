"""The folder of logs on flash: its sessions, its free space, its reserve."""

import binascii
import os

from micropython import const

FOLDER = "/log"
_LAST = "%s/last"  # number of the last session, where that was removed
_SPARE = "%s/reserve"  # a file that gives way to the end of a session
_RESERVE = const(24576)  # its bytes
_ENOENT = const(2)

LEAST = const(24576)  # free bytes with which a session goes on


def path(session: int) -> str:
    """File of a session."""
    return "%s/%05d.vbj" % (FOLDER, session)


def sessions() -> list:
    """Numbers of the sessions on flash, oldest first."""
    try:
        names = os.listdir(FOLDER)
    except OSError:
        return []
    return sorted(int(n[:-4]) for n in names if n.endswith(".vbj") and n[:-4].isdigit())


def size(session: int) -> int:
    """Bytes of a session that are committed."""
    return os.stat(path(session))[6]


def crc_before(session: int, end: int) -> int:
    """CRC-32 of the up to 512 bytes of a session's file before byte `end`."""
    return crc_of(session, max(0, end - 512), end, 0)


def crc_of(session: int, at: int, end: int, crc: int) -> int:
    """CRC-32 of the bytes from `at` to `end`, where `crc` is that of those before."""
    with open(path(session), "rb") as f:
        f.seek(at)
        while at < end:
            piece = f.read(min(512, end - at))
            if not piece:
                break
            crc = binascii.crc32(piece, crc)
            at += len(piece)
    return crc


def next_session() -> int:
    """A number that no session had before, removed ones included."""
    try:
        with open(_LAST % FOLDER) as f:
            last = int(f.read())
    except (OSError, ValueError):
        last = 0
    return max(last, *sessions(), 0) + 1


def remove(session: int) -> None:
    """Remove a session's file; its number is not given again."""
    if session + 1 == next_session():
        with open(_LAST % FOLDER, "w") as f:
            f.write(str(session))
    os.remove(path(session))


def free_bytes() -> int:
    """Free space of the file system; 0 where that can't be told."""
    try:
        s = os.statvfs("/")
    except OSError:
        return 0
    return s[0] * s[3]


def has_room() -> bool:
    """Whether the flash takes a session at all."""
    return free_bytes() >= 3 * LEAST


def drop_reserve() -> bool:
    """Free the blocks kept for the end of a session; False where that was done before."""
    try:
        os.remove(_SPARE % FOLDER)
        return True
    except OSError:
        return False


def prepare() -> None:
    """Make the folder and its reserve; what can't be listed is kept under another name."""
    try:
        os.listdir(FOLDER)
    except OSError as e:
        if e.errno != _ENOENT:
            os.rename(FOLDER, "%s.bad%d" % (FOLDER, len(set_aside())))
        os.mkdir(FOLDER)
    try:
        if os.stat(_SPARE % FOLDER)[6] == _RESERVE:
            return
    except OSError:
        pass  # there is none yet
    try:
        with open(_SPARE % FOLDER, "wb") as f:
            for _ in range(_RESERVE >> 9):
                f.write(bytes(512))
    except OSError:
        pass  # the session will tell by itself that the flash can't be written


def set_aside() -> list:
    """Folders of logs that could not be used."""
    return [n for n in os.listdir("/") if n.startswith(FOLDER[1:] + ".bad")]
