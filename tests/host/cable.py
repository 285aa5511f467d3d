"""A cable between a host and a virtual board that a test can pull out, and that counts."""

import contextlib
import select
import socket
import threading


class Cable:
    """Passes bytes between `url` and the board's URL; use it as a context.

    `out_after`: comes out once so many bytes have come from the board; `put_in()` ends that.
    """

    def __init__(self, board_url: str, out_after: int | None = None) -> None:
        self._board_port = int(board_url.rpartition(":")[2])
        self._out_after = out_after
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"rfc2217://127.0.0.1:{self._listener.getsockname()[1]}"
        self.from_board = 0
        self._ended = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Cable":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = True
        self._thread.join()
        self._listener.close()

    def put_in(self) -> None:
        """From now on it stays in."""
        self._out_after = None

    def _run(self) -> None:
        while not self._ended:
            if select.select([self._listener], [], [], 0.05)[0]:
                host, _ = self._listener.accept()
                board = socket.create_connection(("127.0.0.1", self._board_port))
                with host, board, contextlib.suppress(OSError):
                    self._pass(host, board)

    def _pass(self, host: socket.socket, board: socket.socket) -> None:
        while not self._ended:
            for source in select.select([host, board], [], [], 0.05)[0]:
                data = source.recv(4096)
                if not data:
                    return
                if source is board:
                    self.from_board += len(data)
                    if self._out_after is not None and self.from_board > self._out_after:
                        return
                (host if source is board else board).sendall(data)
