"""The serial line's language: text commands in, framed and checked answers out.

A command is a line of text that a person can also type. A program puts "~", the CRC-32 of the
command in hex and a space before it: then a line that was spoilt on its way is not obeyed, and
answered with an error to "~". An answer is a frame:
0x1E, "V", kind, length (2 bytes), payload, CRC-32 of all from the kind on (4 bytes); numbers are
little-endian. Kind "J" is JSON; kind "D" is a piece of a session's file: its number (the
low 2 bytes), offset (4), bytes. Kind "W" is what a host that looks on gets (see watch.py).
"""

import binascii
import json
import struct

from micropython import const

_PIECE = const(512)  # file bytes in a frame: 46 ms at 115200 baud
_LINE = const(240)  # longest command; the UART holds 260 bytes for a loop that is busy
_AT_ONCE = const(256)  # bytes taken in a turn, however many more a host sends
_TO = const(40)  # characters of a command that its answer repeats
_HEAD = const(5)
_DATA_HEAD = const(6)


class Link:
    """Reads commands from a console and gives them to `commands`, a dict of name: function.

    A function gets the rest of the line and returns the answer, a dict; "to" is added to it: the
    command, cut to 40 characters.
    """

    def __init__(self, console, commands: dict) -> None:
        self._console = console
        self._commands = commands
        self._line = bytearray(_LINE)
        self._n = 0
        self._frame = bytearray(_HEAD + _DATA_HEAD + _PIECE + 4)
        self._view = memoryview(self._frame)
        self.heard = False  # something came over the line; whoever looks clears it
        self._file = None
        self._session = 0
        self._offset = 0

    @property
    def pulling(self) -> bool:
        """Whether a file is on its way."""
        return self._file is not None

    def listen(self) -> bool:
        """Take what has come; answer the first whole line. Whether it left off amid rubbish."""
        for _ in range(_AT_ONCE):
            c = self._console.read()
            if c < 0:
                return False
            self.heard = True
            if c in (10, 13):
                if self._n:
                    n = min(self._n, _LINE)
                    self._n = 0
                    self._obey(bytes(self._line[:n]))
                    return False
            elif c >= 32:
                if self._n < _LINE:
                    self._line[self._n] = c
                self._n += 1
        return True

    def _obey(self, line: bytes) -> None:
        try:
            words = line.decode().strip()
        except UnicodeError:
            words = ""
        if words.startswith("~"):
            crc, _, words = words[1:].partition(" ")
            if crc != "%08x" % binascii.crc32(words.encode()):
                self._say("~", {"error": "the line was spoilt", "next": "send it again"})
                return
        name, _, rest = words.partition(" ")
        command = self._commands.get(name)
        if command is None:
            self._say(words, {"error": "no such command", "next": "type help"})
            return
        try:
            answer = command(rest.strip())
        except (ValueError, OSError, ArithmeticError) as e:
            answer = {"error": str(e) or "failed"}
        if answer is not None:
            self._say(words, answer)

    def _say(self, to: str, answer: dict) -> None:
        """Send JSON; `to` is the command that it answers."""
        answer["to"] = to[:_TO]
        text = json.dumps(answer).encode()
        head = struct.pack("<BH", b"J"[0], len(text))
        crc = binascii.crc32(text, binascii.crc32(head))
        self._console.write(b"\x1eV" + head + text + struct.pack("<I", crc) + b"\n")

    def send_file(self, name: str, session: int, offset: int) -> None:
        """Begin to send a file from `offset` on; step() does the rest."""
        self.drop_file()
        f = open(name, "rb")
        f.seek(offset)
        self._file = f
        self._session = session
        self._offset = offset

    def drop_file(self) -> None:
        """Stop sending."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def step(self) -> None:
        """Send one piece of the file, or the closing answer behind the last."""
        if self._file is None:
            return
        frame = self._frame
        start = _HEAD + _DATA_HEAD
        n = self._file.readinto(self._view[start : start + _PIECE])
        if not n:
            self.drop_file()
            self._say("pull", {"pulled": self._session, "bytes": self._offset})
            return
        struct.pack_into("<HI", frame, _HEAD, self._session & 0xFFFF, self._offset)
        self.send(b"D"[0], frame, n + _DATA_HEAD)
        self._offset += n

    def send(self, kind: int, frame: bytearray, n: int) -> None:
        """Send a frame whose n bytes of payload lie there from byte 5 on, with 4 free behind."""
        struct.pack_into("<BBBH", frame, 0, 0x1E, b"V"[0], kind, n)
        end = _HEAD + n
        struct.pack_into("<I", frame, end, binascii.crc32(memoryview(frame)[2:end]))
        self._console.write(memoryview(frame)[: end + 4])
