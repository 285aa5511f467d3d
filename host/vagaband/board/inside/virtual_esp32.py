"""The firmware's `esp32`: what wakes the virtual ESP32 from its sleep."""

WAKEUP_ALL_LOW, WAKEUP_ANY_HIGH = False, True

_sleep = None


def bind(sleep):
    """Gives this module the sleep that it ends."""
    global _sleep
    _sleep = sleep


def wake_on_ext0(pin=None, level=WAKEUP_ALL_LOW):
    """A pin of the RTC ends a sleep while it has this level; None: nothing does."""
    _sleep.wakes = pin and (pin.id, int(level))
