"""The serial console as the firmware sees it: stdin, stdout, `sys` and `select`.

Bytes written cost line time at the baud rate once the UART's buffer is full; typed text of the
script arrives as if it came over the line.
"""

UART_BUFFER_BYTES = 128
POLLIN, POLLOUT, POLLERR, POLLHUP = 1, 4, 8, 16
POLL_US = 15  # what asking costs


class Console:
    """The line: `write(data)`, `available()`, `read(n)`."""

    def __init__(self, world, stdin, stdout, real_select, baud):
        self.world = world
        self._stdin = stdin
        self._stdout = stdout
        self._byte_us = 10e6 / baud
        self._free_us = 0  # when the line has sent all it was given
        self._poll = real_select.poll()
        self._poll.register(stdin, POLLIN)
        self._kept = bytearray()  # what the UART took before the processor slept

    def keep(self):
        """The processor is about to sleep: what has come by now is in the UART's buffer."""
        self._take(self._kept)

    def drop(self, late_us):
        """It woke so long ago: what came before that is lost."""
        came = bytearray()
        self._take(came)
        heard = min(len(came), int(late_us / self._byte_us))
        self._kept.extend(came[len(came) - heard :])

    def _take(self, into):
        while not self.world.holding and self._poll.poll(0):
            into.extend(self._stdin.read(1))

    def write(self, data):
        """Sends bytes; waits like a UART whose buffer is full."""
        world = self.world
        self._free_us = max(self._free_us, world.now_us) + int(len(data) * self._byte_us)
        world.note_line(b">", self._free_us, data)
        ahead_us = self._free_us - world.now_us - int(UART_BUFFER_BYTES * self._byte_us)
        if ahead_us > 0:
            world.spent["line"] += ahead_us
            world.advance(ahead_us)
            world.settle()
        return self._stdout.write(data)

    def available(self):
        """Whether a byte waits."""
        if self.world.typed or self._kept:
            return True
        if self.world.holding:
            return False
        self.world.take_notices()
        return bool(self._poll.poll(0))

    def wait(self, ms):
        """Waits up to `ms` (forever when negative) for a byte; whether there is one."""
        world = self.world
        until_us = world.now_us + ms * 1000 if ms >= 0 else 1 << 60
        while not self.available():
            if world.now_us >= until_us:
                return False
            if not world.pace.speed and until_us == 1 << 60:
                world.wait_until(world.now_us + 10_000, self._stdin)
            else:
                world.wait_until(until_us, self._stdin)
        return True

    def read(self, n):
        """Reads `n` bytes (all that is there when negative), waiting for them."""
        got = bytearray()
        while n < 0 or len(got) < n:
            if n < 0 and got and not self.available():
                break
            self.wait(-1)
            typed = self.world.typed
            if self._kept:
                got.append(self._kept[0])
                self._kept = self._kept[1:]
            elif typed:
                got.append(typed[0])
                self.world.typed = typed[1:]
            else:
                got.extend(self._stdin.read(1))
        return bytes(got)


class Stdin:
    """sys.stdin (text) or sys.stdin.buffer (bytes)."""

    def __init__(self, console, text):
        self.console = console
        self._text = text
        self.buffer = Stdin(console, False) if text else self

    def _as(self, data):
        return data.decode() if self._text else data

    def read(self, n=-1):
        """Reads `n` characters, waiting for them."""
        return self._as(self.console.read(n))

    def readinto(self, buf, n=None):
        """Fills `buf`."""
        data = self.console.read(len(buf) if n is None else n)
        buf[: len(data)] = data
        return len(data)

    def readline(self):
        """Reads up to and with the end of the line."""
        line = bytearray()
        while not line or line[-1] != 10:
            line.extend(self.console.read(1))
        return self._as(bytes(line))


class Stdout:
    """sys.stdout (text) or sys.stdout.buffer (bytes)."""

    def __init__(self, console, text):
        self.console = console
        self.buffer = Stdout(console, False) if text else self

    def write(self, data):
        """Sends text or bytes."""
        self.console.write(data.encode() if isinstance(data, str) else data)
        return len(data)

    def flush(self):
        """Nothing is held back."""


class Sys:
    """`sys` as an ESP32 has it; what is not named here is MicroPython's own."""

    platform = "esp32"

    def __init__(self, real_sys, console):
        self._real = real_sys
        self.stdin = Stdin(console, True)
        self.stdout = self.stderr = Stdout(console, True)

    def __getattr__(self, name):
        return getattr(self._real, name)

    def print_exception(self, error, file=None):
        """Prints an error with its traceback."""
        if file is None or file is self.stdout:
            self._real.print_exception(error)
        else:
            self._real.print_exception(error, file)


class Micropython:
    """`micropython`: Ctrl-C comes only where the firmware asks the time or the console anyway."""

    def __init__(self, real_micropython):
        self._real = real_micropython

    def __getattr__(self, name):
        return getattr(self._real, name)

    def kbd_intr(self, char):
        """Which byte interrupts: the supervisor delivers Ctrl-C at clean points by itself."""


class Poll:
    """select.poll over the console; other streams go to the real poll."""

    def __init__(self, real_select):
        self._real = real_select.poll()
        self._console = None
        self._stream = None
        self._others = 0

    def register(self, stream, eventmask=POLLIN | POLLOUT):
        """Watches a stream."""
        if isinstance(stream, Stdin):
            self._console, self._stream = stream.console, stream
        else:
            self._others += 1
            self._real.register(stream, eventmask)

    def unregister(self, stream):
        """Watches it no more."""
        if isinstance(stream, Stdin):
            self._console = None
        else:
            self._others -= 1
            self._real.unregister(stream)

    modify = register

    def poll(self, timeout=-1):
        """List of (stream, event) that are ready."""
        if self._console is None:
            return self._real.poll(timeout)
        found = self._real.poll(0) if self._others else []
        self._console.world.advance(POLL_US)
        if self._console.available() or (timeout and self._console.wait(timeout)):
            found.append((self._stream, POLLIN))
        return found

    def ipoll(self, timeout=-1, flags=0):
        """As `poll`."""
        return self.poll(timeout)


class Select:
    """The module `select`."""

    POLLIN, POLLOUT, POLLERR, POLLHUP = POLLIN, POLLOUT, POLLERR, POLLHUP

    def __init__(self, real_select):
        self._real = real_select

    def poll(self):
        """A new poll object."""
        return Poll(self._real)
