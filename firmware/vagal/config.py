"""What the wearer or the host may set, and what holds where they did not."""

import json

FILE = "/vagal.json"

# name: (default, least, most)
LIMITS = {
    "raw": (1, 0, 1),  # log the light itself while there is room
    "reserve_days": (5, 0, 7),  # of beats that the light leaves room for
    "red_code": (0x1F, 0, 0x7F),  # LED currents in 0.2 mA
    "ir_code": (0x1F, 2, 0x7F),  # at first; it is set for the finger, up to the cap
    "ir_cap": (0x3F, 2, 0x7F),
}


def load() -> dict:
    """The configuration; a value that is missing or out of range is the default."""
    try:
        with open(FILE) as f:
            stored = json.load(f)
    except (OSError, ValueError):
        stored = {}
    if not isinstance(stored, dict):
        stored = {}
    config = {}
    for name, (default, least, most) in LIMITS.items():
        value = stored.get(name, default)
        ok = isinstance(value, int) and least <= value <= most
        config[name] = value if ok else default
    return config
