"""What the light of a finger says: contact, pulse, which LED is which, and the sample rate."""

import numpy as np

from vagaband.doctor.findings import LOST_UNKNOWN, Drain, Findings, Floats, number
from vagaband.doctor.readings import FULL_COUNTS, Reading
from vagaband.reference.beats import detect
from vagaband.reference.zero_phase import band

NOMINAL_HZ = 100.0
RATE_HZ = (98.5, 101.5)  # nominal ±1.5 %: datasheet, ADC clock 10.32 to 10.64 MHz
LEAST_SPAN_S = 5.0  # below it a rate says nothing
PULSE_BAND_HZ = (0.5, 8.0)
WINDOW_S = 2.0  # holds a beat at 30 a minute
LEAST_PERFUSION = 0.1  # % of DC
LEAST_BEATS_PER_MIN = 25
MOST_RED_TO_IR = 1.1  # of perfusions: below 1 in any healthy finger, above 1.5 when exchanged
LEAST_LIKENESS = 0.5  # of red to IR pulse, to compare them


def contact(found: Findings) -> Reading:
    """Whether a finger came, and stayed."""
    facts = found.probes["contact"]
    if not facts["on"]:
        return Reading(f"{number(facts['counts']):.0f} counts", "none")
    ir = np.concatenate([d.ir for d in found.drains] or [np.zeros(0)])
    if not len(ir):
        return Reading(f"{number(facts['counts']):.0f} counts")
    shown = f"{np.median(ir):.0f} counts"
    if np.mean(ir > FULL_COUNTS) > 0.1:
        return Reading(shown, "saturated")
    away = float(np.mean(ir < number(facts["least"]) * 0.6))
    return Reading(f"{shown}, away {100 * away:.0f} % of the time", "left" if away > 0.1 else "")


def perfusion(found: Findings) -> Reading:
    """Height of the pulse in the IR light, and whether it is a pulse."""
    ir, _ = _light(found)
    if len(ir) < LEAST_SPAN_S * NOMINAL_HZ:
        return Reading("", skipped="too little light was seen")
    wave = band(ir, NOMINAL_HZ, PULSE_BAND_HZ)
    percent = 100 * _height(wave) / float(np.mean(ir))
    beats = detect(np.arange(len(ir)) / NOMINAL_HZ, ir).t_s
    per_min = 60 / float(np.median(np.diff(beats))) if len(beats) > 2 else 0.0
    shown = f"{percent:.2f} % of the light, {per_min:.0f} beats/min"
    if percent < LEAST_PERFUSION:
        return Reading(shown, "weak")
    few = len(beats) * 60 * NOMINAL_HZ / len(ir) < LEAST_BEATS_PER_MIN
    return Reading(shown, "no pulse" if few else "")


def led_order(found: Findings) -> Reading:
    """Whether the pulse is larger in IR than in red, as blood makes it."""
    ir, red = _light(found)
    if len(ir) < LEAST_SPAN_S * NOMINAL_HZ:
        return Reading("", skipped="too little light was seen")
    waves = [band(w, NOMINAL_HZ, PULSE_BAND_HZ) / float(np.mean(w)) for w in (ir, red)]
    sizes = [float(np.sqrt(np.mean(w**2))) for w in waves]
    alike = float(np.mean(waves[0] * waves[1])) / max(sizes[0] * sizes[1], 1e-18)
    if alike < LEAST_LIKENESS:
        return Reading("", skipped="the pulse in red is too weak to compare")
    ratio = sizes[1] / sizes[0]
    told = bool(found.probes.get("system", {}).get("swapped"))
    shown = f"red/IR {ratio:.2f}" + (", as leds_swapped says" if told else "")
    if ratio <= MOST_RED_TO_IR:
        return Reading(shown)
    return Reading(f"red/IR {ratio:.2f}", "wrongly told" if told else "exchanged")


def sample_rate(found: Findings) -> Reading:
    """Samples a second by the ESP32's crystal."""
    if any(d.browned_out for d in found.drains):
        return Reading("the sensor lost its registers", "brown-out")
    drains = _counted(found.drains)
    span_s = (drains[-1].us - drains[0].us) / 1e6 if drains else 0.0
    if not sum(len(d.ir) for d in drains):
        return Reading("no sample came", "none")
    if span_s < LEAST_SPAN_S:
        return Reading("", skipped=f"only {span_s:.0f} s without a break")
    gained = np.array([len(d.ir) + max(d.lost, 0) for d in drains], dtype=np.float64)
    gained[0] = 0
    rate_hz = float(np.polyfit([d.us / 1e6 for d in drains], np.cumsum(gained), 1)[0])
    lost = int(sum(max(d.lost, 0) for d in drains))
    shown = f"{rate_hz:.2f} Hz over {span_s:.0f} s" + (f", {lost} samples lost" if lost else "")
    if RATE_HZ[0] <= rate_hz <= RATE_HZ[1]:
        return Reading(shown)
    return Reading(shown, "clock" if 0.9 < rate_hz / NOMINAL_HZ < 1.1 else "far")


def _counted(drains: list[Drain]) -> list[Drain]:
    """The longest run of drains between which no unknown number of samples was lost."""
    runs: list[list[Drain]] = [[]]
    for drain in drains:
        runs[-1].append(drain)
        if drain.lost == LOST_UNKNOWN:
            runs[-1].pop()
            runs.append([])
    return max(runs, key=len)


def _light(found: Findings) -> tuple[Floats, Floats]:
    """IR and red of the longest stretch without a lost sample."""
    runs: list[list[Drain]] = [[]]
    for drain in found.drains:
        runs[-1].append(drain)
        if drain.lost:
            runs.append([])
    longest = max(runs, key=len)
    none = [np.zeros(0)]
    return (
        np.concatenate([d.ir for d in longest] or none),
        np.concatenate([d.red for d in longest] or none),
    )


def _height(wave: Floats) -> float:
    """Typical peak-to-peak height."""
    n = round(WINDOW_S * NOMINAL_HZ)
    windows = wave[: len(wave) // n * n].reshape(-1, n)
    return float(np.median(np.ptp(windows, axis=1)))
