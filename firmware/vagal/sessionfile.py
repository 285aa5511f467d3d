"""A session's file: bytes in, committed piece by piece, over errors of the flash."""

from micropython import const

from . import logs

_FIRST_PIECE = const(32)  # makes littlefs take a new block in place of the last one
_PIECE = const(2048)  # with at most one erase
_TRIES = const(10)
_EIO = const(5)  # MicroPython's errno lacks the other one
_ENOSPC = const(28)


class SessionFile:
    """`append(view)`, then `step()` until it is True: then all is committed."""

    def __init__(self, session: int, begin: bytes) -> None:
        logs.prepare()
        self.session = session
        self._path = logs.path(session)
        self._file = open(self._path, "wb")
        self._file.write(begin)
        self._file.flush()
        self.size = len(begin)  # bytes committed
        self.full = False  # the session should end
        self.writing = False  # bytes wait to be committed
        self._waiting = b""
        self._sent = 0  # bytes of what waits
        self.error = None  # of the last step

    def append(self, view) -> None:
        """Bytes to be committed; nothing else may wait, and they must stay as they are."""
        if logs.free_bytes() < logs.LEAST:
            self.full = True
        self._waiting = view
        self._sent = 0
        self.writing = True

    def step(self) -> bool:
        """Write a piece of what waits; True when all is committed. A failed one is tried again."""
        if not self.writing:
            return True
        try:
            if self.error:
                self._reopen()
            done = self._write_piece()
            self.error = None
            return done
        except OSError as e:
            self.error = e
            if e.errno == _ENOSPC:
                self.full = True
                logs.drop_reserve()
            return False

    def write_out(self) -> None:
        """All steps at once; OSError where they go on failing."""
        failed = 0
        while not self.step():
            if self.error:
                failed += 1
                if failed == _TRIES:
                    raise self.error

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write_piece(self) -> bool:
        waiting = self._waiting
        at = self._sent
        if at < len(waiting):
            end = min(len(waiting), at + _PIECE if at else _FIRST_PIECE)
            self._file.write(waiting[at:end])
            self._sent = end
            return False
        self._file.flush()
        self.size += at
        self.writing = False
        return True

    def _reopen(self) -> None:
        """After a failed write: go on where the file on flash ends."""
        self._file.close()  # it may commit a part of what was written
        self._file = open(self._path, "r+b")
        sent = self._file.seek(0, 2) - self.size
        if sent:
            self._file.seek(self.size)
            begun = bytes(self._waiting[:sent])
            if sent != len(begun) or self._file.read(sent) != begun:
                raise OSError(_EIO)
        self._sent = sent
