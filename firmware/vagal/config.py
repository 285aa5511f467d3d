"""What the wearer or the host may set, and what holds where they did not.

What a session's numbers depend on holds from the next session on: a session has one configuration,
that of its header.
"""

import json
import os

from micropython import const

from .pacer import LEAST_CYCLE_MS

FILE = "/vagal.json"
_BREATH = ["pace_in_ms", "pace_out_ms"]
_LONGEST = const(1024)  # bytes of the file
_ENOENT = const(2)

# name: (default, least, most, step, unit, meaning). All are whole numbers; 0 and 1 are off and on.
KEYS = {
    "raw": (1, 0, 1, 1, "", "log the light itself while there is room"),
    "reserve_days": (5, 0, 7, 1, "days", "of beats that the logged light leaves room for"),
    "red_code": (0x1F, 0, 0x7F, 1, "x 0.2 mA", "current of the red LED"),
    "ir_code": (0x1F, 2, 0x7F, 1, "x 0.2 mA", "current of the infrared LED at first"),
    "ir_cap": (0x3F, 2, 0x7F, 1, "x 0.2 mA", "most that it is set to for a finger"),
    "rate_hz": (100, 50, 100, 50, "Hz", "samples a second"),
    "ir_only": (0, 0, 1, 1, "", "leave the red LED off"),
    "leds_swapped": (0, 0, 1, 1, "", "the sensor's board has red and infrared exchanged"),
    "cpu_mhz": (80, 80, 240, 80, "MHz", "clock of the processor"),
    "sleep": (0, 0, 1, 1, "", "light sleep between samples while no host is attached"),
    "battery": (1, 0, 1, 1, "", "a battery is measured"),
    "battery_mah": (500, 50, 5000, 10, "mAh", "its capacity"),
    "light": (20, 0, 100, 1, "%", "brightness of the light; 0: none"),
    "buzz": (75, 0, 100, 1, "%", "strength of the vibration; 0: none"),
    "night_from": (1320, 0, 1439, 1, "min of the day", "from then on it is silent and dark"),
    "night_to": (420, 0, 1439, 1, "min of the day", "until then"),
    "utc_min": (0, -720, 840, 15, "min", "local time less UTC; the host sets it with the clock"),
    "pace_in_ms": (4000, 2000, 12000, 100, "ms", "breathing in, in the button's exercise"),
    "pace_out_ms": (6000, 2000, 12000, 100, "ms", "breathing out; with that in at least 8 s"),
    "pace_min": (5, 1, 30, 1, "min", "length of the button's exercise"),
    "strap": (0, 0, 1, 1, "", "be a heart-rate strap over Bluetooth, which broadcasts"),
}
# These hold at once: no number depends on them.
AT_ONCE = (
    "sleep",
    "battery_mah",
    "light",
    "buzz",
    "night_from",
    "night_to",
    "utc_min",
    "pace_in_ms",
    "pace_out_ms",
    "pace_min",
)


def load() -> dict:
    """The configuration; a value that is missing or not allowed is the default."""
    return check()[0]


def check() -> tuple:
    """What holds by the file, and in words what is wrong with it: "" where nothing is."""
    stored = {}
    fault = ""
    try:
        stored = json.loads(_text())
    except OSError as e:
        if e.errno != _ENOENT:
            fault = "can't be read"
    except ValueError as e:
        fault = str(e) or "is no JSON"
    if not isinstance(stored, dict):
        stored = {}
        fault = "is no table of keys"
    refused = sorted(n for n in KEYS if n in stored and not allows(n, stored[n]))
    values = {name: KEYS[name][0] for name in KEYS}
    values.update((name, stored[name]) for name in KEYS if name in stored and name not in refused)
    if breath_ms(values) < LEAST_CYCLE_MS:
        refused += _BREATH
        values.update((name, KEYS[name][0]) for name in _BREATH)
    if refused:
        fault = "not allowed, so the default: " + ", ".join(refused)
    unknown = sorted(str(name) for name in stored if name not in KEYS)
    if unknown:
        first = "".join(c if " " < c < "\x7f" else "?" for c in unknown[0][:20])
        fault += "%sunknown: %s" % ("; " if fault else "", first)
        if len(unknown) > 1:
            fault += " and %d more" % (len(unknown) - 1)
    return values, fault


def store(*pairs) -> None:
    """Set keys: name, value, name, value. The file is the old or the new one at every moment.

    ValueError says what is not allowed; then nothing is set. What was wrong is kept aside.
    """
    values, fault = check()
    for i in range(0, len(pairs), 2):
        name, value = pairs[i], pairs[i + 1]
        if name not in KEYS:
            raise ValueError("there is no key " + name[:20])
        if not allows(name, value):
            _, least, most, step, unit, _ = KEYS[name]
            raise ValueError("%s: %d to %d %s in steps of %d" % (name, least, most, unit, step))
        values[name] = value
    if breath_ms(values) < LEAST_CYCLE_MS:
        raise ValueError("a breath, in and out, takes at least %d ms" % LEAST_CYCLE_MS)
    if fault:
        _keep_aside()
    changed = {name: values[name] for name in KEYS if values[name] != KEYS[name][0]}
    replace(FILE, json.dumps(changed))


def replace(file: str, text: str) -> None:
    """Write a small file; without power amid that the old one stays."""
    with open(file + ".new", "w") as f:
        f.write(text)
    os.rename(file + ".new", file)


def breath_ms(values: dict) -> int:
    """Length of a paced breath."""
    return sum(values[name] for name in _BREATH)


def _text() -> str:
    """The file; ValueError where it is none of ours."""
    with open(FILE, "rb") as f:
        text = f.read(_LONGEST + 1)
    if len(text) > _LONGEST:
        raise ValueError("is too large")
    return text.decode()


def _keep_aside() -> None:
    """Keep the bad file under another name; values in it go on to hold meanwhile."""
    taken = [n for n in os.listdir("/") if n.startswith(FILE[1:] + ".bad")]
    name = "%s.bad%d" % (FILE, len(taken))
    try:
        text = _text()
    except (OSError, ValueError):  # none of its values hold
        os.rename(FILE, name)
        return
    with open(name, "w") as f:
        f.write(text)


def allows(name: str, value) -> bool:
    """Whether a key may have this value."""
    _, least, most, step, _, _ = KEYS[name]
    whole = isinstance(value, int) and not isinstance(value, bool)
    return whole and least <= value <= most and (value - least) % step == 0
