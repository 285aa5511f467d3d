"""The ESP32's real-time clock and RTC memory: they outlive a reset, not a loss of power."""

import virtual_time

MEMORY_BYTES = 2048


class Rtc:
    """Clock offset and memory; `world` gives the time that passes."""

    def __init__(self, world, state=None):
        self._world = world
        self.offset_us, self.memory = state or (-world.by_crystal(world.now_us), b"")

    def now_us(self):
        """Microseconds since 2000-01-01."""
        return self._world.by_crystal(self._world.read_us()) + self.offset_us

    def set_us(self, us):
        """Sets the clock."""
        self.offset_us = us - self._world.by_crystal(self._world.read_us())

    def jump(self, us):
        """Moves the clock."""
        self.offset_us += us

    def state(self):
        """What outlives a reset."""
        return (self.offset_us, self.memory)


class RTC:
    """machine.RTC in the ESP32's form; `rtc` is set once, at the start of the board."""

    rtc = None

    def datetime(self, value=None):
        """Gets or sets (year, month, day, weekday, hour, minute, second, microsecond)."""
        if value is None:
            us = self.rtc.now_us()
            year, month, day, hour, minute, second, weekday, _ = virtual_time.gmtime(
                us // 1_000_000
            )
            return (year, month, day, weekday, hour, minute, second, us % 1_000_000)
        year, month, day, _, hour, minute, second, us = value
        seconds = virtual_time.mktime((year, month, day, hour, minute, second))
        self.rtc.set_us(seconds * 1_000_000 + us)
        return None

    init = datetime

    def memory(self, data=None):
        """Gets or sets the RTC memory, at most 2048 bytes."""
        if data is None:
            return self.rtc.memory
        if len(data) > MEMORY_BYTES:
            raise ValueError("buffer too long")
        self.rtc.memory = bytes(data)
        return None
