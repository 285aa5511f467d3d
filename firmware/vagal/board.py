"""Pins and peripherals: the only module that knows the ESP32."""

import binascii
import os
import select
import sys
import time

import esp32
import machine
import micropython
from micropython import const

SDA = const(21)
SCL = const(22)
INT = const(4)  # the sensor's interrupt, where it is wired
BUTTON = const(27)  # to ground; held at boot it means service mode
RED = const(25)  # of the light, each LED by a resistor to ground
GREEN = const(26)
BLUE = const(33)
MOTOR = const(23)  # by a transistor
_CELL = const(32)  # half the battery's voltage; a pin of ADC1, as the radio takes the other ADC
_READINGS = const(5)
_PULLED_MS = const(10)  # till a pin that nothing holds has followed its pull
_FLOATS_UV = const(300000)  # a divider of two 100 kOhm holds half its voltage against the pull
_PWM_HZ = const(1000)  # no eye sees it flicker
_LATE_MS = const(150)  # a loop that was away for so long may have been deaf
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
    return not machine.Pin(BUTTON, machine.Pin.IN, machine.Pin.PULL_UP).value()


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


def set_cpu_mhz(mhz: int) -> None:
    """Set the processor's clock."""
    machine.freq(mhz * 1000000)


def light_sleep(ms: int) -> None:
    """Sleep with memory and pins kept, till the button goes down; the line is deaf meanwhile."""
    pin = machine.Pin(BUTTON, machine.Pin.IN, machine.Pin.PULL_UP)
    if pin.value():
        esp32.wake_on_ext0(pin, esp32.WAKEUP_ALL_LOW)
        machine.lightsleep(ms)
        machine.Pin(BUTTON, machine.Pin.IN, machine.Pin.PULL_UP)  # the RTC had it
    else:
        time.sleep_ms(ms)


def deep_sleep(ms: int) -> None:
    """Sleep with nothing kept, till the button goes down; then the board starts anew."""
    pin = machine.Pin(BUTTON, machine.Pin.IN, machine.Pin.PULL_UP)
    esp32.wake_on_ext0(pin, esp32.WAKEUP_ALL_LOW)
    machine.deepsleep(ms)


class Gauge:
    """Measures the battery."""

    def __init__(self) -> None:
        self._pin = machine.Pin(_CELL)
        self._adc = machine.ADC(self._pin, atten=machine.ADC.ATTN_11DB)

    def read_mv(self) -> int:
        """Voltage of the battery, a median; 0 where no divider is wired: then the pin floats."""
        uv = sorted(self._adc.read_uv() for _ in range(_READINGS))[_READINGS >> 1]
        self._pin.init(pull=machine.Pin.PULL_DOWN)
        time.sleep_ms(_PULLED_MS)
        pulled_uv = self._adc.read_uv()
        self._pin.init(pull=None)  # pyright: ignore[reportArgumentType]
        return uv // 500 if pulled_uv >= _FLOATS_UV else 0


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


def _pwm(pin: int):
    return machine.PWM(machine.Pin(pin), freq=_PWM_HZ, duty_u16=0)


class Light:
    """The wearer's light, of three colours."""

    def __init__(self) -> None:
        self._leds = (_pwm(RED), _pwm(GREEN), _pwm(BLUE))

    def set(self, red: int, green: int, blue: int) -> None:
        """Show these colours, each 0 to 255."""
        self._leds[0].duty_u16(red * 257)
        self._leds[1].duty_u16(green * 257)
        self._leds[2].duty_u16(blue * 257)


class Motor:
    """The motor that shakes."""

    def __init__(self) -> None:
        self._pwm = _pwm(MOTOR)

    def set(self, strength: int) -> None:
        """Shake so strongly, 0 to 255."""
        self._pwm.duty_u16(strength * 257)


class Button:
    """The button: its level, and when it went down, noted by an interrupt whatever the loop does.

    While a block of flash is erased no interrupt comes: put `blind()` before what may do that and
    `sees()` behind. A press amid that is taken to be in the middle, the least that it can be off.
    """

    def __init__(self) -> None:
        self._pin = machine.Pin(BUTTON, machine.Pin.IN, machine.Pin.PULL_UP)
        self._fell = False
        self._was_low = False  # when the interrupt's handler looked; a spark never is
        self._at = self._blind_at = self._read_at = time.ticks_ms()
        self._pin.irq(self._note, machine.Pin.IRQ_FALLING)

    def _note(self, pin) -> None:
        if not self._fell:
            self._at = time.ticks_ms()
            self._fell = True
            self._was_low = False
        if not pin.value():
            self._was_low = True

    def blind(self) -> None:
        """Flash may be erased from here on."""
        self._blind_at = time.ticks_ms()

    def sees(self) -> None:
        """Flash is not erased any more."""
        now = time.ticks_ms()
        if self._fell:
            after = time.ticks_diff(self._at, self._blind_at)
            if 0 <= after <= time.ticks_diff(now, self._blind_at):
                self._at = time.ticks_add(self._blind_at, after >> 1)
        if not self._pin.value():
            self._was_low = True

    def down(self) -> bool:
        """Whether it is down now."""
        return not self._pin.value()

    def fell_ago(self) -> int:
        """How many ms ago it went down, since the last call; -1 where it did not."""
        now = time.ticks_ms()
        late = time.ticks_diff(now, self._read_at) > _LATE_MS
        self._read_at = now
        if not self._fell:
            return -1
        ago = time.ticks_diff(now, self._at) if late or self._was_low else -1
        self._fell = False  # last: from here on the interrupt notes the next one
        return ago


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

    def since_us(self) -> int:
        """Microseconds since the last lap."""
        return time.ticks_diff(time.ticks_us(), self._last)


sleep_ms = time.sleep_ms
ticks_ms = time.ticks_ms
ticks_diff = time.ticks_diff
reset = machine.reset
