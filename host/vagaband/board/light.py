"""The light on the sensor, as FIFO bytes: LED currents, range, ambient, noise, 18-bit counts.

Counts are those at the default settings (LED code 0x1F, range 4096 nA) unless said otherwise.
"""

import struct
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vagaband.board.heart import motion_wave
from vagaband.board.script import Event

Floats = NDArray[np.float64]

REFERENCE_LED_CODE = 0x1F
RANGES_NA = (2048, 4096, 8192, 16384)
REFERENCE_RANGE_NA = 4096
FULL_SCALE = (1 << 18) - 1
RED, IR = 1, 2
DARK_COUNTS = 30.0  # with the LED off (datasheet, typical)
DARK_NOISE_RMS = 4.0
NO_FINGER_COUNTS = 1200.0  # what the window itself reflects
RECORDING_RATE_HZ = 100.0
REFERENCE_AVERAGE = 4
CHUNK_MAX = 4096  # as the chip asks at most
NOISE_BLOCK = 1024  # samples per draw of noise
MOTION_DC_SHARE = 0.03
# A knock: how the finger is squeezed and springs back, drawn anew for each.
KNOCK_DC_SHARE = (0.005, 0.02)  # as a pulse is high, or twice that
KNOCK_RISE_S, KNOCK_DECAY_S, KNOCK_HZ = 0.006, (0.03, 0.08), (4.0, 14.0)
KNOCK_ENDS_S = 1.0
REQUEST = struct.Struct("<ddqIBBHHB")


class Source(Protocol):
    """What gives light: a recording or a heart."""

    noise_rms: float

    def light(self, t_s: Floats) -> tuple[Floats, Floats]:
        """Red and IR counts at times `t_s`; NaN where there is no finger."""
        ...


class Recording:
    """A recording in IR counts at 100 Hz, shape (n,), optionally with red.

    At its own sample times it gives its own counts; between them a cubic through four of them.
    """

    def __init__(
        self, counts: NDArray[np.int64], red: NDArray[np.int64] | None = None, noise: float = 0.0
    ) -> None:
        self.noise_rms = noise
        self._ir = np.asarray(counts, dtype=np.float64)
        mean = self._ir.mean()
        derived = 0.9 * (mean + 0.4 * (self._ir - mean))
        self._red = np.asarray(red, dtype=np.float64) if red is not None else derived

    def light(self, t_s: Floats) -> tuple[Floats, Floats]:
        """Red and IR at `t_s`; NaN after the end."""
        index = t_s * RECORDING_RATE_HZ
        nearest = np.rint(index)
        index = np.where(np.abs(index - nearest) < 1e-6, nearest, index)
        last = len(self._ir) - 1
        ended = index > last
        return tuple(  # type: ignore[return-value]
            np.where(ended, np.nan, _cubic(wave, np.clip(index, 0, last)))
            for wave in (self._red, self._ir)
        )


def _cubic(wave: Floats, index: Floats) -> Floats:
    """Catmull-Rom interpolation of `wave` at fractional positions `index`."""
    whole = np.floor(index).astype(np.int64)
    x = index - whole
    last = len(wave) - 1
    p0, p1, p2, p3 = (wave[np.clip(whole + d, 0, last)] for d in (-1, 0, 1, 2))
    slope_1, slope_2 = (p2 - p0) / 2, (p3 - p1) / 2
    a = 2 * (p1 - p2) + slope_1 + slope_2
    b = 3 * (p2 - p1) - 2 * slope_1 - slope_2
    return ((a * x + b) * x + slope_1) * x + p1


@dataclass(frozen=True)
class Request:
    """What the chip asks: `n` samples of a stretch of sampling from `index` on, its settings."""

    stretch_us: float  # the stretch's first sample, from the very first sample's instant
    period_us: float
    index: int
    n: int
    width_code: int
    range_code: int
    average: int
    rate_hz: int
    slots: tuple[tuple[int, int], ...]  # (wavelength, LED code)

    @classmethod
    def unpack(cls, payload: bytes) -> "Request":
        """From the chip's frame."""
        *fields, count = REQUEST.unpack_from(payload)
        pairs = payload[REQUEST.size : REQUEST.size + 2 * count]
        slots = tuple(zip(pairs[::2], pairs[1::2], strict=True))
        return cls(*fields, slots=slots)


class Light:
    """Serves the chip's requests; the same request gives the same bytes, however chunked."""

    def __init__(self, source: Source, events: list[Event], seed: int) -> None:
        self._source = source
        self._seed = seed
        self._contact = _steps(events, {"off": 0.0, "on": 1.0}, first=1.0)
        self._ambient = _steps(events, {"ambient": None}, first=0.0)
        self._motions = [(e.t_s, float(e.value or 0)) for e in events if e.action == "motion"]
        self._taps = [(e.t_s, float(e.value or 0)) for e in events if e.action == "tap"]
        self.served_s = 0.0  # how far the light has been asked for

    def fifo_bytes(self, request: Request) -> bytes:
        """The samples as the FIFO holds them: 3 bytes a slot, left-justified 18 bits."""
        period_s = request.period_us / 1e6
        index = request.index + np.arange(request.n)
        t_s = (request.stretch_us + index * request.period_us).astype(np.float64) / 1e6
        self.served_s = max(self.served_s, float(t_s[-1]) if request.n else 0.0)
        noise = self._noise(request)
        waves = self._finger(t_s, period_s)
        ambient = self._ambient_at(t_s)
        out = np.zeros((request.n, len(request.slots), 3), dtype=np.uint8)
        for slot, (wavelength, code) in enumerate(request.slots):
            counts = self._counts(request, waves[wavelength], ambient, code, noise[:, slot % 2])
            out[:, slot, 0] = counts >> 16
            out[:, slot, 1] = counts >> 8 & 0xFF
            out[:, slot, 2] = counts & 0xFF
        return out.tobytes()

    def following(self, request: Request) -> Request:
        """The request that probably comes next: the same settings, the next samples."""
        n = min(2 * request.n, CHUNK_MAX)
        return replace(request, index=request.index + request.n, n=n)

    def _finger(self, t_s: Floats, period_s: float) -> dict[int, Floats]:
        """Light per wavelength at the default LED current; a long average is one of many."""
        points = max(1, round(period_s * RECORDING_RATE_HZ))
        offsets_s = (np.arange(points) - (points - 1) / 2) * (period_s / points)
        red, ir = self._source.light((t_s[:, None] + offsets_s[None, :]).ravel())
        contact = _at(self._contact, t_s)
        motion = self._motion(t_s)
        knocks = self._knocks(t_s)
        result = {}
        for wavelength, wave in ((RED, red), (IR, ir)):
            mean = wave.reshape(-1, points).mean(axis=1)
            mean = np.where(np.isnan(mean) | (contact == 0), NO_FINGER_COUNTS, mean)
            result[wavelength] = mean * (1 + MOTION_DC_SHARE * motion + knocks)
        return result

    def _motion(self, t_s: Floats) -> Floats:
        total = np.zeros(len(t_s))
        for number, (start_s, length_s) in enumerate(self._motions):
            rng = np.random.default_rng([self._seed, 3, number])
            total += motion_wave(t_s, start_s, length_s, rng)
        return total

    def _knocks(self, t_s: Floats) -> Floats:
        """Double taps, as a share of the light."""
        total = np.zeros(len(t_s))
        for number, (start_s, apart_s) in enumerate(self._taps):
            rng = np.random.default_rng([self._seed, 6, number])
            for knock_s in (start_s, start_s + apart_s):
                total += knock_wave(t_s - knock_s, rng)
        return total

    def _ambient_at(self, t_s: Floats) -> Floats:
        return _at(self._ambient, t_s)

    def _counts(
        self, request: Request, wave: Floats, ambient: Floats, code: int, noise: Floats
    ) -> NDArray[np.int64]:
        gain = REFERENCE_RANGE_NA / RANGES_NA[request.range_code]
        lit = wave * (code / REFERENCE_LED_CODE)
        dark = code == 0
        level = (lit + ambient) * gain + (DARK_COUNTS if dark else 0.0)
        rms = self._source.noise_rms or 0.0
        empty = DARK_NOISE_RMS if dark else 0.0
        spread = np.sqrt(REFERENCE_AVERAGE / request.average)
        no_finger = wave == NO_FINGER_COUNTS
        level = level + noise * spread * np.where(no_finger, max(rms, DARK_NOISE_RMS), rms + empty)
        counts = np.clip(np.rint(level), 0, FULL_SCALE).astype(np.int64)
        return counts & ~((1 << (3 - request.width_code)) - 1)

    def _noise(self, request: Request) -> Floats:
        """Normal noise, shape (n, 2): keyed by the stretch and the block, not by the chunk."""
        stretch = [abs(round(request.stretch_us)), int(request.stretch_us < 0)]
        first, last = request.index, request.index + request.n
        blocks = [
            np.random.default_rng([self._seed, 4, *stretch, block]).standard_normal(
                (NOISE_BLOCK, 2)
            )
            for block in range(first // NOISE_BLOCK, (last - 1) // NOISE_BLOCK + 1)
        ]
        start = first % NOISE_BLOCK
        return np.concatenate(blocks)[start : start + request.n]


def knock_wave(since_s: Floats, rng: np.random.Generator) -> Floats:
    """One knock, as a share of the light: up or down at once, then ringing out."""
    height = rng.uniform(*KNOCK_DC_SHARE) * rng.choice((-1.0, 1.0))
    decay_s, rate_hz = rng.uniform(*KNOCK_DECAY_S), rng.uniform(*KNOCK_HZ)
    at_s = np.clip(since_s, 0, KNOCK_ENDS_S)
    ringing = np.exp(-at_s / decay_s) * np.cos(2 * np.pi * rate_hz * at_s)
    return height * (1 - np.exp(-at_s / KNOCK_RISE_S)) * ringing


Steps = tuple[Floats, Floats]


def _steps(events: list[Event], values: dict[str, float | None], first: float) -> Steps:
    """A level that steps at events; None takes the event's own value."""
    chosen = [e for e in events if e.action in values]
    levels = [values[e.action] for e in chosen]
    own = [float(e.value or 0) for e in chosen]
    return (
        np.array([e.t_s for e in chosen]),
        np.array([first, *(o if v is None else v for v, o in zip(levels, own, strict=True))]),
    )


def _at(steps: Steps, t_s: Floats) -> Floats:
    times_s, levels = steps
    return levels[np.searchsorted(times_s, t_s, side="right")]
