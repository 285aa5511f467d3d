"""The firmware's `time`: the world's clock, with the ESP32's epoch (2000) and wrap (2**30)."""

TICKS_PERIOD = 1 << 30
_HALF = TICKS_PERIOD >> 1
_MASK = TICKS_PERIOD - 1
_DAYS_TO_MONTH = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)

_world = None


def bind(world):
    """Gives this module its clock."""
    global _world
    _world = world


def _since_boot_us():
    passed_us = _world.by_crystal(_world.read_us() - _world.boot_us)
    return passed_us + _world.first_ticks_us + _world.drift_us


def ticks_us():
    """Microseconds since boot, wrapping at 2**30."""
    return _since_boot_us() & _MASK


def ticks_ms():
    """Milliseconds since boot, wrapping at 2**30."""
    return _since_boot_us() // 1000 & _MASK


def ticks_cpu():
    """Processor cycles at 160 MHz, wrapping at 2**30."""
    return (_world.read_us() - _world.boot_us) * 160 & _MASK


def ticks_diff(new, old):
    """Signed ring difference of two tick values."""
    return ((new - old + _HALF) & _MASK) - _HALF


def ticks_add(ticks, delta):
    """A tick value moved by `delta`."""
    return (ticks + delta) & _MASK


def sleep_us(us):
    """Sleeps `us` microseconds of virtual time by the crystal."""
    _world.sleep_us(us - (_world.by_crystal(us) - us))


def sleep_ms(ms):
    """Sleeps `ms` milliseconds of virtual time."""
    sleep_us(ms * 1000)


def sleep(s):
    """Sleeps `s` seconds of virtual time."""
    sleep_us(int(s * 1_000_000))


def time():
    """Seconds since 2000-01-01 by the real-time clock."""
    return _world.rtc.now_us() // 1_000_000


def time_ns():
    """Nanoseconds since 2000-01-01 by the real-time clock."""
    return _world.rtc.now_us() * 1000


def _leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _days_before(year):
    """Days from 2000-01-01 to January the first of `year`."""
    y = year - 1
    return (year - 2000) * 365 + y // 4 - y // 100 + y // 400 - 484


def mktime(when):
    """Seconds since 2000 of (year, month, mday, hour, minute, second, ...)."""
    year, month, day, hour, minute, second = when[:6]
    year += (month - 1) // 12
    month = (month - 1) % 12 + 1
    days = _days_before(year) + _DAYS_TO_MONTH[month - 1] + day - 1
    if month > 2 and _leap(year):
        days += 1
    return ((days * 24 + hour) * 60 + minute) * 60 + second


def gmtime(seconds=None):
    """(year, month, mday, hour, minute, second, weekday, yearday) of seconds since 2000."""
    if seconds is None:
        seconds = time()
    days, rest = divmod(int(seconds), 86400)
    weekday = (days + 5) % 7  # 2000-01-01 was a Saturday
    year = 2000 + days // 366
    while _days_before(year + 1) <= days:
        year += max(1, (days - _days_before(year)) // 366)
    yearday = days - _days_before(year)
    month, day = 12, yearday
    for m in range(12, 0, -1):
        start = _DAYS_TO_MONTH[m - 1] + (1 if m > 2 and _leap(year) else 0)
        if yearday >= start:
            month, day = m, yearday - start
            break
    return (
        year,
        month,
        day + 1,
        rest // 3600,
        rest // 60 % 60,
        rest % 60,
        weekday,
        yearday + 1,
    )


localtime = gmtime
