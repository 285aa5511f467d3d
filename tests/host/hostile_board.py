"""A board that answers as it likes, behind a URL: speaks frames, checks nothing."""

import contextlib
import itertools
import json
import socket
import struct
import threading
import zlib
from typing import Any


def frame(kind: bytes, payload: bytes) -> bytes:
    body = struct.pack("<cH", kind, len(payload)) + payload
    return b"\x1eV" + body + struct.pack("<I", zlib.crc32(body))


class HostileBoard:
    """Answers each command with the next of `answers`, over and over; use it as a context."""

    def __init__(self, answers: list[dict[str, Any]]) -> None:
        self._answers = itertools.cycle(answers)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"socket://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "HostileBoard":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                host, _ = self._listener.accept()
                with host, contextlib.suppress(OSError):
                    self._talk(host)

    def _talk(self, host: socket.socket) -> None:
        line = b""
        while data := host.recv(4096):
            *commands, line = (line + data).replace(b"\r", b"\n").split(b"\n")
            for command in filter(None, commands):
                words = command.decode(errors="replace").strip().partition(" ")[2]
                if words:
                    answer = {"to": words[:40], **next(self._answers)}
                else:  # a sign of life, as any firmware gives it
                    answer = {"to": "", "error": "no such command"}
                if words.startswith("pull"):
                    answer = {"to": "pull", "pulled": 1, "bytes": 0}
                host.sendall(frame(b"J", json.dumps(answer).encode()))
