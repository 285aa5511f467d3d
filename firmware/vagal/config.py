"""What the wearer or the host may set, and what holds where they did not."""

import json
import os

FILE = "/vagal.json"

# name: (default, least, most, step, unit, meaning). All are whole numbers; 0 and 1 are off and on.
KEYS = {
    "raw": (1, 0, 1, 1, "", "log the light itself while there is room"),
    "reserve_days": (5, 0, 7, 1, "days", "of beats that the logged light leaves room for"),
    "red_code": (0x1F, 0, 0x7F, 1, "0.2 mA", "current of the red LED"),
    "ir_code": (0x1F, 2, 0x7F, 1, "0.2 mA", "current of the infrared LED at first"),
    "ir_cap": (0x3F, 2, 0x7F, 1, "0.2 mA", "most that it is set to for a finger"),
    "rate_hz": (100, 50, 100, 50, "Hz", "samples a second"),
    "ir_only": (0, 0, 1, 1, "", "leave the red LED off"),
    "cpu_mhz": (80, 80, 240, 80, "MHz", "clock of the processor"),
    "sleep": (0, 0, 1, 1, "", "light sleep between samples while no host is attached"),
    "battery": (1, 0, 1, 1, "", "a battery is measured"),
    "battery_mah": (500, 50, 5000, 10, "mAh", "its capacity"),
    "light": (20, 0, 100, 1, "%", "brightness of the light; 0: none"),
    "buzz": (60, 0, 100, 1, "%", "strength of the vibration; 0: none"),
    "night_from": (1320, 0, 1439, 1, "min of the day", "from then on it is silent and dark"),
    "night_to": (420, 0, 1439, 1, "min of the day", "until then"),
    "utc_min": (0, -720, 840, 15, "min", "local time less UTC; the host sets it with the clock"),
    "pace_in_ms": (4000, 2000, 12000, 100, "ms", "breathing in, in the button's exercise"),
    "pace_out_ms": (6000, 2000, 12000, 100, "ms", "breathing out; with that in at least 8 s"),
    "pace_min": (5, 1, 30, 1, "min", "length of the button's exercise"),
    "strap": (0, 0, 1, 1, "", "be a heart-rate strap over Bluetooth, which broadcasts"),
}


def load() -> dict:
    """The configuration; a value that is missing or out of range is the default."""
    stored = _stored()
    return {
        name: stored[name] if allows(name, stored.get(name)) else KEYS[name][0] for name in KEYS
    }


def store(name: str, value: int) -> None:
    """Keep a key's value on flash; ValueError where it may not have that one."""
    if not allows(name, value):
        raise ValueError("%s can't be %s" % (name, value))
    stored = _stored()
    stored[name] = value
    replace(FILE, json.dumps(stored))


def replace(file: str, text: str) -> None:
    """Write a small file; without power amid that the old one stays."""
    with open(file + ".new", "w") as f:
        f.write(text)
    os.rename(file + ".new", file)


def _stored() -> dict:
    """What the file holds, whatever that is."""
    try:
        with open(FILE) as f:
            stored = json.load(f)
    except (OSError, ValueError):
        stored = {}
    return stored if isinstance(stored, dict) else {}


def allows(name: str, value) -> bool:
    """Whether a key may have this value."""
    _, least, most, step, _, _ = KEYS[name]
    whole = isinstance(value, int) and not isinstance(value, bool)
    return whole and least <= value <= most and (value - least) % step == 0
