"""Locks the heap, but for what the firmware does once an epoch or once a minute.

`times[name]` counts how often each of these was let through.
"""

import sys

import micropython

sys.path.insert(0, sys.argv[1])

from vagal import clock, heartperiod, rsa

lock = getattr(micropython, "heap_lock", int)  # CPython has none
unlock = getattr(micropython, "heap_unlock", int)
times = {"variance": 0, "heart_period": 0, "clock_fit": 0}

_ln_variance = rsa.ln_variance
_close = heartperiod.HeartPeriod.close
_fit = clock.SampleClock._fit


def _unlocked_ln_variance(total, squares):
    times["variance"] += 1
    unlock()
    value = _ln_variance(total, squares)
    lock()
    return value


def _unlocked_close(self):
    times["heart_period"] += 1
    unlock()
    _close(self)
    lock()


def _unlocked_fit(self):
    times["clock_fit"] += 1
    unlock()
    new = _fit(self)
    lock()
    return new


rsa.ln_variance = _unlocked_ln_variance
heartperiod.HeartPeriod.close = _unlocked_close
clock.SampleClock._fit = _unlocked_fit
