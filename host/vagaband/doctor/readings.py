"""What the findings mean: for each check a value in words and, where it is bad, which fault."""

from dataclasses import dataclass

from vagaband.doctor.findings import Findings, number
from vagaband.plain import plain

ADDRESS = 0x57
PART, PART_MAX30100 = 0x15, 0x11
OLDEST_MICROPYTHON = (1, 26)
LEAST_FREE_BYTES = 274_000  # a day of beats (firmware journal.py)
TEMPERATURE_C = (10.0, 45.0)
DARK_COUNTS = 500
LEAST_RISE_COUNTS = 30  # at 6.2 mA and 16384 nA: a bare window gives hundreds
SUPPLY_SHARE = 0.6  # of the light that the LED current promises
FULL_COUNTS = 249_036  # 95 % of full scale
SAMPLES_IN_250_MS = (18, 32)  # 25 are due
RESET_CAUSES = ("?", "power on", "reset", "watchdog", "deep sleep", "soft reset")
WATCHDOG = 3


@dataclass(frozen=True)
class Reading:
    """A value in words; `fault` names what is wrong, `skipped` why it says nothing."""

    value: str
    fault: str = ""
    skipped: str = ""


def micropython(found: Findings) -> Reading:
    system = found.probes["system"]
    version = tuple(int(number(n)) for n in system["micropython"][:3])
    shown = ".".join(map(str, version)) + f" on {plain(system.get('machine', '?'), 60)}"
    return Reading(shown, "old" if version < OLDEST_MICROPYTHON else "")


def firmware(found: Findings) -> Reading:
    system = found.probes["system"]
    there, packaged = plain(system["firmware"], 16), found.packaged
    if not there:
        return Reading("not on the board", "missing")
    shown = f"{plain(system['version'], 16)}, {there}"
    if there != packaged:
        return Reading(f"{shown}; this package has {packaged}", "other")
    return Reading(shown)


def free_flash(found: Findings) -> Reading:
    free = int(number(found.probes["system"]["free"]))
    return Reading(f"{free:,} bytes", "full" if free < LEAST_FREE_BYTES else "")


def reset_cause(found: Findings) -> Reading:
    cause = int(number(found.probes["reset"]["cause"]))
    shown = RESET_CAUSES[cause] if 0 <= cause < len(RESET_CAUSES) else f"code {cause}"
    return Reading(shown, "watchdog" if cause == WATCHDOG else "")


def bus_levels(found: Findings) -> Reading:
    levels = found.probes["levels"]
    up, down = ([bool(v) for v in levels[key][:2]] for key in ("up", "down"))
    named = " and ".join(
        f"{name} {'high' if is_up else 'low'}"
        for name, is_up in zip(("SDA", "SCL"), up, strict=True)
    )
    if up == [False, True] and levels.get("freed"):
        return Reading("SDA was held low, nine clocks freed it")
    if not all(up):
        return Reading(named, "both low" if not any(up) else "one low")
    if not all(down):
        return Reading(f"{named}, but only by the ESP32's own pull-ups", "no pull-up")
    return Reading(named)


def address(found: Findings) -> Reading:
    facts = found.probes["address"]
    others = ", ".join(f"0x{int(number(a)):02x}" for a in facts["found"][:16])
    if ADDRESS in facts["found"]:
        return Reading(others)
    if facts["crossed"]:
        return Reading("found with SDA and SCL exchanged", "crossed")
    if others:
        return Reading(f"only {others}", "others")
    return Reading("nothing answers", "none")


def part(found: Findings) -> Reading:
    facts = found.probes["part"]
    part_id, revision = int(number(facts["part"])), int(number(facts["revision"]))
    shown = f"part 0x{part_id:02x}, revision 0x{revision:02x}"
    if part_id == PART:
        return Reading(shown)
    return Reading(shown, "MAX30100" if part_id == PART_MAX30100 else "other")


def registers(found: Findings) -> Reading:
    facts = found.probes["registers"]
    fast, slow = int(number(facts["wrong"])), int(number(facts["wrong_slow"]))
    shown = f"{fast} of 32 wrong at 400 kHz, {slow} at 100 kHz"
    if slow:
        return Reading(shown, "always")
    return Reading(shown, "fast" if fast else "")


def reset_values(found: Findings) -> Reading:
    kept = [(int(number(r)), int(number(v))) for r, v in found.probes["reset_values"]["kept"]]
    if not kept:
        return Reading("all 0")
    shown = ", ".join(f"0x{r:02x} = 0x{v:02x}" for r, v in kept[:6])
    return Reading(shown, "kept")


def temperature(found: Findings) -> Reading:
    celsius = found.probes["temperature"]["celsius"]
    if celsius is None:
        return Reading("no value came", "none")
    low, high = TEMPERATURE_C
    value = number(celsius)
    return Reading(f"{value:.1f} °C", "" if low <= value <= high else "out")


def sampling(found: Findings) -> Reading:
    n = number(found.probes["dark"]["n"])
    low, high = SAMPLES_IN_250_MS
    return Reading(f"{n:.0f} samples in 250 ms", "" if low <= n <= high else "none")


def dark(found: Findings) -> Reading:
    facts = found.probes["dark"]
    red, ir = number(facts["red"]), number(facts["ir"])
    return Reading(f"red {red:.0f}, IR {ir:.0f}", "leak" if max(red, ir) >= DARK_COUNTS else "")


def _led(found: Findings, name: str, index: int) -> Reading:
    facts = found.probes["leds"]
    rise = number(facts[name][index]) - number(facts["none"][index])
    return Reading(f"{rise:+.0f} counts", "dead" if rise < LEAST_RISE_COUNTS else "")


def red_led(found: Findings) -> Reading:
    return _led(found, "red", 0)


def ir_led(found: Findings) -> Reading:
    return _led(found, "ir", 1)


def led_supply(found: Findings) -> Reading:
    facts = found.probes["supply"]
    if facts["lost"]:
        return Reading("the sensor lost its registers at 25 mA", "brown-out")
    low_code, high_code = (number(c) for c in facts["codes"])
    pairs = [
        (number(low), number(high)) for low, high in zip(facts["low"], facts["high"], strict=True)
    ]
    ratios = [high / low for low, high in pairs if low >= LEAST_RISE_COUNTS and high < FULL_COUNTS]
    if not ratios:
        return Reading("", skipped="too little or too much light to tell")
    share = min(ratios) / (high_code / low_code)
    return Reading(f"{100 * share:.0f} %", "weak" if share < SUPPLY_SHARE else "")


def ir_only(found: Findings) -> Reading:
    facts = found.probes["ir_only"]
    n, ir = number(facts["n"]), number(facts["ir"])
    shown = f"{n:.0f} samples in 250 ms, {ir:.0f} counts"
    low, high = SAMPLES_IN_250_MS
    if not low <= n <= high:
        return Reading(shown, "rate")
    lit = ir - number(found.probes["dark"]["ir"]) >= LEAST_RISE_COUNTS
    return Reading(shown, "" if lit else "dark")


def overflow(found: Findings) -> Reading:
    facts = found.probes["overflow"]
    waiting, lost = number(facts["waiting"]), number(facts["lost"])
    shown = f"{lost:.0f} lost counted, {waiting:.0f} waiting"
    return Reading(shown, "" if lost and not waiting else "uncounted")


def interrupt(found: Findings) -> Reading:
    facts = found.probes["interrupt"]
    high, low = int(number(facts["high"])), int(number(facts["low"]))
    shown = f"high {high} of 3, low {low} of 3"
    if high == 3 and low == 0:
        return Reading(shown, skipped="not wired; vagaband works without it")
    if (high, low) != (3, 3):
        return Reading(shown, "stuck" if high == 0 else "erratic")
    return Reading(shown, "" if facts["external"] else "no pull-up")


def completeness(found: Findings) -> Reading:
    end = found.probes["end"]
    if "done" in found.probes:
        return Reading("all ran")
    return Reading(f"stopped after {end['last']}: {end['words']}", "broken")


def app(found: Findings) -> Reading:
    facts = found.probes["app"]
    if not found.probes.get("system", {}).get("firmware"):
        return Reading("", skipped="the firmware is not on the board")
    if not facts["runs"]:
        return Reading("silent", "silent")
    if facts["config"] != "ok":
        return Reading(f"runs again; its settings: {facts['config']}", "settings")
    return Reading("runs again")
