"""The line between the virtual board and its supervisor: frames of kind, length, payload.

It stands for no part of a real board. Descriptor 3 is one end of a socket pair.
"""

import select
import struct

HEADER = "<BI"


class Umbilical:
    """`send(kind, payload)`, `ask(kind, payload, answer_kind)`, `read_notices(ms)`."""

    def __init__(self, descriptor=3):
        self._rx = open(descriptor, "rb")
        self._tx = open(descriptor, "wb")
        self._poll = select.poll()
        self._poll.register(self._rx, select.POLLIN)
        self._with_stdin = None
        self._notices = []
        self.interrupted = False  # a Ctrl-C came where it could not be raised

    def send(self, kind, payload=b""):
        """Sends one frame."""
        self._write(struct.pack(HEADER, kind[0], len(payload)) + payload)

    def ask(self, kind, payload, answer_kind):
        """Sends a frame and waits for the answer; notices that come first are kept."""
        self.send(kind, payload)
        while True:
            got, answer = self._frame()
            if got == answer_kind:
                return answer
            self._notices.append((got, answer))

    def notices(self):
        """The frames that have arrived unasked."""
        while self._poll.poll(0):
            self._notices.append(self._frame())
        got, self._notices = self._notices, []
        return got

    def wait(self, ms):
        """Waits at most `ms` real milliseconds for a frame."""
        if not self._notices:
            self._poll.poll(ms)

    def wait_with(self, stdin, ms):
        """Waits at most `ms` real milliseconds for a frame or a byte on `stdin`."""
        if self._with_stdin is None:
            self._with_stdin = select.poll()
            self._with_stdin.register(self._rx, select.POLLIN)
            self._with_stdin.register(stdin, select.POLLIN)
        if not self._notices:
            self._with_stdin.poll(ms)

    def wait_for_the_end(self):
        """Never returns: the supervisor ends this process."""
        while True:
            try:
                self._frame()
            except KeyboardInterrupt:
                pass

    def _frame(self):
        kind, n = struct.unpack(HEADER, self._read(5))
        return bytes((kind,)), self._read(n)

    def _read(self, n):
        buf = bytearray(n)
        view = memoryview(buf)
        have = 0
        while True:
            try:
                while have < n:
                    got = self._rx.readinto(view[have:])
                    if not got:
                        raise SystemExit
                    have += got
                return buf
            except KeyboardInterrupt:
                self.interrupted = True

    def _write(self, data):
        view = memoryview(data)
        at = 0
        while True:
            try:
                while at < len(data):
                    at += self._tx.write(view[at:])
                return
            except KeyboardInterrupt:
                self.interrupted = True
