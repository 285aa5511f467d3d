"""What many questions to a board say of where its session stood against the PC's clock.

Each answer to the command `clock` bounds that: the board looked between question and answer, and
the sample it named was the newest. The bounds of all answers hold at once, so that what they have
in common is narrower than the best round trip (Marzullo and Owicki 1983; of NTP's, Mills 1991,
this is the intersection).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vagaband.errors import DeviceError
from vagaband.session import Floats

FEWEST = 8  # answers; with fewer the sample's phase is hardly bounded
WRAP_US = 1 << 29  # of the crystal's microseconds, see firmware clock.py
CRYSTALS = 1e-4  # by which a board's crystal and the PC's clock may differ
RATES_HZ = (25, 50, 100)
RATE_SPAN, RATE_STEPS = 0.03, 3001  # of the sensor's clock, tried either way
RATE_FROM_S = 300.0  # between two meetings that tell a crystal's rate
DRAIN_S = 0.002  # from the turn's begin till the sensor is asked how much it has


@dataclass(frozen=True)
class Reading:
    """A question and its answer. `sent_s`, `got_s`: the PC's clock; `samples` that had come when
    the board last looked, `age_us` before it answered; `us` of its crystal then, modulo 2^29."""

    sent_s: float
    got_s: float
    samples: int
    us: int
    age_us: int


@dataclass(frozen=True)
class Met:
    """A moment at which both clocks are known: the middle of sample `index` (a fraction too) was
    at `unix_s` by the PC's clock, `us` by the crystal; each way at most `error_s` off."""

    index: float
    us: int
    unix_s: float
    error_s: float
    round_trip_s: float  # the best
    readings: int


def meet(readings: Sequence[Reading]) -> Met:
    """What the readings of one exchange, within some seconds, have in common.

    DeviceError where they are too few or contradict each other: then samples were lost, or a
    clock was set meanwhile.
    """
    if len(readings) < FEWEST:
        raise DeviceError(
            f"The board answered only {len(readings)} times.", "Check the cable and try again."
        )
    sent_s, got_s = (np.array([getattr(r, n) for r in readings]) for n in ("sent_s", "got_s"))
    samples = np.array([r.samples for r in readings], float)
    crystal_s = np.array([since_us(readings[0].us, r.us) for r in readings]) / 1e6
    told_s = crystal_s + np.array([r.age_us for r in readings]) / 1e6
    middle_s = float((crystal_s[0] + crystal_s[-1]) / 2)
    offset_s, offset_error_s = _offset(sent_s, got_s, told_s, middle_s)
    position, position_error, rate_hz = _position(crystal_s - middle_s, samples)
    return Met(
        index=position - 0.5,  # so many had come whole: the middle of the last lies before
        us=(readings[0].us + round(1e6 * middle_s)) % WRAP_US,
        unix_s=offset_s + middle_s,
        error_s=offset_error_s + position_error / rate_hz,
        round_trip_s=float(np.min(got_s - sent_s)),
        readings=len(readings),
    )


def since_us(earlier: int, later: int) -> int:
    """From one reading of the crystal to another less than 4 minutes away, either way."""
    half = WRAP_US // 2
    return (later - earlier + half) % WRAP_US - half


def crystal_ppm(earlier: Met, later: Met) -> float | None:
    """By how much the board's crystal is fast against the PC's clock; None where they lie too
    close to tell."""
    passed_s = later.unix_s - earlier.unix_s
    if passed_s < RATE_FROM_S:
        return None
    us = later.us - earlier.us
    us += WRAP_US * round((1e6 * passed_s - us) / WRAP_US)
    return us / passed_s - 1e6


def _offset(sent_s: Floats, got_s: Floats, told_s: Floats, middle_s: float) -> tuple[float, float]:
    """PC's clock less crystal in the exchange's middle, and its error, in s."""
    slack_s = CRYSTALS * np.abs(told_s - middle_s)
    low_s = float(np.max(sent_s - told_s - slack_s))
    high_s = float(np.min(got_s - told_s + slack_s))
    if low_s > high_s:
        raise DeviceError(
            "The board's answers contradict each other: a clock was set meanwhile, or a virtual"
            " board did not keep the PC's time.",
            "Try again; a virtual board without --speed.",
        )
    return (low_s + high_s) / 2, (high_s - low_s) / 2


def _position(since_s: Floats, samples: Floats) -> tuple[float, float, float]:
    """Samples that had come by the exchange's middle, a fraction too; the error; the rate in Hz.

    When the board looked, no sample more than those it counted was whole.
    """
    slope = float(np.polyfit(since_s, samples, 1)[0])
    nominal_hz = min(RATES_HZ, key=lambda hz: abs(hz - slope))
    rates_hz = nominal_hz * (1 + np.linspace(-RATE_SPAN, RATE_SPAN, RATE_STEPS))[:, None]
    low = np.max(samples - rates_hz * (since_s + DRAIN_S), axis=1)
    high = np.min(samples + 1 - rates_hz * since_s, axis=1)
    can_be = low <= high
    if not can_be.any():
        raise DeviceError("Samples were lost during the exchange.", "Try again.")
    least, most = float(np.min(low[can_be])), float(np.max(high[can_be]))
    return (least + most) / 2, (most - least) / 2, nominal_hz
