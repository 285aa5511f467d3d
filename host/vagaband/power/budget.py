"""Hours on a charge: mean current of each mode, from the table of currents and the duty cycles."""

import csv
import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

from vagaband.paths import hardware_dir
from vagaband.power.modes import Mode

UNITS_AN_INSTRUCTION = 2.1  # of fuel, as `bench --device` takes them
CYCLES_AN_INSTRUCTION = 1.5
BEATS_A_S = 70 / 60
SPS_A_SAMPLE = 4  # the sensor averages so many pulses
PULSE_S = 411e-6
HELD_SAMPLES = 24  # that gather during a sleep: see firmware/vagal/rest.py
TURN_S = 0.1  # awake
MEASURE_SHARE = 75 / 14400  # of the time it stays awake to measure the sensor's clock
HOURS_A_MONTH = 730.0
AIM_H = 120.0  # five days


@dataclass(frozen=True)
class Current:
    """A row of hardware/power.csv: what is taken, and what is worse but may be."""

    name: str
    value: float
    worse: float
    unit: str
    basis: str
    what: str
    source: str


@dataclass(frozen=True)
class Draw:
    """What a mode draws, in mA by part; shares of the time awake, and computing."""

    parts_ma: dict[str, float]
    awake: float
    computing: float

    @property
    def ma(self) -> float:
        """In all."""
        return sum(self.parts_ma.values())


Figures = dict[str, float]


@cache
def currents() -> tuple[Current, ...]:
    """The table of currents."""
    text = (hardware_dir() / "power.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple(
        Current(
            row["name"],
            float(row["value"]),
            float(row["worse"]),
            row["unit"],
            row["basis"],
            row["what"],
            row["source"],
        )
        for row in rows
    )


@cache
def duties() -> dict:
    """What `measure` found; see there."""
    return json.loads(resources.files("vagaband.power").joinpath("duty.json").read_text())


def usual() -> Figures:
    """The figures that are taken."""
    return {current.name: current.value for current in currents()}


def draw(mode: Mode, figures: Figures, mah: float) -> Draw:
    """What a mode draws of a battery of so many mAh."""
    duty = duties()["modes"][mode.duty]
    rate_hz, mhz = mode.setting("rate_hz"), mode.setting("cpu_mhz")
    sleeps = bool(mode.setting("sleep"))
    computing = _computing(rate_hz, mhz, sleeps, figures)
    awake = 1.0
    if sleeps:
        awake = min(1.0, 1 - duty["asleep"] + computing)
        awake = MEASURE_SHARE + (1 - MEASURE_SHARE) * awake
    slow, fast = figures[f"idle_{mhz}"], figures[f"busy_{mhz}"]
    leds = 1 if mode.setting("ir_only") else 2
    parts = {
        "processor": awake * slow + computing * (fast - slow),
        "asleep": (1 - awake) * (figures["asleep"] + figures["sleep_pins"]),
        "sensor": figures["sensor"],
        "LEDs": leds * figures["led"] * SPS_A_SAMPLE * rate_hz * PULSE_S,
        "flash": duty["flash"] * figures["flash"],
        "radio": mode.setting("strap") * figures["radio"],
        "rest": figures["light"]
        + figures["divider"]
        + figures["regulator"]
        + figures["psram"]
        + mah * figures["discharge"] / 100 / HOURS_A_MONTH,
    }
    return Draw(parts, awake, computing)


def _computing(rate_hz: int, mhz: int, sleeps: bool, figures: Figures) -> float:
    """Share of the time: samples, beats and turns."""
    measured = duties()
    fuel = rate_hz * measured["fuel_a_sample"] + BEATS_A_S * measured["fuel_a_beat"]
    turns_a_s = rate_hz / HELD_SAMPLES if sleeps else 1 / TURN_S
    instructions = fuel / UNITS_AN_INSTRUCTION + turns_a_s * figures["turn"]
    return instructions * CYCLES_AN_INSTRUCTION / (mhz * 1e6)


def hours(mode: Mode, figures: Figures, mah: float) -> float:
    """How long a charge lasts."""
    return mah * figures["usable"] / 100 / draw(mode, figures, mah).ma


def on_a_usb_board(mode: Mode, mah: float) -> float:
    """Hours on a development board, whose USB bridge and regulator never sleep."""
    figures = usual()
    return mah * figures["usable"] / 100 / (draw(mode, figures, mah).ma + figures["usb_board"])


def at_worse(mode: Mode, mah: float) -> list[tuple[Current, float]]:
    """Hours where one figure alone is worse, for those that matter; the worst first."""
    figures = usual()
    best_h = hours(mode, figures, mah)
    found = [
        (current, hours(mode, {**figures, current.name: current.worse}, mah))
        for current in currents()
    ]
    return sorted(
        ((current, h) for current, h in found if h < 0.99 * best_h), key=lambda pair: pair[1]
    )


def all_worse(mode: Mode, mah: float) -> float:
    """Hours where every figure is the worse one."""
    return hours(mode, {current.name: current.worse for current in currents()}, mah)
