"""Pins and peripherals: the only module that knows the ESP32."""

import binascii
import os
import select
import sys
import time

import machine
import micropython
from micropython import const

SDA = const(21)
SCL = const(22)
INT = const(4)  # the sensor's interrupt, where it is wired
_BUTTON = const(27)  # to ground; held at boot it means service mode
_I2C_HZ = const(400000)
_WATCHDOG_MS = const(8000)
_FOREVER_MS = const(3600000)  # a watchdog can't be stopped, only put off
_CTRL_C = const(3)
_EPOCH_2000 = const(946684800)  # seconds from 1970 to the ESP32's epoch
_YEAR_2024 = const(757382400)

RESET_CAUSES = ("?", "power on", "reset", "watchdog", "deep sleep", "soft reset")


def sensor_bus():
    """The I2C bus of the sensor. A transfer that was cut off is ended: nine clocks and a stop."""
    scl = machine.Pin(SCL, machine.Pin.OPEN_DRAIN, machine.Pin.PULL_UP, value=1)
    sda = machine.Pin(SDA, machine.Pin.OPEN_DRAIN, machine.Pin.PULL_UP, value=1)
    edges = ((scl, 0), (scl, 1)) * 9 + ((scl, 0), (sda, 0), (scl, 1), (sda, 1))
    for pin, level in edges:
        pin.value(level)
        time.sleep_us(5)
    return machine.I2C(0, scl=machine.Pin(SCL), sda=machine.Pin(SDA), freq=_I2C_HZ)


def button_held() -> bool:
    """Whether the button is down."""
    return not machine.Pin(_BUTTON, machine.Pin.IN, machine.Pin.PULL_UP).value()


def radio():
    """MicroPython's module for Bluetooth; the radio itself stays off."""
    import bluetooth

    return bluetooth


def device_id() -> str:
    """The chip's own number, in hex."""
    return binascii.hexlify(machine.unique_id()).decode()


def reset_cause() -> str:
    """Why the chip started."""
    cause = machine.reset_cause()
    return RESET_CAUSES[cause] if 0 <= cause < len(RESET_CAUSES) else "?"


def crashes() -> int:
    """Fast crashes in a row; kept in the RTC's memory, which survives a reset."""
    memory = machine.RTC().memory()
    return memory[1] if len(memory) == 2 and memory[0] == 0x56 else 0


def set_crashes(n: int) -> None:
    """Remember the number of fast crashes in a row."""
    machine.RTC().memory(bytes((0x56, n)))


def accept_version() -> None:
    """End the trial of a version newly deployed: it has stayed up (see main.py)."""
    try:
        os.remove("/vagal/trial")
    except OSError:
        pass  # it was no trial


def rtc_s() -> int:
    """Seconds since 2000-01-01 UTC; since the power came where the clock was never set."""
    year, month, day, _, hour, minute, second, _ = machine.RTC().datetime()
    return time.mktime((year, month, day, hour, minute, second, 0, 0))


def clock_s() -> int:
    """Seconds since 2000-01-01 UTC; 0 where the clock was never set."""
    seconds = rtc_s()
    return seconds if seconds >= _YEAR_2024 else 0


def random_id() -> str:
    """Four random bytes, in hex."""
    return binascii.hexlify(os.urandom(4)).decode()


def set_clock(unix_s: int) -> None:
    """Set the clock to seconds since 1970-01-01 UTC."""
    t = time.gmtime(unix_s - _EPOCH_2000)
    machine.RTC().datetime((t[0], t[1], t[2], t[6], t[3], t[4], t[5], 0))


class Watchdog:
    """Resets the board unless fed every 8 s; `relax()` puts that off for an hour."""

    def __init__(self) -> None:
        self._wdt = machine.WDT(timeout=_WATCHDOG_MS)

    def feed(self) -> None:
        """Tell it that all is well."""
        self._wdt.feed()

    def relax(self) -> None:
        """Give a host at the prompt an hour."""
        self._wdt = machine.WDT(timeout=_FOREVER_MS)


class Console:
    """The serial line: bytes that have come, and bytes to send.

    Ctrl-C raises KeyboardInterrupt in read() and while waiting, and nowhere else once `hold()` was
    called: an interrupt amid a stage or a flush would leave it half-done.
    """

    def __init__(self) -> None:
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)

    def hold(self) -> None:
        """From here on Ctrl-C is a byte like others, which read() looks for."""
        micropython.kbd_intr(-1)

    def release(self) -> None:
        """Ctrl-C interrupts at once again."""
        micropython.kbd_intr(_CTRL_C)

    def wait_ms(self, ms: int) -> None:
        """Sleep, open to Ctrl-C."""
        self.release()
        time.sleep_ms(ms)
        self.hold()

    def read(self) -> int:
        """The next byte that has come, or -1; KeyboardInterrupt on Ctrl-C."""
        for _ in self._poll.ipoll(0):
            byte = sys.stdin.buffer.read(1)
            if byte and byte[0] == _CTRL_C:
                raise KeyboardInterrupt
            return byte[0] if byte else -1
        return -1

    def write(self, data) -> None:
        """Send bytes as they are."""
        sys.stdout.buffer.write(data)


class Stopwatch:
    """Time between calls, by the crystal."""

    def __init__(self) -> None:
        self._last = time.ticks_us()

    def lap_us(self) -> int:
        """Microseconds since the last call; calls must be less than 8 minutes apart."""
        now = time.ticks_us()
        lap = time.ticks_diff(now, self._last)
        self._last = now
        return lap


sleep_ms = time.sleep_ms
reset = machine.reset
