"""The firmware's `machine`: pins, I2C, RTC, watchdog and resets of the virtual ESP32."""

from i2c_bus import I2C
from pins import BUTTON_PIN, MOTOR_PIN, OUTPUTS
from resets import (  # noqa: F401 - they are names of `machine`
    DEEPSLEEP_RESET,
    HARD_RESET,
    PWRON_RESET,
    SOFT_RESET,
    WDT_RESET,
)
from rtc import RTC

SDA_PIN, SCL_PIN, INT_PIN = 21, 22, 4
HELD_LOW = {  # by these faults
    SDA_PIN: ("sda_low", "pull_ups_1v8"),
    SCL_PIN: ("scl_low", "pull_ups_1v8"),
    INT_PIN: ("int_low",),
}
BATTERY_PIN = 32
ADC_PULLED = 0.237  # two 100 kOhm against the pull of 45 kOhm
ADC_US = 60
NOT_PULLED_UP = {
    SDA_PIN: "no_pull_ups",
    SCL_PIN: "no_pull_ups",
    INT_PIN: "int_no_pull_up",
}

SoftI2C = I2C
_world = None
_unique_id = b""
_sleep = None
_freq_hz = 160_000_000


def bind(world, chip, rtc, unique_id, sleep):
    """Gives this module its world."""
    global _world, _unique_id, _sleep
    _world, _unique_id, _sleep = world, unique_id, sleep
    I2C.world, I2C.chip = world, chip
    RTC.rtc = rtc


class Pin:
    """A GPIO: wired are SDA, SCL, the sensor's INT and the button; others are as their pull."""

    IN, OUT, OPEN_DRAIN = 1, 3, 7
    PULL_DOWN, PULL_UP = 1, 2
    IRQ_RISING, IRQ_FALLING = 1, 2
    DRIVE_0, DRIVE_1, DRIVE_2, DRIVE_3 = 0, 1, 2, 3
    _out = {}
    pulls = {}

    def __init__(self, id, mode=-1, pull=-1, *, value=None, drive=0, hold=False):
        self.id = id
        self.init(mode, pull, value=value)

    def init(self, mode=-1, pull=-1, *, value=None, drive=0, hold=False):
        """Configures the pin."""
        self._mode, self._pull = mode, pull
        if pull != -1:
            self.pulls[self.id] = pull
        if value is not None:
            self.value(value)

    def value(self, level=None):
        """Gets or sets the level."""
        if level is not None:
            level = 1 if level else 0
            rises = level and not self._out.get(self.id, 1)
            self._out[self.id] = level
            if rises and self.id == SCL_PIN:
                _world.clock_pulse()
            elif rises and self.id == SDA_PIN and self._out.get(SCL_PIN, 1):
                _world.stop_condition()
            return None
        if self._mode == self.OUT or (self._mode == self.OPEN_DRAIN and not self._out[self.id]):
            return self._out.get(self.id, 0)
        if self.id in HELD_LOW and not self._driven_high():
            return 0
        if self.id == BUTTON_PIN and not _world.pins.button_level:
            return 0
        return 0 if self._pull == self.PULL_DOWN and not self._wired_high() else 1

    def _driven_high(self):
        """Whether nothing but the pin's own pull could make it low."""
        if any(fault in _world.chip.faults for fault in HELD_LOW[self.id]):
            return False
        if self.id == SDA_PIN:
            return not (_world.holds_data() or _world.faulty("short"))
        if self.id == INT_PIN and "int_unwired" not in _world.chip.faults:
            return _world.chip.int_level()
        return True

    def _wired_high(self):
        """Whether a resistor outside the ESP32 pulls the pin up."""
        faults = _world.chip.faults
        if self.id == INT_PIN and "int_unwired" in faults:
            return False
        return self.id in NOT_PULLED_UP and NOT_PULLED_UP[self.id] not in faults

    __call__ = value

    def on(self):
        """Drives the pin high."""
        self.value(1)

    def off(self):
        """Drives the pin low."""
        self.value(0)

    def irq(self, handler=None, trigger=0, **options):
        """Calls `handler(pin)` soon after an edge of the button; no other pin interrupts."""
        if self.id == BUTTON_PIN:
            _world.pins.irq(self, handler, trigger)


class PWM:
    """A pin that is on for a share of the time: `duty_u16` of 65535, `duty` of 1023."""

    def __init__(self, dest, freq=5000, duty=None, duty_u16=None):
        self.id = dest.id if isinstance(dest, Pin) else dest
        self._freq_hz = freq
        self._duty = 0
        self.duty_u16(duty_u16 if duty_u16 is not None else 64 * (512 if duty is None else duty))

    def init(self, freq=None, duty=None, duty_u16=None):
        """Sets what is given."""
        if freq is not None:
            self._freq_hz = freq
        if duty is not None:
            self.duty(duty)
        if duty_u16 is not None:
            self.duty_u16(duty_u16)

    def freq(self, hz=None):
        """Gets or sets the frequency."""
        if hz is None:
            return self._freq_hz
        self._freq_hz = hz
        return None

    def duty_u16(self, duty=None):
        """Gets or sets the duty."""
        if duty is None:
            return self._duty
        if not 0 <= duty <= 65535:
            raise ValueError("duty_u16 must be from 0 to 65535")
        self._duty = duty
        if self.id in OUTPUTS:
            _world.pins.set(OUTPUTS[self.id], duty, _world.now_us)
            if self.id == MOTOR_PIN:
                _world.chip.update()
                _world.chip.motor.set(duty / 65535, _world.now_us)
        return None

    def duty(self, duty=None):
        """The same, up to 1023."""
        if duty is None:
            return self._duty >> 6
        return self.duty_u16(min(65535, duty * 64))

    def deinit(self):
        """The pin is off."""
        self.duty_u16(0)


class ADC:
    """The analog input of the battery's divider; where none is fitted its pin floats."""

    ATTN_0DB, ATTN_2_5DB, ATTN_6DB, ATTN_11DB = 0, 1, 2, 3

    def __init__(self, dest, *, atten=ATTN_0DB):
        self._id = dest.id if isinstance(dest, Pin) else dest

    def read_uv(self):
        """Microvolts at the pin, with the noise of an ESP32."""
        _world.advance(ADC_US)
        volts = _world.battery_v() if self._id == BATTERY_PIN else None
        pulled = Pin.pulls.get(self._id) == Pin.PULL_DOWN
        noise = _world.now_us * 2654435761 & 0xFFFF
        if volts is None:
            return 0 if pulled else 40 * noise
        share = ADC_PULLED if pulled else 0.5
        return int(1e6 * volts * share) + noise // 4 - 8192


class WDT:
    """The task watchdog; constructing it again sets another timeout, as on the ESP32."""

    def __init__(self, id=0, timeout=5000):
        _world.watch(timeout * 1000)

    def feed(self):
        """Feeds the watchdog."""
        _world.feed()


def reset():
    """Restarts the board."""
    _world.reset(HARD_RESET)


def soft_reset():
    """Restarts the interpreter."""
    raise SystemExit


def reset_cause():
    """Why the board last started."""
    return _world.reset_cause


def unique_id():
    """Six bytes, from the board's seed."""
    return _unique_id


def freq(hz=None):
    """Gets or sets the processor's clock."""
    global _freq_hz
    if hz is None:
        return _freq_hz
    _freq_hz = hz
    return None


def lightsleep(ms=0):
    """Sleeps; memory is kept."""
    _sleep.light(ms * 1000)


def deepsleep(ms=0):
    """Sleeps, then restarts."""
    _sleep.deep(ms * 1000)


def idle():
    """Yields for a moment."""
    _world.advance(10)


def disable_irq():
    """Nothing interrupts here."""
    return 0


def enable_irq(state=0):
    """Nothing interrupts here."""
