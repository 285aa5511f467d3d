"""The script of a virtual board: what happens at which second since the sensor first sampled."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vagaband.board.heart import CHANGEABLE, parse_values
from vagaband.errors import InputError


@dataclass(frozen=True)
class Event:
    """One line of a script; `value` is text, seconds or counts, or None."""

    t_s: float
    action: str
    value: str | float | None


def _text(words: str) -> str:
    if not words:
        raise ValueError("needs a text")
    return words


def _positive(words: str) -> float:
    value = float(words)
    if not (math.isfinite(value) and value >= 0):
        raise ValueError("needs a number that is not negative")
    return value


def _tap(words: str) -> float:
    value = float(words)
    if not 0.1 <= value <= 2:
        raise ValueError("needs 0.1 to 2 seconds")
    return value


def _number(words: str) -> float:
    value = float(words)
    if not math.isfinite(value):
        raise ValueError("needs a number")
    return value


def _factor(words: str) -> float:
    value = float(words)
    if not 0.9 <= value <= 1.1:
        raise ValueError("needs a factor near 1")
    return value


def _part_id(words: str) -> int:
    value = int(words, 0)
    if not 0 <= value <= 0xFF:
        raise ValueError("needs a byte")
    return value


def _battery(words: str) -> str:
    volts = [_positive(word) for word in words.split()]
    if len(volts) not in (1, 3) or max(volts[:2]) > 5 or (len(volts) == 3 and volts[2] == 0):
        raise ValueError("needs volts, or volts now and then, and the seconds between")
    return words


def _count(words: str) -> float:
    if int(words) < 0:
        raise ValueError("needs a count")
    return float(words)


def _changes(words: str) -> str:
    try:
        changed = parse_values(words, CHANGEABLE)
    except InputError:
        changed = {}
    if not changed:
        raise ValueError("needs a heart's keys")
    return words


def _cut(words: str) -> str:
    n, _, way = words.partition(" ")
    if int(n) < 1 or way not in ("", "before", "torn", "after"):
        raise ValueError("needs a count, and before, torn or after")
    return words


PHONE = {  # what a phone does, and whether something follows it
    "connect": False,
    "disconnect": False,
    "pair": False,
    "unpair": False,
    "subscribe": True,
    "unsubscribe": True,
    "read": True,
}


def _ble(words: str) -> str:
    first, *rest = words.split()
    if first == "full":
        _positive(" ".join(rest))
        return words
    if first == "second":
        first, *rest = rest
    if first not in PHONE or (rest and not PHONE[first]) or (first == "read" and not rest):
        raise ValueError("needs what a phone does")
    if rest and not 0 <= int(" ".join(rest), 16) <= 0xFFFF:
        raise ValueError("needs a UUID of 16 bits")
    return words


def _nothing(words: str) -> None:
    if words:
        raise ValueError("takes nothing after it")


SECONDS = "SECONDS"  # of such a value the board gets microseconds
# action: (what follows it, how that is read, what it does)
ACTIONS: dict[str, tuple[str, Callable[[str], str | float | None], str]] = {
    "type": ("TEXT", _text, "types a line to the firmware, once it is awake"),
    "stop": ("", _nothing, "types `stop`: ends the session"),
    "off": ("", _nothing, "takes the finger off"),
    "on": ("", _nothing, "puts the finger back"),
    "motion": (SECONDS, _positive, "moves the finger"),
    "tap": (SECONDS, _tap, "knocks on the sensor twice, so far apart, as 0.4"),
    "heart": ("KEY=VALUE,...", _changes, "changes hp, rsa, lf or vlf, within half a minute"),
    "breathe": ("HZ", _positive, "breathes at this rate from now on; 0: at the heart's own"),
    "ambient": ("COUNTS", _positive, "adds steady ambient light from now on"),
    "battery": (
        "V [V S]",
        _battery,
        "a battery of so many volts [falling to others in S seconds]",
    ),
    "press": ("MS", _positive, "presses the button so long; its contacts bounce"),
    "nak": (SECONDS, _positive, "the sensor does not acknowledge"),
    "stuck": (SECONDS, _positive, "the sensor holds SDA low, till nine clocks and a stop"),
    "short": (SECONDS, _positive, "SDA is shorted to ground"),
    "unplug": (SECONDS, _positive, "the sensor is away, and comes back without its registers"),
    "brownout": ("", _nothing, "the sensor loses its registers"),
    "halt": ("", _nothing, "the sensor stops sampling and says nothing"),
    "pointers": (SECONDS, _positive, "the FIFO's pointers read as garbage"),
    "part": ("ID", _part_id, "another part is plugged in, as 0x11; 0x15: the right one"),
    "clock": ("FACTOR", _factor, "the sensor's clock from now on against nominal, as 1.01"),
    "rtc": (SECONDS, _number, "the wall clock jumps by so much, either way"),
    "stall": (SECONDS, _positive, "the processor is busy, the FIFO overflows"),
    "reset": ("", _nothing, "resets the board"),
    "power": ("", _nothing, "cuts and returns the power"),
    "memory": (
        "",
        _nothing,
        "says the bytes of the heap in use, and the blocks erased",
    ),
    "ble": (
        "WHAT",
        _ble,
        "a phone nearby: connect, pair, subscribe [UUID], unsubscribe [UUID],\n"
        f"{'':<19}read UUID, disconnect, unpair; second before it: another phone;\n"
        f"{'':<19}full SECONDS: the radio's buffers are full",
    ),
    "ledger": ("", _nothing, "says what the time went into: bus, flash, line, sleep"),
    "cut": ("N [WAY]", _cut, "the same at flash operation N from now: before, torn or after it"),
    "worn": ("N", _count, "N blocks of flash can't be erased any more"),
    "eio": (SECONDS, _positive, "writing to flash fails"),
}
WIRING_FAULTS = {
    "no_sensor": "nothing answers on the bus",
    "crossed_wires": "SDA and SCL are exchanged",
    "sda_low": "SDA is shorted to ground",
    "scl_low": "SCL is shorted to ground",
    "pull_ups_1v8": "the lines are pulled up to 1.8 V, which the ESP32 takes for low",
    "no_pull_ups": "only the ESP32 pulls the lines up",
    "noisy_bus": "long leads: bytes are spoilt at 400 kHz",
    "dead_red": "the red LED gives no light",
    "dead_ir": "the IR LED gives no light",
    "weak_led_supply": "the LEDs get 7 mA at most",
    "brown_out": "the sensor's supply breaks down at 25 mA",
    "no_reset": "a clone that ignores the reset bit",
    "thermometer": "a clone that measures -60 °C",
    "no_sampling": "a chip that never samples",
    "no_multi_led": "a clone without multi-LED mode",
    "no_overflow_count": "a clone that does not count lost samples",
    "int_unwired": "INT is not connected (no fault)",
    "int_low": "INT is shorted to ground",
    "int_no_pull_up": "nothing outside the ESP32 pulls INT up",
}
HEART_ACTIONS = ("heart", "breathe")
LIGHT_ACTIONS = ("off", "on", "motion", "tap", "ambient", *HEART_ACTIONS)


def help_text() -> str:
    """The actions of `--script`, one a line, as `board --help` shows them."""
    lines = ["Lines of --script: TIME_S ACTION [VALUE], time since the sensor first sampled:"]
    for name, (value, _, meaning) in ACTIONS.items():
        lines.append(f"  {(name + ' ' + value).strip():<16} {meaning}")
    return "\n".join(lines)


def parse_script(text: str, name: str = "script") -> list[Event]:
    """The events in order of time. Lines that are empty or begin with # are left out."""
    events = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.strip()
        if words and not words.startswith("#"):
            events.append(_parse_line(words, f"Line {number} of {name}"))
    return sorted(events, key=lambda event: event.t_s)


def _parse_line(words: str, where: str) -> Event:
    time_word, _, rest = words.partition(" ")
    action, _, value_words = rest.strip().partition(" ")
    try:
        t_s = _positive(time_word)
    except ValueError:
        raise InputError(
            f"{where} does not begin with a time in seconds: '{words}'.",
            "Write for instance: 60 type mark glimmer",
        ) from None
    if action not in ACTIONS:
        raise InputError(
            f"{where} has no known action: '{words}'.", f"The actions are {', '.join(ACTIONS)}."
        )
    form, read, _ = ACTIONS[action]
    try:
        return Event(t_s, action, read(value_words.strip()))
    except ValueError:
        raise InputError(
            f"{where} has a wrong value: '{words}'.", f"Write: {time_word} {action} {form}".strip()
        ) from None


def read_script(path: Path) -> list[Event]:
    """The events of a script file."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"The script {path} can't be read ({type(error).__name__}).", "Name a text file."
        ) from None
    return parse_script(text, path.name)
