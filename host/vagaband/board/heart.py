"""A synthetic heart: beat times, breathing and RSA that are known, and the light they give."""

import bisect
import cmath
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vagaband.errors import InputError

Floats = NDArray[np.float64]

DEFAULT_SPEC = "hp=850,rsa=6.2,breath=0.25,seed=1"


@dataclass(frozen=True)
class Key:
    """One key of a heart's description: its default, limits, unit and meaning."""

    default: float
    low: float
    high: float
    unit: str
    meaning: str


KEYS: dict[str, Key] = {
    "hp": Key(850, 250, 3000, "ms", "mean heart period"),
    "rsa": Key(6.2, -5, 11, "ln ms²", "respiratory part of the intervals; amplitude² / 2"),
    "breath": Key(0.25, 0.02, 1.0, "Hz", "breathing rate"),
    "peak": Key(0, 0, 5, "ln ms²", "so much more rsa at the rate of resonance"),
    "res": Key(0.095, 0.05, 0.2, "Hz", "that rate"),
    "reswidth": Key(0.01, 0.001, 0.2, "Hz", "standard deviation of the peak around it"),
    "lf": Key(4.5, -5, 11, "ln ms²", "slow wave of the intervals at 0.1 Hz"),
    "lfwidth": Key(0, 0, 0.1, "Hz", "width of that wave; 0: a pure sine"),
    "vlf": Key(8, 0, 200, "ms rms", "drift of the intervals below 0.03 Hz"),
    "perfusion": Key(1.0, 0, 20, "% of DC", "height of the pulse in the light"),
    "noise": Key(10, 0, 10_000, "counts rms", "noise of the light, per 100 Hz sample"),
    "drift": Key(0.3, 0, 20, "% of DC", "slow wander of the baseline"),
    "ectopic": Key(0, 0, 30, "per min", "premature beats, each with its pause"),
    "motion": Key(0, 0, 20, "per min", "bursts of motion"),
    "dc": Key(131072, 0, 262143, "counts", "steady light at the default LED current and range"),
    "clock": Key(1.0, 0.9, 1.1, "", "the sensor's clock against its nominal rate"),
    "seed": Key(1, 0, 2**31, "", "chooses every random thing"),
}

CHANGEABLE = ("hp", "rsa", "lf", "vlf")  # as the day goes; breathing changes by breathe()
GLIDE_S = 30.0  # that a change takes
SLOW_HZ, SLOW_STEP_S = 0.1, 0.25
LEAD_IN_BEATS = 6  # beats before the first sample, so that the pulse is steady from the start
UPSTROKE_S = 0.09  # rise of the systolic wave
KERNEL_FROM_S, KERNEL_TO_S, KERNEL_STEP_S = -0.3, 2.4, 0.001
OVERLAP_BEATS = 5  # how many pulses can still be seen at once
BREATH_HEIGHT_SHARE = 0.06  # breathing changes the height of the pulse
BREATH_BASELINE_SHARE = 0.25  # and its baseline, as a share of that height
ECTOPIC_COUPLING, ECTOPIC_HEIGHT = 0.68, 0.6
VLF_HZ = (0.004, 0.009, 0.016, 0.027)
DRIFT_HZ = (0.006, 0.014, 0.031, 0.05)
MOTION_S = (1.5, 5.0)
MOTION_DC_SHARE = 0.03


def help_text() -> str:
    """The keys of `--heart`, one a line, as `board --help` shows them."""
    lines = [f'Keys of --heart (for instance "{DEFAULT_SPEC}"):']
    for name, key in KEYS.items():
        what = f"{key.meaning} [{key.unit}]" if key.unit else key.meaning
        lines.append(f"  {name:<10} {what}; default {key.default:g}")
    return "\n".join(lines)


def parse_heart(spec: str) -> dict[str, float]:
    """Values of all keys from `"hp=850,rsa=6.2"`; InputError names a key that is wrong."""
    return {name: float(key.default) for name, key in KEYS.items()} | parse_values(spec, KEYS)


def parse_values(spec: str, names: Iterable[str]) -> dict[str, float]:
    """Values of the keys that are in `spec`, of those with these names; else InputError."""
    values: dict[str, float] = {}
    known = list(names)
    for part in filter(None, (p.strip() for p in spec.split(","))):
        name, equals, text = (p.strip() for p in part.partition("="))
        if name not in known or not equals:
            raise InputError(
                f"The heart has no key '{name}'." if equals else f"'{part}' is not KEY=VALUE.",
                f"The keys are {', '.join(known)}.",
            )
        key = KEYS[name]
        try:
            value = float(text)
        except ValueError:
            raise InputError(
                f"The heart's key '{name}' needs a number, not '{text}'.",
                f"The keys are {', '.join(known)}.",
            ) from None
        if not key.low <= value <= key.high:
            raise InputError(
                f"The heart's key '{name}' is {text}, outside {key.low:g} to {key.high:g}.",
                f"The keys are {', '.join(known)}.",
            )
        values[name] = value
    return values


def amplitude_ms(ln_ms2: float) -> float:
    """Amplitude of a sine whose variance is exp(`ln_ms2`) ms²."""
    return math.sqrt(2 * math.exp(ln_ms2))


def _kernel() -> tuple[Floats, Floats]:
    """One pulse, height about 1, at its mid-upstroke at t = 0: upstroke, dicrotic wave, decay."""
    t_s = np.arange(KERNEL_FROM_S, KERNEL_TO_S, KERNEL_STEP_S)
    upstroke = 1 / (1 + np.exp(-t_s / (UPSTROKE_S / 4.4)))
    late_s = np.maximum(t_s - 0.07, 0)
    decay = np.exp(-((late_s / 0.21) ** 1.15))
    dicrotic = 0.2 * np.exp(-(((t_s - 0.36) / 0.085) ** 2))
    return t_s, upstroke * decay + dicrotic


class SlowWave:
    """A wave of amplitude 1 that wanders in phase and size as a resonance of this width does.

    Not at all with a width of 0. The power is the same with any width.
    """

    def __init__(self, seed: int, width_hz: float) -> None:
        self._rng = np.random.default_rng([seed, 5])
        self._keep = math.exp(-math.pi * width_hz * SLOW_STEP_S)
        self._width_hz = width_hz
        self._states: list[complex] = [self._draw()]

    def _draw(self) -> complex:
        """Complex normal noise of power 1."""
        return complex(*self._rng.normal(0, math.sqrt(0.5), 2))

    def at(self, turn: float, t_s: float) -> float:
        """At `t_s`, where a steady wave is the sine of `turn`; times are asked in order."""
        if not self._width_hz:
            return math.sin(turn)
        while len(self._states) * SLOW_STEP_S <= t_s + SLOW_STEP_S:
            kept = self._keep * self._states[-1]
            self._states.append(kept + math.sqrt(1 - self._keep**2) * self._draw())
        state = self._states[max(0, int(t_s / SLOW_STEP_S))]
        return (state * cmath.exp(1j * turn)).imag


class Heart:
    """A heart from a description; `light` and `truth_beats_s` extend it as far as asked.

    A beat's time is the middle of its upstroke, seconds from the first sample.
    """

    def __init__(self, spec: str = DEFAULT_SPEC) -> None:
        self.values = parse_heart(spec)
        self.seed = int(self.values["seed"])
        self.clock = self.values["clock"]
        self.noise_rms = self.values["noise"]
        self._rng = np.random.default_rng([self.seed, 1])
        phases = self._rng.uniform(0, 2 * math.pi, 16)
        self._breath_phase, self._lf_phase = float(phases[0]), float(phases[1])
        self._breaths: list[tuple[float, float, float]] = []  # from when on, Hz, phase then
        self._course = {name: ([0.0], [self.values[name]]) for name in CHANGEABLE}
        self._slow_wave = SlowWave(self.seed, self.values["lfwidth"])
        self._vlf_phases, self._drift_phases = phases[2:6], phases[6:10]
        self._kernel_s, self._kernel = _kernel()
        self._times: list[float] = []
        self._heights: list[float] = []
        self._next_s = -LEAD_IN_BEATS * self.values["hp"] / 1000 + 0.3
        self._pause_ms: float | None = None

    def truth_beats_s(self, until_s: float) -> Floats:
        """Beat times in 0 .. `until_s`, shape (n,)."""
        self._extend(until_s)
        times = np.asarray(self._times)
        return times[(times >= 0) & (times <= until_s)]

    def light(self, t_s: Floats) -> tuple[Floats, Floats]:
        """Red and IR light at times `t_s`, shape (n,) each, in counts at the default settings."""
        if not len(t_s):
            return np.zeros(0), np.zeros(0)
        self._extend(float(t_s.max()) + 1)
        values = self.values
        dc = values["dc"]
        height = dc * values["perfusion"] / 100
        breath = np.sin(self._breath_phases(t_s))
        wave = self._pulse(t_s) * (1 + BREATH_HEIGHT_SHARE * breath)
        wave += BREATH_BASELINE_SHARE * breath
        slow = self._slow(t_s, DRIFT_HZ, self._drift_phases) * values["drift"] / 100
        steady = dc * (1 + slow) + self._bursts(t_s) * dc * MOTION_DC_SHARE
        return 0.9 * (steady - 0.4 * height * wave), steady - height * wave

    def breathe(self, rates: Sequence[tuple[float, float]]) -> None:
        """From each of these moments (s, in order) on it breathes at a rate (Hz); 0: its own."""
        for t_s, breath_hz in rates:
            _, phase = self._breath(t_s)
            self._breaths.append((t_s, breath_hz or self.values["breath"], phase))

    def change(self, t_s: float, values: dict[str, float]) -> None:
        """From `t_s` on these keys go to other values, within half a minute; told in order."""
        for name, value in values.items():
            times, levels = self._course[name]
            level = float(np.interp(t_s, times, levels))
            while times[-1] >= t_s and len(times) > 1:
                times.pop()
                levels.pop()
            times += [t_s, t_s + GLIDE_S]
            levels += [level, value]

    def _now(self, name: str, t_s: float) -> float:
        """A changeable key's value at `t_s`."""
        times, levels = self._course[name]
        return float(np.interp(t_s, times, levels)) if len(times) > 1 else levels[0]

    def _breath(self, t_s: float) -> tuple[float, float]:
        """Rate and phase of breathing."""
        for from_s, breath_hz, phase in reversed(self._breaths):
            if t_s >= from_s:
                return breath_hz, phase + 2 * math.pi * breath_hz * (t_s - from_s)
        breath_hz = self.values["breath"]
        return breath_hz, 2 * math.pi * breath_hz * t_s + self._breath_phase

    def _breath_phases(self, t_s: Floats) -> Floats:
        """The phase of breathing at times `t_s`, shape (n,)."""
        breaths = [(-math.inf, self.values["breath"], self._breath_phase), *self._breaths]
        from_s, rate_hz, phase = np.asarray(breaths).T
        at = np.searchsorted(from_s, t_s, side="right") - 1
        return phase[at] + 2 * math.pi * rate_hz[at] * (t_s - np.where(at > 0, from_s[at], 0.0))

    def rsa_ln_ms2(self, breath_hz: float, t_s: float = 0.0) -> float:
        """RSA when it breathes at this rate, at `t_s`."""
        values = self.values
        off = (breath_hz - values["res"]) / values["reswidth"]
        return self._now("rsa", t_s) + values["peak"] * math.exp(-(off**2) / 2)

    def _extend(self, until_s: float) -> None:
        while not self._times or self._times[-1] < until_s:
            self._beat()

    def _beat(self) -> None:
        t_s = self._next_s
        interval_ms = self._interval_ms(t_s)
        height = 1.0
        if self._pause_ms is not None:
            interval_ms, self._pause_ms = self._pause_ms, None
            height = ECTOPIC_HEIGHT
        elif t_s > 0 and self._rng.random() < self.values["ectopic"] * interval_ms / 60_000:
            early_ms = ECTOPIC_COUPLING * interval_ms
            self._pause_ms = 2 * interval_ms - early_ms
            interval_ms = early_ms
        self._times.append(t_s)
        self._heights.append(height)
        self._next_s = t_s + interval_ms / 1000

    def _interval_ms(self, t_s: float) -> float:
        """The interval that begins at `t_s`: each rhythm taken in the middle of the interval."""
        hp_ms = self._now("hp", t_s)
        middle_s = t_s + hp_ms / 2000
        breath_hz, phase = self._breath(middle_s)
        slow = self._slow_wave.at(2 * math.pi * SLOW_HZ * middle_s + self._lf_phase, middle_s)
        rsa = self.rsa_ln_ms2(breath_hz, middle_s)
        interval_ms = hp_ms + amplitude_ms(rsa) * math.sin(phase)
        interval_ms += amplitude_ms(self._now("lf", middle_s)) * slow
        interval_ms += self._now("vlf", middle_s) * float(
            self._slow(np.array([middle_s]), VLF_HZ, self._vlf_phases)[0]
        )
        return max(200.0, interval_ms)

    def _slow(self, t_s: Floats, rates_hz: tuple[float, ...], phases: Floats) -> Floats:
        """A slow wander of rms 1."""
        total = np.zeros(len(t_s))
        for rate_hz, phase in zip(rates_hz, phases, strict=True):
            total += np.sin(2 * math.pi * rate_hz * t_s + phase)
        return total * math.sqrt(2 / len(rates_hz))

    def _pulse(self, t_s: Floats) -> Floats:
        """The sum of the pulses of all beats at `t_s`."""
        earliest_s = float(t_s.min()) - KERNEL_TO_S
        from_beat = max(0, bisect.bisect_left(self._times, earliest_s) - 1)
        times = np.asarray(self._times[from_beat:])
        heights = np.asarray(self._heights[from_beat:])
        last = np.searchsorted(times, t_s - KERNEL_FROM_S, side="right") - 1
        total = np.zeros(len(t_s))
        for back in range(OVERLAP_BEATS):
            beat = np.maximum(last - back, 0)
            seen = last - back >= 0
            lag_s = t_s - times[beat]
            shape = np.interp(lag_s, self._kernel_s, self._kernel, left=0.0, right=0.0)
            total += np.where(seen, shape * heights[beat], 0.0)
        return total

    def _bursts(self, t_s: Floats) -> Floats:
        """Motion at `t_s`; each minute draws its own bursts."""
        rate = self.values["motion"]
        total = np.zeros(len(t_s))
        if not rate:
            return total
        for minute in range(int(t_s.min() // 60) - 1, int(t_s.max() // 60) + 1):
            rng = np.random.default_rng([self.seed, 2, max(minute, 0), int(minute < 0)])
            for _ in range(rng.poisson(rate)):
                start_s = 60 * minute + rng.uniform(0, 60)
                total += motion_wave(t_s, start_s, rng.uniform(*MOTION_S), rng)
        return total


def motion_wave(t_s: Floats, start_s: float, length_s: float, rng: np.random.Generator) -> Floats:
    """One burst of motion, about ±1: waves of 0.5 to 5 Hz under a window."""
    rates_hz = rng.uniform(0.5, 5.0, 6)
    phases = rng.uniform(0, 2 * math.pi, 6)
    at = (t_s - start_s) / length_s
    window = np.where((at > 0) & (at < 1), np.sin(np.pi * np.clip(at, 0, 1)) ** 0.5, 0.0)
    if not window.any():
        return window
    waves = np.sin(2 * math.pi * rates_hz[:, None] * t_s[None, :] + phases[:, None])
    return window * waves.sum(axis=0) / math.sqrt(3)
