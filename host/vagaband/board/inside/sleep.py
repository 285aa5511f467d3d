"""Light and deep sleep of the ESP32, and what wakes it.

Asleep the line is deaf: bytes and Ctrl-C that come meanwhile are lost. Nothing interrupts, the
lamps are dark, and the time is counted by the slow clock, an RC. ESP-IDF calibrates that over ten
of its cycles before each sleep (sleep_modes.c) and puts the ticks forward by what it counted.
"""

from resets import DEEPSLEEP_RESET

SLOW_CLOCK_ERROR = 0.01  # after the calibration; users report 0.001, this is a bad one
WAKE_US = 1000  # from the end of a sleep to the first instruction
# An ESP32 computes for longer than this after a sleep, and hears meanwhile; computing takes no
# time here, so what comes in the last part of a sleep is heard instead.
HEARS_US = 10_000
NEVER = 1 << 60


class Sleep:
    """`light(us)`, `deep(us)`; `wakes` is the (pin, level) that ends them, or None."""

    def __init__(self, world, console, seed):
        self._world = world
        self._console = console
        self._slow_clock = 1 + SLOW_CLOCK_ERROR * (1 if seed % 2 else -1)
        self.wakes = None

    def light(self, us):
        """Sleeps with the memory kept."""
        world = self._world
        if not world.holding:
            world.take_notices()
        self._console.keep()
        world.pins.rest(world.now_us)
        began_us = world.now_us
        self._sleep(us - HEARS_US)
        self._console.drop(0)
        self._sleep(HEARS_US)
        slept_us = world.now_us - began_us
        world.spent["asleep"] += slept_us
        error_us = int(slept_us / self._slow_clock) - slept_us
        world.drift_us += error_us
        world.rtc.jump(error_us)
        self._console.drop(HEARS_US + world.late_us())
        world.advance(WAKE_US)
        world.pins.resume(world.now_us)

    def deep(self, us):
        """Sleeps with nothing kept, then starts anew: never returns."""
        self._world.unwatch()
        self._sleep(us or NEVER)
        self._world.reset(DEEPSLEEP_RESET)

    def _sleep(self, us):
        world = self._world
        world.asleep = True
        until_us = world.now_us + int(us * self._slow_clock)
        while world.now_us < until_us and not self._woken():
            world.pass_asleep(until_us)
        world.asleep = False

    def _woken(self):
        return self.wakes is not None and self._world.pins.level(self.wakes[0]) == self.wakes[1]
