"""Processes forked off one that has loaded NumPy and the modules of a board: they need not."""

import multiprocessing
import os
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["vagaband.board", "littlefs"])


def _begin(run: Callable[..., None], arguments: object, stdin: Connection, stdout: Connection):
    os.dup2(stdin.fileno(), 0)
    os.dup2(stdout.fileno(), 1)
    for end in (stdin, stdout):
        end.close()
    sys.stdin = os.fdopen(0, closefd=False)
    run(arguments)


class Forked:
    """`run(arguments)` in a process of its own, with pipes as stdin and stdout: a small Popen."""

    def __init__(self, run: Callable[..., None], arguments: object) -> None:
        near_in, far_in = multiprocessing.Pipe(duplex=False)
        near_out, far_out = multiprocessing.Pipe(duplex=False)
        self._process = FORKS.Process(
            target=_begin, args=(run, arguments, near_in, far_out), daemon=True
        )
        self._process.start()
        near_in.close()
        far_out.close()
        self.stdin = os.fdopen(os.dup(far_in.fileno()), "w")
        self.stdout = os.fdopen(os.dup(near_out.fileno()))
        far_in.close()
        near_out.close()
        assert self._process.pid
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout_s: float | None = None) -> int:
        """Its exit code, once it has ended."""
        self._process.join(timeout_s)
        code = self._process.exitcode
        assert code is not None, "it goes on running"
        return code

    def terminate(self) -> None:
        """SIGTERM."""
        self._process.terminate()
